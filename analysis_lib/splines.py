"""Restricted cubic splines: a smooth curve that is straight beyond its outer knots."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError

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


def _numbers(values: ArrayLike) -> Floats:
    import pandas as pd

    try:
        x = pd.Series(values).astype("Float64").to_numpy(dtype=float, na_value=math.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"The values must be one column of numbers: {error}") from error
    if np.isinf(x).any():
        raise DataError(f"{np.isinf(x).sum()} values are infinite; correct them, or make missing.")
    return np.asarray(x)
