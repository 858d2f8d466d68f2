"""Cut-offs against pROC, the lowest p against R and against all ways to deal out the events."""

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chi2_contingency

from analysis_lib.cutoff import bootstrap, choose
from analysis_lib.errors import DataError
from analysis_lib.maximal_chi_square import exact, null_maxima
from analysis_lib.minimal_p import by_formula, minimal_p
from analysis_lib.thresholds import Rule, choose_many

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "roc_data.csv")
PROC = pd.read_csv(FOLDER / "cutoff.csv")
LEAST = pd.read_csv(FOLDER / "minimal_p.csv")
RULES = list(Rule.__args__)


def rows(name):
    found = DATA[DATA["set"] == name]
    return found["value"].to_numpy(), found["outcome"].to_numpy(), found["direction"].iloc[0]


def plain(values, y, rule, inner):
    """The lowest of the best cut-offs, looked for one by one among exact fractions."""
    best, at = None, math.nan
    n, m = len(y), int(y.sum())
    if not 0 < m < n:
        return math.nan
    for k in sorted(set(values)):
        high = values >= k
        hits, positive = int((high & y).sum()), int(high.sum())
        alarms = positive - hits
        if rule == "youden":
            merit = hits * (n - m) - alarms * m
        elif rule == "closest":
            merit = -(((m - hits) * (n - m)) ** 2 + (alarms * m) ** 2)
        else:
            least = math.ceil(inner * n - 1e-9)
            if positive < least or n - positive < least or positive == n:
                continue
            merit = (n * hits - positive * m) ** 2 / (positive * (n - positive))
        if best is None or merit > best + 1e-9 * abs(best):
            best, at = merit, k
    return at


@pytest.mark.parametrize("want", list(PROC.itertuples()), ids=lambda w: f"{w.set}-{w.rule}")
def test_it_agrees_with_proc(want):
    values, outcome, direction = rows(want.set)
    rule = {"youden": "youden", "closest.topleft": "closest"}[want.rule]
    got = choose(values, outcome, rule=rule, direction=direction)
    assert got.sensitivity == pytest.approx(want.sensitivity)
    assert got.specificity == pytest.approx(want.specificity)
    # pROC's cut-off is midway between ours and the next value on its other side.
    side = values[values < got.value].max() if direction == "higher" else None
    side = values[values > got.value].min() if direction == "lower" else side
    assert (got.value + side) / 2 == pytest.approx(want.threshold)


@pytest.mark.parametrize("want", list(LEAST.itertuples()), ids=lambda w: f"{w.set}-{w.inner}")
def test_the_lowest_p_agrees_with_r(want):
    values, outcome, direction = rows(want.set)
    got = minimal_p(
        values, outcome, direction=direction, inner=want.inner, permutations=20_000, seed=1
    )
    assert got.cutoff.criterion == pytest.approx(want.chi_square, rel=1e-10)
    assert want.cutoff in (got.cutoff.value, *got.cutoff.ties)
    assert got.cutoff.tried == want.tried
    assert got.unadjusted == pytest.approx(want.p, rel=1e-9)
    assert got.formula == pytest.approx(want.formula, rel=1e-9)
    if not math.isnan(want.exact):
        assert got.exact == pytest.approx(want.exact, rel=1e-9)
    error = math.sqrt(got.exact * (1 - got.exact) / 20_000)
    assert got.permutation == pytest.approx(got.exact, abs=4.5 * error + 1 / 20_001)
    assert got.unadjusted <= got.exact
    if got.exact < 1e-7:
        assert got.permutation == 1 / 20_001


def test_the_formula_agrees_with_the_approximations_that_were_published():
    """Altman et al. 1994 simplify it to -1.63 p (1 + 2.35 log p) for 10 %, and one for 5 %."""
    for p in (0.0005, 0.002, 0.01, 0.03):
        ten, five = -1.63 * p * (1 + 2.35 * math.log(p)), -3.13 * p * (1 + 1.65 * math.log(p))
        assert by_formula(p, inner=0.10) == pytest.approx(ten, rel=0.05)
        assert by_formula(p, inner=0.05) == pytest.approx(five, rel=0.05)
    assert by_formula(0.0, inner=0.1) == 0
    assert by_formula(1.0, inner=0.1) == by_formula(0.4, inner=0.1) == 1
    ladder = [by_formula(p, inner=0.1) for p in np.geomspace(1e-8, 0.3, 60)]
    assert (np.diff(ladder) >= 0).all()


@given(
    st.lists(st.integers(0, 6), min_size=5, max_size=9),
    st.integers(1, 4),
    st.sampled_from([0.0, 0.1, 0.25]),
)
@settings(deadline=None, max_examples=30)
def test_the_exact_value_counts_all_ways(values, events, inner):
    values = np.array(values, dtype=float)
    n = len(values)
    tops = []
    for chosen in itertools.combinations(range(n), events):
        y = np.isin(np.arange(n), chosen)
        top = -math.inf
        for k in set(values):
            high = values >= k
            p = high.sum()
            if inner * n <= p + 1e-9 and inner * n <= n - p + 1e-9 and p < n:
                table = [
                    [(high & y).sum(), (high & ~y).sum()],
                    [(~high & y).sum(), (~high & ~y).sum()],
                ]
                top = max(top, chi2_contingency(table, correction=False)[0])
        tops.append(top)
    for criterion in (0.3, 1.0, 2.2, max(tops)):
        if np.isfinite(criterion):
            want = np.mean(np.array(tops) >= criterion - 1e-9)
            got = exact(values, events, [criterion], inner=inner)[0]
            assert got == pytest.approx(want, abs=1e-12)


def test_a_tiny_exact_value_keeps_its_digits():
    values, outcome, _ = rows("pima")
    top = choose(values, outcome, rule="minimal_p", direction="higher").criterion
    got = exact(values, int(outcome.sum()), [top, top + 20], inner=0.1)
    assert 1e-11 < got[0] < 4e-9
    assert 0 < got[1] < 1e-4 * got[0]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(3))
def test_many_at_once_are_those_of_a_plain_search(rule, seed):
    rng = np.random.default_rng(seed)
    n = 60
    values = rng.integers(0, [8, 40, 4000][seed], n).astype(float)
    y = rng.random(n) < 0.2 + 0.3 * (values > np.median(values))
    counts = rng.multinomial(n, np.full(n, 1 / n), size=60)
    counts[0, y] = 0
    got = choose_many(values, y, counts, rule=rule, inner=0.1)
    want = [plain(np.repeat(values, w), np.repeat(y, w), rule, 0.1) for w in counts]
    np.testing.assert_array_equal(got, want)
    assert math.isnan(got[0])


@pytest.mark.parametrize("rule", RULES)
def test_the_direction_mirrors(rule):
    values, outcome, _ = rows("weight")
    low = choose(values, outcome, rule=rule, direction="lower")
    high = choose(-values, outcome, rule=rule, direction="higher")
    assert (low.value, low.sensitivity, low.positive) == (
        -high.value,
        high.sensitivity,
        high.positive,
    )
    assert low.positive == (values <= low.value).sum()
    assert low.sensitivity == ((values <= low.value) & (outcome == 1)).sum() / outcome.sum()


def test_ties_are_reported_and_the_most_sensitive_is_taken():
    value, outcome = [1, 2, 3, 4], [0, 1, 0, 1]
    got = choose(value, outcome, rule="youden", direction="higher")
    assert (got.value, got.ties, got.criterion) == (2, (4,), 0.5)
    back = choose([-v for v in value], outcome, rule="youden", direction="lower")
    assert (back.value, back.ties) == (-2, (-4,))


def test_a_cutoff_the_wrong_way_round_says_so():
    got = choose([1, 2, 3, 4], [1, 1, 0, 0], rule="minimal_p", direction="higher")
    assert got.value == 3
    assert got.warnings
    assert got.criterion == pytest.approx(4)
    assert choose([1, 2, 3, 4], [1, 1, 0, 0], rule="youden", direction="higher").warnings


@pytest.mark.parametrize("rule", RULES)
def test_bootstrap(rule):
    values, outcome, direction = rows("weight")
    kept = {"rule": rule, "direction": direction, "seed": 7}
    got = bootstrap(values, outcome, resamples=400, **kept)
    pd.testing.assert_frame_equal(got, bootstrap(values, outcome, resamples=400, **kept))
    n = len(values)
    counts = np.random.default_rng(7).multinomial(n, np.full(n, 1 / n), size=400)
    for row, w in list(zip(got.itertuples(), counts, strict=True))[:40]:
        v, y = np.repeat(values, w), np.repeat(outcome, w).astype(bool)
        assert row.cutoff == -plain(-v, y, rule, 0.1)
        for found, a, b in (
            (row.youden_resample, v, y),
            (row.youden_original, values, outcome == 1),
        ):
            low = a <= row.cutoff
            assert found == pytest.approx(low[b].mean() - low[~b].mean())
    if rule == "youden":
        best = choose(values, outcome, rule=rule, direction=direction).criterion
        assert (got["youden_original"] <= best + 1e-12).all()
        assert got["youden_resample"].mean() > got["youden_original"].mean() + 0.02


def test_a_resample_of_one_class_has_no_cutoff():
    got = bootstrap([1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 1], rule="youden", direction="higher",
                    resamples=300, seed=1)  # fmt: skip
    assert 0.2 < got["cutoff"].isna().mean() < 0.5  # (5 / 6) ** 6 = 0.33
    assert got["cutoff"].isna().equals(got["youden_original"].isna())


def test_the_null_distribution_is_that_of_permuted_outcomes():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 30, 80)
    drawn = null_maxima(values, 12, inner=0.2, size=6000, seed=4)
    for level in (1.0, 4.0, 9.0):
        want = exact(values, 12, [level], inner=0.2)[0]
        error = math.sqrt(want * (1 - want) / 6000)
        assert np.mean(drawn >= level) == pytest.approx(want, abs=4.5 * error)
    assert chi2.sf(np.quantile(drawn, 0.95), 1) < 0.02


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "best"}, "no rule 'best'"),
        ({"inner": 0.5}, "least share"),
        ({"inner": -0.1}, "least share"),
        ({"outcome": [1, 1, 1, 1]}, "4 of 4 rows"),
        ({"values": [None] * 4}, "0 of 0 rows"),
        ({"values": [2, 2, 2, 2], "rule": "minimal_p"}, "No observed value"),
        ({"direction": "up"}, "say 'higher'"),
    ],
)
def test_refusals(change, message):
    given_ = {"values": [1, 2, 3, 4], "outcome": [0, 1, 0, 1], "rule": "youden", **change}
    given_ = {"direction": "higher", **given_}
    with pytest.raises(DataError, match=message):
        choose(given_.pop("values"), given_.pop("outcome"), **given_)


def test_more_refusals():
    with pytest.raises(DataError, match="0 resamples"):
        bootstrap([1, 2], [0, 1], rule="youden", direction="higher", resamples=0, seed=1)
    with pytest.raises(DataError, match="0 permutations"):
        null_maxima([1, 2, 3], 1, inner=0.1, size=0, seed=1)
    with pytest.raises(DataError, match="3 of 3 rows"):
        null_maxima([1, 2, 3], 3, inner=0.1, size=5, seed=1)
    with pytest.raises(DataError, match="No value has a share"):
        null_maxima([1, 1, 1], 1, inner=0.1, size=5, seed=1)
    with pytest.raises(DataError, match="0 of 3 rows"):
        exact([1, 2, 3], 0, [1.0], inner=0.1)
    for p, inner in ((1.2, 0.1), (0.01, 0.0), (0.01, 0.5), (math.nan, 0.1)):
        with pytest.raises(DataError, match="above 0 and below 0.5"):
            by_formula(p, inner=inner)
