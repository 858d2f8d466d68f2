"""What callers hand over is never written to, its layout is free, and what is wrong is named."""

import numpy as np
import pandas as pd
import pytest

from analysis_lib.logistic import LogF, fit, fit_many
from analysis_lib.logistic.profile import profile_many

NAMES = ["intercept", "a", "group"]
PENALTIES = {"none": "none", "firth": "firth", "logf": LogF(1, (1, 2))}
MODES = ("fit", "fit_many", "profile_many")


def rows(seed=1, n=40):
    rng = np.random.default_rng(seed)
    x = np.c_[np.ones(n), 5 * rng.normal(size=n), rng.integers(0, 2, n)]
    return x, (rng.random(n) < 0.3).astype(int)


def read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def planes_first(x):
    """A stack of designs whose columns, not rows, lie together in memory."""
    stack = np.stack([x, x * [1, 2, 1]])
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(stack, -1, 0)), 0, -1)


LAYOUTS = {
    "C": np.ascontiguousarray,
    "Fortran": np.asfortranarray,
    "frame": lambda x: pd.DataFrame(x, columns=NAMES),
    "frame by rows": lambda x: pd.DataFrame(np.ascontiguousarray(x), columns=NAMES),
    "columns chosen": lambda x: np.c_[x, x][:, [3, 4, 5]],
    "rows backwards": lambda x: np.ascontiguousarray(x[::-1])[::-1],
    "read-only": read_only,
    "read-only, Fortran": lambda x: read_only(np.asfortranarray(x)),
    "list": lambda x: x.tolist(),
    "one design": lambda x: np.asfortranarray(x)[None],
    "one design, read-only": lambda x: read_only(np.asfortranarray(x)[None]),
    "stack": lambda x: np.stack([x, x * [1, 2, 1]]),
    "stack by columns": planes_first,
    "stack by columns, read-only": lambda x: read_only(planes_first(x)),
}
# Weights that ask for every road: all rows; one far off and absent, so that a fit needs a basis of
# its own; a level emptied, so that the design is singular.
WEIGHTS = {
    "all": lambda n: np.ones(n),
    "one far off": lambda n: np.arange(n) > 0,
    "two rows": lambda n: np.arange(n) < 2,
}


def found(mode, x, y, w, penalty):
    """All numbers and the status that a mode gives, as arrays with the fits first."""
    if mode == "fit":
        one = fit(x, y, names=NAMES, weights=w, penalty=penalty)
        return [np.array([one.status]), np.array([one.coefficients]), np.array([one.covariance])]
    if mode == "fit_many":
        many = fit_many(x, y, weights=w, penalty=penalty)
        return [many.status, many.coefficients, many.covariances, many.log_likelihood]
    out = profile_many(x, y, column=1, weights=w, penalty=penalty)
    return [out.status, out.estimate, out.lower, out.upper, out.statistic]


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_free_and_nothing_is_written_to(layout, mode, penalty):
    for kind, make in WEIGHTS.items():
        x, y = rows()
        if kind == "one far off":
            x[0, 1] = 1e9
        given = LAYOUTS[layout](x)
        if mode == "fit" and np.ndim(given) == 3:
            continue
        w = make(len(y))
        kept = [np.array(value, copy=True) for value in (given, y, w)]
        got = found(mode, given, y, w, PENALTIES[penalty])
        again = found(mode, given, y, w, PENALTIES[penalty])
        for value, before in zip((given, y, w), kept, strict=True):
            np.testing.assert_array_equal(value, before)
        want = found(mode, np.ascontiguousarray(x), y, w, PENALTIES[penalty])
        assert got[0][0] == want[0][0] == again[0][0]
        for ours, second, theirs in zip(got[1:], again[1:], want[1:], strict=True):
            np.testing.assert_array_equal(ours, second)
            # Only a basis of a fit's own or of all moves the last digits.
            np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("penalty", ["none", "firth"])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_stack_of_separated_designs_has_the_limits_of_each(column, penalty):
    rng = np.random.default_rng(1)
    group = np.arange(40) < 10
    x = np.stack([np.c_[np.ones(40), 20 * rng.normal(size=40), group] for _ in range(6)])
    y = np.where(group, 0, rng.random((6, 40)) < 0.4)
    many = profile_many(x, y, column=column, penalty=penalty)
    assert set(many.status) == {"separated" if penalty == "none" else "converged"}
    for i in range(6):
        one = profile_many(x[i], y[i], column=column, penalty=penalty)
        for name in ("lower", "upper", "statistic"):
            np.testing.assert_allclose(
                getattr(many, name)[i], getattr(one, name)[0], rtol=1e-6, err_msg=name
            )
