"""Edge cases, each with one outcome in all modes: an estimate, or why there is none."""

import numpy as np
import pytest
from scipy.optimize import linprog

from analysis_lib.errors import DataError
from analysis_lib.logistic import REASONS, LogF, fit, fit_many
from analysis_lib.logistic.intervals import profile_odds_ratio, profile_table
from analysis_lib.logistic.profile import profile_many
from analysis_lib.logistic.resampling import bootstrap


def with_a_level(kind, n=30):
    """Designs with a dummy whose level is the first three rows."""
    level = np.arange(n) < 3
    other = {"alone": [], "binary": [np.arange(n) % 2], "straight": [np.linspace(-1, 2, n)]}[kind]
    return np.column_stack([np.ones(n), level, *other]).astype(float), level


@pytest.mark.parametrize("outcome", ["mixed", "none", "all", "the level's complement"])
@pytest.mark.parametrize("kind", ["alone", "binary", "straight"])
def test_firth_of_a_level_without_weight_is_singular_in_each_shape(kind, outcome):
    # The coefficient of an emptied level starts at 0, where its score is 0 already.
    x, level = with_a_level(kind)
    ys = {
        "mixed": np.arange(30) % 4 == 0,
        "none": np.zeros(30),
        "all": np.ones(30),
        "the level's complement": ~level,
    }
    y = ys[outcome].astype(int)
    w = (~level).astype(float)
    names = list("abc")[: x.shape[1]]
    one = fit(x, y, names=names, weights=w, penalty="firth")
    assert one.status == "singular"
    assert np.isnan([*one.coefficients, *one.standard_errors]).all()
    assert "combination of the others" in one.warnings[0]
    full = np.ones(30)
    for design, response, weights in (
        (x, y, np.stack([w, w, full])),
        (x, np.stack([y, 1 - y]), w),
        (np.stack([x, x]), y, w),
        (x, np.stack([y, y]), np.stack([3 * w, w / 7])),
    ):
        many = fit_many(design, response, weights=weights, penalty="firth")
        profile = profile_many(design, response, column=1, weights=weights, penalty="firth")
        empty = np.atleast_2d(weights)[:, 0] == 0
        empty = np.broadcast_to(empty, len(many.codes))
        assert many.status.tolist() == np.where(empty, "singular", "converged").tolist()
        assert profile.status.tolist() == many.status.tolist()
        assert np.isnan(many.coefficients[empty]).all()
        assert np.isnan(profile.lower[empty] + profile.upper[empty] + profile.p_value[empty]).all()


@pytest.mark.parametrize("rows", [1, 2])
def test_firth_of_fewer_rows_than_columns_is_singular(rows):
    x = np.c_[np.ones(30), np.arange(30), np.arange(30) % 3]
    for start in range(4):
        w = ((np.arange(30) >= start) & (np.arange(30) < start + rows)).astype(float)
        for y in (np.zeros(30), np.arange(30) % 2):
            for weights in (w, 5 * w, np.stack([w, w])):
                assert set(fit_many(x, y, weights=weights, penalty="firth").status) == {"singular"}


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_firth_of_resamples_is_singular_exactly_where_a_level_is_lost(rows):
    rng = np.random.default_rng([1, rows])
    x = np.c_[np.ones(102), np.arange(102) < rows, rng.normal(size=102)]
    y = (rng.random(102) < 0.13).astype(int)
    weights = rng.multinomial(102, np.full(102, 1 / 102), size=400)
    lost = weights[:, :rows].sum(axis=1) == 0
    assert 10 < lost.sum() < 200
    for outcome in (y, np.tile(y, (400, 1))):
        fits = fit_many(x, outcome, weights=weights, penalty="firth")
        assert fits.status.tolist() == np.where(lost, "singular", "converged").tolist()
    drawn = bootstrap(x, y, names=list("abc"), penalty="firth", resamples=2000, seed=1)
    share = (1 - rows / 102) ** 102
    assert drawn.shares["singular"] == pytest.approx(
        share, abs=4 * np.sqrt(share * (1 - share) / 2000)
    )
    assert drawn.shares["singular"] + drawn.shares["converged"] == pytest.approx(1)
    assert f"{2000 - drawn.used} singular" in drawn.warnings[0]


ROWS = 24
A = np.array([3, -1, 4, -1, 5, -9, 2, -6, 5, -3, 5, -8, 9, -7, 9, -3, 2, -3, 8, -4, 6, -2, 6, -4])
B = np.tile([0, 1, 1], 8)
C = np.tile([2, 0, 1, 5], 6)
Y = np.array([0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0])
ONE = np.ones(ROWS)
PRIOR = LogF(2, (1, 2, 3))


def design(a=A, b=B, c=C):
    return np.column_stack([np.ones(ROWS), a, b, c]).astype(float)


def centred(count):
    """A design whose last rows lie in the middle of all others."""
    x = design()
    x[ROWS - count :] = x[: ROWS - count].mean(axis=0)
    return x


# What is fitted, and what becomes of it by maximum likelihood, with Firth's penalty, and with a
# prior on each coefficient but the intercept.
CASES = {
    "nothing odd": (design(), Y, ONE, ("converged", "converged", "converged")),
    "perfect prediction": (design(), A > 0, ONE, ("separated", "converged", "converged")),
    "perfect prediction, the other way": (
        design(),
        A < 0,
        ONE,
        ("separated", "converged", "converged"),
    ),
    "a level without events": (design(), Y * B, ONE, ("separated", "converged", "converged")),
    "a level without others": (
        design(),
        np.where(B == 1, Y, 1),
        ONE,
        ("separated", "converged", "converged"),
    ),
    "a constant column": (design(b=3 * ONE), Y, ONE, ("singular", "singular", "converged")),
    "a column of zeros": (design(b=0 * ONE), Y, ONE, ("singular", "singular", "converged")),
    "a column given twice": (design(c=A), Y, ONE, ("singular", "singular", "converged")),
    "a sum of two others": (design(c=A - 2 * B), Y, ONE, ("singular", "singular", "converged")),
    "collinear and separated": (design(b=A), A > 0, ONE, ("singular", "singular", "converged")),
    "no events": (design(), 0 * Y, ONE, ("no_events", "converged", "no_events")),
    "events only": (design(), 0 * Y + 1, ONE, ("no_events", "converged", "no_events")),
    "no events with weight": (design(), Y, 1 - Y, ("no_events", "converged", "no_events")),
    "no events, constant column": (
        design(b=ONE),
        0 * Y,
        ONE,
        ("no_events", "singular", "no_events"),
    ),
    "two events, inside the others": (
        centred(2),
        np.arange(ROWS) >= ROWS - 2,
        ONE,
        ("converged", "converged", "converged"),
    ),
    "one event, inside the others": (
        centred(1),
        np.arange(ROWS) == ROWS - 1,
        ONE,
        ("converged", "converged", "converged"),
    ),
    "one event, at the edge": (
        design(),
        np.arange(ROWS) == 5,
        ONE,
        ("separated", "converged", "converged"),
    ),
    "weights of zero": (design(), Y, 0 * ONE, ("no_weight", "no_weight", "no_weight")),
    "weights of zero and no events": (
        design(),
        0 * Y,
        0 * ONE,
        ("no_weight", "no_weight", "no_weight"),
    ),
    "a level without weight": (design(), Y, B, ("singular", "singular", "converged")),
    "three rows of both classes": (
        design(),
        Y,
        np.isin(np.arange(ROWS), [1, 2, 4]),
        ("singular", "singular", "converged"),
    ),
    "small weights": (design(), Y, 0.05 * ONE, ("converged", "converged", "converged")),
}
KINDS = ("none", "firth", PRIOR)
LABELS = ("none", "firth", "logf")


@pytest.mark.parametrize("name", CASES)
def test_the_table_agrees_with_linear_programming(name):
    x, y, w, (want, _, _) = CASES[name]
    x, y = x[w > 0], np.asarray(y)[w > 0]
    if want in ("converged", "separated"):
        assert 0 < y.sum() < len(y)
        assert np.linalg.matrix_rank(x) == 4
        rows = x * np.where(y == 1, 1, -1)[:, None]
        found = linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1))
        assert (-found.fun > 1e-7) == (want == "separated")
    elif want == "singular":
        assert np.linalg.matrix_rank(x) < 4


def check_fits(many, want):
    """An estimate is whole and finite, or nothing of it is given."""
    assert many.status.tolist() == want
    done = np.equal(want, "converged")
    numbers = [many.coefficients, many.standard_errors, many.p_values(), *many.wald()]
    for array in (*numbers, many.covariances, many.log_likelihood, many.penalised):
        assert np.isfinite(array[done]).all()
        assert np.isnan(array[~done]).all()
    assert (many.standard_errors[done] > 0).all()


@pytest.mark.parametrize("at", range(3), ids=LABELS)
@pytest.mark.parametrize("name", CASES)
def test_fits_of_edge_cases(name, at):
    x, y, w, wanted = CASES[name]
    want = wanted[at]
    check_fits(fit_many(x, y, weights=w, penalty=KINDS[at]), [want])
    one = fit(x, y, names=list("iabc"), weights=w, penalty=KINDS[at])
    assert one.status == want
    assert (one.n, one.events) == (w.sum(), (w * y).sum())
    if want == "converged":
        assert not one.warnings
    else:
        assert REASONS[want] in one.warnings[0]
        assert np.isnan([*one.coefficients, *one.standard_errors, one.log_likelihood]).all()
        assert "not estimable" in f"{one:a}"


@pytest.mark.parametrize("at", range(3), ids=LABELS)
@pytest.mark.parametrize("name", CASES)
def test_profiles_of_edge_cases(name, at):
    x, y, w, wanted = CASES[name]
    for column in range(4):
        got = profile_many(x, y, weights=w, column=column, penalty=KINDS[at])
        assert got.status[0] == wanted[at]
        numbers = [got.lower[0], got.upper[0], got.statistic[0], got.p_value[0]]
        if wanted[at] == "converged":
            assert np.isfinite(numbers).all()
            assert got.lower[0] < got.estimate[0] < got.upper[0]
        elif wanted[at] == "separated":
            assert not np.isfinite(got.estimate[0]) or numbers[0] < got.estimate[0] < numbers[1]
            assert not np.isnan(numbers).any()
            assert got.lower[0] < got.upper[0]
            assert np.isfinite(numbers[2:]).all()
        else:
            assert np.isnan([got.estimate[0], *numbers]).all()
        if not np.isnan(numbers).any():
            assert (got.statistic[0] >= 0, 0 <= got.p_value[0] <= 1) == (True, True)
            # The test and the limits tell one story.
            inside = got.lower[0] < 0 < got.upper[0]
            assert inside == (got.p_value[0] > 0.05)


@pytest.mark.parametrize("at", range(3), ids=LABELS)
def test_tiny_weights_have_estimates_and_limits_that_are_right_or_not_there(at):
    # The weights sum to a fortieth of a patient: limits lie thousands of logits out.
    w = 1e-3 * ONE
    assert fit_many(design(), Y, weights=w, penalty=KINDS[at]).status == "converged"
    for column in range(4):
        got = profile_many(design(), Y, weights=w, column=column, penalty=KINDS[at])
        ends = np.array([got.lower[0], got.upper[0]])
        assert not np.isinf(ends).any()
        assert (got.status[0] == "converged") == np.isfinite(ends).all()


def test_one_fit_says_which_part_was_not_reached():
    w, names, seen = 1e-3 * ONE, list("iabc"), 0
    table = profile_table(design(), Y, names=names, weights=w, penalty="none")
    for column, name in enumerate(names):
        many = profile_many(design(), Y, column=column, weights=w, penalty="none")
        one = profile_odds_ratio(design(), Y, names=names, name=name, weights=w, penalty="none")
        ends = {"lower limit": many.lower[0], "upper limit": many.upper[0]}
        lost = ", ".join(side for side, value in ends.items() if np.isnan(value))
        assert one.warnings == ((f"not found, the iterations ran out: {lost}",) if lost else ())
        assert table["status"][column] == ("not_converged" if lost else "converged")
        assert np.isfinite(table["estimate"][column])
        seen += bool(lost)
    assert 0 < seen < 4


@pytest.mark.parametrize("at", range(3), ids=LABELS)
def test_edge_cases_in_company_are_what_they_are_alone(at):
    xs, ys, ws = (np.stack([np.asarray(case[k]) for case in CASES.values()]) for k in range(3))
    want = [case[3][at] for case in CASES.values()]
    for chunk in (None, 5):
        check_fits(fit_many(xs, ys, weights=ws, penalty=KINDS[at], chunk=chunk), want)
        profiles = profile_many(xs, ys, weights=ws, penalty=KINDS[at], column=1, chunk=chunk)
        assert profiles.status.tolist() == want
    shared = [name for name, case in CASES.items() if np.array_equal(case[0], design())]
    assert len(shared) > 10
    pick = [list(CASES).index(name) for name in shared]
    many = fit_many(design(), ys[pick], weights=ws[pick], penalty=KINDS[at])
    check_fits(many, [want[k] for k in pick])


@pytest.mark.parametrize("at", range(3), ids=LABELS)
@pytest.mark.parametrize(
    ("hole", "message"),
    [
        ("x", "x has missing or infinite values: 1 of 96 (1 in column 2); leave out or impute"),
        ("y", "y has missing or infinite values: 1 of 24; leave out or impute"),
        ("weights", "weights has missing or infinite values: 1 of 24; leave out or impute"),
    ],
)
def test_missing_values_are_counted_and_refused_in_each_mode(hole, message, at):
    given = {"x": design(), "y": Y.astype(float), "weights": ONE.copy()}
    given[hole][(3, 2) if hole == "x" else 3] = np.nan
    x, y, w = given.values()
    for call in (
        lambda: fit(x, y, names=list("iabc"), weights=w, penalty=KINDS[at]),
        lambda: fit_many(x, y, weights=w, penalty=KINDS[at]),
        lambda: profile_many(x, y, weights=w, penalty=KINDS[at], column=1),
    ):
        with pytest.raises(DataError) as error:
            call()
        assert message in str(error.value)


# Weights over eight orders of magnitude: where the determinant runs out of digits its noise
# says "lower" of a better point, and halving steps by it would end half-way.
STEEP = {
    "inside": (
        [0.01, 3.1, -1.12, -0.18, -0.94, 0.15, -0.63, -0.19, -3.96, 0.06, 0.57, 0.0],
        [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        [-3, -2, 1, 0, -3, -3, 3, 7, -1, -1, -1, 0],
    ),
    "one class": (
        [-0.98, -0.75, -0.74, -0.59, -0.07, -0.05, 0.02, 0.06, 0.22, 0.46, 2.05],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [3, 7, 2, 0, 10, 5, 5, 3, 10, 4, 6],
    ),
}


@pytest.mark.parametrize("name", STEEP)
def test_firth_reaches_its_maximum_whatever_the_determinants_noise(name):
    column, y, powers = (np.array(values) for values in STEEP[name])
    x, w = np.c_[np.ones(len(y)), column], 10.0**powers
    got = fit_many(x, y, weights=w, penalty="firth")
    assert got.status == "converged"
    b, inverse = got.coefficients[0], got.covariances[0]
    p = 1 / (1 + np.exp(-x @ b))
    h = w * p * (1 - p) * np.einsum("ij,jk,ik->i", x, inverse, x)
    score = x.T @ (w * (y - p) + h * (0.5 - p))
    assert np.sqrt(score @ inverse @ score) < 1e-6  # in standard errors
