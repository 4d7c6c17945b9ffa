"""Which carrier is late, where, and is it the rain? All flights out of New York in 2013.

The tasks are typed by their annotations alone. The flights travel as a `Table[Flight]`: checked by
column, stored once, and read by each task as far as it needs them: some columns, some rows, or a
batch for each instance of a mapped task.
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
    Counts,
    Departure,
    Destination,
    Flight,
    Flown,
    Period,
    Rain,
    Report,
    Source,
    Sources,
    WeatherHour,
)

from typedxcom import LazyTable, Table, XComKey, task

REJECTED = XComKey("rejected", list[str])


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
    def read_flights(source: Source) -> Table[Flight]:
        return files.read(source.path)

    @task
    def read_weather(source: Source, ti: TaskInstance) -> Table[WeatherHour]:
        """The good rows; one hour of the file had a wind of 1,048 miles per hour."""
        found = Table[WeatherHour].filter(files.read(source.path))
        REJECTED.push(ti, [str(problem) for problem in found.problems])
        return found.good

    @task
    def read_airlines(source: Source) -> list[Airline]:
        return [Airline(**row) for row in files.read(source.path).to_pylist()]

    # Airflow would push each key of a dict as an XCom of its own, too.
    @task(multiple_outputs=False)
    def join_airports(flights: Table[Destination], airports: Source) -> dict[str, Airport | None]:
        """Each destination; the file does not know the airports of Puerto Rico."""
        known = {row["faa"]: row for row in files.read(airports.path).to_pylist()}
        destinations = flights["dest"].unique().to_pylist()
        return {
            code: Airport(**known[code]) if code in known else None for code in sorted(destinations)
        }

    @task
    def count(batch: Table[Departure], period: Period) -> Counts:
        """The totals of one batch of flights."""
        rows = stats.on_days(batch, period)
        return Counts(
            flights=rows.num_rows,
            cancelled=rows["dep_time"].null_count,
            minutes=pc.sum(rows["dep_delay"]).as_py() or 0,
        )

    @task(map_index_template="{{ task.op_kwargs['airline'].carrier }}")
    def summarize(
        airline: Airline,
        flights: LazyTable[Flown],
        weather: Table[Rain],
        airports: dict[str, Airport | None],
        period: Period,
    ) -> CarrierSummary:
        own = flights.filter(pc.field("carrier") == airline.carrier).to_arrow()
        rows = stats.on_days(own, period)
        joined = stats.with_weather(rows, weather)
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
    def reduce(summaries: list[CarrierSummary], counts: list[Counts], period: Period) -> Report:
        flights = sum(one.flights for one in counts)
        cancelled = sum(one.cancelled for one in counts)
        return Report(
            period=period,
            flights=flights,
            cancelled=cancelled,
            mean_delay=sum(one.minutes for one in counts) / max(flights - cancelled, 1),
            carriers=sorted(summaries, key=lambda one: -(one.mean_delay or 0.0)),
        )

    @task
    def publish(report: Report, ti: TaskInstance) -> str:
        """The report as text."""
        left_out = REJECTED.pull(ti, task_ids="read_weather")
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
        lines += [f"Weather left out: {problem}" for problem in left_out]
        return "\n".join(lines)

    sources = extract()
    period = choose(first="{{ params.first }}", last="{{ params.last }}")
    flights = read_flights(sources["flights"])
    weather = read_weather(sources["weather"])
    airlines = read_airlines(sources["airlines"])
    airports = join_airports(flights, sources["airports"])
    summaries = summarize.partial(
        flights=flights, weather=weather, airports=airports, period=period
    ).expand(airline=airlines)
    counts = count.partial(period=period).expand(batch=flights.batches(rows=50_000))
    publish(reduce(summaries, counts, period))


flights_2013()
