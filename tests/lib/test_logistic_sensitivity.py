"""Derivatives of a fit with respect to its design, held to finite differences of fits."""

import numpy as np
import pytest

from analysis_lib.errors import DataError
from analysis_lib.logistic import fit_many
from analysis_lib.logistic.sensitivity import sensitivity


def rows(seed=1, n=40):
    rng = np.random.default_rng(seed)
    x = np.column_stack(
        [np.ones(n), rng.random(n) < 0.4, rng.normal(size=n), rng.integers(1, 5, n)]
    ).astype(float)
    return x, (rng.random(n) < 0.35).astype(float)


@pytest.mark.parametrize("columns", [[2, 3], [1], [3, 1, 2]])
def test_derivatives_are_those_of_finite_differences(columns):
    x, y = rows()
    fit = fit_many(x, y)
    found = sensitivity(x, fit.coefficients[0], fit.covariances[0], y, columns=columns)
    assert found.coefficients.shape == found.standard_errors.shape == (len(x), len(columns), 4)
    h = 1e-5
    moved = np.repeat(x[None, None, None], 2, axis=0).repeat(len(x), 1).repeat(len(columns), 2)
    for at, column in enumerate(columns):
        for i in range(len(x)):
            moved[0, i, at, i, column] += h
            moved[1, i, at, i, column] -= h
    fits = fit_many(moved.reshape(-1, *x.shape), y, tolerance=1e-13)
    for values, derivative in (
        (fits.coefficients, found.coefficients),
        (fits.standard_errors, found.standard_errors),
    ):
        up, down = values.reshape(2, len(x), len(columns), 4)
        np.testing.assert_allclose((up - down) / (2 * h), derivative, atol=1e-8)


def test_a_fit_without_an_estimate_is_refused():
    x, y = rows()
    with pytest.raises(DataError, match="no estimate"):
        sensitivity(x, np.full(4, np.nan), np.full((4, 4), np.nan), y, columns=[1])
