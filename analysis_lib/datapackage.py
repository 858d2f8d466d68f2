"""Tables on disk and the one file that describes them, ``data/datapackage.json``.

Reads a CSV file as its resource says, and reports every cell that breaks a rule of it. Which
tables there are, and what their rows must agree on, is the business of the modules that load them.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import (
    EncodingError,
    InvalidTableError,
    MissingColumnError,
    MissingTableError,
    Problem,
)

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
READS = ("data/datapackage.json",)

PANDAS_TYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
}
"""Type in the descriptor to the type of the column; each of them can be missing."""


def descriptor() -> dict[str, Any]:
    """Return ``data/datapackage.json`` as plain data."""
    package: dict[str, Any] = json.loads((ROOT / READS[0]).read_text("utf-8"))
    return package


def resource(name: str) -> dict[str, Any]:
    """Return the description of one table, by its name."""
    found: dict[str, Any] = next(r for r in descriptor()["resources"] if r["name"] == name)
    return found


def read(described: Mapping[str, Any], path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a CSV file as its resource says, and list every cell that breaks a rule.

    Parameters
    ----------
    described
        The resource, as in the descriptor. Foreign keys are left to the caller.
    path
        The file. Its columns may stand in any order.

    Returns
    -------
    frame, problems
        The columns in the order of the descriptor, typed as in ``PANDAS_TYPES``, indexed by the
        row of the file (the header is row 1). An empty cell is missing, and so is one that can't
        be what its column says: that one is among the problems.

    Raises
    ------
    MissingTableError, EncodingError, MissingColumnError
        If there is no such file, it is not UTF-8, or it lacks a column.
    InvalidTableError
        If its header has a column that the descriptor does not know, or one twice.
    """
    import pandas as pd

    if not path.is_file():
        raise MissingTableError(
            f"no file {path.name} in {path.parent}; "
            "data/datapackage.json says what columns it must have."
        )
    records = list(csv.reader(io.StringIO(_read_utf8(path), newline="")))
    header = records[0] if records else []
    fields = {field["name"]: field for field in described["schema"]["fields"]}
    _check_header(header, list(fields), path)
    problems = _cell_problems(described, header, path)
    seen = {(problem.row, problem.column) for problem in problems}

    lines = {row: cells for row, cells in enumerate(records[1:], start=2) if any(cells)}
    columns: dict[str, pd.Series[Any]] = {}
    for name, field in fields.items():
        place = header.index(name)
        texts = {row: cells[place] if place < len(cells) else "" for row, cells in lines.items()}
        parse = _parser(field)
        values = {row: parse(text) if text else None for row, text in texts.items()}
        columns[name] = pd.Series(
            list(values.values()), index=list(values), dtype=PANDAS_TYPES[field["type"]]
        )
        problems += [
            Problem(file=path.name, row=row, column=name, value=text, rule=f"is no {field['type']}")
            for row, text in texts.items()
            if text and values[row] is None and (row, name) not in seen
        ]
    return pd.DataFrame(columns, index=list(lines)), problems


def _read_utf8(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise EncodingError(
            f"{path.name}, row {line}: byte {data[error.start]:#04x} is not UTF-8. "
            "Save the file as 'CSV UTF-8' and load it again."
        ) from None


def _check_header(header: list[str], fields: list[str], path: Path) -> None:
    missing = [field for field in fields if field not in header]
    if missing:
        hint = ""
        if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
            hint = " Its columns seem to be separated by semicolons or tabs; save it with commas."
        raise MissingColumnError(
            f"{path.name}: no column {', '.join(map(repr, missing))}; it has {header}. "
            f"Add the column with the header exactly as in data/datapackage.json.{hint}"
        )
    unknown = [name for name in dict.fromkeys(header) if name not in fields]
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    rules = dict.fromkeys(twice, "stands twice in the header; keep one") | dict.fromkeys(
        unknown, "is no column of data/datapackage.json; take it out of the file"
    )
    if rules:
        raise InvalidTableError(
            [
                Problem(file=path.name, row=1, column=name, value="", rule=rule)
                for name, rule in rules.items()
            ]
        )


def _cell_problems(described: Mapping[str, Any], header: list[str], path: Path) -> list[Problem]:
    """Every cell that breaks a type or constraint of the descriptor, found by frictionless."""
    from frictionless import Resource

    schema = {key: value for key, value in described["schema"].items() if key != "foreignKeys"}
    schema["fields"] = sorted(schema["fields"], key=lambda field: header.index(field["name"]))
    here = {**described, "path": path.name, "schema": schema}
    report = Resource.from_descriptor(here, basepath=str(path.parent)).validate(limit_errors=10**6)
    return [
        Problem(
            file=path.name,
            row=getattr(error, "row_number", 1),
            column=getattr(error, "field_name", ""),
            value=str(getattr(error, "cell", "")),
            rule=error.note,
        )
        for task in report.tasks
        for error in task.errors
    ]


def _parser(field: Mapping[str, Any]) -> Callable[[str], Any]:
    """Return what turns the text of a cell into a value, or into None where it can't."""
    parsers: dict[str, Callable[[str], Any]] = {
        "string": str,
        "integer": int,
        "number": _finite,
        "boolean": {
            **dict.fromkeys(field.get("trueValues", []), True),
            **dict.fromkeys(field.get("falseValues", []), False),
        }.get,
        "date": lambda text: datetime.strptime(text, "%Y-%m-%d"),
    }
    parse = parsers[field["type"]]

    def attempt(text: str) -> Any:
        try:
            return parse(text)
        except ValueError:
            return None

    return attempt


def _finite(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None
