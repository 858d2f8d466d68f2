"""Units of laboratory values, and the factors between them.

PTH: 1 pmol/L is 9.43 pg/mL (molar mass of intact PTH 1-84: 9,425 g/mol). Calcium: 1 mg/dL is
0.2495 mmol/L (40.08 g/mol). Phosphorus: 1 mg/dL is 0.3229 mmol/L (30.97 g/mol).
"""

from __future__ import annotations

from typing import Any

from analysis_lib.errors import DataError

FACTORS = {
    ("pth", "pg/mL", "pmol/L"): 1 / 9.43,
    ("calcium", "mg/dL", "mmol/L"): 0.2495,
    ("phosphorus", "mg/dL", "mmol/L"): 0.3229,
}
"""(analyte, from, to): what a value is multiplied by. The inverse way follows."""


def convert(value: Any, analyte: str, source: str, target: str) -> Any:
    """Convert a value, or a column of values, between units of one analyte.

    Missing values stay missing. DataError names the analyte and both units if the factor is
    not known; it lists those that are.
    """
    if source == target and any(source in key[1:] for key in FACTORS if key[0] == analyte):
        return value
    if (analyte, source, target) in FACTORS:
        return value * FACTORS[analyte, source, target]
    if (analyte, target, source) in FACTORS:
        return value / FACTORS[analyte, target, source]
    known = "; ".join(f"{key[0]}: {key[1]}, {key[2]}" for key in FACTORS)
    raise DataError(
        f"no factor for {analyte!r} from {source!r} to {target!r}; known are {known}. "
        "Check the spelling, or add the factor with its source to analysis_lib.units."
    )
