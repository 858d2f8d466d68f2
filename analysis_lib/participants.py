"""How patients pass through a cohort: in, followed, out; visits due and kept; glands and patients.

Every count comes from rows. What happened before treatment has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.cohort import Cohort, analysis_frame, course
from analysis_lib.contradictions import DAYS_PER_MONTH
from analysis_lib.errors import MissingColumnError

if TYPE_CHECKING:
    import pandas as pd

ENDS = {
    "study_end": "end of the study",
    "lost": "lost",
    "transplant": "transplant",
    "death": "death",
}
"""Why follow-up ended, in words, in the order of a picture."""


def flow(cohort: Cohort, *, target: float | None = None) -> pd.DataFrame:
    """Return the boxes of a participant flow.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    target : float, optional
        Highest PTH that counts as the target, in pg/mL; that of the published study if left out.

    Returns
    -------
    DataFrame
        One row a box: ``step`` (treated, follow_up_ended, endpoint, outcome); ``box``, its
        words; ``patients`` in it; ``glands`` of theirs; ``reached``, ``failed`` and ``unknown``
        among the patients, by their last PTH. Each step adds up to the patients treated, except
        the outcome, which lacks the unknown. A reason for the end of follow-up that nobody has is
        there with 0; "not recorded" stands only if somebody has none.
    """
    import pandas as pd

    frame = analysis_frame(cohort, target=target)
    reached = frame["target_reached"].eq(True).fillna(False).astype(bool)
    failed = frame["target_reached"].eq(False).fillna(False).astype(bool)
    known = reached | failed
    every = pd.Series(True, index=frame.index)
    boxes = [("treated", "treated", every)]
    boxes += [
        ("follow_up_ended", words, frame["followup_end"].eq(reason).fillna(False).astype(bool))
        for reason, words in ENDS.items()
    ]
    if frame["followup_end"].isna().any():
        boxes.append(("follow_up_ended", "not recorded", frame["followup_end"].isna()))
    boxes += [
        ("endpoint", "last PTH known", known),
        ("endpoint", "no PTH after ablation", ~known),
        ("outcome", "target reached", reached),
        ("outcome", "treatment failed", failed),
    ]
    return pd.DataFrame(
        [
            {
                "step": step,
                "box": words,
                "patients": int(there.sum()),
                "glands": int(frame.loc[there, "n_glands"].sum()),
                "reached": int((there & reached).sum()),
                "failed": int((there & failed).sum()),
                "unknown": int((there & ~known).sum()),
            }
            for step, words, there in boxes
        ]
    )


def completeness(cohort: Cohort, analyte: str) -> pd.DataFrame:
    """Return how many visits were due, attended, and have a value of one analyte.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    analyte : {"pth", "calcium", "phosphorus", "alp"}
        What was to be measured.

    Returns
    -------
    DataFrame
        One row a planned visit, by time: ``visit``; ``month``; ``due``, patients whose follow-up
        got there; ``attended``; ``measured``, with a value; ``missed`` (due, not attended);
        ``unmeasured`` (attended, no value). ``measured <= attended <= due``. Later visits are
        due in fewer patients: that is follow-up ending, and nothing missing.

    Raises
    ------
    DataError
        If there is no such analyte.
    """
    rows = course(cohort, analyte)
    rows["attended"] = rows["day"].notna()
    rows["measured"] = rows["attended"] & rows["value"].notna()
    table = (
        rows.groupby(["visit", "month"], sort=False)[["attended", "measured"]]
        .sum()
        .astype(int)
        .reset_index()
    )
    due = rows.groupby("visit").size()
    table.insert(2, "due", table["visit"].map(due).astype(int))
    table["missed"] = table["due"] - table["attended"]
    table["unmeasured"] = table["attended"] - table["measured"]
    return table.sort_values("month", kind="stable", ignore_index=True)


def glands_per_patient(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many patients have how many treated glands, and how many glands that makes.

    ``frame`` has one row a patient and ``n_glands``, as from ``analysis_frame``. One row a
    number: ``n_glands``; ``patients``; ``glands``; ``patient_share`` and ``gland_share``, as
    fractions of all. MissingColumnError without ``n_glands``.
    """
    import pandas as pd

    if "n_glands" not in frame:
        raise MissingColumnError("no column 'n_glands'; give a frame as from analysis_frame")
    patients = frame["n_glands"].astype(int).value_counts().sort_index()
    table = pd.DataFrame({"n_glands": patients.index, "patients": patients.to_numpy()})
    table["glands"] = table["n_glands"] * table["patients"]
    table["patient_share"] = table["patients"] / table["patients"].sum()
    table["gland_share"] = table["glands"] / table["glands"].sum()
    return table


def last_measurement(frame: pd.DataFrame, analyte: str = "pth") -> pd.DataFrame:
    """Return the time of the last value beside the end of follow-up, both in months.

    ``frame`` has one row a patient, as from ``analysis_frame``. Columns: ``patient_id``;
    ``followup_months``; ``measured_months``, the time of the last value after baseline;
    ``gap_months``, end of follow-up minus that. Missing where there is no such value.
    MissingColumnError if the frame lacks a column.
    """
    needed = ["patient_id", "followup_months", f"{analyte}_end_day"]
    absent = [name for name in needed if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))}; give a frame as from analysis_frame"
        )
    out = frame[["patient_id"]].copy()
    out["followup_months"] = frame["followup_months"].astype("Float64")
    out["measured_months"] = frame[f"{analyte}_end_day"].astype("Float64") / DAYS_PER_MONTH
    out["gap_months"] = out["followup_months"] - out["measured_months"]
    return out
