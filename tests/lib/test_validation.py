"""Optimism, .632+ and cross-validation against R, formulas and plain loops."""

import math
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import DataError
from analysis_lib.net_benefit import net_benefits
from analysis_lib.out_of_sample import cross_validate, out_of_bag
from analysis_lib.performance import MEASURES, from_logits, measures
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.validation import (
    Resampled,
    compared,
    optimism,
    resample,
    shrunken_risks,
)

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "validation_data.csv")
EACH = pd.read_csv(FOLDER / "validation_each.csv")
COUNTS = pd.read_csv(FOLDER / "validation_counts.csv")
WANT = pd.read_csv(FOLDER / "validation.csv").set_index(["set", "name"])["value"]
RMS = pd.read_csv(FOLDER / "validation_rms.csv").set_index("name")
SETS = ("births", "few", "tiny")
CLOSE = {"rel": 1e-6, "abs": 1e-8}


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


def resampled_as_in_r(name):
    procedure = ready(name)
    rows = COUNTS.loc[COUNTS["set"] == name, "counts"]
    counts = np.array([[int(word) for word in row.split()] for row in rows])
    whole = procedure(np.ones((1, len(procedure.y))))
    return Resampled(procedure.y, counts, whole.linear, procedure(counts))


@dataclass
class Constant:
    """A procedure that learns nothing: the same logits, whatever the rows."""

    logits: np.ndarray
    failing: int = 0

    def __call__(self, weights):
        size = len(weights)
        status = np.full(size, "converged", dtype="U13")
        if size > 1:
            status[: self.failing] = "separated"
        linear = np.broadcast_to(self.logits, (size, len(self.logits))).copy()
        linear[status != "converged"] = np.nan
        return SimpleNamespace(linear=linear, status=status)


@pytest.mark.parametrize("name", SETS)
def test_each_resample_and_the_optimism_agree_with_r(name):
    resampled = resampled_as_in_r(name)
    want = EACH[EACH["set"] == name]
    good = resampled.good
    np.testing.assert_array_equal(good, ~want["failed"])
    ones = np.ones_like(resampled.counts)
    for kind, w in (("drawn", resampled.counts), ("original", ones)):
        got = measures(resampled.fits.linear[good], resampled.y, w[good])
        for measure in MEASURES:
            np.testing.assert_allclose(
                got[measure], want.loc[good, f"{kind}_{measure}"], rtol=1e-6, atol=1e-8
            )
    found = optimism(resampled)
    assert found.resamples == 40
    assert sum(count for _, count in found.failed) == want["failed"].sum()
    for row in found.rows:
        difference = (want[f"drawn_{row.measure}"] - want[f"original_{row.measure}"]).dropna()
        assert row.apparent == pytest.approx(WANT[name, row.measure], **CLOSE)
        assert row.optimism == pytest.approx(difference.mean(), **CLOSE)
        assert row.corrected == pytest.approx(row.apparent - difference.mean(), **CLOSE)
        assert row.monte_carlo_error == pytest.approx(difference.sem(), **CLOSE)
        assert row.used == len(difference)


@pytest.mark.parametrize("name", SETS)
def test_632_plus_agrees_with_r(name):
    got = out_of_bag(resampled_as_in_r(name))
    c, brier = got["c_statistic"], got["brier"]
    assert c.out_of_bag == pytest.approx(WANT[name, "out_c"], **CLOSE)
    assert c.plus == pytest.approx(WANT[name, "plus_c"], **CLOSE)
    assert brier.out_of_bag == pytest.approx(WANT[name, "out_brier"], **CLOSE)
    assert brier.no_information == pytest.approx(WANT[name, "no_information"], **CLOSE)
    assert brier.plus == pytest.approx(WANT[name, "plus_brier"], **CLOSE)
    for row in (c, brier):
        assert row.point632 == pytest.approx(0.368 * row.apparent + 0.632 * row.out_of_bag)


def test_both_kinds_of_overfitting_are_in_the_reference():
    assert WANT["tiny", "out_brier"] > WANT["tiny", "no_information"]
    assert WANT["births", "out_brier"] < WANT["births", "no_information"]


def test_rms_finds_the_same_optimism():
    """Two thousand resamples on either side, of all terms: within five joint errors."""
    procedure = ready("births", cut=None, cutoff=None, screening=None)
    found = optimism(resample(procedure, procedure.y, resamples=2000, seed=11))
    for name, want in RMS.iterrows():
        row = found[name]
        assert row.apparent == pytest.approx(want["apparent"], rel=1e-6), name
        joint = row.monte_carlo_error * math.sqrt(1 + row.used / want["resamples"])
        assert row.optimism == pytest.approx(want["optimism"], abs=5 * joint), name
        assert joint < 0.1 * abs(want["optimism"]), name


def test_screening_and_cutoff_add_to_the_optimism():
    """That of the whole procedure is larger than of its last step alone."""
    whole = ready("births")
    first = optimism(resample(whole, whole.y, resamples=400, seed=2))["c_statistic"]
    entered = whole(np.ones(len(whole.y)))
    terms = tuple(np.array(entered.names)[entered.entered[0]])
    last = ready("births", candidates=terms, cutoff=float(entered.cutoffs[0]), screening=None)
    second = optimism(resample(last, last.y, resamples=400, seed=2))["c_statistic"]
    assert first.apparent == pytest.approx(second.apparent)
    assert first.optimism > second.optimism + 3 * first.monte_carlo_error


def test_what_learns_nothing_has_no_optimism():
    y = np.arange(60) % 4 == 0
    resampled = resample(
        Constant(np.sin(np.arange(60.0)) + y, failing=3), y, resamples=1500, seed=1
    )
    found = optimism(resampled)
    assert found.failed == (("separated", 3),)
    for name in ("c_statistic", "brier"):  # the others are not linear in the rows
        row = found[name]
        assert row.optimism == pytest.approx(0, abs=4 * row.monte_carlo_error), name
        assert row.used == 1497
    bag = out_of_bag(resampled)
    assert bag["brier"].plus == pytest.approx(bag["brier"].apparent)
    assert bag["c_statistic"].plus == pytest.approx(bag["c_statistic"].apparent, abs=0.02)


def test_measures_can_be_the_callers():
    procedure = ready("few")
    resampled = resample(procedure, procedure.y, resamples=60, seed=4)

    def benefit(linear, y, w):
        return {f"benefit at {t:g}": net_benefits(linear, y, w, t) for t in (0.1, 0.2)}

    found = optimism(resampled, measures=benefit)
    assert [row.measure for row in found.rows] == ["benefit at 0.1", "benefit at 0.2"]
    p = from_logits(resampled.apparent[0])
    y = procedure.y
    want = np.mean((p >= 0.2) & y) - np.mean((p >= 0.2) & ~y) * 0.25
    assert found["benefit at 0.2"].apparent == pytest.approx(want)
    assert found.table()["optimism"].gt(0).all()
    with pytest.raises(DataError, match="no measure 'brier'"):
        found["brier"]


def test_validations_side_by_side():
    procedure = ready("few")
    one, two = (optimism(resample(procedure, procedure.y, resamples=20, seed=s)) for s in (1, 2))
    got = compared({"a": one, "b": two}, ["brier", "slope"])
    assert got["repeated"].tolist() == ["Nothing (apparent)", "a", "b"]
    assert got["brier"].tolist() == [
        one["brier"].apparent, one["brier"].corrected, two["brier"].corrected,
    ]  # fmt: skip
    assert got["slope"].tolist()[1:] == [one["slope"].corrected, two["slope"].corrected]
    assert got["optimism"].tolist()[1:] == [one["brier"].optimism, two["brier"].optimism]
    assert math.isnan(got["optimism"][0])
    with pytest.raises(DataError, match="Nothing to compare"):
        compared({}, ["brier"])
    other = ready("births")
    third = optimism(resample(other, other.y, resamples=20, seed=1))
    with pytest.raises(DataError, match="of different models"):
        compared({"a": one, "b": third}, ["brier"])


def test_shrunken_risks_keep_their_sum_and_come_nearer():
    procedure = ready("few")
    resampled = resample(procedure, procedure.y, resamples=5, seed=1)
    got = shrunken_risks(resampled, 0.5)
    np.testing.assert_array_equal(got["outcome"], procedure.y)
    np.testing.assert_allclose(got["predicted"], from_logits(resampled.apparent[0]))
    assert got["corrected"].sum() == pytest.approx(procedure.y.sum())
    odds = np.log(got[["predicted", "corrected"]] / (1 - got[["predicted", "corrected"]]))
    np.testing.assert_allclose(np.ptp(odds["corrected"]), np.ptp(odds["predicted"]) / 2)


def test_the_seed_is_all_there_is():
    procedure = ready("few")
    one, two, three = (
        optimism(resample(procedure, procedure.y, resamples=50, seed=s)) for s in (1, 1, 2)
    )
    assert one == two
    assert one != three


@pytest.mark.parametrize("name", ["few", "tiny"])
def test_cross_validation_is_a_plain_loop(name):
    procedure = ready(name)
    y, folds, repeats = procedure.y, 4, 3
    seen = []

    def spy(weights):
        seen.append(weights)
        return procedure(weights)

    got = cross_validate(spy, y, folds=folds, repeats=repeats, seed=6)
    train = seen[1].reshape(repeats, folds, -1)
    assert (train.sum(axis=1) == folds - 1).all()  # each row is left out once a repeat
    out = 1 - train
    for count, size in (((out * y).sum(axis=2), y.sum()), ((out * ~y).sum(axis=2), (~y).sum())):
        assert set(np.unique(count)) <= {size // folds, -(-size // folds)}
    assert np.ptp(out.sum(axis=2)) <= 1
    c, brier = [], []
    for repeat in train:
        won = pairs = 0.0
        squares = []
        for w in repeat:
            fitted = procedure(w)
            if fitted.status[0] == "converged":
                test = w == 0
                gap = fitted.linear[0][test & y][:, None] - fitted.linear[0][test & ~y]
                won, pairs = won + ((gap > 0) + 0.5 * (gap == 0)).sum(), pairs + gap.size
                squares += ((y - from_logits(fitted.linear[0])) ** 2)[test].tolist()
        c.append(won / pairs)
        brier.append(np.mean(squares))
    assert got["c_statistic"].estimate == pytest.approx(np.mean(c))
    assert got["c_statistic"].spread == pytest.approx(np.std(c, ddof=1))
    assert got["brier"].estimate == pytest.approx(np.mean(brier))
    assert got["brier"].apparent == pytest.approx(WANT[name, "brier"], **CLOSE)
    assert got["slope"].estimate < 1


def test_outcomes_may_be_zeros_and_ones():
    procedure = ready("few")
    want = cross_validate(procedure, procedure.y, folds=4, repeats=2, seed=6)
    assert cross_validate(procedure, procedure.y.astype(int), folds=4, repeats=2, seed=6) == want


def test_a_fold_without_a_model_is_counted():
    y = np.arange(40) % 4 == 0
    got = cross_validate(
        Constant(np.cos(np.arange(40.0)), failing=5), y, folds=5, repeats=2, seed=1
    )
    assert got["brier"].failed == (("separated", 5),)  # a whole repeat is gone
    assert np.isfinite(got["brier"].estimate)
    assert np.isnan(got["brier"].spread)


def test_refusals():
    y = np.arange(40) % 4 == 0
    good = Constant(np.cos(np.arange(40.0)))
    with pytest.raises(DataError, match="1 resamples"):
        resample(good, y, resamples=1, seed=1)
    with pytest.raises(DataError, match="None of 7 resamples has a model"):
        resample(Constant(good.logits, failing=7), y, resamples=7, seed=1)
    for folds, repeats in ((1, 1), (11, 1), (5, 0)):
        with pytest.raises(DataError, match="2 folds or more"):
            cross_validate(good, y, folds=folds, repeats=repeats, seed=1)


def test_rows_without_a_model_of_their_own_are_refused():
    frame = pd.DataFrame({"a": np.arange(30.0), "low": np.arange(30) > 20})
    apart = prepare(
        Procedure(
            candidates=("a",), outcome="low", cut=None, cutoff=None, screening=None, penalty="none"
        ),
        frame,
    )
    for attempt in (
        lambda: resample(apart, apart.y, resamples=5, seed=1),
        lambda: cross_validate(apart, apart.y, folds=3, repeats=1, seed=1),
    ):
        with pytest.raises(DataError, match="no model \\(separated\\)"):
            attempt()


def test_faces():
    procedure = ready("few")
    resampled = resample(procedure, procedure.y, resamples=30, seed=1)
    found = optimism(resampled)
    assert f"{found}".startswith("30 resamples")
    assert f"{found['c_statistic']:apparent}" == f"{found['c_statistic'].apparent:.2f}"
    assert len(f"{found['brier']:corrected}") == 5
    assert "apparent" in f"{out_of_bag(resampled)['brier']}"
    assert (
        "apparent"
        in f"{cross_validate(procedure, procedure.y, folds=3, repeats=1, seed=1)['slope']}"
    )
