"""Profile limits, likelihood ratio tests and bootstrap limits: R, the definition, simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog, minimize
from scipy.stats import chi2

from analysis_lib.errors import DataError
from analysis_lib.logistic import LogF, fit_many
from analysis_lib.logistic.intervals import profile_odds_ratio, profile_table
from analysis_lib.logistic.profile import profile_many
from analysis_lib.logistic.resampling import bootstrap
from analysis_lib.odds_ratio import crude_odds_ratio

FOLDER = Path(__file__).parents[1] / "reference_r"
REFERENCE = pd.read_csv(FOLDER / "logistic_firth.csv")
DATA = pd.read_csv(FOLDER / "logistic_firth_data.csv")
CASES = list(REFERENCE[["set", "penalty"]].drop_duplicates().itertuples(index=False, name=None))
PENALTIES = ["none", "firth", LogF(1, (1, 2, 3))]


def study(count, seed=20):
    """Outcomes of simulated studies: 102 patients, some 13 events, one true odds ratio of 3."""
    rng = np.random.default_rng(seed)
    x = np.c_[np.ones(102), np.arange(102) < 36, rng.normal(size=(102, 2))]
    truth = np.log(3)
    p = 1 / (1 + np.exp(2.44 - truth * x[:, 1]))
    return x, (rng.random((count, 102)) < p).astype(int), truth


@pytest.mark.parametrize(("name", "penalty"), CASES)
def test_limits_and_tests_agree_with_r(name, penalty):
    want = REFERENCE[(REFERENCE["set"] == name) & (REFERENCE["penalty"] == penalty)]
    data = DATA[DATA["set"] == name]
    x = np.c_[np.ones(len(data)), data.filter(regex="^x").dropna(axis=1)]
    priors = {f"logf{m}": LogF(m, tuple(range(1, x.shape[1]))) for m in (1, 2)}
    got = profile_table(
        x,
        data["y"],
        names=want["name"].tolist(),
        weights=data["w"],
        penalty=priors.get(penalty, penalty),
    )
    np.testing.assert_allclose(got["profile_lower"], want["lower"], rtol=1e-7)
    np.testing.assert_allclose(got["profile_upper"], want["upper"], rtol=1e-7)
    np.testing.assert_allclose(got["lr_statistic"], want["statistic"], rtol=1e-7)
    np.testing.assert_allclose(got["lr_p"], want["p_value"], rtol=1e-6)


def test_separation_gives_one_limit_and_the_other_is_infinite():
    want = REFERENCE[(REFERENCE["set"] == "endometrial") & (REFERENCE["penalty"] == "none")]
    assert np.isposinf(want["upper"]).tolist() == [False, True, False, False]
    group = np.repeat([1, 0], [30, 70])
    x, y = np.c_[np.ones(100), group], np.r_[np.zeros(30), np.ones(20), np.zeros(50)]
    for outcome, turned in ((y, False), (1 - y, True)):
        got = profile_many(x, outcome, column=1, penalty="none")
        limits = (-got.upper[0], -got.lower[0]) if turned else (got.lower[0], got.upper[0])
        assert got.status == "separated"
        assert got.estimate[0] == (np.inf if turned else -np.inf)
        assert limits[0] == -np.inf
        # With the group's rate at 0, the profile at b: events in the group b log odds away.
        rest = np.log(2 / 5)

        def deviance(b, rest=rest):
            a = np.linspace(rest - 1, rest + 1, 200001)
            value = 20 * a - 70 * np.log1p(np.exp(a)) - 30 * np.log1p(np.exp(a + b))
            return 2 * (20 * np.log(2 / 7) + 50 * np.log(5 / 7) - value.max())

        assert deviance(limits[1]) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-6)
        assert got.statistic[0] == pytest.approx(deviance(0), rel=1e-6)
    firth = profile_many(x, y, column=1, penalty="firth")
    assert np.isfinite([firth.lower[0], firth.upper[0], firth.estimate[0]]).all()


def test_a_fourfold_table_has_the_limits_of_the_crude_odds_ratio():
    want = crude_odds_ratio(8, 5, 28, 61, method="profile")
    x, y = np.c_[np.ones(4), [1, 0, 1, 0]], np.array([1, 1, 0, 0])
    got = profile_many(x, y, weights=[8, 5, 28, 61], column=1, penalty="none")
    np.testing.assert_allclose(np.exp(got.lower[0]), want.lower, rtol=1e-6)
    np.testing.assert_allclose(np.exp(got.upper[0]), want.upper, rtol=1e-6)
    np.testing.assert_allclose(got.p_value[0], want.p_value, rtol=1e-6)


@pytest.mark.parametrize("penalty", PENALTIES, ids=["none", "firth", "logf"])
def test_stacks_give_what_single_fits_give(penalty):
    x, ys, _ = study(12)
    rng = np.random.default_rng(1)
    xs = x + 0.2 * rng.normal(size=(12, 102, 4))
    weights = rng.multinomial(102, np.ones(102) / 102, size=12)
    for design, outcome, w in ((x, ys, None), (xs, ys, None), (x, ys[0], weights)):
        many = profile_many(design, outcome, column=1, weights=w, penalty=penalty, chunk=5)
        for i in range(12):
            one = profile_many(
                design if design.ndim == 2 else design[i],
                outcome if outcome.ndim == 1 else outcome[i],
                column=1,
                weights=None if w is None else w[i],
                penalty=penalty,
            )
            for name in ("estimate", "lower", "upper", "statistic", "p_value"):
                np.testing.assert_allclose(
                    getattr(many, name)[i], getattr(one, name)[0], rtol=1e-7, err_msg=name
                )


@pytest.mark.parametrize("penalty", PENALTIES, ids=["none", "firth", "logf"])
def test_the_order_and_units_of_columns_are_free(penalty):
    x, ys, _ = study(10)
    got = profile_many(x, ys, column=1, penalty=penalty)
    turned = [3, 1, 0, 2]
    moved = penalty
    if isinstance(penalty, LogF):
        moved = LogF(penalty.m, tuple(turned.index(j) for j in penalty.columns))
    other = profile_many(x[:, turned], ys, column=1, penalty=moved)
    np.testing.assert_allclose(got.lower, other.lower, rtol=1e-7)
    np.testing.assert_allclose(got.upper, other.upper, rtol=1e-7)
    if penalty in ("none", "firth"):
        scaled = profile_many(x * [1, -1e4, 1, 1], ys, column=1, penalty=penalty)
        np.testing.assert_allclose(scaled.upper * -1e4, got.lower, rtol=1e-7)
        np.testing.assert_allclose(scaled.p_value, got.p_value, rtol=1e-6)


def test_limits_widen_with_the_level_and_meet_the_test_at_its_own_level():
    x, ys, _ = study(5)
    for penalty in PENALTIES:
        got = profile_many(x, ys, column=1, penalty=penalty)
        wide = profile_many(x, ys, column=1, penalty=penalty, level=0.99)
        assert (wide.lower < got.lower).all()
        assert (wide.upper > got.upper).all()
        edge = profile_many(x, ys[0], column=1, penalty=penalty, level=1 - got.p_value[0])
        assert min(abs(edge.lower[0]), abs(edge.upper[0])) < 1e-6


def test_fits_without_a_profile_say_why():
    x, ys, _ = study(3)
    weights = np.ones((3, 102))
    weights[0], weights[1] = 0, ys[0] == 0
    got = profile_many(x, ys[0], weights=weights, column=1, penalty="none")
    assert got.status.tolist() == ["no_weight", "no_events", "converged"]
    assert np.isnan(got.lower[:2]).all()
    assert np.isnan(got.p_value[:2]).all()
    flat = np.c_[x, np.ones(102)]
    for penalty in ("none", "firth"):
        assert profile_many(flat, ys, column=1, penalty=penalty).status.tolist() == ["singular"] * 3
    firth = profile_many(x, 0 * ys[0], column=1, penalty="firth")
    assert np.isfinite([firth.lower[0], firth.upper[0], firth.p_value[0]]).all()


def test_an_odds_ratio_with_profile_limits_writes_itself():
    x, ys, _ = study(1)
    names = ["intercept", "high", "a", "b"]
    for penalty in ("none", "firth"):
        got = profile_odds_ratio(x, ys[0], names=names, name="high", penalty=penalty)
        many = profile_many(x, ys, column=1, penalty=penalty)
        np.testing.assert_allclose(
            np.log([got.lower, got.upper]), [many.lower[0], many.upper[0]], rtol=1e-9
        )
        assert got.p_value == many.p_value[0]
        assert "profile" in got.method
        assert not got.warnings
    split = np.c_[x, ys[0] * (np.arange(102) % 2)]
    got = profile_odds_ratio(split, ys[0], names=[*names, "c"], name="c", penalty="none")
    assert (got.upper, np.isnan(got.estimate)) == (np.inf, True)
    assert "no upper limit" in " ".join(got.warnings)
    assert "∞" in f"{got:interval}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": 4}, "column 4 of 4"),
        ({"column": -1}, "column -1 of 4"),
        ({"level": 95}, "lies outside"),
        ({"penalty": "lasso"}, "unknown penalty"),
        ({"penalty": LogF(1, (9,))}, "no 9"),
        ({"weights": np.full(102, -1)}, "negative"),
    ],
)
def test_impossible_profiles_are_refused(options, message):
    x, ys, _ = study(1)
    with pytest.raises(DataError) as error:
        profile_many(x, ys, **{"column": 1, "penalty": "none", **options})
    assert message in str(error.value)
    with pytest.raises(DataError, match="one more"):
        profile_many(np.ones((4, 1)), [0, 1, 0, 1], column=0, penalty="none")


def quantiles(draws, level):
    """The k-th smallest and k-th largest, k the smallest count that holds a tail's share."""
    k = int(np.ceil(len(draws) * (1 - level) / 2 - 1e-9))
    ordered = np.sort(draws, axis=0)
    return ordered[k - 1], ordered[-k]


def test_bootstrap_limits_are_quantiles_of_its_draws():
    x, ys, _ = study(1)
    names = list("abcd")
    got = bootstrap(x, ys[0], names=names, penalty="firth", resamples=5000, seed=3, level=0.9)
    again = bootstrap(x, ys[0], names=names, penalty="firth", resamples=5000, seed=3, level=0.9)
    assert got.lower == again.lower
    assert got.draws.shape == (got.used, 4) == (5000, 4)
    np.testing.assert_array_equal([got.lower, got.upper], quantiles(got.draws, 0.9))
    assert got.shares["converged"] == 1
    assert not got.warnings
    # The mean draw of a resample is a fit of the resample: the first one, drawn again.
    w = np.random.default_rng(3).multinomial(102, np.full(102, 1 / 102), size=4096)[0]
    want = fit_many(x, ys[0], weights=w, penalty="firth").coefficients[0]
    np.testing.assert_allclose(got.draws[0], want, rtol=1e-6)
    assert f"{got:b}" != f"{got:a}"
    assert "5000 of 5000" in f"{got}"


def test_a_resample_that_separates_is_infinite_and_takes_the_limit_with_it():
    y = np.arange(40) < 20
    x = np.c_[np.ones(40), (np.arange(40) >= 2) & (np.arange(40) < 22)]  # two events in one cell
    names = ["intercept", "group"]
    got = bootstrap(x, y, names=names, penalty="none", resamples=2000, seed=1)
    # The cells of each resample say where its odds ratio lies.
    w = np.random.default_rng(1).multinomial(40, np.full(40, 1 / 40), size=2000)
    in_group = x[:, 1] == 1
    a, b, c, d = (w[:, g & e].sum(axis=1) for g in (in_group, ~in_group) for e in (y, ~y))
    with np.errstate(divide="ignore"):
        want = np.log(a) + np.log(d) - np.log(b) - np.log(c)
    assert np.isposinf(want).mean() > 0.2
    assert got.used == 2000
    np.testing.assert_allclose(got.draws[:, 1], want, rtol=1e-6)
    np.testing.assert_allclose([got.lower[1], got.upper[1]], quantiles(want, 0.95), rtol=1e-6)
    assert got.upper[1] == np.inf
    assert f"{got:group}".endswith("∞")
    assert got.separated == pytest.approx(np.isinf(want).mean())
    assert sum(got.shares.values()) == pytest.approx(1)
    turned = bootstrap(x, ~y, names=names, penalty="none", resamples=2000, seed=1)
    np.testing.assert_allclose([turned.lower, turned.upper], -np.array([got.upper, got.lower]))
    assert bootstrap(x, y, names=names, penalty="firth", resamples=50, seed=1).separated == 0


def test_another_coefficient_keeps_its_value_where_one_separates():
    rng = np.random.default_rng(2)
    group, other = np.arange(60) < 20, rng.normal(size=60)
    y = np.where(group, rng.random(60) < 0.5, False)
    x = np.c_[np.ones(60), group, other]
    got = bootstrap(x, y, names=list("abc"), penalty="none", resamples=30, seed=1)
    assert got.separated == 1
    assert np.isposinf(got.draws[:, 1]).all()
    w = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), size=30)
    inside = fit_many(x[:20, [0, 2]], y[:20], weights=w[:, :20])  # where the others say nothing
    np.testing.assert_allclose(got.draws[:, 2], inside.coefficients[:, 1], rtol=1e-3)


def test_resamples_that_say_nothing_are_counted_and_impossible_ones_refused():
    x, ys, _ = study(1)
    lost = bootstrap(x, 0 * ys[0], names=list("abcd"), penalty="none", resamples=50, seed=1)
    assert (lost.used, lost.separated) == (0, 1)
    assert "50 no_events" in lost.warnings[0]
    assert np.isnan(lost.lower).all()
    for options in ({"resamples": 1}, {"resamples": 9, "level": 95}):
        with pytest.raises(DataError, match="resamples at level"):
            bootstrap(x, ys[0], names=list("abcd"), penalty="none", seed=1, **options)
    with pytest.raises(DataError, match="one column"):
        bootstrap(x[:, :1], ys[0], names=["a"], penalty="none", resamples=9, seed=1)


def test_under_separation_a_side_is_endless_only_if_a_direction_separates_there():
    """By linear programming on the columns as they are given."""
    rng = np.random.default_rng(7)
    seen = 0
    for kind in range(6):
        m, p = 12 + 2 * kind, 2 + kind % 3
        terms = rng.integers(0, 2, (m, p - 1)) if kind < 3 else rng.standard_t(2, (m, p - 1))
        x, ys = np.c_[np.ones(m), terms], (rng.random((12, m)) < 0.3).astype(int)
        for j in range(p):
            got = profile_many(x, ys, column=j, penalty="none")
            for i in np.flatnonzero(got.status == "separated"):
                rows = x * np.where(ys[i] == 1, 1, -1)[:, None]
                goal = np.eye(p)[j]
                endless = [
                    linprog(-s * goal, -rows, np.zeros(m), bounds=(-1, 1)).fun < -1e-6
                    for s in (-1, 1)
                ]
                assert [np.isinf(got.lower[i]), np.isinf(got.upper[i])] == endless
                assert np.isfinite(got.statistic[i])
                if all(endless):
                    assert got.statistic[i] == pytest.approx(0, abs=1e-6)
                seen += 1
    assert seen > 30


@pytest.mark.parametrize("penalty", PENALTIES[:2], ids=["none", "firth"])
@pytest.mark.parametrize("far", [30, 1e3, 1e6])
def test_a_row_without_weight_is_as_good_as_absent(far, penalty):
    x, ys, _ = study(1)
    keep = x.copy()
    x[0, 2] = far
    w = np.r_[0, np.ones(101)]
    for design in (x, np.asfortranarray(x), pd.DataFrame(x)):
        got = profile_many(design, ys[0], weights=np.stack([w, w]), column=2, penalty=penalty)
        want = profile_many(keep[1:], ys[0, 1:], column=2, penalty=penalty)
        for name in ("estimate", "lower", "upper", "p_value"):
            np.testing.assert_allclose(getattr(got, name), getattr(want, name)[0], rtol=1e-5)


@pytest.mark.parametrize("far", [300.0, 3000.0, 3e6])
def test_where_a_maximum_exists_limits_are_finite_however_far_a_row_lies(far):
    rng = np.random.default_rng(3)
    x = np.c_[np.ones(60), rng.normal(size=60), rng.integers(0, 2, 60)]
    y = (rng.random(60) < 0.25).astype(int)
    y[0], x[0, 1] = 1, far
    got = profile_many(x, y, column=1, penalty="none")
    top = fit_many(x, y).log_likelihood[0]
    assert got.status == "converged"
    for limit in (got.lower[0], got.upper[0]):
        turn = np.where(y == 1, -1, 1)

        def loss(b, limit=limit, turn=turn):
            return np.logaddexp(0, turn * (x[:, [0, 2]] @ b + limit * x[:, 1])).sum()

        held = minimize(
            loss, [-1, 0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10}
        )
        assert 2 * (top + held.fun) == pytest.approx(chi2.ppf(0.95, 1), rel=1e-4)


def test_a_stack_of_designs_that_separate_has_the_limits_of_single_ones_and_stays_as_it_was():
    rng = np.random.default_rng(1)
    group = np.arange(40) < 10
    x = np.stack([np.c_[np.ones(40), 20 * rng.normal(size=40), group] for _ in range(4)])
    y = np.where(group, False, rng.random((4, 40)) < 0.4).astype(int)
    for memory in (x, np.moveaxis(np.ascontiguousarray(np.moveaxis(x, -1, 0)), 0, -1)):
        before = memory.copy()
        for j in range(3):
            got = profile_many(memory, y, column=j, penalty="none")
            for i in range(4):
                one = profile_many(before[i], y[i], column=j, penalty="none")
                np.testing.assert_allclose(got.lower[i], one.lower[0], rtol=1e-6)
                np.testing.assert_allclose(got.upper[i], one.upper[0], rtol=1e-6)
        np.testing.assert_array_equal(memory, before)
