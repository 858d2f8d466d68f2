"""Measures of predictions against R, against repeated rows, and at the edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis_lib.errors import DataError
from analysis_lib.net_benefit import decision_curve, net_benefits
from analysis_lib.performance import (
    MEASURES,
    calibration_curve,
    from_logits,
    intercepts,
    measures,
    performance,
    shrunken,
)

FOLDER = Path(__file__).parents[1] / "reference_r"
DATA = pd.read_csv(FOLDER / "performance_data.csv")
TIES = pd.read_csv(FOLDER / "performance_ties.csv")
WANT = pd.read_csv(FOLDER / "performance.csv").set_index("name")["value"]


def example(seed=1, size=25, n=70):
    rng = np.random.default_rng(seed)
    y = rng.random(n) < 0.3
    linear = rng.normal(-1, 1.5, (size, n)) + y
    counts = rng.multinomial(n, np.full(n, 1 / n), size=size)
    return linear, y, counts


def test_it_agrees_with_r():
    got = performance(DATA["p"], DATA["y"])
    for name in MEASURES:
        assert getattr(got, name) == pytest.approx(WANT[name], rel=1e-8, abs=1e-10), name
    assert (got.n, got.events) == (len(DATA), DATA["y"].sum())


def test_the_curve_is_the_lowess_of_r():
    got = calibration_curve(DATA["p"], DATA["y"])
    np.testing.assert_allclose(got["predicted"], DATA["smooth_x"], rtol=1e-12)
    np.testing.assert_allclose(got["observed"], DATA["smooth_y"], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", ["heavy", "two", "one", "three"])
def test_the_curve_is_that_of_r_where_many_share_a_probability(name):
    rows = TIES[TIES["set"] == name]
    got = calibration_curve(rows["p"], rows["y"])
    order = np.argsort(rows["p"], kind="stable")
    np.testing.assert_allclose(
        got["observed"], rows["smooth_y"].to_numpy()[order], rtol=1e-8, atol=1e-12
    )


def test_net_benefit_agrees_with_its_formula_in_r():
    thresholds = [float(name.removeprefix("model_")) for name in WANT.index if "model_" in name]
    got = decision_curve(DATA["p"], DATA["y"], thresholds=thresholds)
    assert len(got) == 6
    for row in got.itertuples():
        assert row.model == pytest.approx(WANT[f"model_{row.threshold:g}"], rel=1e-10)
        assert row.treat_all == pytest.approx(WANT[f"all_{row.threshold:g}"], rel=1e-10)
        assert row.treat_none == 0
        assert row.positive == (DATA["p"] >= row.threshold).sum()
    linear = np.log(DATA["p"] / (1 - DATA["p"])).to_numpy()[None]
    y = DATA["y"].to_numpy(dtype=bool)
    many = [net_benefits(linear, y, np.ones((1, len(y))), t)[0] for t in thresholds]
    np.testing.assert_allclose(many, got["model"], rtol=1e-12)


def test_many_at_once_are_those_of_repeated_rows():
    linear, y, counts = example()
    got = measures(linear, y, counts)
    for i, (z, w) in enumerate(zip(linear, counts, strict=True)):
        one = performance(from_logits(np.repeat(z, w)), np.repeat(y, w))
        for name in MEASURES:
            assert got[name][i] == pytest.approx(getattr(one, name), rel=1e-8, abs=1e-9), name
        want = decision_curve(from_logits(np.repeat(z, w)), np.repeat(y, w), thresholds=[0.2])
        assert net_benefits(z[None], y, w[None], 0.2)[0] == pytest.approx(want["model"][0])


def test_the_intercept_is_that_of_a_model_with_an_offset():
    linear, y, counts = example(2)
    linear[0] *= 40  # where a step of Newton's method overshoots
    got = intercepts(linear, y, counts)
    for z, w, a in list(zip(linear, counts, got, strict=True))[1:]:
        family = sm.families.Binomial()
        fit = sm.GLM(y.astype(float), np.ones(len(y)), family, offset=z, freq_weights=w).fit(
            tol=1e-12
        )
        assert a == pytest.approx(fit.params[0], abs=1e-7)
    expected = (counts * from_logits(got[:, None] + linear)).sum(axis=1)
    np.testing.assert_allclose(expected, counts @ y, rtol=1e-9)


def test_the_intercept_is_found_where_newton_s_method_alone_runs_away():
    offset = np.repeat([-30.0, 30.0], [50, 10])[None]
    y = np.arange(60) >= 55
    assert intercepts(offset, y, np.ones((1, 60)))[0] == pytest.approx(-30, abs=1e-6)


def test_shrunken_logits_expect_what_happened_and_are_drawn_in():
    linear, y, counts = example(4)
    got = shrunken(linear, y, counts, slope=0.6)
    np.testing.assert_allclose((counts * from_logits(got)).sum(axis=1), counts @ y, rtol=1e-9)
    np.testing.assert_allclose(np.diff(got, axis=1), 0.6 * np.diff(linear, axis=1), atol=1e-12)
    # One whose slope is 0.6 in its rows has a slope of one after it.
    own = measures(linear, y, counts)["slope"]
    each = np.concatenate(
        [
            shrunken(z[None], y, w[None], slope=s)
            for z, w, s in zip(linear, counts, own, strict=True)
        ]
    )
    again = measures(each, y, counts)
    np.testing.assert_allclose(again["slope"], 1, rtol=1e-6)
    np.testing.assert_allclose(again["intercept"], 0, atol=1e-9)


def test_a_probability_at_the_threshold_is_acted_on():
    got = decision_curve([0.2, 0.1, 0.2, 0.05], [1, 0, 0, 0], thresholds=[0.2])
    assert got["positive"].tolist() == [2]
    assert got["model"].tolist() == [1 / 4 - 1 / 4 * 0.2 / 0.8]
    linear = np.zeros((1, 4))
    assert net_benefits(linear, np.arange(4) > 2, np.ones((1, 4)), 0.5)[0] == 1 / 4 - 3 / 4


def test_sets_without_both_classes_have_no_measure():
    linear, y, counts = example()
    counts[0, y], counts[1, ~y], counts[2] = 0, 0, 0
    linear[3] = 0.4
    linear[4] = np.where(y, 3.0, -3.0)
    got = measures(linear, y, counts)
    for name in MEASURES:
        assert np.isnan(got[name][:2]).all() == (name != "brier"), name
        assert np.isnan(got[name][2]), name
        assert np.isfinite(got[name][5:]).all(), name
    assert np.isnan(got["slope"][3:5]).all()
    assert got["c_statistic"][3:5].tolist() == [0.5, 1.0]


def test_what_the_measures_mean():
    linear, y, counts = example(3, size=1)
    ones = np.ones_like(counts)
    own = intercepts(linear, y, ones)
    level = measures(linear + own[:, None], y, ones)
    assert level["intercept"] == pytest.approx(0, abs=1e-10)
    steep = measures(2 * linear, y, ones)
    assert steep["slope"] == pytest.approx(level["slope"] / 2)
    share = np.full((1, len(y)), np.log(y.mean() / (1 - y.mean())))
    flat = measures(share, y, ones)
    assert flat["scaled_brier"] == pytest.approx(0, abs=1e-12)
    assert flat["brier"] == pytest.approx(y.mean() * (1 - y.mean()))


def test_gaps_are_left_out_and_counted():
    p = pd.array([0.1, 0.6, None, 0.3, 0.8, 0.2], dtype="Float64")
    y = pd.array([False, True, True, None, False, True], dtype="boolean")
    got = performance(p, y)
    assert (got.n, got.events, got.left_out) == (4, 2, 2)
    assert f"{got:c_statistic}" == "0.50"


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([0.0, 0.5], [0, 1], "1 probabilities are not above 0"),
        ([20, 50], [0, 1], "not percentages"),
        ([0.2, 0.5], [1, 1], "2 of 2 rows"),
        ([0.2, 0.5], [1], "2 values for 1 outcomes"),
    ],
)
def test_refusals(p, y, message):
    for function in (performance, calibration_curve):
        with pytest.raises(DataError, match=message):
            function(p, y)
    with pytest.raises(DataError, match=message):
        decision_curve(p, y, thresholds=[0.1])


def test_more_refusals():
    p, y = [0.2, 0.5, 0.4, 0.3], [0, 1, 0, 1]
    for span in (0, 1.2, 0.5):
        with pytest.raises(DataError, match="A span of"):
            calibration_curve(p, y, span=span)
    for thresholds in ([], [0], [0.2, 1]):
        with pytest.raises(DataError, match="above 0 and below 1"):
            decision_curve(p, y, thresholds=thresholds)
