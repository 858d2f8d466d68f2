"""The mean of an analyte at each planned visit, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.proportions import check_level

if TYPE_CHECKING:
    import pandas as pd

Scale = Literal["linear", "log"]

NEEDED = ("patient_id", "visit", "month", "value")


def check_course(rows: pd.DataFrame) -> None:
    """Refuse a frame that is no course of visits: a column is missing, or a visit stands twice."""
    absent = [name for name in NEEDED if name not in rows]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))} in the course; give a frame as from "
            "cohort.course"
        )
    twice = rows[rows.duplicated(["patient_id", "visit"])]
    if len(twice):
        first = twice.iloc[0]
        raise DataError(
            f"patient {first['patient_id']} has visit {first['visit']!r} more than once; a course "
            "has one row a patient and visit, of one analyte"
        )


def check_scale(values: pd.Series, scale: Scale) -> None:
    """Refuse an unknown scale, and values that have no logarithm; missing values pass."""
    if scale not in get_args(Scale):
        raise DataError(f"the scale is {scale!r}; say 'linear' or 'log'")
    if scale == "log" and bool(values.le(0).any()):
        raise DataError(
            f"{int(values.le(0).sum())} of {len(values)} values are not above zero, the lowest "
            f"being {float(values.min()):g}; they have no logarithm. Correct them, or use the "
            "linear scale."
        )


def visit_means(rows: pd.DataFrame, *, scale: Scale, level: float = 0.95) -> pd.DataFrame:
    """Return the mean of an analyte at each planned visit, over those who have a value there.

    Visits later in follow-up are reached by fewer patients, and not by a random part of them: two
    means are not means of the same patients.

    Parameters
    ----------
    rows : DataFrame
        One row a patient and visit, as from ``cohort.course``: ``patient_id``, ``visit``,
        ``month``, ``value``. A row without a value counts as due and not as measured.
    scale : {"linear", "log"}
        "linear" gives the arithmetic mean with its t interval; "log" the geometric mean, whose
        t interval is taken on logarithms and carried back. There is no default.
    level : float
        Confidence level of each interval by itself, in (0, 1).

    Returns
    -------
    DataFrame
        One row a visit, by planned time: ``visit``; ``month``; ``due``, patients with a row;
        ``n``, those with a value; ``estimate``, ``lower``, ``upper`` in the unit of ``value``.
        Limits are not-a-number where fewer than two patients have a value, the estimate where
        none has.

    Raises
    ------
    MissingColumnError, DataError
        If a column is missing, a patient has a visit twice, no value is there at all, or a value
        is not positive on the log scale.
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import t

    check_course(rows)
    check_level(level)
    values = rows["value"].astype(float)
    check_scale(values, scale)
    if not values.notna().any():
        raise DataError(f"none of {len(rows)} rows has a value; there is no mean to give")
    used = rows.assign(value=np.log(values) if scale == "log" else values)
    grouped = used.groupby(["month", "visit"], sort=True)["value"]
    found = grouped.agg(due="size", n="count", estimate="mean", sd="std").reset_index()
    half = t.isf((1 - level) / 2, found["n"].clip(lower=2) - 1) * found["sd"] / np.sqrt(found["n"])
    found["lower"], found["upper"] = found["estimate"] - half, found["estimate"] + half
    ends = ["estimate", "lower", "upper"]
    if scale == "log":
        found[ends] = np.exp(found[ends])
    return pd.DataFrame(found[["visit", "month", "due", "n", *ends]])
