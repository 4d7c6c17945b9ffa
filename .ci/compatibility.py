"""Print which versions the environments of the test targets hold, as a table."""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {
    ".venv": "test",
    ".venv-services": "test-services",
    ".venv-oldest": "test-oldest",
    ".venv-next": "test-next",
    ".venv-mypy": "test-mypy",
}
SHOWN = ("apache-airflow-core", "apache-airflow-task-sdk", "pydantic", "msgspec", "pyarrow", "mypy")


def main() -> None:
    """Print one line for each environment that is there."""
    print("| target | Python | " + " | ".join(SHOWN) + " |")
    print("|---" * (len(SHOWN) + 2) + "|")
    for folder, target in TARGETS.items():
        for packages in (ROOT / folder).glob("lib/python3*/site-packages"):
            found = {
                one.metadata["Name"]: one.version for one in distributions(path=[str(packages)])
            }
            python = packages.parent.name.removeprefix("python")
            print(f"| {target} | {python} | " + " | ".join(found.get(n, "-") for n in SHOWN) + " |")


if __name__ == "__main__":
    main()
