"""After all that the other tests did, the sweep finds each object that no row names, and no other.

This file stands last by its name.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.deployment.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.airflow]

# The command two days from now: nothing here is as old as the grace period.
SWEEP = """
import functools, sys
from datetime import datetime, timedelta, timezone
import typedxcom.sweep
later = datetime.now(timezone.utc) + timedelta(days=2)
typedxcom.sweep.sweep = functools.partial(typedxcom.sweep.sweep, now=later)
from typedxcom.cli import main
sys.exit(main(["sweep", "--format", "json", *sys.argv[1:]]))
"""


def swept(site: Site, *args: str, **settings: str) -> dict[str, Any]:
    """What the command reports of this deployment's store."""
    report = json.loads(site.stack.python(SWEEP, *args, **settings))
    assert (report["complete"], report["errors"]) == (True, [])
    found: dict[str, Any] = report["stores"][0]
    return found


def wait_for_runs(site: Site) -> None:
    """Waits until the last runs have ended: the sweep leaves their objects alone."""
    end = time.monotonic() + 120
    while swept(site)["in_flight"]["objects"] and time.monotonic() < end:
        time.sleep(2)


def test_every_object_is_accounted_for(site: Site) -> None:
    """By the database and by REST it counts the same orphans, and removes just these."""
    wait_for_runs(site)
    api = {
        "AIRFLOW__TYPEDXCOM__SWEEP_API": site.stack.url,
        "AIRFLOW__TYPEDXCOM__SWEEP_TOKEN": site.stack.token,
    }
    stored, named = site.stored(), site.named()
    assert named < stored, "the tests before this one leave orphans, and none without its object"
    for settings in ({}, api):
        found = swept(site, **settings)
        assert found["found"]["objects"] == len(stored)
        assert found["in_flight"]["objects"] == 0
        assert found["named"]["objects"] == len(named)
        assert found["orphans"]["objects"] == len(stored - named)
    assert site.stored() == stored
    gone = swept(site, "--delete", "--all-orphans", **(api if site.variant == "stock" else {}))
    assert gone["deleted"]["objects"] == len(stored - named)
    assert site.stored() == site.named() == named
    assert not site.partials()
