"""What the bench of logistic regression concludes from its seconds."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[1] / "bench" / "bench_logistic.py"
SPEC = importlib.util.spec_from_file_location("bench_logistic", PATH)
bench = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bench)


def seconds(**changed):
    """Seconds in which every peer takes just as many times as long as is wanted."""
    took = {}
    for name in ("plain set", "rare set"):
        took["none", name] = took["firth", name] = 2.0
        for peer, wanted in bench.WANTED.items():
            took[peer, name] = 2.0 * wanted * changed.get(peer, 1.0)
    return took


def test_a_ratio_that_is_missed_is_named_and_one_that_is_met_is_not():
    assert bench.judged(seconds(), bench.OURS) == ([], [])
    missed, absent = bench.judged(seconds(r=0.9), bench.OURS)
    assert len(missed) == 2
    assert "glm.fit of R in a loop, plain set: 22.5 times ours, not 25" in missed
    assert absent == []


def test_a_ratio_that_was_not_measured_is_not_met():
    took = {key: value for key, value in seconds().items() if key[0] != "firthmodels"}
    missed, absent = bench.judged(took, bench.OURS)
    assert missed == []
    assert absent == ["firthmodels in a loop, plain set", "firthmodels in a loop, rare set"]
    assert "pip install firthmodels" in bench.INSTALL
    assert "FIRTHMODELS_PYTHON=" in bench.INSTALL


@pytest.mark.parametrize(("missed", "status"), [([], 0), (["r"], 1)])
def test_the_exit_status_says_whether_one_was_missed(missed, status, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench"])
    monkeypatch.setattr(bench, "SIZES", (20, 2, 1, (50, 60)))
    monkeypatch.setattr(bench.shutil, "which", lambda _: None)
    monkeypatch.setattr(bench, "firthmodels_python", lambda: None)
    monkeypatch.setattr(bench, "bytes_a_second", lambda: 1e10)
    monkeypatch.setattr(bench, "judged", lambda *_: (missed, ["firthmodels"]))
    assert bench.main() == status
    told = capsys.readouterr().err
    assert ("MISSED: r" in told) == bool(missed)
    assert "NOT MEASURED: firthmodels" in told
    assert "pip install firthmodels" in told
