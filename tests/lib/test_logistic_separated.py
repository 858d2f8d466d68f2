"""Under separation: limits and tests against the exact supremum of the likelihood.

A row that some direction of separation moves costs nothing in the end, and all such rows are found
by one linear programme. The supremum is the maximum over the other rows, which overlap.
"""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import chi2

from analysis_lib.logistic import LogF
from analysis_lib.logistic.intervals import profile_odds_ratio, profile_table
from analysis_lib.logistic.profile import profile_many


def supremum(x, y, w, offset=0.0):
    """Return the least upper bound of the log-likelihood; ``offset`` is added to predictors."""
    turn = np.where(y == 1, 1.0, -1.0)
    rows, shift = x * turn[:, None], offset * turn
    n, p = rows.shape
    found = linprog(
        np.r_[np.zeros(p), -np.ones(n)],
        A_ub=np.hstack([-rows, np.eye(n)]),
        b_ub=np.zeros(n),
        bounds=[(None, None)] * p + [(0, 1)] * n,
    )
    rest = found.x[p:] < 0.5
    if not rest.any():
        return 0.0
    u, size, _ = np.linalg.svd(rows[rest], full_matrices=False)
    z = (u * size)[:, size > 1e-9 * size[0]]
    z, w, shift = z, w[rest], np.broadcast_to(shift, n)[rest]
    b = np.zeros(z.shape[1])
    for _ in range(500):
        q = 1 / (1 + np.exp(z @ b + shift))
        step = np.linalg.solve(z.T @ ((w * q * (1 - q))[:, None] * z), z.T @ (w * q))
        reach = np.abs(z @ step).max()
        b += step * min(1, 1 / max(reach, 1e-300))
        if reach < 1e-11:
            break
    return -w @ np.logaddexp(0, -(z @ b + shift))


KINDS = {
    "binary": lambda rng, n, p: rng.random((n, p)) < 0.3,
    "normal": lambda rng, n, p: rng.normal(size=(n, p)),
    "outliers": lambda rng, n, p: rng.standard_t(2, size=(n, p)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_limits_and_tests_are_those_of_the_supremum(kind):
    rng = np.random.default_rng([3, len(kind)])
    drop, seen, finite = chi2.ppf(0.95, 1) / 2, 0, 0
    for _ in range(4):
        n, p = int(rng.integers(8, 40)), int(rng.integers(2, 5))
        x = np.c_[np.ones(n), KINDS[kind](rng, n, p - 1)].astype(float)
        ys = (rng.random((10, n)) < 0.2).astype(int)
        ws = rng.integers(0, 3, size=(10, n))
        for column in range(p):
            got = profile_many(x, ys, weights=ws, column=column, penalty="none")
            for i in np.flatnonzero(got.status == "separated"):
                keep = ws[i] > 0
                rows, y, w = x[keep], ys[i][keep], ws[i][keep].astype(float)
                others, own = np.delete(rows, column, axis=1), rows[:, column]
                top, seen = supremum(rows, y, w), seen + 1
                want = 2 * (top - supremum(others, y, w))
                assert got.statistic[i] == pytest.approx(want, abs=1e-7)
                assert got.p_value[i] == pytest.approx(chi2.sf(got.statistic[i], 1), rel=1e-9)
                for end in (got.lower[i], got.upper[i]):
                    assert not np.isnan(end)
                    if np.isfinite(end):
                        finite += 1
                        fall = top - supremum(others, y, w, end * own)
                        assert fall == pytest.approx(drop, rel=1e-5)
    assert (seen > 10, finite > 5) == (True, True)


def test_no_test_and_no_limit_is_lost_in_many_separated_studies():
    # Where the held coefficient is far from its place, Newton's way back may overflow.
    rng = np.random.default_rng(11)
    separated = 0
    for _ in range(2):
        x = np.c_[np.ones(102), rng.normal(size=(102, 6))]
        ys = (rng.random((60, 102)) < 5 / 102).astype(int)
        for column in (1, 4):
            got = profile_many(x, ys, column=column, penalty="none")
            lost = np.isnan(got.lower) | np.isnan(got.upper) | np.isnan(got.statistic)
            known = np.isin(got.status, ["converged", "separated"])
            assert not lost[known].any()
            separated += (got.status == "separated").sum()
    assert separated > 5


def test_tiny_separated_resamples_lose_nothing_either():
    rng, seen = np.random.default_rng(7), 0
    for n, binary in ((12, 1), (8, 1), (20, 3)):
        x = np.c_[np.ones(n), rng.integers(0, 2, (n, binary)), rng.normal(size=n)]
        ys = (rng.random((150, n)) < 0.4).astype(int)
        ws = rng.integers(0, 3, (150, n))
        for penalty in ("none", LogF(2, tuple(range(1, binary + 1)))):
            got = profile_many(x, ys, weights=ws, column=binary + 1, penalty=penalty)
            apart = got.status == "separated"
            seen += apart.sum()
            for values in (got.lower, got.upper, got.statistic, got.p_value):
                assert not np.isnan(values[apart]).any()
    assert seen > 50


def test_only_separation_is_called_separation():
    # One event thousands of standard deviations out: both limits exist, and nothing is said.
    rng = np.random.default_rng(3)
    x = np.c_[np.ones(60), rng.normal(size=60), rng.integers(0, 2, 60)]
    y = (rng.random(60) < 0.25).astype(int)
    names = ["intercept", "far", "group"]
    for where in (10, 1e3, 1e5):
        x[0, 1], y[0] = where, 1
        for penalty in ("none", "firth", LogF(1, (1, 2))):
            got = profile_odds_ratio(x, y, names=names, name="far", penalty=penalty)
            assert (got.warnings, np.isfinite(got.upper), got.lower > 0) == ((), True, True)
        # The same row without weight: limits of the rows that are there.
        w = np.arange(60) > 0
        for penalty in ("none", "firth"):
            with_row = profile_table(x, y, names=names, weights=w, penalty=penalty)
            without = profile_table(x[1:], y[1:], names=names, penalty=penalty)
            for name in ("profile_lower", "profile_upper", "lr_statistic"):
                np.testing.assert_allclose(with_row[name], without[name], rtol=1e-6)
    # Separated by the group: said of the group, and not of the other column.
    y = np.where(x[:, 2] == 1, 0, np.arange(60) % 3 == 0).astype(int)
    x[0, 1] = 0.3
    of_group = profile_odds_ratio(x, y, names=names, name="group", penalty="none")
    other = profile_odds_ratio(x, y, names=names, name="far", penalty="none")
    assert [text for text in of_group.warnings if "limit" in text] == [
        "no lower limit exists: the columns separate the classes"
    ]
    assert not [text for text in other.warnings if "limit" in text]
    assert np.isfinite([other.lower, other.upper, other.p_value]).all()


@pytest.mark.parametrize("penalty", ["none", "firth", LogF(1, (1, 2))], ids=str)
def test_what_iterations_did_not_reach_is_missing_and_said_never_guessed(penalty):
    rng = np.random.default_rng(2)
    x = np.c_[np.ones(40), rng.normal(size=40), np.arange(40) < 9]
    ys = (rng.random((30, 40)) < 0.15).astype(int)
    want = profile_many(x, ys, column=1, penalty=penalty)
    lost = 0
    for most in range(1, 12):
        got = profile_many(x, ys, column=1, penalty=penalty, max_iterations=most)
        for name in ("lower", "upper", "statistic"):
            ours, theirs = getattr(got, name), getattr(want, name)
            missing = np.isnan(ours) & ~np.isnan(theirs)
            lost += missing.sum()
            assert (got.status[missing] == "not_converged").all()
            np.testing.assert_allclose(ours[~missing], theirs[~missing], rtol=1e-6, atol=1e-9)
    assert lost > 30
