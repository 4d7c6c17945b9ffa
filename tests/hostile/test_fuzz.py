"""A bounded run of the coverage-guided fuzzer; more of it: ``TYPEDXCOM_FUZZ_RUNS=10000000``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import env

HERE = Path(__file__).parent
SEED = int(os.environ.get("TYPEDXCOM_FUZZ_SEED", "20261126"))
RUNS = int(os.environ.get("TYPEDXCOM_FUZZ_RUNS", "60000"))


def test_the_fuzzer_finds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every input ends in an error of ours, or in a value that comes back as it was."""
    pytest.importorskip("atheris", reason="atheris has no wheel for this Python")
    (tmp_path / "new").mkdir()
    options = {
        "runs": RUNS,
        "seed": SEED,
        "max_len": 4096,
        "timeout": 60,  # seconds of one input
        "rss_limit_mb": 2048,
        "dict": HERE / "fuzz.dict",
        "artifact_prefix": f"{tmp_path}/",
        "print_final_stats": 1,
    }
    flags = [f"-{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "tests.hostile.fuzz", *flags]
    done = subprocess.run(
        [*command, str(tmp_path / "new"), str(HERE / "corpus")],
        env=env.clean_environ(),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=550 if RUNS <= 60000 else None,
    )
    crashes = {path.name: path.read_bytes() for path in tmp_path.glob("*-*")}
    assert done.returncode == 0, f"seed {SEED}: {crashes}\n{done.stderr[-4000:]}"
    assert not crashes
    [count] = re.findall(r"^stat::number_of_executed_units: (\d+)$", done.stderr, re.M)
    kept = len(list((HERE / "corpus").iterdir()))
    with capsys.disabled():
        print(f"\nfuzzed {count} inputs from {kept} kept ones, with seed {SEED}")
    assert int(count) >= RUNS
