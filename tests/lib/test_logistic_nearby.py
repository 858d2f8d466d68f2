"""Fits that start nearby agree with the others, and say where they found nothing."""

import numpy as np
import pytest

from analysis_lib.logistic import fit_many
from analysis_lib.logistic.nearby import fit_nearby


@pytest.fixture
def exchanged():
    """A design, its outcome, and the design with one to three pairs of values exchanged."""
    rng = np.random.default_rng(7)
    base = np.column_stack([np.ones(102), rng.random(102) < 0.35, rng.normal(size=(102, 2))])
    y = np.zeros(102)
    y[rng.permutation(102)[:13]] = 1
    stack = np.repeat(base[None], 60, axis=0)
    for one in stack:
        for _ in range(rng.integers(1, 4)):
            i, j = rng.integers(102, size=2)
            one[[i, j], 2] = one[[j, i], 2]
    return base, y, stack


def test_nearby_fits_are_the_fits(exchanged):
    base, y, stack = exchanged
    start = fit_many(base, y).coefficients[0]
    coefficients, covariances = fit_nearby(stack, y, start)
    wanted = fit_many(stack, y)
    assert wanted.converged.all()
    np.testing.assert_allclose(coefficients, wanted.coefficients, rtol=0, atol=1e-10)
    # The covariances are those one step before, a step that was less than a millionth.
    np.testing.assert_allclose(covariances, wanted.covariances, rtol=1e-5, atol=1e-7)


def test_what_has_no_estimate_gives_none_and_leaves_the_others(exchanged):
    base, y, stack = exchanged
    start = fit_many(base, y).coefficients[0]
    stack[3, :, 2] = y  # separated
    stack[8, :, 3] = 2 * stack[8, :, 0]  # singular
    coefficients, covariances = fit_nearby(stack, y, start)
    lost = np.isin(np.arange(60), (3, 8))
    assert np.isnan(coefficients[lost]).all()
    assert np.isnan(covariances[lost]).all()
    np.testing.assert_allclose(
        coefficients[~lost], fit_many(stack[~lost], y).coefficients, rtol=0, atol=1e-10
    )
