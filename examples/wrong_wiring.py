"""A mistake on purpose: someone forgot to reduce. mypy finds it, and so does the DAG parser."""

from __future__ import annotations

from airflow.sdk import dag
from nyc.models import Airline, CarrierSummary, Report

from typedxcom import task


@dag(schedule=None)
def wrong_wiring() -> None:
    @task
    def read_airlines() -> list[Airline]:
        return [Airline(carrier="HA", name="Hawaiian Airlines Inc.")]

    @task
    def summarize(airline: Airline) -> CarrierSummary:
        raise NotImplementedError

    @task
    def publish(report: Report) -> None:
        print(report.mean_delay)

    summaries = summarize.expand(airline=read_airlines())
    publish(summaries)


wrong_wiring()
