"""The three tables of a simulated cohort: made from its columns, and written as files."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis_lib.cohort import Cohort
from analysis_lib.contradictions import TABLES, UNITS
from analysis_lib.datapackage import PANDAS_TYPES, resource
from analysis_lib.published import claim
from analysis_lib.trajectories import DAYS_PER_MONTH, Course

if TYPE_CHECKING:
    import pandas as pd

PLACES = ("left_upper", "left_lower", "right_upper", "right_lower")
LAST_CONTACT = date(2024, 8, 31)
"""When follow-up ends with the study: a year after the last enrolment, an assumption."""


def tables(
    rng: np.random.Generator,
    columns: dict[str, Any],
    *,
    course_of: Callable[[int, int], Course],
) -> Cohort:
    """Return the cohort: patients numbered by the date of ablation, glands and labs with them."""
    n = len(columns["pth"])
    dates = [_enrolment(rng, columns, index) for index in range(n)]
    patients: list[dict[str, Any]] = []
    glands: list[dict[str, Any]] = []
    labs: list[dict[str, Any]] = []
    for number, index in enumerate(sorted(range(n), key=lambda i: (dates[i], i)), start=1):
        who = {"status": "simulated", "patient_id": f"P{number:03d}"}
        patients.append(who | _patient(rng, columns, index, dates[index]))
        glands += [who | gland for gland in _glands(rng, columns, index, who["patient_id"])]
        last_day = math.floor(columns["followup_months"][index] * DAYS_PER_MONTH)
        labs += [who | row for row in _labs(columns, index, course_of(index, last_day))]
    return Cohort(
        **{
            name: typed(name, rows)
            for name, rows in zip(TABLES, (patients, glands, labs), strict=True)
        }
    )


def typed(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as the table of that name, with its columns, their order and their types."""
    import pandas as pd

    fields = {field["name"]: field["type"] for field in resource(name)["schema"]["fields"]}
    frame = pd.DataFrame(rows)[list(fields)]
    return frame.astype({column: PANDAS_TYPES[kind] for column, kind in fields.items()})


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as the text of its file: yes and no, ISO dates, empty cells for missing."""
    import pandas as pd

    written = frame.copy()
    for name in written:
        column = written[name]
        if pd.api.types.is_bool_dtype(column.dtype):
            written[name] = column.map({True: "yes", False: "no"})
        elif pd.api.types.is_datetime64_any_dtype(column.dtype):
            written[name] = column.dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_float_dtype(column.dtype):
            written[name] = [None if pd.isna(value) else f"{value:g}" for value in column]
    text: str = written.to_csv(index=False, lineterminator="\n")
    return text


def save(cohort: Cohort, folder: Path) -> list[Path]:
    """Write the three tables of a cohort into a folder; return the files, in order.

    All three are written under other names first, so that a failure leaves no half of a cohort.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.csv" for name in TABLES]
    drafts = [file.with_suffix(".csv.draft") for file in files]
    for name, draft in zip(TABLES, drafts, strict=True):
        draft.write_text(csv_text(getattr(cohort, name)), "utf-8", newline="\n")
    for draft, file in zip(drafts, files, strict=True):
        draft.replace(file)
    return files


def _enrolment(rng: np.random.Generator, columns: dict[str, Any], index: int) -> date:
    """Date of ablation: so that follow-up fits before the last contact, and ends there if it is
    said to end with the study."""
    first = date.fromisoformat(f"{claim('design_window_start').value}-01")
    year, month = (int(part) for part in claim("design_window_end").value.split("-"))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    followed = timedelta(days=math.ceil(columns["followup_months"][index] * DAYS_PER_MONTH))
    latest = min(last, LAST_CONTACT - followed)
    earliest = first
    if columns["study_end"][index] and latest < last:
        earliest = max(first, latest - timedelta(days=60))
    return earliest + timedelta(days=int(rng.integers((latest - earliest).days + 1)))


def _patient(
    rng: np.random.Generator, columns: dict[str, Any], index: int, day: date
) -> dict[str, Any]:
    followed = timedelta(days=math.ceil(columns["followup_months"][index] * DAYS_PER_MONTH))
    near_end = LAST_CONTACT - day - followed <= timedelta(days=60)
    left = ("lost", "transplant", "death")[int(rng.choice(3, p=[0.45, 0.25, 0.30]))]
    glands = int(columns["n_glands"][index])
    return {
        "ablation_date": day.isoformat(),
        "age_years": int(columns["age_years"][index]),
        "sex": "male" if columns["sex_male"][index] else "female",
        "dialysis_modality": "haemodialysis" if columns["haemodialysis"][index] else "peritoneal",
        "dialysis_vintage_years": float(columns["dialysis_vintage_years"][index]),
        "earlier_treatment": (
            "parathyroidectomy" if columns["parathyroidectomy"][index] else "ablation"
        ),
        "disease_course": "recurrent" if columns["recurrent"][index] else "persistent",
        "ablation_modality": "microwave" if columns["microwave"][index] else "radiofrequency",
        "sessions": 1 + int(glands > 1 and rng.random() < 0.2 * (glands - 1)),
        "technical_success": True,
        "nerve_paralysis": str(columns["nerve_paralysis"][index]),
        "severe_hypocalcaemia": bool(columns["severe_hypocalcaemia"][index]),
        "hypocalcaemia_sequelae": False,
        "followup_months": float(columns["followup_months"][index]),
        "followup_end": "study_end" if near_end else left,
    }


def _glands(
    rng: np.random.Generator, columns: dict[str, Any], index: int, patient_id: str
) -> list[dict[str, Any]]:
    count, largest = int(columns["n_glands"][index]), float(columns["max_diameter_mm"][index])
    sizes = [largest, *(max(5.0, largest * rng.uniform(0.45, 0.97)) for _ in range(count - 1))]
    places = [str(place) for place in rng.permutation(PLACES)[:count]]
    if rng.random() < 0.07:
        places[-1] = "ectopic"
    rows = []
    for number, (place, size) in enumerate(zip(places, sizes, strict=True), start=1):
        diameter = min(largest, round(size, 1))
        volume = math.pi / 6 * diameter**3 * rng.uniform(0.35, 0.62) / 1000
        rows.append(
            {
                "gland_id": f"{patient_id}-{number}",
                "location": place,
                "max_diameter_mm": diameter,
                "volume_ml": max(0.02, round(volume, 2)),
                "complete_ablation": True,
            }
        )
    return rows


def _labs(columns: dict[str, Any], index: int, after: Course) -> list[dict[str, Any]]:
    rows = [
        {
            "visit": "baseline", "day": 0, "analyte": analyte,
            "value": float(columns[analyte][index]), "unit": unit,
        }
        for analyte, unit in UNITS.items()
    ]  # fmt: skip
    for place, (visit, day) in enumerate(zip(after.visits, after.days, strict=True)):
        for analyte, unit in UNITS.items():
            value = float(after.measured[analyte][place])
            rows.append(
                {
                    "visit": visit, "day": day, "analyte": analyte,
                    "value": None if math.isnan(value) else value, "unit": unit,
                }
            )  # fmt: skip
    return rows
