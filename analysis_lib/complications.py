"""Severe hypocalcaemia: how many under each definition in use, when, and until when.

Nothing here has a threshold by default: what counts as severe is the clinic's to say.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from analysis_lib.cohort import NADIR_DAYS, Cohort, course, month
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.proportions import Method, interval
from analysis_lib.published import hypocalcaemia
from analysis_lib.units import convert

if TYPE_CHECKING:
    import pandas as pd

NADIR = "calcium_nadir_30d_mmol_l"


def thresholds() -> pd.DataFrame:
    """Return the definitions of low calcium in use, with ``threshold_mmol_l`` beside them.

    Rows as in :func:`analysis_lib.published.hypocalcaemia`, from the lowest threshold to the
    highest. A threshold that was printed in mg/dL is converted and not rounded.
    """
    rows = hypocalcaemia()
    printed = zip(rows["threshold"].tolist(), rows["unit"].tolist(), strict=True)
    rows["threshold_mmol_l"] = [
        float(convert(value, "calcium", unit, "mmol/L")) for value, unit in printed
    ]
    return rows.sort_values("threshold_mmol_l", kind="stable", ignore_index=True)


def by_threshold(
    frame: pd.DataFrame, definitions: pd.DataFrame, *, method: Method, level: float = 0.95
) -> pd.DataFrame:
    """Count the patients whose lowest calcium lies below each threshold.

    Only the number is judged. Symptoms and intravenous calcium are not in the rows, and a
    definition's own limit of time is not applied (:func:`lowest` takes one): a count can be too
    high or too low.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from ``analysis_frame``: ``calcium_nadir_30d_mmol_l``, corrected for
        albumin.
    definitions : DataFrame
        As from :func:`thresholds`, or any frame with ``threshold_mmol_l``.
    method : str
        Method of the interval, as for :func:`analysis_lib.proportions.interval`.
    level : float
        Its confidence level, in (0, 1).

    Returns
    -------
    DataFrame
        The rows of ``definitions``, in order, and: ``events``, patients below; ``n``, patients
        with a value; ``missing``, patients without; ``share``, a Proportion of those with a
        value. A value that equals the threshold is not below it.

    Raises
    ------
    MissingColumnError, DataError
        If the column is missing, or nobody has a value.
    """
    values = nadirs(frame)
    counts = [int(values.lt(limit).sum()) for limit in definitions["threshold_mmol_l"].tolist()]
    shares: list[Any] = [
        interval(events, len(values), method=method, denominator="patients", level=level)
        for events in counts
    ]
    return definitions.assign(
        events=counts, n=len(values), missing=len(frame) - len(values), share=shares
    )


def nadirs(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the lowest calcium of those who have one; errors as :func:`by_threshold`."""
    if NADIR not in frame:
        raise MissingColumnError(f"no column {NADIR!r}; give a frame as from cohort.analysis_frame")
    values = frame[NADIR].dropna().astype(float)
    if values.empty:
        raise DataError(f"none of {len(frame)} patients has a calcium after the ablation")
    return values


# ---- when ----------------------------------------------------------------------------------------


def lowest(cohort: Cohort, *, days: float = NADIR_DAYS) -> pd.DataFrame:
    """Return when each patient's early calcium was lowest.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    days : float
        The last day that counts as early; by default that of ``calcium_nadir_30d_mmol_l``.

    Returns
    -------
    DataFrame
        One row a patient with a value after baseline and up to ``days``, in the order of
        ``patients``: ``patient_id``; ``visit`` and ``day`` of the lowest value (the earliest
        of equal ones); ``value`` in mmol/L; ``measured``, how many such values there are;
        ``tied``, how many of them equal the lowest. With more values the lowest of them is lower,
        by chance alone.

    Raises
    ------
    DataError
        If nobody has such a value.
    """
    rows = course(cohort, "calcium")
    early = rows[rows["visit"].ne("baseline") & rows["day"].le(days).fillna(False)]
    early = early.dropna(subset=["value"])
    if early.empty:
        raise DataError(f"no calcium was measured from the ablation to day {days:g}")
    values = early.groupby("patient_id")["value"]
    counted = early.assign(
        measured=values.transform("size"),
        tied=early["value"]
        .eq(values.transform("min"))
        .groupby(early["patient_id"])
        .transform("sum"),
    )
    first = counted.sort_values(["value", "day"], kind="stable").groupby("patient_id").head(1)
    columns = ["patient_id", "visit", "day", "value", "measured", "tied"]
    return first[columns].sort_index(ignore_index=True)


def recovery(
    cohort: Cohort, patients: Collection[str], *, at_least: float, method: Method
) -> pd.DataFrame:
    """Count who is back at or above a level, at the visits after each patient's own lowest calcium.

    A value before the lowest one is no recovery: calcium is still falling. So a patient counts
    from the first visit planned after the one with the lowest calcium, as :func:`lowest` has it.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    patients : collection of str
        ``patient_id`` of those to follow.
    at_least : float
        The level in mmol/L, corrected for albumin. There is no default.
    method : str
        Method of the interval, as for :func:`analysis_lib.proportions.interval`.

    Returns
    -------
    DataFrame
        One row a visit that somebody attended, by planned time: ``visit``; ``month``; ``due``,
        patients still followed whose calcium was lowest at an earlier visit; ``n``, those with a
        value; ``recovered``, those at or above the level; ``share``, a Proportion of ``n``. Who
        missed a visit is neither counted in nor out.

    Raises
    ------
    DataError
        If a patient has no visit in the cohort, or nobody is asked for; if nobody has a calcium
        in the first days.
    """
    rows = course(cohort, "calcium")
    wanted = set(patients)
    strange = sorted(wanted - set(rows["patient_id"]))
    if not wanted or strange:
        raise DataError(f"{len(wanted)} patients to follow; not in the cohort: {strange[:3]}")
    bottom = lowest(cohort).set_index("patient_id")["visit"].map(month)
    # Who has no early value has no lowest one, and is past it at no visit.
    past = rows["month"].gt(rows["patient_id"].map(bottom))
    rows = rows[rows["patient_id"].isin(wanted) & past]
    rows = rows.assign(recovered=rows["value"].ge(at_least).fillna(False))
    found = (
        rows.groupby(["month", "visit"])
        .agg(due=("patient_id", "size"), n=("value", "count"), recovered=("recovered", "sum"))
        .reset_index()
        .query("n > 0")
        .reset_index(drop=True)
    )
    counts = zip(found["recovered"].tolist(), found["n"].tolist(), strict=True)
    shares: list[Any] = [
        interval(events, n, method=method, denominator="patients") for events, n in counts
    ]
    found = found.assign(share=shares)
    return found[["visit", "month", "due", "n", "recovered", "share"]]
