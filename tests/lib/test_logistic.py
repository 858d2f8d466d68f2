"""Logistic regression against R and statsmodels, against itself in other shapes, and separation."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis_lib import logistic
from analysis_lib.errors import DataError
from analysis_lib.logistic import STATUSES, fit, fit_many

FOLDER = Path(__file__).parents[1] / "reference_r"
REFERENCE = pd.read_csv(FOLDER / "logistic.csv")
DATA = pd.read_csv(FOLDER / "logistic_data.csv")
CLOSE = {"rtol": 1e-8, "atol": 1e-10}
SAME = {"rtol": 1e-10, "atol": 1e-11}


def example(seed, n=102, p=4, rate=-2.2):
    rng = np.random.default_rng(seed)
    x = np.c_[np.ones(n), rng.normal(size=(n, p - 1))]
    y = (rng.random(n) < 1 / (1 + np.exp(-rate - x[:, 1]))).astype(int)
    return rng, x, y


def separable(x, y):
    """Decide by linear programming whether a direction separates, as Konis (2007) does."""
    rows = x * np.where(y == 1, 1, -1)[:, None] / np.abs(x).max(axis=0)
    found = linprog(
        -rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * x.shape[1]
    )
    assert found.status == 0
    return -found.fun > 1e-7


def assert_same(fits, others, **close):
    assert fits.status.tolist() == others.status.tolist()
    for name in ("coefficients", "covariances", "log_likelihood"):
        np.testing.assert_allclose(
            getattr(fits, name), getattr(others, name), **(close or SAME), err_msg=name
        )


@pytest.mark.parametrize("name", REFERENCE["set"].unique())
def test_it_agrees_with_r(name):
    want = REFERENCE[REFERENCE["set"] == name]
    data = DATA[DATA["set"] == name]
    x = np.c_[np.ones(len(data)), data.filter(regex="^x").dropna(axis=1)]
    got = fit(x, data["y"], names=want["name"].tolist(), weights=data["w"])
    assert got.status == "converged"
    assert not got.warnings
    np.testing.assert_allclose(got.coefficients, want["estimate"], **CLOSE)
    np.testing.assert_allclose(got.standard_errors, want["se"], rtol=1e-8)
    np.testing.assert_allclose(got.p_values, want["p_value"], rtol=1e-6)  # the tails magnify
    np.testing.assert_allclose(got.log_likelihood, want["log_likelihood"], rtol=1e-12)
    assert got.n == pytest.approx(data["w"].sum())
    assert got.events == pytest.approx(data["w"][data["y"] == 1].sum())


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_statsmodels(seed):
    _, x, y = example(seed)
    want = sm.Logit(y, x).fit(method="newton", tol=1e-14, maxiter=100, disp=False)
    got = fit(x, y, names=list("abcd"))
    np.testing.assert_allclose(got.coefficients, want.params, **CLOSE)
    np.testing.assert_allclose(got.covariance, want.cov_params(), **CLOSE)
    np.testing.assert_allclose(got.p_values, want.pvalues, **CLOSE)
    assert got.log_likelihood == pytest.approx(want.llf, rel=1e-12)
    many = fit_many(x, y)
    np.testing.assert_allclose(many.p_values()[0], got.p_values)
    for level in (0.8, 0.95):
        lower, upper = many.wald(level)
        np.testing.assert_allclose(np.c_[lower[0], upper[0]], want.conf_int(1 - level), **CLOSE)
        odds = got.odds_ratio("b", level)
        limits = [np.log(odds.lower), np.log(odds.upper)]
        np.testing.assert_allclose(limits, want.conf_int(1 - level)[1], **CLOSE)
        assert np.log(odds.estimate) == pytest.approx(want.params[1], rel=1e-8)
        assert (odds.log_se, odds.p_value) == (got.standard_errors[1], got.p_values[1])


def test_shared_and_stacked_are_the_same():
    rng, x, y = example(1)
    weights = rng.multinomial(102, np.ones(102) / 102, size=60)
    weights[:3] = 0
    xs = np.broadcast_to(x, (60, *x.shape))
    ys = np.broadcast_to(y, (60, 102))
    fits = fit_many(x, y, weights=weights)
    assert fits.status.tolist() == ["no_weight"] * 3 + ["converged"] * 57
    assert_same(fit_many(xs, y, weights=weights), fits)
    assert_same(fit_many(xs, ys, weights=weights), fits)
    assert_same(fit_many(x, ys, weights=weights), fits)
    one = fit_many(x, y, weights=weights[7])
    np.testing.assert_allclose(one.coefficients[0], fits.coefficients[7], **SAME)
    assert_same(fit_many(xs[:2], y), fit_many(x, ys[:2]))


def test_neither_chunks_nor_company_matter():
    rng = np.random.default_rng(3)
    x = rng.integers(-2, 3, size=(400, 14, 3)).astype(float)
    x[..., 0] = 1
    y = rng.random((400, 14)) < 0.4
    weights = rng.integers(0, 3, size=(400, 14)) * (rng.random((400, 1)) < 0.99)
    fits = fit_many(x, y, weights=weights)
    assert set(fits.status) == set(STATUSES) - {"not_converged"}
    for chunk in (1, 7, 399, 1000):
        assert_same(fit_many(x, y, weights=weights, chunk=chunk), fits, rtol=1e-12, atol=1e-12)
        shared = fit_many(x[0], y, weights=weights, chunk=chunk)
        assert_same(shared, fit_many(x[0], y, weights=weights), rtol=1e-12, atol=1e-12)
    order = rng.permutation(400)
    turned = fit_many(x[order], y[order], weights=weights[order], chunk=50)
    for name in ("coefficients", "iterations", "codes"):
        want = getattr(fits, name)[order]
        np.testing.assert_allclose(getattr(turned, name), want, rtol=1e-12, atol=1e-12)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_weights_are_repeated_rows_and_the_order_of_rows_is_free(seed):
    rng, x, y = example(seed, n=40, p=3, rate=-0.5)
    weights = rng.integers(0, 4, size=40)
    fits = fit_many(x, y, weights=weights)
    assert_same(fit_many(np.repeat(x, weights, axis=0), np.repeat(y, weights)), fits)
    order = rng.permutation(40)
    assert_same(fit_many(x[order], y[order], weights=weights[order]), fits)
    names = ["a", "b", "c"]
    repeated = fit(np.repeat(x, weights, axis=0), np.repeat(y, weights), names=names)
    single = fit(x, y, names=names, weights=weights)
    assert (single.n, single.events) == (repeated.n, repeated.events)


@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-6, 1.0, 1e6]))
@settings(max_examples=50, deadline=None)
def test_units_and_the_scale_of_weights_change_nothing_else(seed, factor):
    _, x, y = example(seed, n=40, p=3, rate=-0.5)
    fits = fit_many(x, y)
    scale = np.array([1, factor, 1 / factor])
    scaled = fit_many(x * scale, y)
    assert scaled.status == fits.status
    np.testing.assert_allclose(scaled.coefficients * scale, fits.coefficients, rtol=1e-8)
    weighed = fit_many(x, y, weights=np.full(40, factor))
    np.testing.assert_allclose(weighed.coefficients, fits.coefficients, **SAME)
    np.testing.assert_allclose(weighed.covariances * factor, fits.covariances, **SAME)
    np.testing.assert_allclose(weighed.log_likelihood / factor, fits.log_likelihood, **SAME)


DESIGNS = {
    "integers": lambda rng, n, p: rng.integers(-2, 3, size=(n, p)),
    "binary": lambda rng, n, p: rng.integers(0, 2, size=(n, p)),
    "normal": lambda rng, n, p: rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, size=p),
    "outliers": lambda rng, n, p: rng.standard_t(1, size=(n, p)),
    "nearly": lambda rng, n, p: np.sort(rng.normal(size=(n, p)), axis=0),
}


@pytest.mark.parametrize("kind", DESIGNS)
def test_separation_agrees_with_linear_programming(kind):
    rng = np.random.default_rng([5, len(kind)])
    wanted = []
    for _ in range(300):
        n, p = rng.integers(5, 30), rng.integers(1, 4)
        x = DESIGNS[kind](rng, n, p)
        x = np.c_[np.ones(n), x]
        y = (rng.random(n) < rng.choice([0.2, 0.5])).astype(int)
        if kind == "nearly":
            y = (np.arange(n) > n // 2).astype(int)
            y[n // 2 : n // 2 + 2] = rng.permutation([0, 1])
        rank = np.linalg.matrix_rank(x / np.abs(x).max(axis=0).clip(1e-300))
        if p + 1 > n or rank <= p or y.min() == y.max():
            continue
        want = "separated" if separable(x, y) else "converged"
        assert fit_many(x, y).status[0] == want
        assert fit_many(x[None], y, weights=rng.integers(1, 9, n) / 3).status[0] == want
        wanted.append(want)
    assert min(wanted.count("separated"), wanted.count("converged")) > 20


@pytest.mark.parametrize("overlap", [1.0, 1e-3, 1e-6, 1e-9])
def test_nearly_separated_is_not_separated(overlap):
    # One event lies below one non-event, by as little as this.
    column = np.r_[np.linspace(-3, -1, 20), overlap / 2, -overlap / 2, np.linspace(1, 3, 20)]
    x = np.c_[np.ones(42), column]
    y = np.r_[np.zeros(21), np.ones(21)]
    got = fit_many(x, y)
    assert got.status == "converged"
    score = x.T @ (y - 1 / (1 + np.exp(-x @ got.coefficients[0])))
    assert np.abs(score).max() < 1e-10
    column[20:22] = column[21], column[20]
    assert fit_many(np.c_[np.ones(42), column], y).status == "separated"  # completely
    column[20:22] = 0
    assert fit_many(np.c_[np.ones(42), column], y).status == "separated"  # quasi-completely


def test_a_group_without_events_is_quasi_separation_and_gives_no_number():
    group = np.repeat([1, 0], [30, 70])
    y = np.r_[np.zeros(30), np.ones(20), np.zeros(50)]
    got = fit(np.c_[np.ones(100), group], y, names=["intercept", "group"])
    assert got.status == "separated"
    assert np.isnan([*got.coefficients, *got.standard_errors, *got.p_values]).all()
    assert np.isnan(got.log_likelihood)
    odds = got.odds_ratio("group")
    assert np.isnan([odds.estimate, odds.lower, odds.upper]).all()
    assert "no maximum" in odds.warnings[0]
    text = f"{got:group}".replace("\N{NO-BREAK SPACE}", " ")
    assert text == "not estimable (95 % CI not estimable to not estimable)"
    y[0] = 1  # one event, and there is a maximum: the crude odds ratio
    got = fit(np.c_[np.ones(100), group], y, names=["intercept", "group"])
    assert got.odds_ratio("group").estimate == pytest.approx(1 * 50 / (29 * 20), rel=1e-10)


def test_other_fits_without_a_maximum_say_why():
    rng, x, y = example(2)
    collinear = np.c_[x, x[:, 1] - 2 * x[:, 2]]
    constant = np.c_[x, np.full(102, 0.1)]
    zero = np.c_[x, np.zeros(102)]
    for design in (collinear, constant, zero):
        for shape in (design, design[None]):
            assert fit_many(shape, y).status == "singular"
    weights = np.ones((4, 102))
    weights[0] = 0
    weights[1] = y
    weights[2] = 1 - y
    weights[3, 4:] = 0  # fewer rows than columns are left
    weights[3, :4] = 1
    y[:2] = 0, 1
    five = np.c_[x, rng.normal(size=102)]
    want = ["no_weight", "no_events", "no_events", "singular"]
    weights[2] *= y == 0
    weights[1] *= y
    fits = fit_many(five, y, weights=weights)
    assert fits.status.tolist() == want
    assert np.isnan(fits.coefficients).all()
    assert not fits.converged.any()
    assert not fits.separated.any()
    assert fit_many(x, y, max_iterations=2).status == "not_converged"
    for got, reason in ((fit(zero, y, names=list("abcde")), "combination of the others"),):
        assert got.status == "singular"
        assert reason in got.warnings[0]


def test_rows_without_weight_are_as_good_as_absent():
    # One row is far off. Without it, the shared basis is of no use and a fit gets its own.
    _, x, y = example(4)
    x[0, 1] = 1e9
    weights = np.ones((3, 102))
    weights[1:, 0] = 0
    fits = fit_many(x, y, weights=weights)
    alone = fit_many(x[1:], y[1:])
    assert fits.status.tolist() == ["converged"] * 3
    np.testing.assert_allclose(fits.coefficients[1], alone.coefficients[0], rtol=1e-10)
    dummy = np.c_[x[:, [0, 2]], np.arange(102) == 0]
    assert fit_many(dummy, y, weights=weights).status.tolist() == [
        "separated",  # one row alone at its level
        "singular",
        "singular",
    ]


def test_columns_of_large_mean_keep_their_digits():
    _, x, y = example(6)
    centred = fit_many(x, y)
    x[:, 1] += 2020
    moved = fit_many(x, y)
    np.testing.assert_allclose(moved.coefficients[0, 1:], centred.coefficients[0, 1:], rtol=1e-8)
    np.testing.assert_allclose(
        moved.standard_errors[0, 1:], centred.standard_errors[0, 1:], rtol=1e-8
    )


def test_a_fit_writes_itself():
    _, x, y = example(0)
    got = fit(x, y, names=["intercept", "pth", "b", "c"], weights=np.full(102, 2))
    assert (got.n, got.events) == (204, 2 * y.sum())
    assert f"{got:pth}" == f"{got.odds_ratio('pth')}"
    assert f"{got:n}" == "204"
    assert f"{got}".endswith(f"{got:events} events in 204")
    assert got.to_dict()["covariance"][1][1] == pytest.approx(got.standard_errors[1] ** 2)
    assert isinstance(fit(x, y, names=list("abcd"), weights=np.full(102, 0.3)).n, float)
    with pytest.raises(DataError, match="no column 'age'; the fit has intercept, pth, b, c"):
        got.odds_ratio("age")
    steep = dataclasses.replace(got, coefficients=(0, 900, 0, 0))
    assert steep.odds_ratio("pth").estimate == np.inf


X, Y = np.c_[np.ones(6), np.arange(6.0)], np.array([0, 1, 0, 1, 0, 1])
HOLE = np.where(np.arange(12).reshape(6, 2) == 5, np.nan, X)


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        (X, Y[:5], {}, "x (6, 2), y (5,): the counts of rows don't match"),
        (X, Y, {"weights": np.ones(5)}, "weights (5,): the counts of rows don't match"),
        (np.ones((3, 6, 2)), np.ones((4, 6)), {}, "x (3, 6, 2), y (4, 6): the counts of fits"),
        (np.ones(6), Y, {}, "x (6,), y (6,): x must be (n, p) or (B, n, p)"),
        (X, 1, {}, "y (): x must be"),
        (X[:1], Y[:1], {}, "2 columns need at least 2 rows"),
        (X[:, :0], Y, {}, "0 columns need at least 1 row"),
        (HOLE, Y, {}, "x has missing or infinite values: 1 of 12 (1 in column 1); leave out"),
        (pd.DataFrame(HOLE, columns=["one", "pth"]), Y, {}, "(1 in column 'pth')"),
        (pd.DataFrame({"a": [1, None, 2]}, dtype="Int64"), Y[:3], {}, "(1 in column 'a')"),
        (X, [0, 1, None, 1, 0, 1], {}, "y has missing or infinite values: 1 of 6"),
        (X, np.where(Y == 1, np.inf, 0), {}, "infinite values: 3 of 6;"),
        (X, ["no", "yes"] * 3, {}, "y has values that are not numbers"),
        (X, Y * 2, {}, "y must be 0 or 1; it has [2] too"),
        (X, Y, {"weights": -Y}, "weights has 3 negative values, the least -1"),
        (X, Y, {"weights": [np.nan] * 6}, "weights has missing or infinite values: 6 of 6"),
        (X, Y, {"chunk": 0}, "chunk is 0; give a whole number"),
        (X, Y, {"tolerance": 0}, "tolerance is 0; give a positive"),
        (X, Y, {"max_iterations": 0}, "max_iterations is 0; give a whole"),
    ],
)
def test_what_can_not_be_fitted_is_refused(x, y, options, message):
    with pytest.raises(DataError) as error:
        fit_many(x, y, **options)
    assert message in str(error.value)


def test_fit_refuses_batches_names_and_levels():
    with pytest.raises(DataError, match="use fit_many"):
        fit(X[None], Y, names=["a", "b"])
    for names in (["a"], ["a", "a"]):
        with pytest.raises(DataError, match=r"names \(a.*for 2 columns of x"):
            fit(X, Y, names=names)
    got = fit(X, Y, names=["a", "b"])
    for level in (0, 1, 95):
        with pytest.raises(DataError, match="lies outside"):
            got.odds_ratio("b", level)
        with pytest.raises(DataError, match="lies outside"):
            fit_many(X, Y).wald(level)


def test_no_fits_are_no_fits():
    fits = fit_many(X, np.empty((0, 6)))
    assert fits.coefficients.shape == (0, 2)
    assert fits.status.tolist() == []


def test_every_status_but_success_has_a_reason():
    assert set(logistic.REASONS) == set(STATUSES) - {"converged"}
