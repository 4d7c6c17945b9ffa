"""Which carrier is late, where, and is it the rain? All flights out of New York in 2013.

The tasks are typed by their annotations alone. Only small values travel: a `Source` stands for the
rows of a file, which stay where they are.
"""

from __future__ import annotations

from datetime import date

import pyarrow.compute as pc
from airflow.sdk import dag
from airflow.sdk.types import RuntimeTaskInstanceProtocol as TaskInstance
from nyc import files, stats
from nyc.models import (
    Airline,
    Airport,
    CarrierSummary,
    Checked,
    Flight,
    Period,
    Rejected,
    Report,
    Source,
    Sources,
    WeatherHour,
)
from pydantic import BaseModel, ValidationError

from typedxcom import XComKey, task

REJECTED = XComKey("rejected", list[Rejected])


def check_rows(source: Source, model: type[BaseModel]) -> tuple[Checked, list[Rejected]]:
    """Validate every row of a file."""
    table = files.read(source.path)
    rejected: list[Rejected] = []
    for number, row in stats.dicts(table):
        try:
            model.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            problem = f"{first['loc'][0]} = {first['input']}: {first['msg']}"
            rejected.append({"row": number, "problem": problem})
    bad = [one["row"] for one in rejected]
    nulls = {name: table[name].null_count for name in table.column_names}
    return Checked(
        source=source,
        good=table.num_rows - len(bad),
        bad=bad,
        nulls={name: count for name, count in nulls.items() if count},
    ), rejected


@dag(schedule=None, params={"first": "2013-01-01", "last": "2013-12-31"})
def flights_2013() -> None:
    @task
    def extract() -> Sources:
        folder = files.data_folder()

        def source(name: str) -> Source:
            return Source(path=folder / name, rows=files.read(folder / name).num_rows)

        return {
            "flights": source("flights.csv.zip"),
            "weather": source("weather.csv"),
            "airlines": source("airlines.csv"),
            "airports": source("airports.csv"),
        }

    # Jinja can only make strings: they are read as dates. Period also checks their order.
    @task(inputs=Period)
    def choose(first: date, last: date) -> Period:
        return Period(first=first, last=last)

    @task
    def validate_flights(source: Source) -> Checked:
        checked, _ = check_rows(source, Flight)
        return checked

    @task
    def validate_weather(source: Source, ti: TaskInstance) -> Checked:
        checked, rejected = check_rows(source, WeatherHour)
        REJECTED.push(ti, rejected)
        return checked

    @task
    def read_airlines(source: Source) -> list[Airline]:
        return [Airline(**row) for row in files.read(source.path).to_pylist()]

    # Airflow would push each key of a dict as an XCom of its own, too.
    @task(multiple_outputs=False)
    def join_airports(flights: Checked, airports: Source) -> dict[str, Airport | None]:
        """Each destination; the file does not know the airports of Puerto Rico."""
        known = {row["faa"]: row for row in files.read(airports.path).to_pylist()}
        destinations = files.read(flights.source.path)["dest"].unique().to_pylist()
        return {
            code: Airport(**known[code]) if code in known else None for code in sorted(destinations)
        }

    @task(map_index_template="{{ task.op_kwargs['airline'].carrier }}")
    def summarize(
        airline: Airline,
        flights: Checked,
        weather: Checked,
        airports: dict[str, Airport | None],
        period: Period,
    ) -> CarrierSummary:
        rows = stats.without(files.read(flights.source.path), flights.bad)
        rows = stats.flown_by(rows, airline.carrier, period)
        hours = stats.without(files.read(weather.source.path), weather.bad)
        joined = stats.with_weather(rows, hours)
        return CarrierSummary(
            carrier=airline.carrier,
            name=airline.name,
            flights=rows.num_rows,
            cancelled=rows["dep_time"].null_count,
            mean_delay=pc.mean(rows["dep_delay"]).as_py(),
            worst_route=stats.worst_route(rows, airports),
            rain=stats.correlation(joined["dep_delay"], joined["precip"]),
        )

    @task
    def reduce(summaries: list[CarrierSummary], period: Period) -> Report:
        flown = [(one.flights - one.cancelled, one.mean_delay or 0.0) for one in summaries]
        departures = sum(count for count, _ in flown)
        return Report(
            period=period,
            flights=sum(one.flights for one in summaries),
            cancelled=sum(one.cancelled for one in summaries),
            mean_delay=sum(count * delay for count, delay in flown) / max(departures, 1),
            carriers=sorted(summaries, key=lambda one: -(one.mean_delay or 0.0)),
        )

    @task
    def publish(report: Report, ti: TaskInstance) -> str:
        """The report as text."""
        left_out = REJECTED.pull(ti, task_ids="validate_weather")
        days = f"{report.period.first} to {report.period.last}"
        lines = [
            f"{report.flights:,} flights out of New York, {days}: {report.cancelled:,} cancelled,",
            f"the others left {report.mean_delay:.1f} minutes late in the mean.",
            "",
            f"{'carrier':<31}{'flights':>8}{'cancelled':>10}{'delay':>7}{'rain':>7}  worst route",
        ]
        for one in report.carriers:
            delay = "" if one.mean_delay is None else f"{one.mean_delay:.1f}"
            rain = "" if one.rain is None else f"{one.rain:+.2f}"
            route = one.worst_route
            where = "too few flights on any"
            if route is not None:
                name = route.airport or "an airport that airports.csv does not list"
                where = f"{route.origin}-{route.dest} {route.mean_delay:.0f} min ({name})"
            name = f"{one.carrier} {one.name}"
            lines.append(
                f"{name:<31}{one.flights:>8,}{one.cancelled:>10,}{delay:>7}{rain:>7}  {where}"
            )
        lines += ["", "delay: mean at departure, in minutes; rain: its correlation with the rain."]
        lines += [f"Weather left out: row {one['row']:,}, {one['problem']}" for one in left_out]
        return "\n".join(lines)

    sources = extract()
    period = choose(first="{{ params.first }}", last="{{ params.last }}")
    flights = validate_flights(sources["flights"])
    weather = validate_weather(sources["weather"])
    airlines = read_airlines(sources["airlines"])
    airports = join_airports(flights, sources["airports"])
    summaries = summarize.partial(
        flights=flights, weather=weather, airports=airports, period=period
    ).expand(airline=airlines)
    publish(reduce(summaries, period))


flights_2013()
