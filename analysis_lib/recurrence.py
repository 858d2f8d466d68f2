"""How long until PTH reaches the target, and how long until it has left it again.

PTH is known at visits only. An event is dated at the visit that shows it, and happened between the
visit before and that one; ``earliest`` is the date of the visit before. Only the upper end of a
target counts here: below the lower one PTH is not recurring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from analysis_lib.cohort import Cohort, course
from analysis_lib.contradictions import DAYS_PER_MONTH
from analysis_lib.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CENSORED = "censored"
COMPETING = {"death": "death", "transplant": "transplant"}
"""Ends of follow-up after which the event can't come any more."""


def time_to_target(cohort: Cohort, *, upper: float) -> pd.DataFrame:
    """Return when each patient's PTH was first seen at or below the target.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    upper : float
        Highest PTH that counts as the target, in pg/mL.

    Returns
    -------
    DataFrame
        One row a patient: ``patient_id``; ``time`` in months since the ablation; ``earliest``,
        the time of the visit before, from which the event may date; ``kind``: "reached",
        "death", "transplant" or "censored". Without the event, time ends at death or transplant,
        and otherwise at the last PTH, since nothing is known after it; without any PTH after the
        ablation it is 0. Visits without a PTH are passed over.

    Raises
    ------
    DataError
        If ``upper`` is not above 0.
    """
    return _first(cohort, upper, "reached", lambda values: _run(values <= upper, 1), start=None)


def time_to_recurrence(
    cohort: Cohort, *, upper: float, values_above: Literal[1, 2]
) -> pd.DataFrame:
    """Return when PTH was seen above the target again, since it was first at or below it.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    upper : float
        Highest PTH that counts as the target, in pg/mL.
    values_above : {1, 2}
        1 takes the first value above the target. One value may be a blip of the assay or of the
        day, so 2 asks for two in a row and dates the recurrence at the second, when it is known;
        dating it at the first would look ahead. There is no default.

    Returns
    -------
    DataFrame
        As :func:`time_to_target`, months counted from the first value at or below the target;
        ``kind`` "recurrence" instead of "reached". ``earliest`` is the last visit at the target
        before the values above. Patients whose PTH was never seen at the target have no row:
        count them.

    Raises
    ------
    DataError
        If ``upper`` is not above 0, or ``values_above`` is neither 1 nor 2.
    """
    if values_above not in (1, 2):
        raise DataError(f"values_above is {values_above!r}; say 1 or 2 values in a row")
    return _first(
        cohort, upper, "recurrence", lambda values: _run(values > upper, values_above), start=upper
    )


def _first(
    cohort: Cohort,
    upper: float,
    event: str,
    find: Callable[[Floats], tuple[int, int] | None],
    *,
    start: float | None,
) -> pd.DataFrame:
    """Date the first run that ``find`` sees, from the ablation or the first value at ``start``."""
    import pandas as pd

    if not upper > 0:
        raise DataError(f"upper is {upper}; give the highest PTH of the target in pg/mL, above 0")
    rows: list[dict[str, Any]] = []
    for patient, ends, day, value, days in _patients(cohort):
        origin = 0.0
        if start is not None:
            reached = _run(value <= start, 1)
            if reached is None:
                continue
            origin, day, value = day[reached[0]], day[reached[0] :], value[reached[0] :]
        last = float(day[-1]) if len(day) else origin
        run = find(value)
        kind = COMPETING.get(ends, CENSORED)
        # Follow-up is printed in months to one decimal: a visit may seem to lie just beyond it.
        time = last if kind == CENSORED else max(days, last)
        earliest = time
        if run is not None:
            kind, time = event, float(day[run[1]])
            earliest = float(day[run[0] - 1]) if run[0] else 0.0
        rows.append(
            {
                "patient_id": patient,
                "time": (time - origin) / DAYS_PER_MONTH,
                "earliest": (earliest - origin) / DAYS_PER_MONTH,
                "kind": kind,
            }
        )
    return pd.DataFrame(rows, columns=["patient_id", "time", "earliest", "kind"])


def _patients(cohort: Cohort) -> Iterator[tuple[str, str, Floats, Floats, float]]:
    measured = course(cohort, "pth").dropna(subset=["day", "value"])
    measured = measured[measured["visit"].ne("baseline")].astype({"day": float, "value": float})
    measured = measured.sort_values("day", kind="stable")
    of = dict(list(measured.groupby("patient_id")))
    columns = ["patient_id", "followup_end", "followup_months"]
    for patient, ends, months in cohort.patients[columns].to_numpy(dtype=object).tolist():
        own = of.get(patient, measured.iloc[:0])
        days = float(months) * DAYS_PER_MONTH
        yield str(patient), str(ends), own["day"].to_numpy(), own["value"].to_numpy(), days


def _run(there: NDArray[np.bool_], length: int) -> tuple[int, int] | None:
    """Return first and last place of the first run of so many values in a row."""
    for place in range(len(there) - length + 1):
        if there[place : place + length].all():
            return place, place + length - 1
    return None
