"""Standardised differences against MatchIt, stats::mahalanobis and metafor, and their edges."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.balance import (
    _bonett_variance,
    beyond_by_chance,
    binary,
    categorical,
    continuous,
    standard_error,
)
from analysis_lib.errors import CountError, DataError

R = Path(__file__).parents[1] / "reference_r"
REFERENCE = pd.read_csv(R / "balance.csv")
DATA = pd.read_csv(R / "balance_data.csv")
SETTINGS = settings(max_examples=60, deadline=None)


def groups(row):
    rows = DATA[(DATA["set"] == row.set) & (DATA["variable"] == row.variable)]
    values = rows["value"] if row.kind == "categorical" else rows["value"].astype(float)
    first = rows["first"] == 1
    return values[first], values[~first]


def compute(row):
    first, second = groups(row)
    if row.kind == "categorical":
        every = sorted({*first, *second})
        return categorical(first, second, levels=every, level=row.level, interval="hedges_olkin")
    return {"continuous": continuous, "binary": binary}[row.kind](first, second, level=row.level)


@pytest.mark.parametrize("row", list(REFERENCE.itertuples()), ids=lambda r: f"{r.set}-{r.variable}")
def test_difference_and_limits_agree_with_r(row):
    found = compute(row)
    assert found.estimate == pytest.approx(row.estimate, rel=1e-9, abs=1e-12)
    assert found.upper == pytest.approx(row.upper, rel=1e-9)
    lowest = 0.0 if row.kind == "categorical" else -math.inf
    assert found.lower == pytest.approx(max(row.lower, lowest), rel=1e-9)
    assert found.n == row.n_first + row.n_second


@pytest.mark.parametrize(
    "row",
    list(REFERENCE.query("kind == 'continuous' and level == 0.95").itertuples()),
    ids=lambda r: f"{r.set}-{r.variable}",
)
def test_both_variances_agree_with_metafor(row):
    first, second = groups(row)
    assert standard_error(len(first), len(second), row.at_smd) ** 2 == pytest.approx(
        row.smd_variance, rel=1e-9
    )
    moments = (first.var(), len(first), second.var(), len(second))
    assert _bonett_variance(row.at_smdh, *moments) == pytest.approx(row.smdh_variance, rel=1e-9)
    d = continuous(first, second, interval="bonett")
    half = 1.959963984540054 * math.sqrt(_bonett_variance(d.estimate, *moments))
    assert (d.lower, d.upper) == pytest.approx((d.estimate - half, d.estimate + half))


@pytest.mark.parametrize(
    "row",
    list(REFERENCE.query("kind == 'categorical'").itertuples()),
    ids=lambda r: f"{r.set}-{r.variable}-{r.level}",
)
def test_the_noncentral_interval_agrees_with_r(row):
    first, second = groups(row)
    d = categorical(first, second, levels=sorted({*first, *second}), level=row.level)
    expected = (row.lower_noncentral, row.upper_noncentral)
    assert (d.lower, d.upper) == pytest.approx(expected, rel=1e-7)


# ---- what must hold for all data -----------------------------------------------------------------

values = st.lists(st.integers(-50, 50), min_size=2, max_size=15).filter(lambda v: len(set(v)) > 1)
words = st.lists(st.sampled_from("abcd"), min_size=1, max_size=25)


@SETTINGS
@given(values, values, st.integers(1, 9), st.integers(-20, 20))
def test_unit_and_origin_do_not_matter_and_groups_mirror(a, b, factor, shift):
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    d = continuous(a, b)
    moved = continuous(factor * a + shift, factor * b + shift)
    assert moved.estimate == pytest.approx(d.estimate, abs=1e-9)
    mirrored = continuous(b, a)
    assert (mirrored.lower, mirrored.upper) == pytest.approx((-d.upper, -d.lower))


@SETTINGS
@given(words, words, st.permutations("abcd"))
def test_the_order_of_levels_does_not_matter(a, b, order):
    d, other = categorical(a, b, levels="abcd"), categorical(a, b, levels=order)
    assert other.estimate == pytest.approx(d.estimate, abs=1e-6, nan_ok=True)
    assert not d.estimate < 0


@SETTINGS
@given(st.lists(st.booleans(), min_size=1, max_size=20), st.lists(st.booleans(), min_size=1))
def test_two_levels_are_the_size_of_a_binary_one(a, b):
    d, distance = binary(a, b), categorical(a, b, levels=[False, True])
    assert distance.estimate == pytest.approx(abs(d.estimate), abs=1e-9, nan_ok=True)


def test_chance_alone_does_what_the_approximation_says():
    """The labels of 13 among 102 exchanged at random."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=102)
    levels = rng.choice(list("abcd"), size=102)
    found, distances = [], []
    for _ in range(1500):
        first = np.zeros(102, dtype=bool)
        first[rng.choice(102, 13, replace=False)] = True
        found.append(continuous(values[first], values[~first]).estimate)
        d = categorical(levels[first], levels[~first], levels="abcd")
        distances.append(d.estimate)
    found, distances = np.array(found), np.array(distances)
    assert beyond_by_chance(0.1, 13, 89) == pytest.approx(np.mean(abs(found) > 0.1), abs=0.03)
    assert standard_error(13, 89) == pytest.approx(found.std(), rel=0.1)
    assert math.sqrt(3) * standard_error(13, 89) == pytest.approx(
        np.sqrt(np.mean(distances**2)), rel=0.15
    )


def test_without_a_difference_the_noncentral_interval_holds_nought_and_the_other_does_not():
    """Four levels, 13 against 89, all from one population."""
    rng = np.random.default_rng(6)
    holds = {"noncentral": 0, "hedges_olkin": 0}
    for _ in range(400):
        values = rng.choice(list("abcd"), size=102, p=[0.4, 0.3, 0.2, 0.1])
        for name in holds:
            d = categorical(values[:13], values[13:], levels="abcd", interval=name)
            holds[name] += d.lower == 0
    assert holds["noncentral"] / 400 > 0.93
    assert holds["hedges_olkin"] / 400 < 0.80


def test_bonett_covers_where_the_smaller_group_varies_more():
    rng = np.random.default_rng(5)
    covers = {"hedges_olkin": 0, "bonett": 0}
    true = 0.5
    for _ in range(600):
        a = rng.normal(true * math.sqrt((4 + 1) / 2), 2, 13)
        b = rng.normal(0, 1, 89)
        for name in covers:
            d = continuous(a, b, interval=name)
            covers[name] += d.lower <= true <= d.upper
    assert covers["bonett"] / 600 > 0.92
    assert covers["hedges_olkin"] / 600 < 0.90


# ---- edges and refusals --------------------------------------------------------------------------


def test_missing_values_are_left_out_and_counted():
    d = continuous([1, None, 3, 4], pd.Series([2, 2, pd.NA, 5, 7], dtype="Float64"))
    assert d.estimate == continuous([1, 3, 4], [2, 2, 5, 7]).estimate
    assert d.n == 7
    assert any("1 of 4 values missing in the first" in note for note in d.warnings)
    assert any("1 of 5 values missing in the second" in note for note in d.warnings)


@pytest.mark.parametrize(
    "found",
    [
        continuous([5, 5, 5], [5, 5]),
        continuous([0.1 + 0.2] * 3, [0.3] * 4),
        binary([1, 1], [1, 1, 1]),
        categorical(["a", "a"], ["a"], levels=["a", "b"]),
    ],
)
def test_where_nobody_differs_the_difference_is_nought_without_limits(found):
    assert found.estimate == 0
    assert math.isnan(found.lower)
    assert math.isnan(found.upper)
    assert "nobody differs" in found.warnings[-1]


@pytest.mark.parametrize(
    "found",
    [
        continuous([5, 5, 5], [6, 6]),
        binary([1, 1], [0, 0, 0]),
        categorical(["a", "b"], ["c", "d", "d"], levels="abcd"),
        categorical(["a", "a"], ["b"], levels="ab"),
    ],
)
def test_groups_that_share_nothing_are_not_estimable(found):
    assert math.isnan(found.estimate)
    assert format(found, "estimate") == "not estimable"
    assert "not estimable" in found.warnings[-1]


def test_an_agreement_closer_than_chance_is_said():
    d = categorical("abc" * 30, "abc" * 40, levels="abc")
    assert (d.lower, d.upper) == (0, 0)
    assert "more closely than chance" in d.warnings[-1]


def test_a_level_that_one_group_lacks_is_no_obstacle():
    d = categorical(["a", "b", "b"], ["a", "c", "b", "a"], levels="abc")
    assert math.isfinite(d.estimate)
    assert d.estimate == categorical(["a", "b", "b"], ["a", "c", "b", "a"], levels="abcz").estimate


@pytest.mark.parametrize("function", [continuous, binary])
def test_an_empty_group_and_one_without_values_are_refused(function):
    with pytest.raises(CountError, match="first group is empty"):
        function([], [1, 0])
    with pytest.raises(CountError, match="All 2 values of the second group are missing"):
        function([1, 0], [None, math.nan])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: continuous([1], [1, 2]), CountError, "one value"),
        (lambda: continuous([1, math.inf], [1, 2]), DataError, "infinite"),
        (lambda: continuous(["x", "y"], [1, 2]), DataError, "no numbers"),
        (lambda: continuous([1, 2], [1, 3], interval="exact"), DataError, "hedges_olkin"),
        (lambda: continuous([1, 2], [1, 3], level=95), DataError, "level"),
        (lambda: binary([0, 2], [1, 0]), DataError, "seen: \\[2.0\\]"),
        (lambda: categorical(["a"], ["b"], levels="a"), DataError, "second group has b"),
        (lambda: categorical(["a"], ["b"], levels="aab"), DataError, "twice"),
        (lambda: categorical([], ["b"], levels="ab"), CountError, "empty"),
        (
            lambda: categorical(["a"], ["b"], levels="ab", interval="bonett"),
            DataError,
            "noncentral",
        ),
        (lambda: categorical([None], ["b"], levels="ab"), CountError, "missing"),
        (lambda: standard_error(0, 5), CountError, "0 and 5"),
        (lambda: beyond_by_chance(-0.1, 5, 5), DataError, "bound"),
    ],
)
def test_refusals_say_what_was_seen(call, error, words):
    with pytest.raises(error, match=words):
        call()
