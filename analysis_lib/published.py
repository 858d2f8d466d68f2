"""The published record: what the abstract of the index study and the other series print.

Everything here has the status *published*. Tables are read from ``data/published`` and checked
against their descriptor, ``data/datapackage.json``, each time they are loaded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis_lib.datapackage import ROOT, read, resource
from analysis_lib.errors import DataError, InvalidTableError, Problem, UnknownClaimError
from analysis_lib.results import NBSP, Result, number

if TYPE_CHECKING:
    import pandas as pd

READS = ("data/datapackage.json", "data/published/*.csv")
"""Files that this module reads: a chapter that reaches the module depends on them."""


@dataclass(frozen=True, kw_only=True)
class Claim(Result):
    """One figure or statement of the abstract, as printed.

    ``value`` keeps the printed digits; ``lower`` and ``upper`` are the printed 95 % interval;
    ``decimals`` is the printed precision; ``events`` of ``denominator`` were printed as counts.
    What was not printed is ``None``.
    """

    claim_id: str
    topic: str
    quantity: str
    statistic: str
    value: str
    lower: float | None
    upper: float | None
    decimals: int | None
    events: int | None
    denominator: int | None
    denominator_unit: str | None
    unit: str | None
    note: str | None

    @property
    def number(self) -> float:
        """The value as a number; DataError for a date or a text."""
        try:
            return float(self.value)
        except ValueError:
            raise DataError(
                f"claim {self.claim_id!r} is {self.value!r}, not a number; use its value as text"
            ) from None

    @property
    def count(self) -> int:
        """The value as a whole number; DataError where the claim is none."""
        if self.number != int(self.number):
            raise DataError(f"claim {self.claim_id!r} is {self.value!r}, not a count")
        return int(self.number)

    @property
    def limits(self) -> tuple[str, str]:
        """The printed limits of the interval, as text; DataError where none is printed."""
        if self.lower is None or self.upper is None:
            raise DataError(f"claim {self.claim_id!r} was printed without an interval")
        digits = self.decimals or 0
        return number(self.lower, digits), number(self.upper, digits)

    def faces(self) -> dict[str, str]:
        """Format codes: "" (as printed, with unit and interval), "value", "interval", "summary".

        "summary" puts the statistic before the figure where the figure alone would mislead.
        """
        value = {"p_below": f"p <{NBSP}{self.value}", "p_value": f"p ={NBSP}{self.value}"}.get(
            self.statistic, self.value
        )
        faces = {"value": self.value, "": value + (f"{NBSP}{self.unit}" if self.unit else "")}
        if self.lower is not None and self.upper is not None:
            limits = f"{NBSP}to{NBSP}".join(self.limits)
            faces |= {"interval": limits, "": f"{faces['']} (95{NBSP}% CI {limits})"}
        words = {
            "mean": "mean ",
            "sd": "SD ",
            "median": "median ",
            "upper_limit": "at most ",
            "lower_limit": "at least ",
        }
        return faces | {"summary": words.get(self.statistic, "") + faces[""]}


def claims(path: Path | None = None) -> pd.DataFrame:
    """Load the claims of the index study, one row a claim, indexed by ``claim_id``.

    Columns are those of resource ``claims`` in the descriptor. Empty cells are missing: the
    abstract doesn't print the figure. ``path`` reads another file with the same columns.

    Raises
    ------
    EncodingError, MissingColumnError, InvalidTableError
        If the file breaks its descriptor; the message lists every row, column and rule.
    """
    frame = _load("claims", path, _claim_rules)
    return frame.set_index("claim_id", drop=False)


def evidence(path: Path | None = None) -> pd.DataFrame:
    """Load the published series, one row a series and outcome; errors as in :func:`claims`."""
    return _load("evidence", path, _evidence_rules)


GROUPS = {
    "RFA": "Thermal ablation",
    "MWA": "Thermal ablation",
    "mixed": "Thermal ablation",
    "PEIT": "Ethanol injection",
    "PTX": "Surgery",
}
"""Modality to the kind of treatment; only thermal ablation is ever pooled."""


INDEX_STUDY = "index-study"
"""``study_id`` of the study that this book is about."""


def series(outcome: str, *, group: str | None = None, without: str | None = None) -> pd.DataFrame:
    """Return the published series that count one outcome, thermal ablation first.

    ``group`` keeps one kind of treatment ("Thermal ablation", for example); ``without`` leaves
    out one ``study_id``. Columns of :func:`evidence`, and ``group``, the kind of treatment.
    DataError for an outcome that no series counts; the message lists those there are.
    """
    frame = evidence()
    if outcome not in set(frame["outcome"]):
        known = ", ".join(sorted(frame["outcome"].unique()))
        raise DataError(f"no series counts {outcome!r}; outcomes are {known}")
    rows = frame[frame["outcome"] == outcome].copy()
    rows["group"] = rows["modality"].map(GROUPS).astype("string")
    if group is not None:
        rows = rows[rows["group"] == group]
    if without is not None:
        rows = rows[rows["study_id"] != without]
    order = list(dict.fromkeys(GROUPS.values()))
    return rows.sort_values(
        "group", key=lambda names: names.map(order.index), kind="stable", ignore_index=True
    )


def pooling(path: Path | None = None) -> pd.DataFrame:
    """Load which outcomes this book pools and why, indexed by ``outcome``; errors as above."""
    return _load("pooling", path, lambda row: []).set_index("outcome", drop=False)


def targets(path: Path | None = None) -> pd.DataFrame:
    """Load the target ranges for PTH on dialysis, one row a range; errors as above."""
    return _load("targets", path, lambda row: _order_rule(row, "lower", "upper"))


def hypocalcaemia(path: Path | None = None) -> pd.DataFrame:
    """Load the definitions of severe or low calcium, one row a definition; errors as above."""
    return _load("hypocalcaemia", path, lambda row: [])


def grades(path: Path | None = None) -> pd.DataFrame:
    """Load the grades of the schemes for complications, one row a grade; errors as above."""
    return _load("grades", path, lambda row: [])


@functools.cache
def _shipped_claims() -> dict[str, Claim]:
    records = claims().astype(object).where(lambda frame: frame.notna(), None).to_dict("records")
    return {str(row["claim_id"]): Claim(**{str(k): v for k, v in row.items()}) for row in records}


def claim(claim_id: str) -> Claim:
    """Return one claim; UnknownClaimError names the nearest claim ids if there is none."""
    known = _shipped_claims()
    if claim_id not in known:
        import difflib

        near = difflib.get_close_matches(claim_id, known, n=3, cutoff=0.3)
        raise UnknownClaimError(
            f"no claim {claim_id!r} in data/published/claims.csv; "
            f"nearest: {', '.join(near) or 'none'}. Use one of the ids in its first column."
        )
    return known[claim_id]


Rules = Callable[[dict[str, Any]], list[str]]
"""What a row, its missing cells left out, breaks beyond the rules of its columns."""


def _load(name: str, path: Path | None, rules: Rules) -> pd.DataFrame:
    import pandas as pd

    described = resource(name)
    path = path or ROOT / "data" / described["path"]
    frame, problems = read(described, path)
    if problems:
        raise InvalidTableError(problems)
    for row, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        present = {str(key): value for key, value in cells.items() if not pd.isna(value)}
        problems += [
            Problem(file=path.name, row=row, column="", value="", rule=rule)
            for rule in rules(present)
        ]
    if problems:
        raise InvalidTableError(problems)
    return frame.reset_index(drop=True)


def _claim_rules(row: dict[str, Any]) -> list[str]:
    broken = _order_rule(row, "events", "denominator") + _order_rule(row, "lower", "upper")
    if row["statistic"] not in ("date", "text"):
        try:
            float(row["value"])
        except ValueError:
            broken.append(f"value {row['value']!r} is no number, as {row['statistic']!r} needs")
    return broken


def _evidence_rules(row: dict[str, Any]) -> list[str]:
    return _order_rule(row, "events", "n")


def _order_rule(row: dict[str, Any], low: str, high: str) -> list[str]:
    if low in row and high in row and row[low] > row[high]:
        return [f"{low} {row[low]} lies above {high} {row[high]}"]
    return []
