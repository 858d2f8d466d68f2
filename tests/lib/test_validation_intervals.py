"""Intervals of corrected measures, and studies drawn where the truth is known."""

import dataclasses
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.drawn_validation import accuracy, drawn
from analysis_lib.errors import DataError
from analysis_lib.performance import from_logits, measures
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.validation import Resampled, optimism, resample
from analysis_lib.validation_intervals import shifted_interval, two_stage_interval

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "validation_data.csv")
COUNTS = pd.read_csv(FOLDER / "validation_counts.csv")
WANT = pd.read_csv(FOLDER / "validation.csv").set_index(["set", "name"])["value"]


def ready(name, **other):
    kept = {
        "candidates": ("age", "light", "smoke", "ptl", "ht", "ui"),
        "outcome": "low",
        "cut": "light",
        "cutoff": "youden",
        "screening": 0.10,
        "penalty": "none",
    }
    return prepare(Procedure(**{**kept, **other}), DATA[DATA["set"] == name])


class Spy:
    """Keeps what a procedure was asked."""

    def __init__(self, procedure):
        self.procedure, self.asked = procedure, []

    def __call__(self, weights):
        self.asked.append(np.array(weights))
        return self.procedure(weights)


@pytest.mark.parametrize("name", ["births", "few", "tiny"])
def test_the_shifted_interval_is_that_of_r(name):
    procedure = ready(name)
    rows = COUNTS.loc[COUNTS["set"] == name, "counts"]
    counts = np.array([[int(word) for word in row.split()] for row in rows])
    resampled = Resampled(
        procedure.y, counts, procedure(np.ones((1, len(procedure.y)))).linear, procedure(counts)
    )
    for measure, short in (("c_statistic", "c"), ("brier", "brier")):
        got = shifted_interval(resampled, measure, level=0.95)
        assert got.lower == pytest.approx(WANT[name, f"shifted_{short}_lower"], rel=1e-6)
        assert got.upper == pytest.approx(WANT[name, f"shifted_{short}_upper"], rel=1e-6)
        assert got.estimate == optimism(resampled)[measure].corrected
        narrow = shifted_interval(resampled, measure, level=0.5)
        assert got.lower < narrow.lower < narrow.upper < got.upper


def apart(procedure, counts, inner):
    """Correct the measures of one set of counts in its rows, copy by copy; a plain road."""
    rows = np.repeat(np.arange(len(counts)), counts)
    own = dataclasses.replace(procedure, x=procedure.x[rows], y=procedure.y[rows])
    # Which of its copies a resample takes does not matter: all go to the first.
    first = np.unique(rows, return_index=True)[1]
    drawn_ = np.zeros((len(inner), len(rows)), dtype=np.int64)
    drawn_[:, first] = inner[:, np.unique(rows)]
    resampled = Resampled(own.y, drawn_, own(np.ones((1, len(rows)))).linear, own(drawn_))
    good = resampled.good
    inside = measures(resampled.fits.linear[good], own.y, drawn_[good])
    return optimism(resampled), inside


@pytest.mark.parametrize("block", [4000, 30])
def test_the_two_stage_interval_is_a_loop_of_corrections(monkeypatch, block):
    monkeypatch.setattr("analysis_lib.validation_intervals.BLOCK", block)
    procedure = ready("few", penalty="flic")
    spy = Spy(procedure)
    outer, inner = 7, 12
    got = two_stage_interval(
        spy, procedure.y, "c_statistic", outer=outer, inner=inner, seed=3, level=0.9
    )
    sets, asked = spy.asked[1], np.concatenate(spy.asked[2:]).reshape(outer, inner, -1)
    assert (asked.sum(axis=2) == len(procedure.y)).all()
    assert not asked[np.broadcast_to(sets[:, None] == 0, asked.shape)].any()
    corrected = [
        apart(procedure, counts, inside)[0]["c_statistic"].corrected
        for counts, inside in zip(sets, asked, strict=True)
    ]
    assert got.lower == pytest.approx(np.quantile(corrected, 0.05), rel=1e-9)
    assert got.upper == pytest.approx(np.quantile(corrected, 0.95), rel=1e-9)
    first = Resampled(
        procedure.y, sets, procedure(np.ones((1, len(procedure.y)))).linear, procedure(sets)
    )
    assert got.estimate == pytest.approx(optimism(first)["c_statistic"].corrected)


def test_a_study_is_drawn_and_corrected_as_a_plain_loop_would(monkeypatch):
    """Of one study: what it was drawn from, its correction, and its worth in all patients."""
    asked = []
    base = ready("few", penalty="flic")
    call = type(base).__call__
    monkeypatch.setattr(
        type(base), "__call__", lambda self, w: asked.append((self, w)) or call(self, w)
    )
    p = np.linspace(0.02, 0.5, len(base.y))
    got = drawn(base, p, studies=3, resamples=15, seed=8, level=0.8)
    (twice, counts), (_, inner) = asked[:2]
    monkeypatch.undo()
    n = len(base.y)
    assert (counts.sum(axis=1) == n).all()
    for i, inside in enumerate(inner.reshape(3, 15, -1)):
        found, own = apart(twice, counts[i], inside)
        row = got.iloc[i]
        assert row["events"] == counts[i, :n].sum()
        assert row["apparent_c"] == pytest.approx(found["c_statistic"].apparent)
        assert row["corrected_c"] == pytest.approx(found["c_statistic"].corrected)
        ends = np.quantile(own["c_statistic"], [0.1, 0.9]) - found["c_statistic"].optimism
        assert row[["lower_c", "upper_c"]].tolist() == pytest.approx(ends.tolist())
        # Pairs of a patient with the event and one without, each weighed by its probability.
        study = call(twice, counts[i][None]).linear[0, :n]
        won = pairs = 0.0
        for a, b in itertools.product(range(n), range(n)):
            weight = p[a] * (1 - p[b])
            won += weight * ((study[a] > study[b]) + 0.5 * (study[a] == study[b]))
            pairs += weight
        assert row["true_c"] == pytest.approx(won / pairs)
        slope = row["true_slope"]
        if np.ptp(study) == 0:
            assert np.isnan(slope)
            continue
        # The score of the slope is zero at the true one.
        left = p - from_logits(slope * study + _level(slope * study, p))
        assert left @ study == pytest.approx(0, abs=1e-6)


def _level(offset, p):
    """Return the intercept with which as many events are expected as ``p`` has."""
    low, high = -30.0, 30.0
    for _ in range(100):
        middle = (low + high) / 2
        enough = from_logits(offset + middle).sum() > p.sum()
        low, high = (low, middle) if enough else (middle, high)
    return low


def test_studies_have_the_probabilities_they_were_given():
    base = ready("few", penalty="firth", candidates=("smoke",), cut=None, cutoff=None)
    p = np.where(base.x[:, 0] > 0, 0.4, 0.1)
    got = drawn(base, p, studies=400, resamples=2, seed=2, level=0.95)
    spread = math.sqrt(len(p) * p.mean() * (1 - p.mean()) / 400)
    assert got["events"].mean() == pytest.approx(p.sum(), abs=4 * spread)
    assert got.attrs["without_a_model"] == 0
    again = drawn(base, p, studies=400, resamples=2, seed=2, level=0.95)
    pd.testing.assert_frame_equal(got, again)


def test_studies_without_a_model_are_counted():
    base = ready("few", candidates=("smoke",), cut=None, cutoff=None)
    got = drawn(base, np.full(len(base.y), 0.01), studies=60, resamples=5, seed=1, level=0.95)
    assert got.attrs["without_a_model"] == 60 - len(got)
    assert got.attrs["without_a_model"] > 5  # about a third have no event at all
    assert (got["events"] > 0).all()


def test_accuracy_counts():
    studies = pd.DataFrame(
        {
            "true_c": [0.7, 0.7, 0.7, 0.8],
            "corrected_c": [0.8, 0.6, 0.7, 0.9],
            "lower_c": [0.75, 0.5, 0.6, 0.7],
            "upper_c": [0.9, 0.65, 0.8, 0.8],
        }
    )
    got = accuracy(studies, level=0.95)
    assert (got.covered, got.too_high, got.too_low) == (0.5, 0.25, 0.25)
    assert got.bias == pytest.approx(0.025)
    assert got.truth == pytest.approx(0.725)
    assert got.coverage_error == pytest.approx(0.25)
    assert got.bias_error == pytest.approx(np.std([0.1, -0.1, 0, 0.1], ddof=1) / 2)
    assert f"{got:covered}" == "50\N{NO-BREAK SPACE}%"
    with pytest.raises(DataError, match="two or more"):
        accuracy(studies.head(1), level=0.95)


def test_refusals():
    procedure = ready("few", penalty="flic")
    resampled = resample(procedure, procedure.y, resamples=20, seed=1)
    for name in ("slope", "intercept"):
        with pytest.raises(DataError, match=f"The {name} of a model in its own rows"):
            shifted_interval(resampled, name, level=0.95)
    with pytest.raises(DataError, match="level=95"):
        shifted_interval(resampled, "brier", level=95)
    with pytest.raises(DataError, match="no measure 'auc'"):
        shifted_interval(resampled, "auc", level=0.95)
    good = {"outer": 3, "inner": 3, "seed": 1, "level": 0.95}
    for other, message in (
        ({"inner": 1}, "at least 2 of each"),
        ({"level": 0}, "level=0"),
    ):
        with pytest.raises(DataError, match=message):
            two_stage_interval(procedure, procedure.y, "brier", **{**good, **other})
    p = np.full(len(procedure.y), 0.2)
    good = {"studies": 2, "resamples": 2, "seed": 1, "level": 0.95}
    for wrong in (p[1:], p * 0, p * 6):
        with pytest.raises(DataError, match="probabilities for 105 rows"):
            drawn(procedure, wrong, **good)
    for other in ({"studies": 0}, {"resamples": 1}, {"level": 1}):
        with pytest.raises(DataError, match="at least 1"):
            drawn(procedure, p, **{**good, **other})


def test_rows_that_separate_are_refused_by_two_stages():
    frame = pd.DataFrame({"a": np.arange(30.0), "low": np.arange(30) > 20})
    procedure = prepare(
        Procedure(
            candidates=("a",), outcome="low", cut=None, cutoff=None, screening=None, penalty="none"
        ),
        frame,
    )
    with pytest.raises(DataError, match="no model"):
        two_stage_interval(procedure, procedure.y, "brier", outer=3, inner=3, seed=1, level=0.95)
