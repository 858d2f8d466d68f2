"""The data dictionary: each table of the book, column by column, out of its descriptor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis_lib.errors import DataError
from analysis_lib.published import descriptor
from analysis_lib.results import Status
from analysis_lib.tables import Table, table

STATUS: dict[str, Status] = {"published": "published", "judgement": "derived"}
"""Status of a resource to the status of the page's table about it."""


def resources() -> list[dict[str, Any]]:
    """Return the resources of ``data/datapackage.json``, in order."""
    listed: list[dict[str, Any]] = descriptor()["resources"]
    return listed


def data_dictionary(name: str, *, id: str) -> Table:
    """Return the columns of one resource as a table: name, type, meaning, rule, missing value.

    DataError if there is no such resource; the message lists those there are.
    """
    import pandas as pd

    found = {resource["name"]: resource for resource in resources()}
    if name not in found:
        raise DataError(f"no resource {name!r} in data/datapackage.json; it has {list(found)}")
    resource = found[name]
    rows = pd.DataFrame(
        [
            {
                "name": field["name"],
                "type": field["type"],
                "description": field["description"],
                "rule": _rule(field.get("constraints", {})),
                "missing": field.get("missing", "never empty"),
            }
            for field in resource["schema"]["fields"]
        ]
    )
    return table(
        rows,
        {
            "name": "Column",
            "type": "Type",
            "description": "Meaning",
            "rule": "Rule",
            "missing": "An empty cell means",
        },
        id=id,
        status=STATUS[resource["status"]],
        caption=f"{resource['title']}: data/{resource['path']}",
        notes=[f"Licence: {', '.join(licence['title'] for licence in resource['licenses'])}."],
    )


def _rule(constraints: dict[str, Any]) -> str:
    """Write the constraints of a column in words."""
    words: dict[str, Callable[[Any], str]] = {
        "unique": lambda _: "no two alike",
        "enum": lambda values: "one of " + ", ".join(values),
        "minimum": lambda value: f"at least {value}",
        "maximum": lambda value: f"at most {value}",
        "pattern": lambda value: f"like {value}",
    }
    return "; ".join(words[key](value) for key, value in constraints.items() if key in words) or "–"
