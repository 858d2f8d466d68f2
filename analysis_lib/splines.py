"""Restricted cubic splines: a smooth curve that is straight beyond its outer knots.

Beside the columns themselves: a logistic regression on them, as risk over the predictor, and the
test that asks whether such a curve fits better than a straight line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic import fit, fit_many
from analysis_lib.odds_ratio import critical_value

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

QUANTILES: dict[int, tuple[float, ...]] = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}
"""Quantiles at which the knots stand, by their count (Harrell 2015, table 2.3)."""

SMALL = 100
"""Below this many values the outer knots are the fifth lowest and the fifth highest value."""


def knots(values: ArrayLike, count: int) -> tuple[float, ...]:
    """Return knots at the customary quantiles.

    With fewer than 100 values the outer knots are the fifth lowest and the fifth highest value,
    as in ``Hmisc::rcspline.eval`` with ``fractied = 0``. (Its default moves the outer knots of a
    variable a twentieth of whose values are its lowest or highest one; that is not done here.)

    Parameters
    ----------
    values : (n,) numbers
        The predictor; missing values are passed over.
    count : {3, 4, 5}
        There is no default: with few events take 3, or none at all.

    Raises
    ------
    DataError
        If the count is unknown, there are fewer than 10 values or no more than ``count + 2``
        distinct ones, or ties make two knots one.

    References
    ----------
    Harrell FE. Regression modeling strategies, 2nd ed. Springer, 2015.
    """
    if count not in QUANTILES:
        raise DataError(f"{count} knots: choose {', '.join(map(str, QUANTILES))}.")
    seen = np.sort(_numbers(values))
    seen = seen[~np.isnan(seen)]
    distinct = len(np.unique(seen))
    if len(seen) < 10 or distinct <= count + 2:
        raise DataError(
            f"{len(seen)} values, {distinct} of them distinct, are too few for {count} knots; take "
            "fewer knots, or a straight line."
        )
    places = np.quantile(seen, QUANTILES[count])
    if len(seen) < SMALL:
        places[0], places[-1] = seen[4], seen[-5]
    if (np.diff(places) <= 0).any():
        raise DataError(
            f"Ties make the {count} knots {', '.join(f'{place:g}' for place in places)}, not all "
            "different and in order; take fewer knots, or give knots of your own."
        )
    return tuple(places.tolist())


def basis(values: ArrayLike, at: Sequence[float]) -> Floats:
    """Return the columns of a restricted cubic spline.

    Parameters
    ----------
    values : (n,) numbers
        A missing value gives a row of missing values.
    at : sequence of k numbers
        Knots, three or more, rising. Keep those of the fit when new values are to be predicted.

    Returns
    -------
    (n, k - 1) floats
        The values themselves, then k - 2 columns divided by the squared distance of the outer
        knots, so that all have the unit of the values. As of ``rms::rcs``; without an intercept.

    Raises
    ------
    DataError
        If a value is infinite, or knots are fewer than three, infinite or not rising.

    References
    ----------
    Harrell FE. Regression modeling strategies, 2nd ed. Springer, 2015, section 2.4.5.
    """
    x, t = _numbers(values), np.asarray(at, dtype=float)
    if len(t) < 3 or not np.isfinite(t).all() or (np.diff(t) <= 0).any():
        raise DataError(f"The knots are {list(at)}; give three or more finite ones, rising.")
    scale = (t[-1] - t[0]) ** (2 / 3)

    def cube(knot: float) -> Floats:
        above: Floats = np.maximum((x - knot) / scale, 0.0)
        return above**3

    last, before = cube(t[-1]), cube(t[-2])
    gap = t[-1] - t[-2]
    columns = [
        cube(knot) + ((t[-2] - knot) * last - (t[-1] - knot) * before) / gap for knot in t[:-2]
    ]
    return np.column_stack([x, *columns])


def risk(
    values: ArrayLike,
    outcome: ArrayLike,
    shown: ArrayLike,
    *,
    at: Sequence[float] | None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the risk that a logistic regression on one predictor gives, with a pointwise band.

    Parameters
    ----------
    values : (n,) numbers
        The predictor, none missing.
    outcome : (n,) 0 or 1
        Who had the event.
    shown : (m,) numbers
        Values of the predictor at which the risk is wanted.
    at : sequence of knots, or None
        Knots of a restricted cubic spline; None for a straight line (on the scale of log odds).
    level : float
        Confidence level of the band: Wald's, on the scale of log odds, at each value by itself.

    Returns
    -------
    DataFrame
        One row a value: ``value``, ``risk``, ``lower``, ``upper``; the last three not-a-number
        where the fit has no estimate.

    Raises
    ------
    DataError
        As :func:`basis` and :func:`analysis_lib.logistic.fit`.
    """
    import pandas as pd
    from scipy.special import expit

    x = _with_intercept(values, at)
    model = fit(x, outcome, names=[f"column {i}" for i in range(x.shape[1])])
    grid = _with_intercept(shown, at)
    logit = grid @ np.array(model.coefficients)
    variance = np.einsum("ij,jk,ik->i", grid, np.array(model.covariance), grid)
    half = critical_value(level) * np.sqrt(variance)
    return pd.DataFrame(
        {
            "value": grid[:, 1],
            "risk": expit(logit),
            "lower": expit(logit - half),
            "upper": expit(logit + half),
        }
    )


def bend(values: ArrayLike, outcomes: ArrayLike, at: Sequence[float]) -> pd.DataFrame:
    """Ask for D sets of outcomes whether a spline fits better than a straight line.

    Likelihood ratio test of two nested logistic regressions, with k - 2 degrees of freedom.

    Parameters
    ----------
    values : (n,) numbers
        The predictor, none missing; the same in all sets.
    outcomes : (n,) or (D, n), 0 or 1
        Who had the event.
    at : sequence of k numbers
        Knots.

    Returns
    -------
    DataFrame
        One row a set: ``odds_ratio``, for one unit of the predictor by the straight line, with its
        Wald limits ``lower`` and ``upper`` (95 %); ``chi_square`` of the bend and its ``p``.
        Not-a-number where a fit has no estimate.

    Raises
    ------
    DataError
        As :func:`basis` and :func:`analysis_lib.logistic.fit_many`.

    References
    ----------
    Harrell FE. Regression modeling strategies, 2nd ed. Springer, 2015, section 2.4.5.
    """
    import pandas as pd
    from scipy.stats import chi2

    line = fit_many(_with_intercept(values, None), outcomes)
    curve = fit_many(_with_intercept(values, at), outcomes)
    lower, upper = line.wald(0.95)
    # Two maxima known to some 1e-13 may differ by less than that the wrong way round.
    ratio = np.maximum(0.0, 2 * (curve.log_likelihood - line.log_likelihood))
    return pd.DataFrame(
        {
            "odds_ratio": np.exp(line.coefficients[:, 1]),
            "lower": np.exp(lower[:, 1]),
            "upper": np.exp(upper[:, 1]),
            "chi_square": ratio,
            "p": chi2.sf(ratio, len(at) - 2),
        }
    )


def _with_intercept(values: ArrayLike, at: Sequence[float] | None) -> Floats:
    x = _numbers(values)[:, None] if at is None else basis(values, at)
    return np.column_stack([np.ones(len(x)), x])


def _numbers(values: ArrayLike) -> Floats:
    import pandas as pd

    try:
        x = pd.Series(values).astype("Float64").to_numpy(dtype=float, na_value=math.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"The values must be one column of numbers: {error}") from error
    if np.isinf(x).any():
        raise DataError(f"{np.isinf(x).sum()} values are infinite; correct them, or make missing.")
    return np.asarray(x)
