"""Intervals when events are few: formulas for fourfold tables, R, integration, paired studies."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import dblquad
from scipy.stats import binom, chi2, nchypergeom_fisher

from analysis_lib.errors import CountError, DataError
from analysis_lib.few_events import (
    EXACT,
    exact_limits,
    intervals,
    methods,
    posterior,
    side_by_side,
)
from analysis_lib.interval_coverage import (
    chances,
    draw,
    every_table,
    in_tables,
    kept,
    picked,
    resampled_tables,
)
from analysis_lib.logistic import fit
from analysis_lib.logistic.resampling import bootstrap
from analysis_lib.odds_ratio import crude_odds_ratio, risks

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference_r/odds_ratio.csv")
ABOVE, BELOW, FAILURES = 40, 62, 13
FOUND = every_table(ABOVE, BELOW)
TABLES = FOUND[FOUND["label"] == EXACT]
A, B = TABLES["above"].to_numpy(), TABLES["below"].to_numpy()
C, D = ABOVE - A, BELOW - B
FILLED = (np.minimum(A, B) > 0) & (np.minimum(C, D) > 0)
TRUTHS = [1.0, 2.0, 5.0]


def chance_of_tables(truth):
    return chances(A, B, ABOVE, BELOW, truth=truth, failures=FAILURES)


def covered(truth, label):
    by = in_tables(FOUND, truth, failures=FAILURES).set_index("label")
    return by.loc[label]


def test_exact_limits_agree_with_r():
    rows = REFERENCE[REFERENCE["method"] == "exact"]
    for row in rows.to_dict("records"):
        above, below = int(row["failures_above"]), int(row["failures_below"])
        sizes = above + int(row["successes_above"]), below + int(row["successes_below"])
        got = exact_limits([above], [below], *sizes, level=0.95)
        want = [row["estimate"], row["lower"], row["upper"]]
        np.testing.assert_allclose(np.ravel(got), want, rtol=1e-7)


@pytest.mark.parametrize("cells", [(10, 3), (1, 12), (7, 7), (39, 1)])
def test_a_table_has_the_intervals_of_the_crude_odds_ratio(cells):
    one = FOUND[(FOUND["above"] == cells[0]) & (FOUND["below"] == cells[1])].set_index("label")
    table = (*cells, ABOVE - cells[0], BELOW - cells[1])
    for label, method in (
        ("Maximum likelihood, Wald", "wald"),
        ("Maximum likelihood, profile", "profile"),
        (EXACT, "exact"),
    ):
        want = crude_odds_ratio(*table, method=method)
        got = one.loc[label, ["estimate", "lower", "upper"]].to_numpy(float)
        np.testing.assert_allclose(got, [want.estimate, want.lower, want.upper], rtol=1e-6)


def test_every_possible_table_is_there_once_and_the_chances_are_those_of_two_binomials():
    assert len(TABLES) == (ABOVE + 1) * (BELOW + 1)
    assert not TABLES[["above", "below"]].duplicated().any()
    for truth in TRUTHS:
        chance = chance_of_tables(truth)
        assert chance.sum() == pytest.approx(1)
        assert chance @ (A + B) == pytest.approx(FAILURES)
        high, low = chance @ A / ABOVE, chance @ B / BELOW
        assert high / (1 - high) / (low / (1 - low)) == pytest.approx(truth)
        np.testing.assert_allclose(chance, binom.pmf(A, ABOVE, high) * binom.pmf(B, BELOW, low))


@pytest.mark.parametrize("truth", TRUTHS)
def test_coverage_by_every_table_is_that_of_the_formulas(truth):
    """Whether each interval holds the truth, decided without the interval."""
    chance, z = chance_of_tables(truth), 1.959963984540054
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.log(A * D / (B * C))
        se = np.sqrt(1 / A + 1 / B + 1 / C + 1 / D)
    held = FILLED & (np.abs(estimate - math.log(truth)) <= z * se)
    got = covered(truth, "Maximum likelihood, Wald")
    assert got["held"] == pytest.approx(chance @ held, abs=1e-9)
    assert got["none"] == got["no_estimate"] == pytest.approx(chance @ ~FILLED, abs=1e-12)

    # The likelihood ratio at the truth, the totals of each table being kept.
    def likelihood(high, low):
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [A * np.log(high), C * np.log(1 - high), B * np.log(low), D * np.log(1 - low)]
        return sum(np.nan_to_num(part, nan=0.0, neginf=0.0) for part in parts)

    fall, total = np.zeros(len(A)), A + B
    for t in range(1, ABOVE + BELOW):
        at = total == t
        high, low = (
            (t / (ABOVE + BELOW),) * 2
            if truth == 1
            else risks(truth, failures=t, n=ABOVE + BELOW, n_above=ABOVE)
        )
        fall[at] = 2 * (likelihood(A / ABOVE, B / BELOW) - likelihood(high, low))[at]
    some = (total > 0) & (total < ABOVE + BELOW)
    held = some & (fall <= chi2.ppf(0.95, 1))
    got = covered(truth, "Maximum likelihood, profile")
    assert got["held"] == pytest.approx(chance @ held, abs=1e-9)
    # Two one-sided tests at the truth.
    law = nchypergeom_fisher(ABOVE + BELOW, total, ABOVE, truth)
    held = (law.cdf(A) >= 0.025) & (law.sf(A - 1) >= 0.025)
    got = covered(truth, EXACT)
    assert got["held"] == pytest.approx(chance @ held, abs=1e-9)
    assert got["held"] >= 0.95
    # Firth's estimate of a fourfold table has half a patient more in each cell.
    half = np.log((A + 0.5) * (D + 0.5) / (B + 0.5) / (C + 0.5))
    firth = covered(truth, "Firth, profile")
    assert math.log(firth["mean"]) == pytest.approx(chance @ half, abs=1e-9)
    plain = covered(truth, "Maximum likelihood, Wald")
    share = chance[FILLED] / chance[FILLED].sum()
    assert math.log(plain["mean"]) == pytest.approx(share @ estimate[FILLED], abs=1e-9)


def test_shares_sum_to_one_and_a_missing_interval_does_not_hold():
    found = pd.DataFrame(
        {
            "label": "a",
            "study": range(5),
            "estimate": [2.0, 3.0, math.nan, math.nan, 0.5],
            "lower": [1.0, 2.5, math.nan, 1.5, 0.1],
            "upper": [4.0, 9.0, math.nan, math.inf, 0.9],
        }
    )
    got = kept(found, 2.0).iloc[0]
    assert got[["held", "too_high", "too_low", "none"]].tolist() == [0.4, 0.2, 0.2, 0.2]
    assert got["endless"] == 0.2
    assert got["width"] == pytest.approx(4)  # of 3.6, 4 and 9
    assert got["mean"] == pytest.approx(3 ** (1 / 3))
    assert got["no_estimate"] == pytest.approx(0.4)
    assert got["held_se"] == pytest.approx(math.sqrt(0.4 * 0.6 / 5))
    sure = kept(found, 2.0, chance=np.array([1.0, 0, 0, 1, 0])).iloc[0]
    assert (sure["held"], sure["held_se"], sure["mean"]) == (1, 0, 2)


def test_drawn_studies_agree_with_every_table():
    """Within four Monte Carlo errors, for each method and measure."""
    group = np.r_[np.ones(ABOVE), np.zeros(BELOW)]
    ys = draw(group[:, None], [math.log(5)], failures=FAILURES, studies=4000, seed=1)
    np.testing.assert_array_equal(
        ys, draw(group[:, None], [math.log(5)], failures=FAILURES, studies=4000, seed=1)
    )
    counts = np.c_[ys[:, :ABOVE].sum(axis=1), ys[:, ABOVE:].sum(axis=1)]
    cells = np.c_[counts[:, 0], ABOVE - counts[:, 0], counts[:, 1], BELOW - counts[:, 1]]
    rows = [[1, 1], [1, 1], [1, 0], [1, 0]]
    found = intervals(rows, [1, 0, 1, 0], methods(1), column=1, weights=cells)
    got = kept(found, 5.0).set_index("label")
    want = kept(FOUND, 5.0, chance=chance_of_tables(5.0)).set_index("label").loc[got.index]
    assert (np.abs(got["held"] - want["held"]) < 4 * got["held_se"]).all()
    assert (np.abs(np.log(got["mean"] / want["mean"])) < 4 * got["mean_log_se"]).all()
    assert (want[["held_se", "mean_log_se"]] == 0).all(axis=None)


def test_in_the_same_adjusted_studies_firth_is_less_biased_and_its_profile_holds_more_often():
    rng = np.random.default_rng(20)
    x = np.c_[np.ones(102), np.arange(102) < 36, rng.normal(size=(102, 2))]
    ys = draw(x[:, 1:], [math.log(5), 0.3, 0.3], failures=13, studies=600, seed=20)
    found = intervals(x, ys, methods(3), column=1)
    by = kept(found, 5.0).set_index("label")
    wide = found.set_index(["study", "label"])["estimate"].unstack()  # noqa: PD010
    both = wide.dropna()
    plain, firth = "Maximum likelihood, profile", "Firth, profile"
    assert (np.abs(np.log(both[firth])) < np.abs(np.log(both[plain]))).mean() > 0.9
    assert by.loc[firth, "held"] > by.loc[plain, "held"]
    log_means = np.log(both[[plain, firth]]).mean()  # over the same studies
    assert log_means[firth] < log_means[plain]
    assert abs(math.log(by.loc[firth, "mean"] / 5)) < 4 * by.loc[firth, "mean_log_se"]
    assert by.loc["Maximum likelihood, Wald", "none"] == by.loc[plain, "endless"] > 0


def test_the_posterior_agrees_with_integration_and_without_data_is_the_prior():
    cells = (4, 3, 6, 12)
    a, b, c, d = cells

    def density(beta, alpha, m):
        return math.exp(
            16 + a * (alpha + beta) - (a + c) * np.logaddexp(0, alpha + beta)
            + b * alpha - (b + d) * np.logaddexp(0, alpha)
            + m / 2 * beta - m * np.logaddexp(0, beta)
        )  # fmt: skip

    for m in (1, 2):
        got = posterior(cells, m=m)
        whole = dblquad(density, -15, 15, -30, 30, args=(m,), epsrel=1e-6)[0]
        for name, want in (("lower", 0.025), ("median", 0.5), ("upper", 0.975)):
            upto = math.log(got[name])
            share = dblquad(density, -15, 15, -30, upto, args=(m,), epsrel=1e-6)[0] / whole
            assert share == pytest.approx(want, abs=1e-4)
        share = dblquad(density, -15, 15, 0, 30, args=(m,), epsrel=1e-6)[0] / whole
        assert got["above_one"] == pytest.approx(share, abs=1e-4)
    for m, limit in ((1, 648), (2, 39)):  # Greenland and Mansournia's limits of the priors
        got = posterior((0, 3, 0, 12), m=m)
        assert got["upper"] == pytest.approx(limit, rel=1e-3)
        assert got["lower"] * got["upper"] == pytest.approx(1)


def test_methods_stand_side_by_side():
    rng = np.random.default_rng(4)
    high, age = np.arange(80) < 30, rng.normal(size=80)
    x = np.c_[np.ones(80), age, high]
    y = (rng.random(80) < np.where(high, 0.4, 0.15)).astype(int)
    again = bootstrap(x, y, names=list("abc"), penalty="none", resamples=50, seed=1)
    got = side_by_side(x, y, column=2, again=again).set_index(["group", "label"])
    a, b = int(y[high].sum()), int(y[~high].sum())
    for label, method in (("Maximum likelihood, Wald", "wald"), (EXACT, "exact")):
        want = crude_odds_ratio(a, b, 30 - a, 50 - b, method=method)
        ours = got.loc[("Alone", label)].to_numpy(float)
        np.testing.assert_allclose(ours, [want.estimate, want.lower, want.upper, want.p_value])
    joint = fit(x, y, names=list("abc")).odds_ratio("c")
    ours = got.loc[("Adjusted", "Maximum likelihood, Wald"), "lower"]
    assert ours == pytest.approx(joint.lower)
    boot = got.loc[("Adjusted", "Bootstrap, percentiles")]
    assert boot["lower"] == pytest.approx(math.exp(again.lower[2]))
    whole = got.loc[("Alone", "Log-F(2,2), posterior")]
    assert whole["upper"] == pytest.approx(posterior((a, b, 30 - a, 50 - b), m=2)["upper"])
    assert len(got) == 9 + 7


def test_what_is_picked_by_significance():
    chance = chance_of_tables(2.0)
    got = picked(FOUND, 2.0, failures=FAILURES)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.log(A * D / (B * C))
        z = np.abs(estimate) / np.sqrt(1 / A + 1 / B + 1 / C + 1 / D)
    sure = FILLED & (z > 1.959963984540054)
    row = got.loc["Maximum likelihood, Wald"]
    assert row["significant"] == pytest.approx(chance[sure].sum(), abs=1e-9)
    size = chance[sure] @ np.abs(estimate[sure]) / chance[sure].sum()
    assert row["prints"] == pytest.approx(math.exp(size), rel=1e-9)
    # Firth's likelihood ratio finds what maximum likelihood finds; Wald's test with it does not.
    assert got.loc["Firth, profile", "significant"] > got.loc["Firth, Wald", "significant"] + 0.03


def test_refusals():
    with pytest.raises(DataError, match="unknown interval 'score'"):
        intervals(np.ones((4, 2)), [0, 1, 0, 1], {"a": ("none", "score")}, column=1)
    with pytest.raises(CountError, match="0 patients above"):
        every_table(0, 5)
    with pytest.raises(CountError, match="give a number between"):
        chances([1], [1], 5, 5, truth=2.0, failures=10)
    with pytest.raises(CountError, match="give a number between"):
        draw(np.ones((5, 1)), [1.0], failures=0, studies=9, seed=1)
    with pytest.raises(CountError, match="failure and a success"):
        posterior((3, 0, 4, 5), m=1)


@pytest.mark.parametrize("table", [(10, 40, 3, 62), (12, 40, 1, 62), (0, 40, 5, 62)])
def test_resampled_tables_have_the_limits_of_resampled_patients(table):
    """Shares of other resamples, fitted, beyond the limits; infinite limits are the same."""
    a, above, b, below = table
    tables = resampled_tables(above, below, resamples=1000, seed=1).set_index(["above", "below"])
    with np.errstate(divide="ignore"):
        limits = np.log(tables.loc[(a, b), ["lower", "upper"]].to_numpy(float))
    y = np.repeat([1, 0, 1, 0], [a, above - a, b, below - b])
    x = np.column_stack(
        [np.ones(above + below), np.repeat([1, 1, 0, 0], [a, above - a, b, below - b])]
    )
    fitted = bootstrap(x, y, names=["intercept", "high"], penalty="none", resamples=4000, seed=2)
    draws = fitted.draws[:, 1]
    error = 4.5 * math.sqrt(0.025 * 0.975 * (1 / 1000 + 1 / 4000))
    assert (draws < limits[0] - 1e-6).mean() <= 0.025 + error
    assert (draws <= limits[0] + 1e-6).mean() >= 0.025 - error
    assert (draws > limits[1] + 1e-6).mean() <= 0.025 + error
    assert (draws >= limits[1] - 1e-6).mean() >= 0.025 - error
    np.testing.assert_array_equal(np.isinf(limits), np.isinf([fitted.lower[1], fitted.upper[1]]))


def test_resampled_tables_stand_beside_every_table():
    found = resampled_tables(ABOVE, BELOW, resamples=200, seed=3)
    every = FOUND[FOUND["label"].eq("Maximum likelihood, Wald")].reset_index(drop=True)
    assert found["study"].tolist() == every["study"].tolist()
    np.testing.assert_allclose(found["estimate"], every["estimate"], rtol=1e-6)
    nobody = found.iloc[0]
    assert math.isnan(nobody["lower"])
    assert math.isnan(nobody["upper"])
    assert (found["lower"].dropna() <= found["upper"].dropna()).all()
    with pytest.raises(CountError, match="a table two resamples"):
        resampled_tables(ABOVE, BELOW, resamples=1, seed=3)
