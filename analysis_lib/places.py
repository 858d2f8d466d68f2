"""Where the book works each claim out, what the abstract leaves out, and what is reported.

Three small tables of this book's own judgement, in ``data/ledger``. They are read and checked
against ``data/datapackage.json``, each time they are loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from analysis_lib.datapackage import ROOT, read, resource
from analysis_lib.errors import DataError, InvalidTableError, Problem

if TYPE_CHECKING:
    import pandas as pd

READS = ("data/datapackage.json", "data/ledger/*.csv")


def places(path: Path | None = None) -> pd.DataFrame:
    """Load where each claim is worked out, indexed by ``claim_id``.

    Columns are those of resource ``places`` in the descriptor; ``path`` reads another file with
    the same columns. InvalidTableError lists every cell that breaks a rule.
    """
    return _load("places", path).set_index("claim_id", drop=False)


def unstated(path: Path | None = None) -> pd.DataFrame:
    """Load what the abstract does not state, one row a question; errors as in :func:`places`."""
    return _load("unstated", path).reset_index(drop=True)


def checklists(path: Path | None = None) -> pd.DataFrame:
    """Load the items of STROBE and TRIPOD+AI in their order; errors as in :func:`places`.

    An item that the book meets, wholly or in part, must have a ``place``; no other may.
    """
    import pandas as pd

    frame = _load("checklists", path)
    wrong = frame[frame["book"].isin(["met", "partly"]) == frame["place"].isna()]
    if len(wrong):
        raise InvalidTableError(
            [
                Problem(
                    file="checklists.csv",
                    row=int(row["row"]),
                    column="place",
                    value="" if row["place"] is pd.NA else row["place"],
                    rule=f"the book has {row['book']!r}; only what it reports has a place",
                )
                for row in wrong.rename_axis("row").reset_index().to_dict("records")
            ]
        )
    return frame.reset_index(drop=True)


def chapter(place: str) -> str:
    """Write a place for a reader: ``"02_adds_up#02-counts"`` becomes ``"chapter 2"``."""
    return f"chapter {int(_parts(place)[0][:2])}"


def address(place: str) -> str:
    """Return the address of a place, as seen from another chapter.

    It names the chapter's own file, which Jupyter opens as a notebook. The build turns it into
    the address of the page.
    """
    stem, item = _parts(place)
    return f"{stem}.md#r-{item}"


def _parts(place: str) -> tuple[str, str]:
    stem, mark, item = place.partition("#")
    if not mark or stem[:2] != item[:2] or not stem[:2].isdigit():
        raise DataError(
            f"{place!r} is no place; write chapter and id of one output, '02_adds_up#02-counts'"
        )
    return stem, item


def _load(name: str, path: Path | None) -> pd.DataFrame:
    """Read a table; its index is the row of the file."""
    described = resource(name)
    frame, problems = read(described, path or ROOT / "data" / described["path"])
    if problems:
        raise InvalidTableError(problems)
    return frame
