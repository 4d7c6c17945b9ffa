"""The pictures of Airflow's UI in the docs: ``python -m tests.deployment.pictures`` makes them."""

from __future__ import annotations

from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

from tests.harness import env

env.prepare()  # before Airflow reads its settings

import pyarrow as pa  # noqa: E402
from airflow.sdk import DAG  # noqa: E402
from pydantic import BaseModel, Field  # noqa: E402

from tests.harness.apiserver import ApiServer  # noqa: E402
from tests.harness.browser import Browser  # noqa: E402
from tests.harness.dagtest import run_dag  # noqa: E402
from typedxcom import Table, dag, task  # noqa: E402

PICTURES = Path(__file__).parents[2] / "docs" / "how-to"
TAB = {"x": 350, "y": 210, "width": 1045, "height": 805, "scale": 0.8}
FORM = {"x": 252, "y": 64, "width": 896, "height": 690, "scale": 0.6}


class Trip(BaseModel):
    id: int
    day: date
    km: float = Field(ge=0)
    city: str
    driver: str = Field(json_schema_extra={"preview": False})


class Report(BaseModel):
    trips: int
    km: float


def run() -> Any:
    """A run of a small DAG."""

    @task(preview=3)
    def extract() -> Table[Trip]:
        count = 33_677
        cities = ["Utrecht", "Delft", "Leiden"]
        return pa.table(
            {
                "id": range(count),
                "day": [date(2024, 1, 1 + n % 31) for n in range(count)],
                "km": [n % 97 / 2 for n in range(count)],
                "city": [cities[n % 3] for n in range(count)],
                "driver": ["Ada"] * count,
            }
        )

    @task
    def summarize(trips: Table[Trip]) -> Report:
        return Report(trips=trips.num_rows, km=1.0)

    @task
    def publish(report: Report) -> None: ...

    with DAG("taxi", schedule=None) as dag:
        publish(summarize(extract()))
    return run_dag(dag)


class Region(Enum):
    EU = "eu"
    US = "us"


@dag(schedule=None, dag_id="trips")
def trips(
    day: date = date(2024, 1, 1),
    limit: Annotated[int, Field(ge=1, description="How many trips.")] = 100,
    region: Region = Region.EU,
) -> None:
    @task
    def extract(day: date, limit: int, region: Region) -> str:
        return f"{limit} trips of {day:%A} in {region.name}"

    extract(day, limit, region)


def main() -> None:
    """Write the pictures."""
    found, server, browser = run(), ApiServer(), Browser()
    run_dag(trips())
    try:
        server.start()
        browser.start(height=1300)
        browser.set_cookie(server.url, "_token", server.token("admin"))
        address = f"{server.url}/dags/taxi/runs/{found.run_id}/tasks/extract"
        browser.go(f"{address}/plugin/typed-xcom")
        browser.wait_text("First 3 rows")
        browser.screenshot(PICTURES / "tab.png", clip=TAB)
        browser.go(f"{server.url}/dags/trips")
        browser.wait_text("trips", "Trigger")
        browser.click("Trigger Dag")
        browser.wait_text("How many trips.", "EU")
        browser.screenshot(PICTURES / "form.png", clip=FORM)
    finally:
        browser.stop()
        server.stop()


if __name__ == "__main__":
    main()
