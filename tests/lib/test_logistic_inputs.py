"""What callers hand over is never written to, its layout is free, and what is wrong is named."""

import numpy as np
import pandas as pd
import pytest

from analysis_lib.errors import DataError
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


X, Y = rows(n=6)
TEXT = pd.DataFrame({"one": 1.0, "sex": list("fmfmfm"), "b": X[:, 2]})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_many(X, Y, weights=list("abcdef")), "weights has values that are not numbers"),
        (lambda: fit_many(X, Y, weights=list("111111")), "the text '1', for one"),
        (lambda: fit_many(X.astype(str), Y), "x has values that are not numbers: the text '1.0'"),
        (lambda: fit_many(TEXT, Y), "the text 'f' in column 'sex', for one; make columns of 0 and"),
        (lambda: fit_many(X, list("010101")), "y has values that are not numbers: the text '0'"),
        (lambda: fit_many(X * 1j, Y), "x has values that are not numbers"),
        (lambda: fit_many([[1, 2], [1]], [0, 1]), "x has rows of different lengths"),
        (lambda: fit_many(X, Y, chunk=2.5), "chunk is 2.5; give a whole number, 1 or more"),
        (lambda: fit_many(X, Y, chunk="9"), "chunk is '9'; give a whole number"),
        (lambda: fit_many(X, Y, chunk=True), "chunk is True; give a whole number"),
        (lambda: fit_many(X, Y, max_iterations=9.0), "max_iterations is 9.0; give a whole number"),
        (lambda: fit_many(X, Y, tolerance="fine"), "tolerance is 'fine'; give a positive number"),
        (lambda: fit_many(X, Y, tolerance=np.inf), "tolerance is inf; give a positive number"),
        (lambda: fit_many(X, Y, penalty=["firth"]), "unknown penalty ['firth']; use 'none'"),
        (lambda: fit_many(X, Y, penalty=np.ones(2)), "unknown penalty array([1., 1.]); use"),
        (lambda: LogF(1, ("age",)), "named by their positions, whole numbers from 0, not ['age']"),
        (lambda: LogF(1, (1.0,)), "named by their positions, whole numbers from 0, not [1.0]"),
        (lambda: LogF(1, (True,)), "named by their positions, whole numbers from 0, not [True]"),
        (lambda: LogF(1, None), "named by their positions, whole numbers from 0, not [None]"),
        (lambda: LogF("1", (1,)), "m and per must be numbers"),
        (lambda: LogF(1, (1,), per=None), "m and per must be numbers"),
        (lambda: fit_many(X, Y, penalty=LogF(1, (-1,))), "has columns 0 to 2, and no -1"),
        (
            lambda: profile_many(X, Y, column="a", penalty="none"),
            "column is 'a'; give the position",
        ),
        (
            lambda: profile_many(X, Y, column=1.0, penalty="none"),
            "column is 1.0; give the position",
        ),
        (lambda: profile_many(X, Y, column=1, penalty="none", chunk=2.5), "chunk is 2.5"),
        (lambda: fit(X, Y, names="abc"), "names is 'abc'; give a list of texts"),
        (lambda: fit(X, Y, names=[1, 2, 3]), "names is [1, 2, 3]; give a list of texts"),
    ],
)
def test_what_is_no_number_is_shown_and_what_to_do_is_said(call, message):
    with pytest.raises(DataError) as error:
        call()
    assert message in str(error.value)


def test_numbers_of_other_kinds_are_numbers():
    x, y = rows()
    want = fit_many(x, y, weights=np.arange(40) % 3, chunk=7, penalty=LogF(1, (1,)))
    got = fit_many(
        pd.DataFrame(x).astype(object),
        pd.array(y, dtype="Int64"),
        weights=pd.Series(np.arange(40) % 3, dtype="Int8"),
        chunk=np.int64(7),
        penalty=LogF(np.float32(1), np.array([1])),
    )
    np.testing.assert_array_equal(got.coefficients, want.coefficients)
    np.testing.assert_array_equal(
        fit_many(x, y == 1, weights=y >= 0).coefficients, fit_many(x, y).coefficients
    )
