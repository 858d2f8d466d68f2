"""Firth's penalty and log-F priors against R, a plain loop, and what each odd design must do."""

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_lib.errors import DataError
from analysis_lib.logistic import LogF, fit, fit_many
from analysis_lib.logistic.blocks import Problem
from analysis_lib.logistic.profile import profile_many

FOLDER = Path(__file__).parents[1] / "reference_r"
REFERENCE = pd.read_csv(FOLDER / "logistic_firth.csv")
DATA = pd.read_csv(FOLDER / "logistic_firth_data.csv")
CASES = list(REFERENCE[["set", "penalty"]].drop_duplicates().itertuples(index=False, name=None))
SAME = {"rtol": 1e-7, "atol": 1e-8}


def rows_of(name):
    data = DATA[DATA["set"] == name]
    x = np.c_[np.ones(len(data)), data.filter(regex="^x").dropna(axis=1)]
    return x, data["y"].to_numpy(), data["w"].to_numpy()


def penalty_of(name, p):
    priors = {f"logf{m}": LogF(m, tuple(range(1, p))) for m in (1, 2)}
    return priors.get(name, name)


def example(seed, n=102, p=4, rate=-2.2):
    rng = np.random.default_rng(seed)
    x = np.c_[np.ones(n), rng.normal(size=(n, p - 1))]
    y = (rng.random(n) < 1 / (1 + np.exp(-rate - x[:, 1]))).astype(int)
    return rng, x, y


def parts(x, y, w, b):
    """Likelihood, information and modified score at b, from the formulas."""
    linear = x @ b
    p = 1 / (1 + np.exp(-linear))
    v = w * p * (1 - p)
    information = x.T @ (v[:, None] * x)
    h = v * np.einsum("ij,jk,ik->i", x, np.linalg.inv(information), x)
    score = x.T @ (w * (y - p) + h * (0.5 - p))
    return w @ (y * linear - np.logaddexp(0, linear)), information, score


def plain(x, y, w):
    """One fit as anyone would write it."""
    b = np.zeros(x.shape[1])
    for _ in range(2000):
        _, information, score = parts(x, y, w, b)
        step = np.linalg.solve(information, score)
        step *= min(1, 1 / np.abs(x @ step).max())
        b = b + step
        if np.abs(step).max() < 1e-13:
            break
    return b


@pytest.mark.parametrize(("name", "penalty"), CASES)
def test_it_agrees_with_r(name, penalty):
    want = REFERENCE[(REFERENCE["set"] == name) & (REFERENCE["penalty"] == penalty)]
    x, y, w = rows_of(name)
    kind = penalty_of(penalty, x.shape[1])
    got = fit(x, y, names=want["name"].tolist(), weights=w, penalty=kind)
    if want["estimate"].isna().all():
        assert got.status == "separated"
        return
    assert got.status == "converged"
    np.testing.assert_allclose(got.coefficients, want["estimate"], rtol=1e-7)
    np.testing.assert_allclose(got.standard_errors, want["se"], rtol=1e-7)
    np.testing.assert_allclose(got.penalised, want["objective"].iloc[0], rtol=1e-9)
    assert got.n == pytest.approx(w.sum())


def test_the_reference_has_separation_fractions_and_zero_weights():
    firth = fit(*rows_of("endometrial")[:2], names=list("abcd"), penalty="firth")
    plainly = fit(*rows_of("endometrial")[:2], names=list("abcd"))
    assert (plainly.status, firth.status) == ("separated", "converged")
    assert (rows_of("fractions")[2] % 1).any()
    assert (rows_of("esoph")[2] == 0).any()


@pytest.mark.parametrize("seed", range(3))
def test_stacks_of_weights_outcomes_and_designs_agree_with_a_plain_loop(seed):
    rng, x, y = example(seed)
    weights = rng.multinomial(102, np.ones(102) / 102, size=8).astype(float)
    weights[4:] *= rng.random(102)
    ys = (rng.random((8, 102)) < 0.12).astype(int)
    xs = x + 0.3 * rng.normal(size=(8, 102, 4))
    one = np.ones((8, 102))
    for design, outcome, w in ((x, y, weights), (x, ys, one), (xs, y, one), (xs, ys, weights)):
        fits = fit_many(design, outcome, weights=w, penalty="firth")
        assert fits.converged.all()
        for i in range(8):
            a = design if design.ndim == 2 else design[i]
            b = outcome if outcome.ndim == 1 else outcome[i]
            want = plain(a, b, w[i])
            likelihood, information, _ = parts(a, b, w[i], want)
            np.testing.assert_allclose(fits.coefficients[i], want, **SAME)
            np.testing.assert_allclose(fits.covariances[i], np.linalg.inv(information), **SAME)
            np.testing.assert_allclose(fits.log_likelihood[i], likelihood, **SAME)
            penalised = likelihood + np.linalg.slogdet(information)[1] / 2
            np.testing.assert_allclose(fits.penalised[i], penalised, rtol=1e-10)


@given(seed=st.integers(0, 10**6), penalty=st.sampled_from(["firth", LogF(1, (1, 2))]))
@settings(max_examples=40, deadline=None)
def test_a_weight_of_two_is_two_rows(seed, penalty):
    rng, x, y = example(seed, n=40, p=3, rate=-0.5)
    weights = rng.integers(0, 4, size=40)
    weighed = fit_many(x, y, weights=weights, penalty=penalty)
    repeated = fit_many(np.repeat(x, weights, axis=0), np.repeat(y, weights), penalty=penalty)
    assert weighed.status.tolist() == repeated.status.tolist()
    for name in ("coefficients", "covariances", "penalised", "log_likelihood"):
        np.testing.assert_allclose(getattr(weighed, name), getattr(repeated, name), **SAME)


def test_neither_chunks_nor_company_matter():
    rng = np.random.default_rng(3)
    x = rng.integers(-2, 3, size=(300, 14, 3)).astype(float)
    x[..., 0] = 1
    y = rng.random((300, 14)) < 0.4
    weights = rng.integers(0, 3, size=(300, 14)) * (rng.random((300, 1)) < 0.99)
    for penalty in ("firth", LogF(2, (1, 2))):
        for design in (x, x[0]):
            fits = fit_many(design, y, weights=weights, penalty=penalty)
            other = fit_many(design, y, weights=weights, penalty=penalty, chunk=7)
            assert fits.status.tolist() == other.status.tolist()
            np.testing.assert_allclose(fits.coefficients, other.coefficients, **SAME)


DESIGNS = {
    "binary": lambda rng, n, p: rng.integers(0, 2, size=(n, p)),
    "units": lambda rng, n, p: rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, size=p),
    "outliers": lambda rng, n, p: rng.standard_t(1, size=(n, p)),
    "sorted": lambda rng, n, p: np.sort(rng.normal(size=(n, p)), axis=0),
}


@pytest.mark.parametrize("kind", DESIGNS)
def test_each_design_of_full_rank_has_an_estimate_where_the_score_is_zero(kind):
    rng = np.random.default_rng([7, len(kind)])
    seen = set()
    for _ in range(150):
        n, p = rng.integers(6, 40), rng.integers(1, 4)
        x = np.c_[np.ones(n), DESIGNS[kind](rng, n, p)]
        y = (rng.random(n) < rng.choice([0.0, 0.1, 0.5])).astype(int)
        w = rng.choice([0.5, 1, 2], size=n)
        unit = np.abs(x).max(axis=0)
        full = unit.all() and np.linalg.matrix_rank(x / unit) == x.shape[1]
        got = fit_many(x, y, weights=w, penalty="firth")
        assert got.status[0] == ("converged" if full else "singular")
        if not full:
            continue
        seen.add(str(fit_many(x, y, weights=w).status[0]))
        _, information, score = parts(x / unit, y, w, got.coefficients[0] * unit)
        assert score @ np.linalg.solve(information, score) < 1e-12  # in standard errors, squared
    assert {"converged", "separated", "no_events"} <= seen


def test_a_single_class_has_an_estimate():
    # Only an intercept: half an event more on either side (Firth 1993).
    got = fit_many(np.ones((20, 1)), np.zeros(20), penalty="firth")
    assert got.coefficients[0, 0] == pytest.approx(np.log(0.5 / 20.5), rel=1e-9)
    weighed = fit_many(np.ones((20, 1)), np.ones(20), weights=np.full(20, 0.1), penalty="firth")
    assert weighed.coefficients[0, 0] == pytest.approx(np.log(2.5 / 0.5), rel=1e-9)


def test_a_fourfold_table_gets_half_an_event_in_each_cell():
    group = np.repeat([1, 1, 0, 0], [3, 0, 20, 10])
    y = np.repeat([1, 0, 1, 0], [3, 0, 20, 10])
    got = fit_many(np.c_[np.ones(33), group], y, penalty="firth")
    assert got.coefficients[0, 1] == pytest.approx(np.log(3.5 * 10.5 / (0.5 * 20.5)), rel=1e-8)


def test_fewer_events_than_coefficients():
    rng = np.random.default_rng(11)
    x = np.c_[np.ones(60), rng.normal(size=(60, 7))]
    y = np.arange(60) < 4
    assert fit_many(x, y, penalty="firth").converged.all()
    assert fit_many(x, y, penalty=LogF(1, tuple(range(1, 8)))).converged.all()
    assert fit_many(x, y).status[0] in ("converged", "separated")


def test_what_has_no_estimate_says_why():
    _, x, y = example(2)
    y[:2] = 0, 1
    constant = np.c_[x, np.full(102, 0.1)]
    collinear = np.c_[x, x[:, 1] - 2 * x[:, 2]]
    weights = np.ones((3, 102))
    weights[0] = 0
    weights[1, 4:] = 0  # fewer rows than columns
    for design in (constant, collinear):
        for shape in (design, design[None]):
            assert fit_many(shape, y, penalty="firth").status == "singular"
        fits = fit_many(design, y, weights=weights[:2], penalty="firth")
        assert fits.status.tolist() == ["no_weight", "singular"]
        assert np.isnan(fits.penalised).all()
    five = np.c_[x, np.random.default_rng(1).normal(size=102)]
    fits = fit_many(five, y, weights=weights, penalty="firth")
    assert fits.status.tolist() == ["no_weight", "singular", "converged"]
    prior = LogF(2, (1, 2, 3, 4))
    fits = fit_many(five, y, weights=weights, penalty=prior)
    assert fits.status.tolist() == ["no_weight", "converged", "converged"]
    # A prior on one of two collinear columns decides between them; without one nothing does.
    assert fit_many(collinear, y, penalty=LogF(1, (4,))).status == "converged"
    assert fit_many(collinear, y, penalty=LogF(1, (3,))).status == "singular"
    # No event: the intercept without a prior has no mode; with one it has.
    assert fit_many(x, 0 * y, penalty=LogF(1, (1, 2, 3))).status == "no_events"
    assert fit_many(x, 0 * y, penalty=LogF(1, (0, 1, 2, 3))).status == "converged"
    # A column without a prior still separates.
    split = np.c_[x, y]
    assert fit_many(split, y, penalty=LogF(1, (1, 2, 3))).status == "separated"
    assert fit_many(split, y, penalty=LogF(1, (4,))).status == "converged"
    few = fit_many(x, y, penalty="firth", max_iterations=1, tolerance=1e-15)
    assert few.status == "not_converged"


def test_near_infinite_estimates_are_bounded_or_reported():
    # Thousands of patients, completely separated by a hair: the penalty is all that holds.
    column = np.r_[np.linspace(-3, -1e-3, 10), np.linspace(1e-3, 3, 10)]
    x, y = np.c_[np.ones(20), column], column > 0
    for weight in (1e-3, 1, 1e3, 1e6):
        got = fit_many(x, y, weights=np.full(20, weight), penalty="firth")
        assert got.status[0] in ("converged", "not_converged")
        assert np.isfinite(got.coefficients).all() == got.converged[0]
        if weight <= 1:
            assert got.converged[0]


def test_a_prior_is_the_density_it_says():
    # One covariate, no data on it: the mode is 0 and the curvature m / 4.
    x = np.c_[np.ones(10), np.zeros(10)]
    y = np.arange(10) < 5
    for m, per in ((1, 1.0), (2, 10.0)):
        got = fit_many(x, y, penalty=LogF(m, (1,), per=per))
        assert got.coefficients[0, 1] == pytest.approx(0, abs=1e-9)
        assert got.standard_errors[0, 1] == pytest.approx(np.sqrt(4 / m) / per)
    # Per ten units is per unit of a column divided by ten.
    _, x, y = example(5)
    tens = x / np.array([1, 10, 1, 1])
    ours = fit_many(x, y, penalty=LogF(1, (1,), per=10.0))
    theirs = fit_many(tens, y, penalty=LogF(1, (1,)))
    np.testing.assert_allclose(ours.coefficients[0, 1] * 10, theirs.coefficients[0, 1], rtol=1e-9)
    b = ours.coefficients[0]
    density = b[1] * 10 / 2 - np.logaddexp(0, b[1] * 10)
    assert ours.penalised[0] - ours.log_likelihood[0] == pytest.approx(density, rel=1e-10)


def test_results_say_which_penalty():
    _, x, y = example(0)
    methods = {p: fit(x, y, names=list("abcd"), penalty=p).method for p in ("none", "firth")}
    assert "maximum likelihood" in methods["none"]
    assert "Firth" in methods["firth"]
    prior = fit(x, y, names=list("abcd"), penalty=LogF(2, (1,)))
    assert "log-F(2, 2)" in prior.odds_ratio("b").method


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fit_many(np.ones((4, 1)), [0, 1, 0, 1], penalty="ridge"), "unknown penalty"),
        (lambda: fit_many(np.ones((4, 1)), [0, 1, 0, 1], penalty=LogF(1, (1,))), "no 1"),
        (lambda: fit_many(np.ones((4, 1)), [0, 1, 0, np.nan], penalty="firth"), "1 of 4"),
        (lambda: fit_many(np.ones((4, 1)), [0, 1, 0, 1], chunk=2.5), "whole"),
        (lambda: LogF(0, (1,)), "must be positive"),
        (lambda: LogF(1, ("age",)), "positions"),
        (lambda: LogF(1, (1.0,)), "positions"),
        (lambda: LogF("1", (1,)), "must be numbers"),
        (lambda: LogF(1, ()), "must be named"),
        (lambda: LogF(1, (1, 1)), "named twice"),
        (lambda: LogF(1, (1,), per=-2), "must be positive"),
    ],
)
def test_impossible_penalties_and_missing_values_are_refused(make, message):
    with pytest.raises(DataError) as error:
        make()
    assert message in str(error.value)


@pytest.mark.parametrize("penalty", ["none", "firth", LogF(1, (1, 2, 3))], ids=str)
def test_the_callers_arrays_stay_as_they_are(penalty):
    _, x, y = example(4)
    x[:, 2] *= 20
    want = fit_many(x, y, penalty=penalty).coefficients
    w = np.where(np.arange(102) < 3, 1.0, 0.0)  # fewer rows than columns: a basis of its own
    for design in (np.asfortranarray(x), np.asfortranarray(x)[None], pd.DataFrame(x)):
        before = np.array(design)
        got = fit_many(design, y, penalty=penalty).coefficients
        np.testing.assert_allclose(got, want, rtol=1e-7)
        fit_many(design, y, weights=w, penalty=penalty)
        np.testing.assert_array_equal(np.array(design), before)


def test_a_level_without_weight_is_singular_however_good_the_start():
    """Firth's score can be 0 at the start, though nothing is known of the level."""
    n = 30
    level, y = np.arange(n) < 3, (np.arange(n) % 4 == 0).astype(int)
    x, w = np.c_[np.ones(n), level], np.where(level, 0, 1)
    for outcome in (y, np.stack([y, 1 - y])):
        for weights in (w, 5 * w):
            got = fit_many(x, outcome, weights=weights, penalty="firth")
            assert set(got.status) == {"singular"}
            assert np.isnan(got.coefficients).all()
    assert fit_many(np.stack([x, x]), y, weights=w, penalty="firth").status[0] == "singular"
    one = np.zeros(n)
    one[5] = 2
    x = np.c_[np.ones(n), np.arange(n), np.arange(n) % 3]
    assert fit_many(x, y, weights=one, penalty="firth").status == "singular"
    assert profile_many(x, y, weights=one, column=1, penalty="firth").status == "singular"


def test_rows_of_one_class_have_one_status_for_fits_and_profiles():
    _, x, y = example(2)
    prior = LogF(1, (1, 2, 3))
    for weights in (None, np.ones(102), np.ones((3, 102))):
        fits = fit_many(x, 0 * y, weights=weights, penalty=prior)
        found = profile_many(x, 0 * y, weights=weights, column=1, penalty=prior)
        assert set(fits.status) == set(found.status) == {"no_events"}
        assert np.isnan(found.lower).all()


def test_blocks_hold_as_many_fits_as_asked_and_memory_does_not_grow_with_their_number():
    _, x, y = example(1)
    problem = Problem.of(x, np.tile(y, (23, 1)), None, "none", None, 60, 5)
    assert [len(block.members) for block in problem.blocks()] == [5, 5, 5, 5, 3]

    def beside(count):
        w = np.random.default_rng(1).integers(0, 3, (count, 102))
        tracemalloc.start()
        fits = fit_many(x, y, weights=w)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - sum(array.nbytes for array in vars(fits).values())

    assert beside(16_000) < 1.3 * beside(4_000)  # 13 MB of weights stay outside
