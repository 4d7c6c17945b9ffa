"""What the check knows of edges as public DAG files have them, and which of them it calls precise.

Each task is of a kind that many of these files have: early returns, lists that grow in a loop,
guards, annotations that only say ``dict``, and tasks that pass on what they got.
"""

from __future__ import annotations

from tests.data.inferred import names_of
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.airflow.wiring.edges import edges_of
from typedxcom.cli.coverage import coverage_of
from typedxcom.cli.edges import shown_edge

SOURCE = """
import os
from airflow.sdk import dag, task


def market_is_open():
    return bool(os.environ.get("OPEN"))


@dag(schedule=None)
def flow():
    @task
    def fetch_prices(hook=None):
        if not market_is_open():
            return []
        result = []
        for row in hook.get_records("SELECT 1"):
            result.append({"symbol": row[0], "price": float(row[1]) if row[1] else 0})
        return result

    @task
    def save(prices):
        if not prices:
            print("nothing to save")
            return 0
        try:
            rows = [(one["symbol"], one["price"]) for one in prices]
        except Exception as error:
            print(error)
            raise
        return len(rows)

    @task
    def fetch_shipments() -> dict:
        return {"dispatched": ["a"], "date": os.path.basename("x/2024.csv")}

    @task
    def gather(fetched: dict) -> dict:
        shipments = fetched["dispatched"]
        return {"pairs": [one for one in shipments], "date": fetched["date"]}

    @task
    def build(fetched: dict, gathered: dict[str, object]) -> dict:
        return {"date": fetched["date"], "count": len(gathered["pairs"])}

    @task
    def extract_repos(data):
        for org in data["dispatched"]:
            print(org)
        return data

    @task
    def load_repos(data):
        for org in data["dispatched"]:
            print(org)

    @task
    def list_files(folder):
        return [os.path.join("texts", name) for name in os.listdir("texts")]

    @task
    def read_file(path):
        with open(path) as file:
            return len(file.read())

    @task
    def total(sizes):
        return sum(sizes)

    @task
    def report(value):
        print(value)

    report(save(fetch_prices()))
    fetched = fetch_shipments()
    build(fetched, gather(fetched))
    load_repos(extract_repos(fetched))
    report(total(read_file.expand(path=list_files("x"))))


found = flow()
"""

PRECISE = [
    (
        "fetch_prices -> save.prices: list[{'symbol': Any, 'price': float | int}] as Any ("
        "for ... in prices, one['symbol'] for one in prices, one['price'] for one in prices)"
    ),
    (
        "fetch_shipments -> gather.fetched: {'dispatched': list[str], 'date': str} as dict[Any, Any] ("
        "fetched['dispatched'], for ... in fetched['dispatched'], fetched['date'])"
    ),
    (
        "fetch_shipments -> build.fetched: {'dispatched': list[str], 'date': str} as dict[Any, Any] ("
        "fetched['date'])"
    ),
    (
        "gather -> build.gathered: {'pairs': list[Any], 'date': str} as dict[str, Any] ("
        "gathered['pairs'], len(gathered['pairs']))"
    ),
    (
        "fetch_shipments -> extract_repos.data: {'dispatched': list[str], 'date': str} as Any ("
        "data['dispatched'], for ... in data['dispatched'])"
    ),
    (
        "extract_repos -> load_repos.data: {'dispatched': list[Any], 'date': str} as Any ("
        "data['dispatched'], for ... in data['dispatched'])"
    ),
    "list_files -> read_file.path: list[str] as Any (open(path)) (each item)",
    "read_file -> total.sizes: list[int] as Any (sum(sizes))",
]
OTHERS = [
    "save -> report.value: int as Any (any value)",
    "total -> report__1.value: Any",
]


def test_edges_of_public_files_are_known_as_well_as_their_code_says():
    """Each edge shows both ends; a list of edges that became vague would fail here."""
    dag = names_of(SOURCE)["found"]
    assert check_dag(dag) == []
    edges = edges_of(dag)
    assert [str(one) for one in edges if one.is_precise] == PRECISE
    assert [str(one) for one in edges if not one.is_precise] == OTHERS


def test_coverage_counts_them():
    """One edge lacks what its task returns: code does not show the sum."""
    dag = names_of(SOURCE)["found"]
    found = coverage_of(shown_edge(one, suggesting=False) for one in edges_of(dag))
    assert (found.edges, found.typed, found.precise, found.writer) == (10, 9, 8, 1)


SPREAD = """
from airflow.sdk import dag, task


@dag(schedule=None)
def found():
    @task
    def pages():
        return [{"start": one, "folder": "a"} for one in range(3)]

    @task
    def fetch(start: int, folder: str, limit: int):
        print(start, folder, limit)

    @task
    def bare(start, folder, ti=None):
        open(folder)
        range(start)

    @task
    def anything(start, folder):
        print(start, folder)

    @task
    def half(start, folder: str):
        print(start, folder)

    fetch.partial(limit=1).expand_kwargs(pages())
    bare.expand_kwargs(pages())
    anything.expand_kwargs(pages())
    half.expand_kwargs(pages())


found = found()
"""


def test_expand_kwargs_reads_a_dict_of_the_parameters():
    """Annotations of all parameters that it gives, or the code, say what the items must be."""
    edges = edges_of(names_of(SPREAD)["found"])
    items = "list[{'start': int, 'folder': str}]"
    assert [(str(one), one.is_typed, one.is_precise) for one in edges] == [
        (f"pages -> fetch.**: {items} as {{'start': int, 'folder': str}} (each item)", True, True),
        (
            f"pages__1 -> bare.**: {items} as Any (range(start), open(folder)) (each item)",
            True,
            True,
        ),
        (f"pages__2 -> anything.**: {items} as Any (any value) (each item)", True, False),
        (f"pages__3 -> half.**: {items} as Any (each item)", False, False),
    ]
