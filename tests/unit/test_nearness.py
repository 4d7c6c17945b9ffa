"""Which setting a misspelt one was to be, over every setting that Airflow's operators have."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from typedxcom.mypy.names import STANDARD_SETTINGS
from typedxcom.nearness import branch_meant, key_meant, setting_meant, task_meant

# What Airflow's BaseOperator takes, from 3.1 to 3.4.
SETTINGS = [
    "allow_nested_operators",
    "dag",
    "default_args",
    "depends_on_past",
    "do_xcom_push",
    "doc",
    "doc_json",
    "doc_md",
    "doc_rst",
    "doc_yaml",
    "email",
    "email_on_failure",
    "email_on_retry",
    "end_date",
    "execution_timeout",
    "executor",
    "executor_config",
    "ignore_first_depends_on_past",
    "inlets",
    "logger_name",
    "map_index_template",
    "max_active_tis_per_dag",
    "max_active_tis_per_dagrun",
    "max_retry_delay",
    "multiple_outputs",
    "on_execute_callback",
    "on_failure_callback",
    "on_retry_callback",
    "on_skipped_callback",
    "on_success_callback",
    "outlets",
    "owner",
    "params",
    "pool",
    "pool_slots",
    "post_execute",
    "pre_execute",
    "priority_weight",
    "queue",
    "render_template_as_native_obj",
    "resources",
    "retries",
    "retry_delay",
    "retry_exponential_backoff",
    "retry_policy",
    "run_as_user",
    "sla",
    "start_date",
    "task_display_name",
    "task_group",
    "task_id",
    "trigger_rule",
    "wait_for_downstream",
    "wait_for_past_depends_before_skipping",
    "weight_rule",
]
ALL = [*SETTINGS, *sorted(STANDARD_SETTINGS - {*SETTINGS})]


def slips(name: str) -> Iterator[str]:
    """*name* with a letter dropped, doubled or swapped, in another number, or in another case."""
    for at in range(len(name)):
        pair = name[at : at + 2]
        yield name[:at] + name[at + 1 :]
        yield name[:at] + name[at] + name[at:]
        if len(pair) == 2 and "_" not in pair:
            yield name[:at] + pair[::-1] + name[at + 2 :]
    yield name.replace("_", "")
    yield re.sub("_(.)", lambda found: found[1].upper(), name)
    yield f"{name}s"
    if name.endswith("s"):
        yield name[:-1]
    if name.endswith("ies"):
        yield f"{name[:-3]}y"
    if name.endswith("y"):
        yield f"{name[:-1]}ies"


@pytest.mark.parametrize("name", ALL)
def test_a_slip_of_a_setting_is_recognized(name):
    """Each typical misspelling of a setting of four letters or more leads back to it."""
    short = max(map(len, name.split("_"))) < 4
    found = {slip: setting_meant(slip, ALL) for slip in slips(name) if slip not in ALL}
    assert found or short
    if not short:
        lost = [slip for slip, meant in found.items() if meant != name]
        assert len(lost) <= len(found) // 5, lost
    assert {meant for meant in found.values() if meant not in (name, None)} == set()


def test_nearly_all_slips_are_recognized():
    """What is lost are words of two and three letters, such as `doc_md`."""
    pairs = [(slip, name) for name in SETTINGS for slip in slips(name) if slip not in SETTINGS]
    found = [setting_meant(slip, SETTINGS) == name for slip, name in pairs]
    assert sum(found) / len(found) > 0.95


@pytest.mark.parametrize("name", ALL)
def test_no_setting_is_taken_for_another(name):
    """An operator without one setting would not be given the hint to another one."""
    assert setting_meant(name, [one for one in ALL if one != name]) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("retry", "retries"), ("retrys", "retries"), ("Retries", "retries"),
        ("on_fail_callback", "on_failure_callback"), ("on_skip_callback", "on_skipped_callback"),
        ("retrydelay", "retry_delay"), ("retry_delayy", "retry_delay"), ("taskid", "task_id"),
        ("task_concurrency", None), ("provide_context", None), ("retry_left", None), ("name", None),
        ("image", None), ("schedule", None), ("wait_for_upstream", None), ("x", None),
    ],
)  # fmt: skip
def test_a_word_that_authors_write(name, meant):
    """Also the settings of older Airflows, which have no successor, and those of providers."""
    assert setting_meant(name, SETTINGS) == meant


def test_a_task_is_meant_in_its_group_and_not_by_its_number():
    """`train` may be `heavy.train`, and `load_1` is not `load_2`."""
    assert task_meant("train", ["heavy.train", "trains"]) == "heavy.train"
    assert task_meant("lod", ["load", "save"]) == "load"
    assert task_meant("load_1", ["load_2"]) is None


def test_a_branch_is_not_another_environments():
    """`load_eu` is no slip of `load_us`."""
    assert branch_meant("load_eu", ["load_us"]) is None
    assert branch_meant("cleanup", ["clean_up"]) == "clean_up"
    assert branch_meant("heavy.trian", ["heavy.train"]) == "heavy.train"


@pytest.mark.parametrize(
    ("key", "known", "is_meant"),
    [
        ("totl", "total", True), ("custmer", "customer", True), ("nmae", "name", True),
        ("customerId", "customer_id", True), ("dry_urn", "dry_run", True), ("user", "users", True),
        ("start_date", "end_date", False), ("encoded", "decoded", False), ("rate", "date", False),
        ("load_us", "load_eu", False), ("min_price", "max_price", False), ("row_1", "row_2", False),
        ("created", "updated", False), ("inserted", "updated", False), ("a_only", "b_only", False),
        ("rows_loaded", "rows_deleted", False), ("input_path", "output_path", False), ("id", "ids", False),
    ],
)  # fmt: skip
def test_a_key_is_no_slip_of_one_that_another_dict_may_have(key, known, is_meant):
    """A reader may tell dicts of several forms apart, so a wrong guess would refuse right code."""
    assert (key_meant(key, ["other", known]) == known) is is_meant
