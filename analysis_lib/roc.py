"""The ROC curve of one value, and C statistics of thousands of sets of scores at once.

The direction is the caller's: whether high or low values speak for the event is known before the
data are seen, and a curve below the diagonal is then a finding. Nothing is turned round here.

A row with a missing value or a missing outcome is left out, and counted in ``left_out``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Direction = Literal["higher", "lower"]
"""Which values speak for the event."""


def complete(
    outcome: ArrayLike, *values: ArrayLike, direction: Direction
) -> tuple[NDArray[np.bool_], list[Floats], int]:
    """Return outcomes and values without rows that lack any, and how many rows were left out.

    Values are those of the caller; with ``direction="lower"`` they come back with their sign
    changed, so that high ones speak for the event from here on.

    Raises
    ------
    DataError
        If the direction is unknown, lengths differ, a value is infinite or not a number, the
        outcome has another value than 0 and 1, or one of the two is not there.
    """
    check_direction(direction)
    y = _floats(outcome, "outcome")
    columns = [_floats(column, "values") for column in values]
    if any(len(column) != len(y) for column in columns):
        lengths = ", ".join(str(len(column)) for column in columns)
        raise DataError(f"{lengths} values for {len(y)} outcomes; give one of each a row.")
    seen = ~np.isnan(np.array([y, *columns])).any(axis=0)
    y, columns = y[seen], [column[seen] for column in columns]
    if not np.isin(y, (0, 1)).all():
        odd = np.setdiff1d(y, (0, 1))[:3].tolist()
        raise DataError(f"The outcome has {odd}; it must be 1 (event), 0 or missing.")
    if any(np.isinf(column).any() for column in columns):
        raise DataError("A value is infinite; correct it, or make it missing.")
    events = int(y.sum())
    if not 0 < events < len(y):
        raise DataError(
            f"{events} of {len(y)} rows have the event, {np.sum(~seen)} rows are left out; rows "
            "with it and without it are both needed."
        )
    sign = 1.0 if direction == "higher" else -1.0
    return y == 1, [sign * column for column in columns], int(np.sum(~seen))


def check_direction(direction: str) -> None:
    """Refuse an unknown direction with a DataError."""
    if direction not in get_args(Direction):
        raise DataError(
            f"The direction is {direction!r}; say 'higher' if high values speak for the event, "
            "or 'lower'."
        )


def _floats(values: ArrayLike, name: str) -> Floats:
    """One column as floats, missing values of pandas as not-a-number."""
    import pandas as pd

    try:
        column = pd.Series(values).astype("Float64").to_numpy(dtype=float, na_value=math.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} must be one column of numbers or booleans: {error}") from error
    return np.asarray(column)


def roc_points(values: ArrayLike, outcome: ArrayLike, *, direction: Direction) -> pd.DataFrame:
    """Return the points of the ROC curve, from nobody positive to all.

    Parameters
    ----------
    values : (n,) numbers
        The predictor, in any unit.
    outcome : (n,) 0 or 1, or booleans
        1 for the event.
    direction : {"higher", "lower"}
        "higher": a row is positive from a cut-off on upwards, ``value >= cutoff``; "lower":
        ``value <= cutoff``.

    Returns
    -------
    DataFrame
        One row a distinct observed value, before them one of nobody positive: ``cutoff``, in the
        unit of the values (an infinite one for nobody); ``positive`` rows; ``true_positive`` and
        ``false_positive`` among them; ``sensitivity``, of the events; ``specificity``, of the
        non-events.

    Raises
    ------
    DataError
        As :func:`complete`.
    """
    import pandas as pd

    y, (scores,), _ = complete(outcome, values, direction=direction)
    distinct, place = np.unique(scores, return_inverse=True)
    hits = np.r_[0, np.cumsum(np.bincount(place, weights=y)[::-1])].astype(int)
    alarms = np.r_[0, np.cumsum(np.bincount(place, weights=~y)[::-1])].astype(int)
    cutoffs = np.r_[math.inf, distinct[::-1]]
    return pd.DataFrame(
        {
            "cutoff": cutoffs if direction == "higher" else -cutoffs,
            "positive": hits + alarms,
            "true_positive": hits,
            "false_positive": alarms,
            "sensitivity": hits / y.sum(),
            "specificity": 1 - alarms / (~y).sum(),
        }
    )


def c_statistics(scores: ArrayLike, y: ArrayLike, weights: ArrayLike) -> Floats:
    """Return weighted C statistics of B sets of scores, high ones speaking for the event.

    Parameters
    ----------
    scores, weights : (B, n) or (n,)
        Scores, and counts of each row. Scores that are not-a-number give not-a-number.
    y : (n,) booleans

    Returns
    -------
    (B,) floats
        Not-a-number where the weights leave one class only.
    """
    y = np.asarray(y, dtype=bool)
    s, w = np.broadcast_arrays(np.atleast_2d(scores), np.atleast_2d(weights))
    out = np.full(len(s), math.nan)
    step = max(1, 4_000_000 // max(1, int(y.sum()) * int((~y).sum())))
    for first in range(0, len(s), step):
        part = slice(first, first + step)
        case, control = s[part, y, None], s[part, None, ~y]
        wins = (case > control) + 0.5 * (case == control)
        event, other = w[part][:, y].astype(float), w[part][:, ~y].astype(float)
        pairs = event.sum(axis=1) * other.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            out[part] = np.einsum("bi,bij,bj->b", event, wins, other) / pairs
    out[np.isnan(s).any(axis=1)] = math.nan
    return out
