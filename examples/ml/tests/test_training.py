"""Single tasks, and a whole run."""

from __future__ import annotations

from typing import Any

import pytest
from houses.contracts import Setting
from houses.tasks import choose, prepare, score, train

from typedxcom import ValidationError
from typedxcom.testing import run_task

GOOD, BAD = Setting(degree=2, penalty=0.1), Setting(degree=1, penalty=1000.0)


def test_the_better_model_is_chosen() -> None:
    data = run_task(prepare, 7, 400)
    models = [run_task(train, data, setting) for setting in (BAD, GOOD)]
    scores = [run_task(score, data, one) for one in models]
    best = run_task(choose, scores, models)
    assert run_task(score, data, best).setting == GOOD


def test_a_house_without_a_price_is_refused() -> None:
    sold = run_task(prepare, 7, 100).to_pandas()
    sold.loc[3, "price"] = 0.0
    with pytest.raises(ValidationError, match=r"column `price` has 1 value .* \(row 3: 0.0\)"):
        run_task(train, sold, GOOD)


def test_all_settings_are_tried(typed_dag_run: Any) -> None:
    from train_houses import train_houses_dag

    run = typed_dag_run(train_houses_dag, run_conf={"houses": 60})
    trained = [one for one in run.get_task_instances() if one.task_id == "train"]
    assert len(trained) == 9
