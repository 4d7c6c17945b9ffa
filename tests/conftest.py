"""Hypothesis profiles, and the harness's fixtures."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os

from hypothesis import HealthCheck, Phase, settings

from tests.harness import env

env.prepare()  # before anything imports Airflow
pytest_plugins = (
    ["tests.harness.fixtures"] if importlib.util.find_spec("tests.harness.fixtures") else []
)

# Whole deployments run on the packages of requirements/services.txt: `make test-services`.
collect_ignore = [] if importlib.util.find_spec("celery") else ["deployment"]
# What only the next Airflow has: `make test-next`.
_AIRFLOW = importlib.metadata.version("apache-airflow-core").split(".")
if tuple(map(int, _AIRFLOW[:2])) < (3, 4):
    collect_ignore.append("next")

# A failure prints the blob that reproduces it; machines differ too much in speed for deadlines.
_COMMON = {
    "deadline": None,
    "print_blob": True,
    "phases": [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much],
}
settings.register_profile("default", max_examples=300, **_COMMON)
settings.register_profile("ci", max_examples=1000, derandomize=False, **_COMMON)
settings.register_profile("deep", max_examples=5000, **_COMMON)
# Hundreds of runs, each of which must say the same when it is repeated.
settings.register_profile("mutants", max_examples=50, derandomize=True, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
