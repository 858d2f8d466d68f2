"""Restricted cubic splines against rms, and what they are meant to do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import DataError
from analysis_lib.splines import basis, knots

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/splines.csv")
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
