"""A cohort: its patients, their glands and their laboratory values, and what follows for each.

The shipped cohort in ``data/cohort`` is *simulated*. A reader's own cohort has the same three
files in a folder of its own and says *observed* in each row. Either is checked against
``data/datapackage.json`` and against itself whenever it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analysis_lib.contradictions import DAYS_PER_MONTH, SUFFIXES, TABLES, contradictions
from analysis_lib.datapackage import ROOT, read, resource
from analysis_lib.errors import DataError, InvalidTableError, MissingTableError, Problem
from analysis_lib.published import claim

if TYPE_CHECKING:
    import pandas as pd

READS = ("data/datapackage.json", "data/cohort/*.csv")
"""Files that this module reads: a chapter that reaches the module depends on them."""

NADIR_DAYS = 30
DAYS_PER = {"day": 1.0, "week": 7.0, "month": DAYS_PER_MONTH}


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """The three tables of a cohort, checked, one row as in the files.

    ``patients``: one row a patient; ``glands``: one row a treated gland; ``labs``: one row a
    patient, visit and analyte. Columns are those of ``data/datapackage.json``, with pandas types
    that can be missing: string, Int64, Float64, boolean, datetime64.
    """

    patients: pd.DataFrame
    glands: pd.DataFrame
    labs: pd.DataFrame

    @property
    def status(self) -> str:
        """What all rows are: simulated or observed."""
        return str(self.patients["status"].iloc[0])


def load(path: Path | str | None = None) -> Cohort:
    """Load a cohort from a folder with ``patients.csv``, ``glands.csv`` and ``labs.csv``.

    Parameters
    ----------
    path : Path, optional
        The folder; the simulated cohort that comes with the book if left out.

    Raises
    ------
    MissingTableError
        If a file is not there; the message names all that are missing.
    EncodingError, MissingColumnError
        If a file is not UTF-8, or lacks a column.
    InvalidTableError
        If cells break the descriptor, or rows contradict each other. The message lists every
        problem of all three files, with file, row, column, value and rule.
    """
    folder = ROOT / "data/cohort" if path is None else Path(path)
    absent = [f"{name}.csv" for name in TABLES if not (folder / f"{name}.csv").is_file()]
    if absent:
        raise MissingTableError(
            f"no {', '.join(absent)} in {folder}. A cohort is one folder with "
            f"{', '.join(f'{name}.csv' for name in TABLES)}; put the missing files there."
        )
    frames: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name in TABLES:
        described = resource(name)
        # Keys are checked below, with messages that name the other row.
        schema = {k: v for k, v in described["schema"].items() if k != "primaryKey"}
        frames[name], found = read({**described, "schema": schema}, folder / f"{name}.csv")
        problems += found
        if frames[name].empty:
            problems.append(
                Problem(file=f"{name}.csv", row=1, column="", value="", rule="has no row")
            )
    problems += contradictions(**frames)
    if problems:
        order = [f"{name}.csv" for name in TABLES]
        raise InvalidTableError(sorted(problems, key=lambda p: (order.index(p.file), p.row)))
    return Cohort(**{name: frame.reset_index(drop=True) for name, frame in frames.items()})


# ---- one row a visit -----------------------------------------------------------------------------


def course(cohort: Cohort, analyte: str) -> pd.DataFrame:
    """Return every scheduled visit of every patient for one analyte, missed ones too.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    analyte : {"pth", "calcium", "phosphorus", "alp"}
        What was measured; values are in pg/mL, mmol/L, mmol/L and U/L.

    Returns
    -------
    DataFrame
        One row a patient and visit, by patient in the order of ``patients`` and by planned time:
        ``patient_id``; ``visit``; ``month``, when the visit was planned (0 at baseline); ``day``
        since the ablation, missing where the visit was missed; ``value``, missing where the visit
        was missed or this analyte was not measured there. A visit that lies after the end of a
        patient's follow-up has no row: nothing was due.

    Raises
    ------
    DataError
        If there is no such analyte, or a visit has a name whose time can't be told.
    """
    import pandas as pd

    if analyte not in SUFFIXES:
        raise DataError(f"no analyte {analyte!r}; choose one of {', '.join(SUFFIXES)}")
    rows = cohort.labs.loc[
        cohort.labs["analyte"].eq(analyte), ["patient_id", "visit", "day", "value"]
    ].copy()
    rows.insert(2, "month", rows["visit"].map({name: month(name) for name in set(rows["visit"])}))
    place = pd.Series(range(len(cohort.patients)), index=cohort.patients["patient_id"])
    rows["place"] = rows["patient_id"].map(place)
    rows = rows.sort_values(["place", "month"], kind="stable").drop(columns="place")
    return rows.astype({"month": float}).reset_index(drop=True)


def month(visit: str) -> float:
    """Return the month at which a visit is planned: ``week_1`` is 7 days, ``baseline`` is 0."""
    if visit == "baseline":
        return 0.0
    unit, _, count = visit.partition("_")
    if unit not in DAYS_PER or not count.isdigit():
        raise DataError(
            f"visit {visit!r} has no time; call it baseline, or day_N, week_N or month_N"
        )
    return int(count) * DAYS_PER[unit] / DAYS_PER["month"]


# ---- one row a patient ---------------------------------------------------------------------------


def analysis_frame(
    cohort: Cohort, *, target: float | None = None, cutoff: float | None = None
) -> pd.DataFrame:
    """Return one row a patient: the columns of ``patients``, and what follows from the others.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    target, cutoff : float, optional
        Highest PTH that counts as the target, and the baseline PTH from which it counts as high,
        in pg/mL; those of the published study if left out.

    Returns
    -------
    DataFrame
        In the order of ``patients``. For each analyte (``pth``, ``calcium``, ``phosphorus``,
        ``alp``) and its unit (``pg_ml``, ``mmol_l``, ``mmol_l``, ``u_l``):

        - ``ANALYTE_baseline_UNIT``: value at the visit ``baseline``. Missing if not measured.
        - ``ANALYTE_end_UNIT``, ``ANALYTE_end_day``: last measured value after baseline, and its
          day. A missed visit, or one without this analyte, is passed over. Missing if there is
          no value after baseline.
        - ``ANALYTE_change_UNIT``: end minus baseline. Missing if either is.

        And:

        - ``log2_alp_baseline``: logarithm to base two of baseline alkaline phosphatase.
        - ``calcium_nadir_30d_mmol_l``: lowest calcium after baseline, up to and including day
          ``NADIR_DAYS``. Missing if none was measured.
        - ``target_reached``: whether the last PTH is at or below the target. Missing without a
          PTH after baseline: nobody is taken for a failure because nothing is known.
        - ``treatment_failure``: the contrary, missing alike.
        - ``pth_high``: whether baseline PTH is at or above the cut-off.
        - ``sex_male``: whether the patient is male.
        - ``n_glands``, ``n_glands_complete``: treated glands, and those ablated completely.
        - ``max_diameter_mm``: largest diameter among the glands that were measured. Missing if
          none was.
    """
    import numpy as np

    target = claim("target_definition").number if target is None else target
    cutoff = claim("predictor_pth_cutoff").number if cutoff is None else cutoff
    frame = cohort.patients.copy()
    ids = frame["patient_id"]
    if ids.duplicated().any():
        raise DataError("a patient_id stands twice in patients; load the cohort to see where")

    measured = cohort.labs.dropna(subset=["day", "value"]).sort_values("day", kind="stable")
    before = measured["visit"].eq("baseline")
    for analyte, unit in SUFFIXES.items():
        of_it = measured["analyte"].eq(analyte)
        baseline = measured[of_it & before].groupby("patient_id")["value"].last()
        end = measured[of_it & ~before].groupby("patient_id")[["value", "day"]].last()
        frame[f"{analyte}_baseline_{unit}"] = ids.map(baseline).astype("Float64")
        frame[f"{analyte}_end_{unit}"] = ids.map(end["value"]).astype("Float64")
        frame[f"{analyte}_end_day"] = ids.map(end["day"]).astype("Int64")
        frame[f"{analyte}_change_{unit}"] = (
            frame[f"{analyte}_end_{unit}"] - frame[f"{analyte}_baseline_{unit}"]
        )
    early = measured["analyte"].eq("calcium") & ~before & measured["day"].le(NADIR_DAYS)
    nadir = measured[early].groupby("patient_id")["value"].min()
    frame["calcium_nadir_30d_mmol_l"] = ids.map(nadir).astype("Float64")
    frame["log2_alp_baseline"] = np.log2(frame["alp_baseline_u_l"])
    frame["target_reached"] = frame["pth_end_pg_ml"] <= target
    frame["treatment_failure"] = ~frame["target_reached"]
    frame["pth_high"] = frame["pth_baseline_pg_ml"] >= cutoff
    frame["sex_male"] = frame["sex"].eq("male")

    glands = cohort.glands.groupby("patient_id")
    frame["n_glands"] = ids.map(glands.size()).astype("Int64").fillna(0)
    complete = ids.map(glands["complete_ablation"].sum()).astype("Int64").fillna(0)
    frame["n_glands_complete"] = complete
    frame["max_diameter_mm"] = ids.map(glands["max_diameter_mm"].max()).astype("Float64")
    return frame.reset_index(drop=True)
