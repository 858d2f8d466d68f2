"""Restricted cubic splines against rms, and what they are meant to do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import DataError
from analysis_lib.splines import basis, bend, knots, risk

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/splines.csv")
RISK = pd.read_csv(Path(__file__).parents[1] / "reference_r/splines_risk.csv")
RISK_DATA = pd.read_csv(Path(__file__).parents[1] / "reference_r/splines_risk_data.csv")
FITS = list(RISK.groupby(["set", "count"]))
KINDS = list(REFERENCE.groupby(["set", "count"]))


@pytest.mark.parametrize(("kind", "want"), KINDS, ids=[f"{k[0]}-{k[1]}" for k, _ in KINDS])
def test_it_agrees_with_rms(kind, want):
    at = knots(want["x"], kind[1])
    np.testing.assert_allclose(at, [float(k) for k in want["knots"].iloc[0].split()], rtol=1e-12)
    got = basis(want["x"], at)
    assert got.shape == (len(want), kind[1] - 1)
    columns = want[[f"b{i}" for i in range(1, kind[1])]].to_numpy()
    np.testing.assert_allclose(got, columns, rtol=1e-10, atol=1e-10)


def test_few_values_and_many_are_both_there():
    sizes = REFERENCE.groupby(["set", "count"]).size()
    assert sizes.min() < 100 <= sizes.max()


def test_it_is_straight_beyond_the_knots_and_smooth_between():
    at = (1.0, 2.0, 4.0, 5.0)
    for ends in ((-3, 1), (5, 9)):
        second = np.diff(basis(np.linspace(*ends, 50), at), n=2, axis=0)
        np.testing.assert_allclose(second, 0, atol=1e-11)
    step = 1e-4
    for knot in at:
        x = knot + step * np.arange(-2, 3)
        second = np.diff(basis(x, at), n=2, axis=0) / step**2
        np.testing.assert_allclose(second[0], second[-1], atol=0.02)


def test_gaps_stay_gaps_and_do_not_move_knots():
    x = pd.array([*range(120), None], dtype="Float64")
    assert knots(x, 4) == knots(range(120), 4)
    got = basis(x, knots(x, 4))
    assert np.isnan(got[-1]).all()
    assert np.isfinite(got[:-1]).all()


@pytest.mark.parametrize(
    ("values", "count", "message"),
    [
        (range(50), 6, "6 knots: choose"),
        ([1, 2, 3] * 20, 3, "3 of them distinct"),
        (range(9), 3, "9 values"),
        ([None] * 30, 3, "0 values"),
        ([0] * 90 + list(range(1, 20)), 4, "Ties make"),
        ([np.inf, *range(20)], 3, "1 values are infinite"),
        (["a"] * 20, 3, "column of numbers"),
    ],
)
def test_refusals(values, count, message):
    with pytest.raises(DataError, match=message):
        knots(list(values), count)


@pytest.mark.parametrize("at", [(1, 2), (1, 1, 2), (3, 2, 1), (1, 2, np.nan)])
def test_knots_must_rise(at):
    with pytest.raises(DataError, match="three or more finite ones, rising"):
        basis([1, 2, 3], at)


@pytest.mark.parametrize(("kind", "want"), FITS, ids=[f"{k[0]}-{k[1]}" for k, _ in FITS])
def test_risk_and_its_band_agree_with_r(kind, want):
    rows = RISK_DATA[RISK_DATA["set"] == kind[0]]
    at = knots(rows["x"], kind[1]) if kind[1] else None
    got = risk(rows["x"], rows["y"], want["shown"], at=at)
    for name in ("risk", "lower", "upper"):
        np.testing.assert_allclose(got[name], want[name], rtol=1e-7)


CURVES = [(kind, want) for kind, want in FITS if kind[1]]


@pytest.mark.parametrize(("kind", "want"), CURVES, ids=[f"{k[0]}-{k[1]}" for k, _ in CURVES])
def test_the_bend_agrees_with_r(kind, want):
    rows, want = RISK_DATA[RISK_DATA["set"] == kind[0]], want.iloc[0]
    other = 1 - rows["y"].to_numpy()
    got = bend(rows["x"], [rows["y"], other], knots(rows["x"], kind[1]))
    names = {"odds_ratio": "odds_ratio", "lower": "or_lower", "upper": "or_upper"}
    for ours, theirs in names.items():
        assert got[ours][0] == pytest.approx(want[theirs], rel=1e-7)
    assert got["chi_square"][0] == pytest.approx(want["chi_square"], rel=1e-6, abs=1e-10)
    assert got["p"][0] == pytest.approx(want["p"], rel=1e-6)
    assert got["odds_ratio"][1] == pytest.approx(1 / want["odds_ratio"], rel=1e-7)
    assert got["p"][1] == pytest.approx(want["p"], rel=1e-6)


def test_a_marked_bend_is_found_and_a_line_passes():
    x = np.linspace(-3, 3, 400)
    rng = np.random.default_rng(1)
    line, bent = (rng.random((300, 400)) < 1 / (1 + np.exp(-logit)) for logit in (x, x**2 - 3))
    assert (bend(x, bent, (-2.5, 0, 2.5))["p"] < 0.05).all()
    share = (bend(x, line, (-2.5, 0, 2.5))["p"] < 0.05).mean()
    assert share < 0.05 + 4.5 * np.sqrt(0.05 * 0.95 / 300)


def test_no_estimate_is_said():
    x, y = np.arange(30.0), np.arange(30) > 14
    assert risk(x, y, [3.0], at=None).iloc[0, 1:].isna().all()
    assert bend(x, [y, np.zeros(30)], (4, 15, 25)).isna().all(axis=None)


def test_risk_and_bend_refuse_gaps():
    x, y = [*range(29), np.nan], [0, 1, 1] * 10
    for call in (lambda: risk(x, y, [1], at=None), lambda: bend(x, y, (4, 15, 25))):
        with pytest.raises(DataError, match="missing or infinite"):
            call()
