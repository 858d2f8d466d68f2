"""ROC points and C statistics against pROC, against a count of pairs, and at the edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.c_statistic import c_difference, c_statistic
from analysis_lib.errors import DataError
from analysis_lib.roc import c_statistics, roc_points

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "roc_data.csv")
REFERENCE = pd.read_csv(FOLDER / "roc.csv")
PAIRS = pd.read_csv(FOLDER / "roc_pairs.csv")


def rows(name):
    found = DATA[DATA["set"] == name]
    return found["value"], found["outcome"], found["direction"].iloc[0]


def pairwise(value, outcome):
    value, outcome = np.asarray(value, float), np.asarray(outcome, bool)
    gaps = value[outcome][:, None] - value[~outcome]
    return np.mean((gaps > 0) + 0.5 * (gaps == 0))


@pytest.mark.parametrize("want", list(REFERENCE.itertuples()), ids=lambda w: f"{w.set}-{w.level}")
def test_it_agrees_with_proc(want):
    value, outcome, direction = rows(want.set)
    wald = c_statistic(value, outcome, direction=direction, scale="wald", level=want.level)
    assert wald.estimate == pytest.approx(want.c, rel=1e-10)
    assert wald.standard_error == pytest.approx(want.se, rel=1e-9)
    assert (wald.lower, wald.upper) == pytest.approx((want.lower, want.upper), rel=1e-9)
    logit = c_statistic(value, outcome, direction=direction, scale="logit", level=want.level)
    assert logit.estimate == wald.estimate
    assert (logit.lower, logit.upper) == pytest.approx((want.logit_lower, want.logit_upper))


@pytest.mark.parametrize("want", list(PAIRS.itertuples()), ids=lambda w: f"{w.first}-{w.second}")
def test_a_difference_agrees_with_proc(want):
    (first, outcome, _), (second, _, _) = rows(want.first), rows(want.second)
    got = c_difference(first.to_numpy(), second.to_numpy(), outcome, direction="higher", level=0.95)
    assert got.estimate == pytest.approx(want.estimate, rel=1e-9)
    assert got.estimate / got.standard_error == pytest.approx(want.z, rel=1e-8)
    assert got.p_value == pytest.approx(want.p, rel=1e-7)
    assert got.upper - got.estimate == pytest.approx(1.959963984540054 * got.standard_error)


def test_the_direction_is_not_turned_round():
    value, outcome, _ = rows("weight")
    low = c_statistic(value, outcome, direction="lower", scale="wald")
    high = c_statistic(value, outcome, direction="higher", scale="wald")
    assert high.estimate == pytest.approx(1 - low.estimate)
    assert high.estimate < 0.5 < low.estimate


TABLE = st.lists(st.tuples(st.integers(-3, 4), st.booleans()), min_size=4, max_size=40).filter(
    lambda pairs: 2 <= sum(y for _, y in pairs) <= len(pairs) - 2
)


@given(TABLE)
@settings(deadline=None, max_examples=60)
def test_ties_count_one_half_and_points_enclose_the_same_area(table):
    value, outcome = map(np.array, zip(*table, strict=True))
    got = c_statistic(value, outcome, direction="higher", scale="wald")
    assert got.estimate == pytest.approx(pairwise(value, outcome))
    points = roc_points(value, outcome, direction="higher")
    x, y = 1 - points["specificity"], points["sensitivity"]
    assert np.trapezoid(y, x) == pytest.approx(got.estimate)
    back = roc_points(-value, outcome, direction="lower")
    pd.testing.assert_frame_equal(back.assign(cutoff=-back["cutoff"]), points)


def test_points_are_counts_at_observed_values():
    value, outcome = [3, 1, 2, 2, 5, None], [1, 0, 0, 1, 1, 1]
    points = roc_points(value, outcome, direction="higher")
    assert points["cutoff"].tolist() == [np.inf, 5, 3, 2, 1]
    assert points["true_positive"].tolist() == [0, 1, 2, 3, 3]
    assert points["false_positive"].tolist() == [0, 0, 0, 1, 2]
    assert points["positive"].tolist() == [0, 1, 2, 4, 5]
    assert points["specificity"].tolist() == [1, 1, 1, 0.5, 0]
    low = roc_points(value, outcome, direction="lower")
    assert low["cutoff"].tolist() == [-np.inf, 1, 2, 3, 5]
    assert low["true_positive"].tolist() == [0, 0, 1, 2, 3]


def test_many_at_once_are_those_of_repeated_rows():
    rng = np.random.default_rng(5)
    y = rng.random(40) < 0.3
    scores = rng.integers(0, 9, (30, 40)).astype(float)
    counts = rng.multinomial(40, np.full(40, 1 / 40), size=30)
    counts[0, y] = 0
    scores[1, 3] = np.nan
    got = c_statistics(scores, y, counts)
    assert np.isnan(got[:2]).all()
    for s, w, c in zip(scores[2:], counts[2:], got[2:], strict=True):
        assert c == pytest.approx(pairwise(np.repeat(s, w), np.repeat(y, w)))
    shared = c_statistics(scores[2], y, counts[2:])
    assert shared[0] == pytest.approx(got[2])


def test_rows_with_gaps_are_left_out_and_counted():
    value = pd.array([1.0, 2.0, None, 4.0, 3.0, 2.5], dtype="Float64")
    outcome = pd.array([False, None, True, True, True, False], dtype="boolean")
    got = c_statistic(value, outcome, direction="higher", scale="wald")
    assert (got.left_out, got.events, got.non_events) == (2, 2, 2)
    both = c_difference([1, 2, 3, 4, None], [4, 1, 2, 3, 3], [0, 0, 1, 1, 1], direction="higher")
    assert (both.left_out, both.first, both.second) == (1, 1, 0.5)


def test_no_interval_is_invented():
    one = c_statistic([1, 3, 2, 5], [0, 0, 1, 0], direction="higher", scale="wald")
    assert one.estimate == pytest.approx(1 / 3)
    assert np.isnan(one.lower)
    assert "variance is not known" in one.warnings[0]
    perfect = c_statistic([1, 2, 3, 4], [0, 0, 1, 1], direction="higher", scale="logit")
    assert perfect.estimate == 1
    assert np.isnan([perfect.lower, perfect.upper]).all()
    assert "variance is zero" in perfect.warnings[0]
    same = c_difference([1, 3, 2, 4], [1, 3, 2, 4], [0, 0, 1, 1], direction="higher")
    assert same.estimate == 0
    assert np.isnan(same.p_value)
    assert same.warnings


def test_the_wald_interval_says_when_it_is_cut_off():
    value = [1, 2, 3, 4, 6, 5, 7, 8, 9, 10]
    wald = c_statistic(value, [0] * 5 + [1] * 5, direction="higher", scale="wald")
    logit = c_statistic(value, [0] * 5 + [1] * 5, direction="higher", scale="logit")
    assert wald.upper == 1
    assert wald.warnings
    assert logit.upper < 1
    assert not logit.warnings


@pytest.mark.parametrize(
    ("value", "outcome", "change", "message"),
    [
        ([1, 2, 3], [1, 1, 1], {}, "3 of 3 rows have the event"),
        ([1, 2, 3], [0, 0, 0], {}, "0 of 3 rows have the event"),
        ([None, None], [0, 1], {}, "0 of 0 rows have the event, 2 rows are left out"),
        ([1, 2, None], [0, 0, 1], {}, "0 of 2 rows"),
        ([1, 2, 3], [0, 1], {}, "3 values for 2 outcomes"),
        ([1, 2, 3], [0, 1, 2], {}, r"has \[2.0\]"),
        ([1, 2, np.inf], [0, 1, 1], {}, "infinite"),
        (["a", "b"], [0, 1], {}, "column of numbers"),
        ([1, 2], [0, 1], {"direction": "auto"}, "say 'higher'"),
        ([1, 2], [0, 1], {"scale": "probit"}, "say 'wald' or 'logit'"),
        ([1, 2], [0, 1], {"level": 95}, "confidence level"),
    ],
)
def test_refusals(value, outcome, change, message):
    with pytest.raises(DataError, match=message):
        c_statistic(value, outcome, **{"direction": "higher", "scale": "wald", **change})


def test_faces():
    value, outcome, direction = rows("s100b")
    got = c_statistic(value, outcome, direction=direction, scale="wald")
    assert f"{got:estimate}" == "0.73"
    assert "95" in f"{got}"
    difference = c_difference(value, value**2, outcome, direction=direction)
    assert f"{difference:first}" == "0.73"
