"""How estimates and standard errors move when a value of the design does, by derivatives.

For a maximum likelihood fit; which of thousands of exchanges of values is worth a fit can be told
from these without fitting any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """Derivatives with respect to each value of some columns; both (n, k, p).

    ``coefficients[i, c]`` is how the p coefficients move per unit in row i of the c-th of the k
    columns; ``standard_errors`` likewise.
    """

    coefficients: Floats
    standard_errors: Floats


def sensitivity(
    x: Floats, coefficients: Floats, covariance: Floats, y: Floats, *, columns: Sequence[int]
) -> Sensitivity:
    """Return the derivatives of a maximum likelihood fit with respect to values of its design.

    Parameters
    ----------
    x : array (n, p)
        The design, with its intercept.
    coefficients, covariance : arrays (p,), (p, p)
        Of the fit, converged: the derivatives are those of the maximum, and wrong elsewhere.
    y : array (n,)
        Outcomes, 0 or 1.
    columns : sequence of int
        The columns of ``x`` whose values may move.

    Raises
    ------
    DataError
        If the fit has no estimate.

    Notes
    -----
    With score g(b) = X'(y - m), information H and covariance C = 1/H, moving x_ic moves the
    maximum by C dg/dx_ic (implicit function), and C by -C dH C.
    """
    if not np.isfinite(coefficients).all():
        raise DataError("the fit has no estimate, so nothing can be said of how it would move")
    chosen = np.asarray(columns)
    mean = 1 / (1 + np.exp(-(x @ coefficients)))
    weight = mean * (1 - mean)
    tilt = weight * (1 - 2 * mean)
    b = coefficients[chosen]
    # dg: (y - m) in the place of the column, less what the changed prediction takes away.
    moved: Floats = -(weight[:, None, None] * b[:, None]) * x[:, None, :]
    moved[:, np.arange(len(chosen)), chosen] += (y - mean)[:, None]
    moved = moved @ covariance
    u = x @ covariance
    root = np.sqrt(np.diag(covariance))
    # dC_kk = -(sum over rows of dH's weight, and the row's own change)
    through_all = moved @ np.einsum("nj,n,nk->jk", x, tilt, u**2)
    own = tilt[:, None, None] * u[:, None, :] ** 2 * b[:, None]
    row = 2 * weight[:, None, None] * covariance[chosen][None] * u[:, None, :]
    return Sensitivity(coefficients=moved, standard_errors=-(through_all + own + row) / (2 * root))
