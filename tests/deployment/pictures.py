"""The pictures of Airflow's UI in the docs: ``python -m tests.deployment.pictures`` makes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.harness import env

env.prepare()  # before Airflow reads its settings

import pyarrow as pa  # noqa: E402
from airflow.sdk import DAG  # noqa: E402
from pydantic import BaseModel, Field  # noqa: E402

from tests.harness.apiserver import ApiServer  # noqa: E402
from tests.harness.browser import Browser  # noqa: E402
from tests.harness.dagtest import run_dag  # noqa: E402
from typedxcom import Table, task  # noqa: E402

PICTURE = Path(__file__).parents[2] / "docs" / "how-to" / "tab.png"
AREA = {"x": 350, "y": 210, "width": 1045, "height": 805, "scale": 0.8}


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


def main() -> None:
    """Write the picture."""
    found, server, browser = run(), ApiServer(), Browser()
    try:
        server.start()
        browser.start(height=1300)
        browser.set_cookie(server.url, "_token", server.token("admin"))
        address = f"{server.url}/dags/taxi/runs/{found.run_id}/tasks/extract"
        browser.go(f"{address}/plugin/typed-xcom")
        browser.wait_text("First 3 rows")
        browser.screenshot(PICTURE, clip=AREA)
    finally:
        browser.stop()
        server.stop()


if __name__ == "__main__":
    main()
