"""A mistake that only the data shows: an untyped task sends on a wind of 1,048 miles per hour."""

from __future__ import annotations

from datetime import timedelta

import airflow.sdk
import pyarrow.compute as pc
from airflow.sdk import dag
from nyc import files
from nyc.models import WeatherHour

from typedxcom import task


@dag(schedule=None, default_args={"retries": 3, "retry_delay": timedelta(0)})
def wrong_value() -> None:
    @airflow.sdk.task  # Airflow's own, without annotations: nothing is checked here
    def windiest():
        weather = files.read(files.data_folder() / "weather.csv")
        top = pc.index(weather["wind_speed"], pc.max(weather["wind_speed"])).as_py()
        row = weather.slice(top, 1).to_pylist()[0]
        return row | {"time_hour": row["time_hour"].isoformat()}

    @task
    def warn(hour: WeatherHour) -> str:
        return f"Stay at home: {hour.wind_speed} mph at {hour.origin}"

    warn(windiest())


wrong_value()
