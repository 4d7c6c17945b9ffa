// The tabs "Typed XCom" of a task instance and "Contracts" of a DAG, and what the overviews of a task
// and of a DAG show since Airflow 3.4. Airflow's UI imports this module and lends its React and router.
// Every value is a text node, so nothing of it is ever read as HTML. Colours are the variables of
// Airflow's theme, which follow light and dark.

const { createElement: h, useCallback, useEffect, useId, useState } = globalThis.React;
const { Link } = globalThis.ReactRouterDOM;

const STYLE = `
.txc { padding: 0.5rem 0; max-width: 100%; font-size: 0.875rem; color: var(--chakra-colors-fg, inherit); }
.txc section { border: 1px solid var(--chakra-colors-border, #8884); border-radius: 6px; padding: 0.75rem 1rem; margin-bottom: 1rem; }
.txc h3 { font-size: 1rem; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
.txc h4 { font-weight: 600; margin: 0.9rem 0 0.3rem; }
.txc .about { font-size: 0.95rem; margin: 0.15rem 0 0.6rem; }
.txc .muted { color: var(--chakra-colors-fg-muted, inherit); }
.txc dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0; }
.txc dt { color: var(--chakra-colors-fg-muted, inherit); }
.txc dd { margin: 0; overflow-wrap: anywhere; }
.txc code, .txc pre, .txc td, .txc .type { font-family: var(--chakra-fonts-mono, monospace); font-size: 0.8rem; }
.txc pre, .txc .scroll { overflow: auto; max-height: 28rem; border: 1px solid var(--chakra-colors-border, #8884); border-radius: 4px; }
.txc pre { padding: 0.5rem 0.75rem; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--chakra-colors-bg-subtle, transparent); }
.txc table { border-collapse: collapse; min-width: 100%; }
.txc caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.txc th, .txc td { text-align: left; padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--chakra-colors-border, #8884); white-space: nowrap; }
.txc thead th { position: sticky; top: 0; background: var(--chakra-colors-bg-subtle, Canvas); font-weight: 600; }
.txc tbody th { font-weight: 500; font-family: var(--chakra-fonts-mono, monospace); font-size: 0.8rem; }
.txc ul { list-style: none; margin: 0; padding-left: 1.2rem; border-left: 1px solid var(--chakra-colors-border, #8884); }
.txc .scroll:focus-visible, .txc pre:focus-visible, .txc button:focus-visible { outline: 2px solid var(--chakra-colors-brand-focus-ring, currentColor); outline-offset: 1px; }
.txc button { border: 1px solid var(--chakra-colors-border-emphasized, currentColor); border-radius: 4px; padding: 0.15rem 0.7rem; cursor: pointer; }
.txc svg { display: block; font-family: var(--chakra-fonts-mono, monospace); font-size: 12px; }
.txc svg rect { fill: var(--chakra-colors-bg-subtle, transparent); stroke: var(--chakra-colors-border-emphasized, currentColor); }
.txc svg text { fill: var(--chakra-colors-fg, currentColor); }
.txc svg .quiet { fill: var(--chakra-colors-fg-muted, currentColor); }
.txc svg path { fill: none; stroke: var(--chakra-colors-fg-muted, currentColor); stroke-width: 1.5; }
.txc svg .untyped { stroke-dasharray: 3 4; }
.txc a { color: var(--chakra-colors-fg-info, LinkText); text-decoration: underline; }
.txc.below { order: 9; padding: 0; }
.txc.above { order: 1; padding: 0; }
.txc.below section, .txc.above p { margin: 0; }
.txc h3 + dl { margin-top: 0.5rem; }
.txc header { display: flex; justify-content: space-between; align-items: center; margin-bottom: 0.75rem; gap: 1rem; }
`;

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

const count = (number) => number.toLocaleString("en-US");

const amount = (size) => {
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${value.toLocaleString("en-US", { maximumFractionDigits: digits })} ${UNITS[unit]}`;
};

const muted = (text) => h("span", { className: "muted" }, text);

const Facts = ({ rows }) =>
  h(
    "dl",
    null,
    rows
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [h("dt", { key: `${name}:name` }, name), h("dd", { key: name }, value)]),
  );

// A scrolling part that the keyboard reaches too.
const Scroll = ({ children, label }) =>
  h("div", { "aria-label": label, className: "scroll", role: "region", tabIndex: 0 }, children);

const Table = ({ caption, head, rows }) =>
  h(
    Scroll,
    { label: caption },
    h(
      "table",
      null,
      h("caption", null, caption),
      h("thead", null, h("tr", null, head.map((name, at) => h("th", { key: at, scope: "col" }, name)))),
      h("tbody", null, rows.map((cells, at) => h("tr", { key: at }, cells))),
    ),
  );

const Columns = ({ preview }) => {
  const hasRange = preview.columns.some((column) => column.length > 3);
  const head = ["Column", "Type", "Nulls", ...(hasRange ? ["Least", "Greatest"] : [])];
  const rows = preview.columns.map(([name, type, nulls, least, greatest]) => [
    h("th", { key: "name", scope: "row" }, name),
    h("td", { key: "type" }, type),
    h("td", { key: "nulls" }, typeof nulls === "number" ? count(nulls) : nulls),
    ...(hasRange
      ? [h("td", { key: "least" }, least ?? ""), h("td", { key: "greatest" }, greatest ?? "")]
      : []),
  ]);
  const missing = preview.width - preview.columns.length;
  return [
    h("h4", { key: "title" }, "Columns"),
    h(Table, { caption: "Columns", head, key: "table", rows }),
    missing > 0 && h("p", { className: "muted", key: "missing" }, `${count(missing)} more columns`),
    hasRange &&
      preview.measured > 0 &&
      h(
        "p",
        { className: "muted", key: "measured" },
        `Least and greatest are of the first ${count(preview.measured)} rows.`,
      ),
  ];
};

const cell = (value) => {
  if (value === false) {
    return muted("withheld");
  }
  return value === null ? muted("null") : value;
};

const Sample = ({ preview }) => {
  const columns = preview.columns.map(([name]) => name);
  const names = preview.names.length > 0 ? preview.names : columns;
  const rows = preview.rows.map((line) => line.map((value, at) => h("td", { key: at }, cell(value))));
  const title = `First ${count(rows.length)} ${rows.length === 1 ? "row" : "rows"}`;
  return [
    h("h4", { key: "title" }, title),
    h(Table, { caption: title, head: names.length > 0 ? names : ["Value"], key: "table", rows }),
  ];
};

// Lines with a depth become lists in lists.
const Tree = ({ lines }) => {
  const items = [];
  let at = 0;
  while (at < lines.length) {
    const [depth, name, type] = lines[at];
    let end = at + 1;
    while (end < lines.length && lines[end][0] > depth) {
      end += 1;
    }
    const inner = lines.slice(at + 1, end);
    items.push(
      h(
        "li",
        { key: at },
        h("code", null, name),
        ": ",
        h("span", { className: "type muted" }, type),
        inner.length > 0 && h(Tree, { lines: inner }),
      ),
    );
    at = end;
  }
  return h("ul", null, items);
};

const Preview = ({ preview }) => [
  preview.tree.length > 0 && h("h4", { key: "contract" }, "Contract"),
  preview.tree.length > 0 && h(Tree, { key: "tree", lines: preview.tree }),
  preview.columns.length > 0 && h(Columns, { key: "columns", preview }),
  preview.rows.length > 0 && h(Sample, { key: "sample", preview }),
  preview.cut && h("p", { className: "muted", key: "cut" }, "The preview was cut to 2 kB."),
];

const typeOf = (type) => (type === null ? muted("not known") : h("span", { className: "type" }, type));

const toTask = (dagId, taskId) =>
  h(Link, { to: `/dags/${encodeURIComponent(dagId)}/tasks/${encodeURIComponent(taskId)}` }, h("code", null, taskId));

const readers = (listed) =>
  listed.length === 0
    ? muted("no task that is wired to it")
    : listed.map(([task, parameter, type], at) =>
        h("div", { key: at }, h("code", null, `${task}.${parameter}`), ": ", typeOf(type)),
      );

const reads = (dagId, listed) =>
  listed.map(([parameter, type, writer, returns], at) =>
    h(
      "div",
      { key: at },
      h("code", null, parameter),
      ": ",
      typeOf(type),
      " from ",
      toTask(dagId, writer),
      returns !== null && returns !== type && [", which returns ", h("span", { className: "type", key: "returns" }, returns)],
    ),
  );

// What a task reads and returns, as its DAG file says.
const contractRows = (dagId, contract) => [
  ["Reads", contract.reads.length > 0 ? reads(dagId, contract.reads) : undefined],
  ["Returns", typeOf(contract.returns)],
  [
    "Read by",
    contract.readers.length > 0
      ? contract.readers.map(([task, parameter, type], at) =>
          h("div", { key: at }, toTask(dagId, task), " as ", h("code", null, parameter), ": ", typeOf(type)),
        )
      : undefined,
  ],
];

const saysSomething = (contract) =>
  Boolean(contract) && (contract.returns !== null || contract.reads.length + contract.readers.length > 0);

const Declared = ({ rows, title }) => {
  const id = useId();
  return h("section", { "aria-labelledby": id }, h("h3", { id }, title), h(Facts, { rows }));
};

const CHANGES = {
  changed: "changed since",
  new: "not there in",
  same: "the same as in",
  unknown: "cannot be compared with",
};

const facts = ({ at, bytes, change, form, preview, stored }, taskId, before, contract) => [
  ["Contract", (preview ?? contract?.returns) && typeOf(preview?.type ?? contract.returns)],
  ["Written by", h("code", null, taskId)],
  ["Read by", (preview ?? contract) && readers((preview ?? contract).readers)],
  ["Rows", stored?.rows === undefined || stored?.rows === null ? undefined : count(stored.rows)],
  ["Size", stored ? amount(stored.bytes) : `${amount(bytes)} as JSON`],
  [
    "Stored",
    stored
      ? [`as ${stored.compression ? `${stored.codec}, ${stored.compression}` : stored.codec} in store `, h("code", { key: "store" }, stored.store), ": ", h("code", { key: "path" }, stored.path)]
      : { plain: "in the XCom itself", pointer: "in a store", text: "in the XCom itself, as JSON text" }[form],
  ],
  ["File type", stored?.media_type],
  ["Digest", stored && h("code", null, stored.digest)],
  ["Signature", stored && (stored.is_signed ? "signed; readers verify it" : "not signed")],
  ["Last run", change && [`${CHANGES[change]} `, h("code", { key: "before" }, before)]],
  ["Pushed", h("time", { dateTime: at }, at.replace("T", " "))],
];

const Value = ({ label, xcom }) => {
  if (xcom.value === undefined) {
    return xcom.preview?.withheld ? h("p", { className: "muted" }, "The contract withholds its values.") : null;
  }
  return [
    h("h4", { key: "title" }, "Value"),
    h("pre", { "aria-label": `Value of ${label}`, key: "value", role: "region", tabIndex: 0 }, xcom.value),
    xcom.is_cut && h("p", { className: "muted", key: "cut" }, "The value was cut."),
  ];
};

const XCom = ({ before, contract, taskId, xcom }) => {
  const id = useId();
  return h(
    "section",
    { "aria-labelledby": id },
    h("h3", { id }, xcom.key),
    h("p", { className: "about" }, xcom.about ?? ""),
    xcom.wrong && h("p", { role: "alert" }, xcom.wrong),
    h(Facts, { rows: facts(xcom, taskId, before, contract) }),
    xcom.preview && h(Preview, { preview: xcom.preview }),
    h(Value, { label: xcom.key, xcom }),
    xcom.stored &&
      !xcom.preview &&
      h("p", { className: "muted" }, "To see columns and rows here, write @task(preview=5)."),
  );
};

const load = async (address, signal) => {
  const answer = await fetch(address, { credentials: "same-origin", signal });
  if (answer.status === 401 || answer.status === 403) {
    throw new Error("You may not see the XComs of this DAG.");
  }
  if (!answer.ok) {
    throw new Error(`The XComs could not be loaded: the server answered ${answer.status}.`);
  }
  return answer.json();
};

// What the server answers, or an error. Without a path nothing is asked.
const useAnswer = (dagId, path, params, round = 0) => {
  const [state, setState] = useState({});
  const search = new URLSearchParams(params).toString();
  useEffect(() => {
    if (path === undefined) {
      return undefined;
    }
    const control = new AbortController();
    const address = new URL(`typedxcom/dags/${encodeURIComponent(dagId)}/${path}`, document.baseURI);
    address.search = search;
    load(address, control.signal).then(
      (answer) => setState({ answer }),
      (error) => control.signal.aborted || setState({ error: error.message }),
    );
    return () => control.abort();
  }, [dagId, path, round, search]);
  return state;
};

const Page = ({ children, className, error, isLoading }) =>
  h(
    "div",
    { className: className ? `txc ${className}` : "txc" },
    h("style", null, STYLE),
    error && h("p", { role: "alert" }, error),
    isLoading && h("p", { role: "status" }, "Loading…"),
    children,
  );

const TypedXCom = ({ dagId, mapIndex, runId, taskId }) => {
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const params = { map_index: mapIndex ?? "-1", run_id: runId, task_id: taskId };
  const { answer, error } = useAnswer(dagId, "xcoms", params, round);
  if (answer === undefined) {
    return h(Page, { error, isLoading: !error });
  }
  const { before, contract, xcoms } = answer;
  return h(
    Page,
    null,
    h(
      "header",
      null,
      h(
        "span",
        { role: "status" },
        xcoms.length === 0
          ? "This task instance has no XComs."
          : `${count(xcoms.length)} ${xcoms.length === 1 ? "XCom" : "XComs"}`,
      ),
      h("button", { onClick: reload, type: "button" }, "Reload"),
    ),
    xcoms.length === 0
      ? saysSomething(contract) && h(Declared, { rows: contractRows(dagId, contract), title: "Contract" })
      : contract?.reads.length > 0 &&
          h(Declared, { rows: contractRows(dagId, contract).slice(0, 1), title: "Arguments" }),
    xcoms.map((xcom) =>
      h(XCom, { before, contract: xcom.key === "return_value" ? contract : undefined, key: xcom.key, taskId, xcom }),
    ),
  );
};

// On the overview of a task, below what Airflow shows. Task groups have the same overview, and no task.
const TaskContract = ({ dagId, taskId }) => {
  const { answer } = useAnswer(dagId, taskId ? "contract" : undefined, { task_id: taskId ?? "" });
  return saysSomething(answer)
    ? h(Page, { className: "below" }, h(Declared, { rows: contractRows(dagId, answer), title: "Contract" }))
    : null;
};

// A box for each task: its name, what its typed parameters read, and what it returns.
const BOX = { gap: 28, line: 18, width: 250, wide: 90 };
const LETTERS = 31;

const short = (text) => (text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text);

const boxesOf = ({ edges, tasks }) => {
  const boxes = new Map(
    tasks.map(({ id, operator, returns }) => [
      id,
      { from: [], id, lines: [], operator, outlet: 0, returns, row: 0, step: 0 },
    ]),
  );
  edges.forEach(({ from, reads, to }) => {
    const box = boxes.get(to);
    box.from.push(from);
    reads.forEach(([parameter, type]) => box.lines.push({ from, parameter, type }));
  });
  return boxes;
};

// The longest way from a first task. A DAG has no circles, but the rows could hold anything.
const stepsOf = (boxes) => {
  for (let round = 0, changed = true; changed && round < boxes.size; round += 1) {
    changed = false;
    for (const box of boxes.values()) {
      const step = Math.max(0, ...box.from.map((id) => boxes.get(id).step + 1));
      if (step > box.step && step < boxes.size) {
        box.step = step;
        changed = true;
      }
    }
  }
};

const placed = (graph) => {
  const boxes = boxesOf(graph);
  stepsOf(boxes);
  const columns = [];
  for (const box of boxes.values()) {
    (columns[box.step] ??= []).push(box);
  }
  let height = 0;
  columns.filter(Boolean).forEach((column) => {
    const mean = ({ from }) => from.reduce((sum, id) => sum + boxes.get(id).row, 0) / (from.length || 1);
    column.sort((one, other) => mean(one) - mean(other));
    let top = 8;
    column.forEach((box, row) => {
      const count = 1 + box.lines.length + (box.returns === null ? 0 : 1);
      Object.assign(box, { height: count * BOX.line + 12, left: 8 + box.step * (BOX.width + BOX.wide), row, top });
      top += box.height + BOX.gap;
    });
    height = Math.max(height, top);
  });
  return { boxes, height, width: Math.max(1, columns.length) * (BOX.width + BOX.wide) - BOX.wide + 16 };
};

const curve = (left, top, right, bottom) => {
  const middle = (left + right) / 2;
  return `M${left},${top} C${middle},${top} ${middle},${bottom} ${right},${bottom}`;
};

const Wire = ({ at, from, isTyped, label, to }) =>
  h(
    "path",
    {
      className: isTyped ? undefined : "untyped",
      d: curve(from.left + BOX.width, from.top + from.height - 15, to.left, to.top + 15 + at * BOX.line),
    },
    h("title", null, label),
  );

const wires = ({ edges }, boxes) =>
  edges.flatMap(({ from: one, reads, to: other }) => {
    const [from, to] = [boxes.get(one), boxes.get(other)];
    const title = `${one} to ${other}`;
    if (reads.length === 0) {
      return [h(Wire, { at: 0, from, isTyped: false, key: title, label: `${title}: no types known`, to })];
    }
    return reads.map(([parameter, type]) => {
      const at = 1 + to.lines.findIndex((line) => line.from === one && line.parameter === parameter);
      const label = `${title}.${parameter}: ${type ?? "no type known"}`;
      return h(Wire, { at, from, isTyped: type !== null, key: `${title}.${parameter}`, label, to });
    });
  });

const Box = ({ box }) => {
  const line = (at, className, text) =>
    h("text", { className, key: at, x: box.left + 10, y: box.top + 19 + at * BOX.line }, short(text), h("title", null, text));
  return h(
    "g",
    null,
    h("rect", { height: box.height, rx: 6, width: BOX.width, x: box.left, y: box.top }),
    line(0, undefined, box.id),
    box.lines.map(({ parameter, type }, at) => line(at + 1, "quiet", type === null ? parameter : `${parameter}: ${type}`)),
    box.returns !== null && line(box.lines.length + 1, "quiet", `returns ${box.returns}`),
  );
};

const Graph = ({ graph }) => {
  const { boxes, height, width } = placed(graph);
  const label = `Graph of ${count(graph.tasks.length)} tasks. The table below has the same edges.`;
  return h(
    Scroll,
    { label: "Graph" },
    h(
      "svg",
      { "aria-label": label, height, role: "img", width },
      wires(graph, boxes),
      [...boxes.values()].map((box) => h(Box, { box, key: box.id })),
    ),
  );
};

const edgeRows = ({ edges, tasks }) => {
  const returns = new Map(tasks.map((task) => [task.id, task.returns]));
  return edges.flatMap(({ from, reads, to }) =>
    (reads.length > 0 ? reads : [[]]).map(([parameter, type]) => [
      h("th", { key: "from", scope: "row" }, from),
      h("td", { key: "returns" }, returns.get(from) ?? muted("not known")),
      h("td", { key: "to" }, parameter === undefined ? to : `${to}.${parameter}`),
      h("td", { key: "type" }, type ?? muted("not known")),
    ]),
  );
};

const Contracts = ({ dagId }) => {
  const { answer: graph, error } = useAnswer(dagId, "contracts", {});
  if (graph === undefined) {
    return h(Page, { error, isLoading: !error });
  }
  const hasTypes = graph.tasks.some((task) => task.returns !== null) || flowsOf(graph).some(({ isTyped }) => isTyped);
  const about = hasTypes
    ? "Types are those of the DAG file. Dotted edges have no known types."
    : "No types of this DAG are known. Its tasks have no annotations, or typedxcom is not installed where it is parsed.";
  return h(
    Page,
    null,
    h("p", { className: "about", role: "status" }, about),
    h(Graph, { graph }),
    h("h4", null, "Edges"),
    h(Table, { caption: "Edges", head: ["Task", "Returns", "Read by", "As"], rows: edgeRows(graph) }),
  );
};

// Values that go from task to task, and whether both ends have a type.
const flowsOf = ({ edges, tasks }) => {
  const returns = new Map(tasks.map((task) => [task.id, task.returns]));
  return edges.flatMap(({ from, reads: listed }) =>
    listed.map(([, type]) => ({ isTyped: type !== null && returns.get(from) !== null })),
  );
};

// On the overview of a DAG, one line above what Airflow shows.
const DagContracts = ({ dagId }) => {
  const { answer } = useAnswer(dagId, "contracts", {});
  const flows = answer ? flowsOf(answer) : [];
  const typed = flows.filter(({ isTyped }) => isTyped).length;
  if (typed === 0) {
    return null;
  }
  const edges = `${count(typed)} of ${count(flows.length)} ${flows.length === 1 ? "edge is" : "edges are"} typed. `;
  return h(
    Page,
    { className: "above" },
    h("p", null, edges, h(Link, { to: `/dags/${encodeURIComponent(dagId)}/plugin/contracts` }, "See the contracts")),
  );
};

// Where Airflow's UI looks for them: under the name of the app.
globalThis["Typed XCom"] = TypedXCom;
globalThis.Contracts = Contracts;
globalThis["Typed XCom contract"] = TaskContract;
globalThis["Typed XCom contracts"] = DagContracts;

export default TypedXCom;
