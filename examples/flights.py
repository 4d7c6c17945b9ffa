"""The demo: run the DAG over all flights of 2013, show what flowed, then show three errors.

    python examples/flights.py

The DAG is ``dags/flights_2013.py``. Here is only what runs it: a scratch Airflow on SQLite, in
this process, which leaves nothing behind.
"""

from __future__ import annotations

import sys
import time

from demo import home


def main() -> int:
    """Run it all; 0 if everything came out as it should."""
    started = time.monotonic()
    print("Making a scratch Airflow on SQLite ...", flush=True)
    folder = home.prepare()
    home.migrate()

    # Only now: Airflow reads its settings when it is imported.
    from demo import wrong
    from demo.edges import edges
    from demo.run import run

    mypy = wrong.Mypy(folder)
    import flights_2013

    print("\nThe DAG flights_2013, from examples/dags/flights_2013.py\n", flush=True)
    dag = flights_2013.flights_2013()
    made = run(dag)
    if made.state != "success":
        print(f"\nThe run is {made.state!r}, and should be a success.")
        return 1

    print("\nWhat flowed, with the JSON bytes of its XCom rows\n")
    for edge in edges(dag, made):
        print(f"  {edge}")
    print(f"\nThe report\n\n{made.rows['publish', -1, 'return_value']}")

    outcomes = []
    print("\nA wrong DAG, examples/wrong_wiring.py: what mypy says\n", flush=True)
    outcomes.append(mypy.show())
    print("\nThe same file, when Airflow parses it\n", flush=True)
    outcomes.append(wrong.show_parse_error())
    print("\nA wrong value, examples/dags/wrong_value.py, when the DAG runs\n", flush=True)
    outcomes.append(wrong.show_run_error())

    if not all(outcomes):
        print("\nSome error above is not the one that it should be.")
        return 1
    print(f"\nDone in {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
