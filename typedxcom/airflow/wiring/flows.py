"""What flows along each edge while the DAG is parsed: outputs, literals, mapped items."""

from __future__ import annotations

import collections
import collections.abc as abc
import enum
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from typedxcom.airflow.answers import answer_type, declared_answer
from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.params import dag_param
from typedxcom.airflow.private import (
    INJECTED_KEYS,
    NOTSET,
    AirflowXComArg,
    ConcatXComArg,
    DictOfListsExpandInput,
    MappedArgument,
    MappedOperator,
    MapXComArg,
    PlainXComArg,
    ResolveMixin,
    ZipXComArg,
    is_decorated_task,
)
from typedxcom.airflow.wiring.classic import argument_of, classic_output
from typedxcom.airflow.wiring.code import with_code
from typedxcom.airflow.wiring.hidden import hidden_output
from typedxcom.airflow.wiring.kept import kept
from typedxcom.airflow.wiring.readers import gets_list, read_in
from typedxcom.annotations import annotations_of, read_hints
from typedxcom.contracts import Contract, contract_of
from typedxcom.inference import polled_by, returned_by
from typedxcom.inference.kinds import one_of
from typedxcom.operator_outputs import Answer, Arguments, OperatorOutput
from typedxcom.schema import UNKNOWN, Schema, schema_of
from typedxcom.schema.nodes import (
    EnumOf,
    Field,
    Inferred,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    Unknown,
    Var,
    Written,
    bare,
    inferred,
    members_of,
    part,
    peeled,
    walk,
)
from typedxcom.schema.relation import Solution, mismatches, substitute

__all__ = [
    "LOOKED_AT",
    "MAPS",
    "NOTSET",
    "RETURN_KEY",
    "NotAnItem",
    "counted_element",
    "describe",
    "element",
    "injected_names",
    "instance_output",
    "is_template",
    "key_schema",
    "literal",
    "misuse",
    "operator_contract",
    "output_schema",
    "producers",
    "pushed_by",
    "runs_code",
]

MAPS = "__typedxcom_maps__"  # the author's function, where ours calls it for `.map`
RETURN_KEY = "return_value"
LOOKED_AT = 1000  # items of a literal that are looked at; a longer one is checked when it is read


class NotAnItem(Exception):
    """A value that cannot be mapped over."""


def injected_names() -> frozenset[str]:
    """Names of parameters that Airflow fills from its context."""
    return INJECTED_KEYS


def operator_contract(operator: Any) -> Contract | None:
    """The contract of a decorated task, ours or Airflow's own, or None for a classic operator."""
    function = getattr(operator, "python_callable", None)
    if function is None:
        return None
    own = contract_of(function)
    if own is not None:
        return own
    operator_class = getattr(operator, "operator_class", type(operator))
    if not hasattr(operator_class, "custom_operator_name"):
        return None  # a PythonOperator: its function may be anybody's
    return kept("contract", operator, functools.partial(_plain_contract, operator, operator_class))


def _plain_contract(operator: Any, operator_class: type) -> Contract:
    """The contract of a task of Airflow's own decorators."""
    kind = kind_of(operator_class)
    return Contract(
        operator.python_callable,
        injected=injected_names(),
        reserved=kind.has_context,
        output=_annotation(_plainly_pushed(operator, operator_class)),
        returns=kind.returns_value,
    )


def output_schema(contract: Contract, operator: Any) -> Schema:
    """What the reader of a task gets. A branch gives what was chosen, a sensor gives nothing.

    Args:
        contract: The contract of its function.
        operator: The task, mapped or not.
    """
    operator_class = getattr(operator, "operator_class", type(operator))
    kind, chosen = kind_of(operator_class), contract.body.schema
    if contract.returned.known or kind.returns_value:
        return contract.returned.schema
    if kind.result == "branch":
        return chosen
    if kind.result == "sensor":
        return _found_by(contract, chosen)
    return _explained(operator, operator_class)


def _found_by(contract: Contract, chosen: Schema) -> Schema:
    """What a sensor pushes that promises no value: nothing, if it only answers yes or no."""
    if chosen == Scalar(bool):
        return Scalar(type(None))
    if isinstance(chosen, Unknown) and chosen.claimed:
        return UNKNOWN
    return polled_by(contract.function, contract.local_names)


def _explained(operator: Any, operator_class: type) -> Schema:
    """What a task pushes that promises nothing: a model that its operator has made a dict."""
    pushed = _plainly_pushed(operator, operator_class)
    is_dumped = isinstance(pushed, Answer) and pushed.is_dumped
    return inferred(schema_of(answer_type(pushed))) if is_dumped else UNKNOWN


def pushed_by(operator_class: type, given: Arguments) -> Any:
    """What an operator pushes, if its function's result does not decide it. None if unknown.

    For example, bash pushes a line, and a language model's answer is of its ``output_type``.

    Args:
        operator_class: The class of the decorated task's operator.
        given: Returns an argument that the decorator was given, or the default.
    """
    return _annotation(_pushed_by(operator_class, given))


def _annotation(pushed: Any) -> Any:
    if isinstance(pushed, Answer) and pushed.is_dumped:
        return None  # a dict of Python objects, for which no annotation stands
    found = answer_type(pushed)
    return None if found is Any else found


def _plainly_pushed(operator: Any, operator_class: type) -> Any:
    """What an operator pushes without our decorator."""
    pushed = _pushed_by(operator_class, functools.partial(argument_of, operator))
    return pushed.in_airflow() if isinstance(pushed, Answer) else pushed


def _pushed_by(operator_class: type, given: Arguments) -> Any:
    kind = kind_of(operator_class)
    if isinstance(kind.pushes, OperatorOutput):
        return kind.pushes.of(given)
    return declared_answer(operator_class, given) if kind.result == "other" else None


def describe(arg: Any) -> Schema:
    """What the reader of the reference *arg* gets, or unknown."""
    match arg:
        case PlainXComArg():
            return _plain(arg)
        case MapXComArg():
            return SequenceOf(list, _map_output(arg.callables[-1]))
        case ZipXComArg():
            items = [_element_or_unknown(describe(one)) for one in arg.args]
            if arg.fillvalue is not NOTSET:
                filler = literal(arg.fillvalue)
                items = [UnionOf((one, filler)) for one in items]
            return SequenceOf(list, TupleOf(tuple(items)))
        case ConcatXComArg():
            return SequenceOf(
                list, UnionOf(tuple(_element_or_unknown(describe(one)) for one in arg.args))
            )
        case MappedArgument():
            return _group_argument(arg)
    return UNKNOWN


def instance_output(operator: Any, key: str = RETURN_KEY) -> Schema:
    """What one instance of a task pushes under *key*, or unknown."""
    return _one_instance(PlainXComArg(operator, key))


def _plain(arg: Any) -> Schema:
    schema = _one_instance(arg)
    return SequenceOf(list, schema) if gets_list(arg.operator) else schema


def _one_instance(arg: Any) -> Schema:
    """What a single instance of the producing task pushes under this key."""
    known = getattr(arg, "schema", None)
    promised = known if isinstance(known, Schema) else _promised(arg)
    return with_code(arg.operator, promised, arg.key, functools.partial(_given, arg.operator))


def _given(operator: Any, parameter: str) -> Schema:
    """What a task gets for a parameter from the output of another, or unknown."""
    contract = operator_contract(operator)
    if contract is None or contract.inputs is not None:
        return UNKNOWN
    with read_in(operator.task_group):
        if not isinstance(operator, MappedOperator):
            arguments = contract.bind(operator.op_args, operator.op_kwargs)
            value = next((one.value for one in arguments if one.name == parameter), None)
            return _of_one_output(value)
        partial, mapped = operator.partial_kwargs.get("op_kwargs") or {}, _expanded(operator)
        if parameter in mapped:
            value = mapped[parameter]
            return _element_or_unknown(describe(value)) if _is_of_task(value) else UNKNOWN
        return _of_one_output(partial.get(parameter))


def _expanded(operator: Any) -> Mapping[str, Any]:
    expand_input = operator.op_kwargs_expand_input
    return expand_input.value if isinstance(expand_input, DictOfListsExpandInput) else {}


def _of_one_output(value: Any) -> Schema:
    """What one task gives as a value. A list of the outputs of all its instances arrives lazily."""
    is_list = _is_of_task(value) and not isinstance(value, MappedArgument)
    if not _is_of_task(value) or (is_list and gets_list(value.operator)):
        return UNKNOWN
    return describe(value)


def _is_of_task(value: Any) -> bool:
    return isinstance(value, PlainXComArg | MappedArgument)


def _promised(arg: Any) -> Schema:
    """The same for an output of Airflow's own, by annotations and the table of operators."""
    contract = operator_contract(arg.operator)
    if contract is None:
        return classic_output(arg.operator) if arg.key == RETURN_KEY else UNKNOWN
    schema = output_schema(contract, arg.operator)
    if any(isinstance(node, Var) for _, node in walk(schema, into_models=False)):
        with read_in(arg.operator.task_group):
            schema = substitute(schema, _solved(arg.operator, contract))
    return schema if arg.key == RETURN_KEY else key_schema(arg.operator, schema, arg.key)


def _solved(operator: Any, contract: Contract) -> Solution:
    """What the type variables of a generic task of Airflow's own stand for in one call."""
    solution = Solution()

    def give(name: str, schema: Schema) -> None:
        mismatches(schema, contract.parameter(name).schema, solution=solution)

    if not isinstance(operator, MappedOperator):
        for argument in contract.bind(operator.op_args, operator.op_kwargs):
            mismatches(literal(argument.value), argument.promise.schema, solution=solution)
        return solution
    mapped: Any = operator
    for name, value in (mapped.partial_kwargs.get("op_kwargs") or {}).items():
        give(name, literal(value))
    expand_input = mapped.op_kwargs_expand_input
    if isinstance(expand_input, DictOfListsExpandInput):
        for name, value in expand_input.value.items():
            give(name, _element_or_unknown(literal(value)))
        return solution
    item = _element_or_unknown(literal(expand_input.value))
    for member in item.members if isinstance(item, UnionOf) else (item,):
        if isinstance(member, Record):
            for name, field in member.fields.items():
                give(name, field.schema)
    return solution


def key_schema(operator: Any, schema: Schema, key: str) -> Schema:
    """What a task that returns *schema* pushes under *key*."""
    if getattr(operator, "multiple_outputs", False):
        match schema:
            case Record(fields=fields) if key in fields:
                return fields[key].schema
            case MappingOf(value=value):
                return value
    return UNKNOWN


def _group_argument(arg: Any) -> Schema:
    """One parameter of a mapped task group."""
    expand_input = arg._input
    if isinstance(expand_input, DictOfListsExpandInput):
        return _element_or_unknown(literal(expand_input.value.get(arg._key)))
    item = _element_or_unknown(literal(expand_input.value))
    match item:
        case Record(fields=fields) if arg._key in fields:
            return fields[arg._key].schema
        case MappingOf(value=value):
            return value
        case Inferred():
            return part(item, arg._key)
    return UNKNOWN


def element(schema: Schema) -> Schema:
    """What one item is when something maps over *schema*.

    Raises:
        NotAnItem: It cannot be mapped over. The message says why.
    """
    match schema := peeled(schema):
        case Unknown():
            return UNKNOWN
        case Inferred(inner=inner, promised=promised):
            return inferred(_seen_element(inner), element(promised))
        case Var(bound=bound):
            return element(bound)
        case SequenceOf(type=kind, item=item):
            if issubclass(kind, (abc.Set, collections.deque)) or kind in (
                abc.Iterable,
                abc.Collection,
            ):
                raise NotAnItem(f"a `{schema}` cannot be mapped over: return a list")
            return item
        case TupleOf(items=items):
            return UnionOf(tuple(dict.fromkeys(items))) if items else UNKNOWN
        case MappingOf(key=key, value=value):
            if _is_number(bare(key)):
                raise NotAnItem(
                    f"the keys of a `{schema}` would arrive as text: return a dict with `str` keys, "
                    "or a list of pairs"
                )
            return TupleOf((key, value))
        case Record(style="typeddict", fields=fields):
            values = tuple(dict.fromkeys(part.schema for part in fields.values()))
            return TupleOf((Scalar(str), UnionOf(values)))
        case Record(style="namedtuple", fields=fields):
            return UnionOf(tuple(dict.fromkeys(part.schema for part in fields.values())))
        case Record(style="model", fields={"root": root}):
            return element(root.schema)
        case UnionOf(members=members):
            return UnionOf(tuple(dict.fromkeys(element(one) for one in members)))
        case TableOf():
            raise NotAnItem(f"a `{schema}` cannot be mapped over: return a list of tables")
    raise NotAnItem(f"`{schema}` cannot be mapped over: it needs a list or a dict")


def _seen_element(schema: Schema) -> Schema:
    """As `element`, of what code shows: one possible type that can be mapped over is enough."""
    found, refused = [], []
    for member in members_of(schema):
        try:
            found.append(UNKNOWN if isinstance(member, MappingOf) else element(member))
        except NotAnItem as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return one_of(found)


def _is_number(key: Schema) -> bool:
    """Whether a key of a dict is no text in JSON, other than the text that JSON makes of it."""
    match key:
        case Scalar(type=kind):
            return issubclass(kind, (int, float))
        case LiteralOf(values=values):
            return not all(isinstance(value, (str, enum.Enum)) for value in values)
        case EnumOf():
            members: Any = key.type
            return not all(isinstance(member.value, str) for member in members)
    return False


def counted_element(schema: Schema) -> Schema:
    """As `element`, for readers that take items by number. A dict has no such items.

    Raises:
        NotAnItem: It has no such items. The message says why.
    """
    if isinstance(schema, Inferred):
        is_dict = [_is_dict(one) for one in members_of(schema.inner)]
        has_none = all(is_dict)
    else:
        has_none = any(map(_is_dict, members_of(bare(schema))))
    if has_none:
        raise NotAnItem(
            f"a `{schema}` has no items by number: return a list of pairs, or map a task over "
            "it with .expand()"
        )
    return element(schema)


def _is_dict(schema: Schema) -> bool:
    return isinstance(schema, MappingOf) or (
        isinstance(schema, Record) and schema.style == "typeddict"
    )


def _element_or_unknown(schema: Schema) -> Schema:
    try:
        return element(schema)
    except NotAnItem:
        return UNKNOWN


def literal(value: Any) -> Schema:
    """The schema of an argument as written in the DAG file, with the outputs inside it."""
    if isinstance(value, AirflowXComArg | MappedArgument):
        return describe(value)
    if isinstance(value, str):
        return UNKNOWN if is_template(value) else Written(LiteralOf((value,)))
    if isinstance(value, (bool, int, enum.Enum)):
        return Written(LiteralOf((value,)))
    if (param := dag_param(value)) is not None:
        return param.promise.schema
    if isinstance(value, ResolveMixin) or value is NOTSET:
        return UNKNOWN
    if type(value) in (list, set, frozenset):
        return SequenceOf(type(value), _union_of(list(value)[:LOOKED_AT]))
    if type(value) is tuple:
        return TupleOf(tuple(map(literal, value[:LOOKED_AT])))
    if type(value) is dict:
        return _dict_literal(value)
    try:
        return Written(schema_of(type(value)))
    except (NameError, TypeError):
        return UNKNOWN


def _union_of(values: list[Any]) -> Schema:
    found = tuple(dict.fromkeys(map(literal, values)))
    return found[0] if len(found) == 1 else UnionOf(found) if found else UNKNOWN


def _dict_literal(value: dict[Any, Any]) -> Schema:
    """A dict with its keys known, so that it fits a TypedDict as well as a dict."""
    if all(type(key) is str for key in value):
        fields = {key: Field(literal(part)) for key, part in list(value.items())[:LOOKED_AT]}
        return Record(dict, "typeddict", (), fields)
    return MappingOf(
        dict, _union_of(list(value)[:LOOKED_AT]), _union_of(list(value.values())[:LOOKED_AT])
    )


def is_template(text: str) -> bool:
    """Whether Jinja will render *text*."""
    return "{{" in text or "{%" in text or "{#" in text


def producers(value: Any) -> Iterator[str]:
    """The ids of the tasks whose outputs are in *value*."""
    for operator, _ in AirflowXComArg.iter_xcom_references(value):
        yield operator.task_id


def runs_code(value: Any) -> bool:
    """Whether an output in *value* is of a task that runs a function of the author's."""
    references = AirflowXComArg.iter_xcom_references(value)
    return any(getattr(operator, "python_callable", None) for operator, _ in references)


def misuse(value: Any) -> str | None:
    """What is wrong with an argument whatever its type, as the message of a WiringError."""
    if type(value) in (list, tuple, dict):
        parts = list(value.values() if type(value) is dict else value)[:LOOKED_AT]
        tasks = (one for one in parts if type(one) in (list, tuple, dict) or is_decorated_task(one))
        if (wrong := next(filter(None, map(misuse, tasks)), None)) is not None:
            return wrong
    if is_decorated_task(value):
        name = value.function.__name__
        return f"gets the task {name!r} itself; call it: {name}(...)"
    if (hidden := hidden_output(value)) is not None:
        kind = type(value).__name__
        return (
            f"gets the output of {hidden!r} inside a `{kind}`, where Airflow does not look "
            "for outputs; pass a list: list(...)"
        )
    return None


def _map_output(f: Callable[..., Any]) -> Schema:
    if "return" not in annotations_of(f):
        return returned_by(getattr(f, MAPS, f))
    annotation = read_hints(f, local_names={}, importing=False).found.get("return", Any)
    try:
        return schema_of(annotation)
    except NameError:
        return UNKNOWN
