"""The data dictionary: each table of the book, column by column, out of its descriptor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analysis_lib.datapackage import descriptor
from analysis_lib.errors import DataError
from analysis_lib.results import Status
from analysis_lib.scenario import FIXED, assumptions
from analysis_lib.tables import Table, table

STATUS: dict[str, Status] = {
    "published": "published",
    "judgement": "derived",
    "simulated": "simulated",
}
"""Status of a resource to the status of the page's table about it."""


def resources() -> list[dict[str, Any]]:
    """Return the resources of ``data/datapackage.json``, in order."""
    listed: list[dict[str, Any]] = descriptor()["resources"]
    return listed


def data_dictionary(name: str, *, id: str) -> Table:
    """Return the columns of one resource as a table: name, type, meaning, rule, missing value.

    A simulated table also says of each column its unit, and what it rests on: the claims that
    constrain it, or an assumption and what makes that plausible.

    DataError if there is no such resource; the message lists those there are.
    """
    import pandas as pd

    found = {resource["name"]: resource for resource in resources()}
    if name not in found:
        raise DataError(f"no resource {name!r} in data/datapackage.json; it has {list(found)}")
    resource = found[name]
    simulated = resource["status"] == "simulated"
    rows = pd.DataFrame(
        [
            {
                "name": field["name"],
                "type": field["type"],
                "unit": field.get("unit", "–"),
                "description": field["description"],
                "rule": _rule(field),
                "missing": field.get("missing", "never empty"),
                "basis": _basis(field),
            }
            for field in resource["schema"]["fields"]
        ]
    )
    headers = {
        "name": "Column",
        "type": "Type",
        "unit": "Unit",
        "description": "Meaning",
        "rule": "Rule",
        "missing": "An empty cell means",
        "basis": "In the simulation",
    }
    if not simulated:
        headers = {key: text for key, text in headers.items() if key not in ("unit", "basis")}
    return table(
        rows,
        headers,
        id=id,
        status=STATUS[resource["status"]],
        caption=f"{resource['title']}: data/{resource['path']}",
        notes=[f"Licence: {', '.join(licence['title'] for licence in resource['licenses'])}."],
    )


def _basis(field: dict[str, Any]) -> str:
    """Write what a simulated column rests on."""
    basis = field.get("basis", {})
    words = []
    if "claims" in basis:
        words.append(f"constrained by {', '.join(basis['claims'])}")
    if "assumed" in basis:
        words.append(f"assumed: {basis['assumed']}")
    return "; ".join(words) or "–"


def assumption_table(*, id: str) -> Table:
    """Return every assumption of the simulation: what, default, plausible range, and why."""
    import pandas as pd

    rows = assumptions()
    rows["written"] = [
        ", ".join(value) if isinstance(value, tuple) else f"{value:g}" for value in rows["default"]
    ]
    rows["range"] = [
        "–" if pd.isna(low) else f"{low:g} to {high:g}"
        for low, high in zip(rows["low"], rows["high"], strict=True)
    ]
    return table(
        rows,
        {
            "meaning": "Assumption",
            "written": "Default",
            "range": "Range tried",
            "source": "Why",
        },
        carry=["name"],
        id=id,
        status="simulated",
        caption="What is assumed, because the abstract does not say?",
        notes=["Shares are fractions."],
    )


def fixed_assumption_table(*, id: str) -> Table:
    """Return the assumptions that no scenario varies, and why."""
    import pandas as pd

    return table(
        pd.DataFrame(FIXED, columns=["meaning", "source"]),
        {"meaning": "Assumption", "source": "Why"},
        id=id,
        status="simulated",
        caption="What is assumed in every scenario?",
    )


def _rule(field: dict[str, Any]) -> str:
    """Write the constraints of a column in words."""
    words: dict[str, Callable[[Any], str]] = {
        "unique": lambda _: "no two alike",
        "enum": lambda values: "one of " + ", ".join(values),
        "minimum": lambda value: f"at least {value}",
        "maximum": lambda value: f"at most {value}",
        "pattern": lambda value: f"like {value}",
    }
    constraints = field.get("constraints", {})
    rules = [words[key](value) for key, value in constraints.items() if key in words]
    if field["type"] == "boolean":
        rules.append(" or ".join([*field["trueValues"], *field["falseValues"]]))
    if field["type"] == "date":
        rules.append("like YYYY-MM-DD")
    return "; ".join(rules) or "–"
