"""Maximum likelihood for many designs that differ little from one whose fit is known.

A search that tries thousands of small changes needs to know which is best, soon; what it settles on
is fitted by :func:`analysis_lib.logistic.fit_many`, which also tells why a fit has no estimate.
"""

from __future__ import annotations

import contextlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEPS = 8
SMALL = 1e-6
"""Length of a step after which the next is surely lost in rounding: Newton's steps are squared."""


@np.errstate(over="ignore", invalid="ignore")
def fit_nearby(x: Floats, y: Floats, start: Floats) -> tuple[Floats, Floats]:
    """Return coefficients (B, p) and covariances (B, p, p) of B fits by Newton's steps from near.

    Parameters
    ----------
    x : array (B, n, p)
        Designs, with their intercepts.
    y : array (n,)
        Outcomes, 0 or 1.
    start : array (p,) or (B, p)
        Coefficients of the fit nearby.

    Returns
    -------
    tuple of arrays
        Not-a-number where no maximum was reached in ``STEPS`` full steps: separated designs,
        singular ones, and ones that are not near.
    """
    b = np.array(np.broadcast_to(start, (len(x), x.shape[2])))
    covariances = np.full((*b.shape, b.shape[1]), np.nan)
    across = x.swapaxes(1, 2)
    length = np.full(len(b), np.inf)
    for _ in range(STEPS):
        mean = 1 / (1 + np.exp(-(x @ b[..., None])[..., 0]))
        information = across @ (x * (mean * (1 - mean))[..., None])
        covariances = _inverse(information)
        step = (covariances @ (across @ (y - mean)[..., None]))[..., 0]
        b += step
        length = np.abs(step).max(axis=1)
        if not (length > SMALL).any():
            break
    lost = ~(length <= SMALL)
    b[lost], covariances[lost] = np.nan, np.nan
    return b, covariances


def _inverse(matrices: Floats) -> Floats:
    """Inverses, not-a-number of those that have none."""
    found = np.full_like(matrices, np.nan)
    try:
        found[:] = np.linalg.inv(matrices)
    except np.linalg.LinAlgError:  # one of them: look which
        for i, one in enumerate(matrices):
            with contextlib.suppress(np.linalg.LinAlgError):
                found[i] = np.linalg.inv(one)
    return found
