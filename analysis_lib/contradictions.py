"""What the rows of a cohort must agree on, beyond the rules of single cells.

Every rule yields the rows that break it, in words that say what to do. The tables may come from
files or from memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis_lib.datapackage import resource
from analysis_lib.errors import Problem
from analysis_lib.results import number
from analysis_lib.units import FACTORS, convert

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("patients", "glands", "labs")

UNITS = {"pth": "pg/mL", "calcium": "mmol/L", "phosphorus": "mmol/L", "alp": "U/L"}
"""Analyte to the only unit that its values may have."""

SUFFIXES = {analyte: unit.lower().replace("/", "_") for analyte, unit in UNITS.items()}
"""Analyte to the ending of its columns: ``pth_baseline_pg_ml``."""

PLAUSIBLE = {"pth": (1, 15000), "calcium": (0.8, 4.5), "phosphorus": (0.2, 5), "alp": (5, 6000)}
"""Analyte to the lowest and highest value that a patient on dialysis may have, in its unit."""

USUAL_BASELINE = {"pth": (250, 6000), "phosphorus": (0.8, 3.5)}
"""Analyte to the range of a cohort's median before treatment, where single values of two units
overlap: 200 may be pg/mL after ablation, or pmol/L before it."""

DAYS_PER_MONTH = 365.25 / 12


Row = dict[str, Any]


def contradictions(
    patients: pd.DataFrame, glands: pd.DataFrame, labs: pd.DataFrame
) -> list[Problem]:
    """Return every rule beyond single cells that the rows of a cohort break.

    The index of a frame is taken as the row of its file. Missing cells contradict nothing here;
    whether they may be missing is a rule of the descriptor.
    """
    tables = {"patients": _rows(patients), "glands": _rows(glands), "labs": _rows(labs)}
    return [
        *_one_status(tables),
        *_known_patients(tables),
        *_patients_and_glands(tables["patients"], tables["glands"]),
        *_baseline_pth(tables["patients"], tables["labs"]),
        *_doubles(tables["labs"]),
        *_days(tables["patients"], tables["labs"]),
        *_units(tables["labs"]),
        *_unit_of_the_cohort(tables["labs"]),
    ]


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Each row as a dict, with None for missing and the row of the file under ``row``."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {**{str(key): value for key, value in cells.items()}, "row": row}
        for row, cells in zip(frame.index, plain.to_dict("records"), strict=True)
    ]


def _problem(table: str, row: Row, column: str, rule: str) -> Problem:
    value = row[column]
    if value is None:
        value = ""
    elif isinstance(value, float):
        value = f"{value:.15g}"
    return Problem(file=f"{table}.csv", row=row["row"], column=column, value=str(value), rule=rule)


def _one_status(tables: dict[str, list[Row]]) -> Iterator[Problem]:
    """One problem a file, however many of its rows differ."""
    first = next((row for rows in tables.values() for row in rows if row["status"]), None)
    if first is None:
        return
    for table, rows in tables.items():
        others = [row for row in rows if row["status"] and row["status"] != first["status"]]
        if others:
            more = f" ({len(others)} such rows)" if len(others) > 1 else ""
            yield _problem(
                table,
                others[0],
                "status",
                f"the cohort began as {first['status']!r}; simulated and observed rows "
                f"can't be in one cohort{more}",
            )


def _known_patients(tables: dict[str, list[Row]]) -> Iterator[Problem]:
    known = {row["patient_id"] for row in tables["patients"]} | {None}
    for table in ("glands", "labs"):
        for row in tables[table]:
            if row["patient_id"] not in known:
                yield _problem(table, row, "patient_id", "no such patient in patients.csv")


def _patients_and_glands(patients: list[Row], glands: list[Row]) -> Iterator[Problem]:
    complete: defaultdict[str, list[bool | None]] = defaultdict(list)
    for gland in glands:
        complete[gland["patient_id"]].append(gland["complete_ablation"])
    for row in patients:
        severe, sequelae = row["severe_hypocalcaemia"], row["hypocalcaemia_sequelae"]
        if sequelae is True and severe is False:
            yield _problem(
                "patients",
                {**row, "hypocalcaemia_sequelae": "yes"},
                "hypocalcaemia_sequelae",
                "sequelae of severe hypocalcaemia without severe_hypocalcaemia",
            )
        if row["patient_id"] is None:
            continue
        ablated = complete.get(row["patient_id"], [])
        if not ablated:
            yield _problem("patients", row, "patient_id", "no gland of this patient in glands.csv")
        elif None not in ablated and row["technical_success"] in (True, False):
            incomplete = ablated.count(False)
            if row["technical_success"] is not (incomplete == 0):
                yield _problem(
                    "patients",
                    {**row, "technical_success": "yes" if row["technical_success"] else "no"},
                    "technical_success",
                    f"{incomplete} of {len(ablated)} glands in glands.csv have no complete_ablation"
                    "; success means that all have it",
                )


def _baseline_pth(patients: list[Row], labs: list[Row]) -> Iterator[Problem]:
    measured = {
        row["patient_id"]
        for row in labs
        if (row["visit"], row["analyte"]) == ("baseline", "pth") and row["value"] is not None
    }
    for row in patients:
        if row["patient_id"] is not None and row["patient_id"] not in measured:
            yield _problem("patients", row, "patient_id", "no PTH at baseline in labs.csv")


def _doubles(labs: list[Row]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], int] = {}
    for row in labs:
        key = (row["patient_id"], row["visit"], row["analyte"])
        if None in key:
            continue
        if key in first:
            yield _problem(
                "labs", row, "visit", f"the same patient, visit and analyte as in row {first[key]}"
            )
        else:
            first[key] = row["row"]


def _days(patients: list[Row], labs: list[Row]) -> Iterator[Problem]:
    """Baseline before ablation, other visits after it, in order, and within follow-up."""
    fields = {field["name"]: field for field in resource("labs")["schema"]["fields"]}
    schedule = {visit: i for i, visit in enumerate(fields["visit"]["constraints"]["enum"])}
    followup = {row["patient_id"]: row["followup_months"] for row in patients}
    visits: defaultdict[str, defaultdict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in labs:
        day, place = row["day"], schedule.get(row["visit"])
        if day is None:
            if row["value"] is not None:
                yield _problem("labs", row, "day", "a value without its day")
            continue
        months = followup.get(row["patient_id"])
        if months is not None and day > last_day(months):
            rule = f"after the end of follow-up ({number(months, 1)} months)"
        elif place == 0 and day > 0:
            rule = "baseline must not lie after the ablation (day 0)"
        elif place is not None and place > 0 and day <= 0:
            rule = f"{row['visit']} must lie after the ablation (day 0)"
        else:
            if place is not None and row["patient_id"] is not None:
                visits[row["patient_id"]][place].append(row)
            continue
        yield _problem("labs", row, "day", rule)
    for places in visits.values():
        latest: Row | None = None
        for _, rows in sorted(places.items()):
            for row in rows:
                if latest is not None and row["day"] <= latest["day"]:
                    yield _problem(
                        "labs",
                        row,
                        "day",
                        f"{row['visit']} is not later than {latest['visit']}, "
                        f"day {latest['day']} (row {latest['row']})",
                    )
            highest = max(rows, key=lambda row: row["day"])
            if latest is None or highest["day"] > latest["day"]:
                latest = highest


def last_day(months: float) -> float:
    """Return the last day that a follow-up of so many months can have.

    A written number stands for all that round to it: follow-up in whole months may be half a
    month longer, one with a decimal may be a twentieth longer.
    """
    decimals = next((d for d in range(3) if round(months, d) == months), 3)
    return (months + 0.5 * 10.0**-decimals) * DAYS_PER_MONTH


def _units(labs: list[Row]) -> Iterator[Problem]:
    for row in labs:
        analyte, value = row["analyte"], row["value"]
        if analyte not in UNITS:
            continue
        unit = UNITS[analyte]
        if row["unit"] in UNITS.values() and row["unit"] != unit:
            yield _problem("labs", row, "unit", f"{analyte} is in {unit}")
        elif value is not None and not _within(value, PLAUSIBLE[analyte]):
            low, high = PLAUSIBLE[analyte]
            rule = f"{analyte} in {unit} lies between {low} and {high}"
            yield _problem("labs", row, "value", rule + _looks_like(analyte, value, low, high))


def _unit_of_the_cohort(labs: list[Row]) -> Iterator[Problem]:
    """Where single values of two units overlap, the median before treatment tells them apart."""
    from statistics import median

    for analyte, (low, high) in USUAL_BASELINE.items():
        rows = [
            row
            for row in labs
            if (row["visit"], row["analyte"]) == ("baseline", analyte) and row["value"] is not None
        ]
        if not rows:
            continue
        middle = median(row["value"] for row in rows)
        hint = _looks_like(analyte, middle, low, high)
        if hint and not low <= middle <= high:
            yield _problem(
                "labs",
                rows[0],
                "value",
                f"the median {analyte} at baseline is {number(middle, 1)}, and {UNITS[analyte]} "
                f"would give {low} to {high}{hint}",
            )


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _looks_like(analyte: str, value: float, low: float, high: float) -> str:
    """Name the unit in which the value would lie between the limits, if there is one."""
    unit = UNITS[analyte]
    others = {end for key in FACTORS if key[0] == analyte for end in key[1:]} - {unit}
    fits = [o for o in sorted(others) if low <= convert(value, analyte, o, unit) <= high]
    return f"; this looks like {' or '.join(fits)}: convert it" if fits else ""
