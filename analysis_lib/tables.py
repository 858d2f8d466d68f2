"""Tables that read well on a page, in a terminal and with a screen reader."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import MissingColumnError
from analysis_lib.report import Item, download_link, status_label
from analysis_lib.results import Result, Status, plain
from analysis_lib.results import write as write_value

if TYPE_CHECKING:
    import pandas as pd

Face = str | Callable[[Any], str]
"""How a column is written: a format code, or a function of the value."""


@dataclass(frozen=True, kw_only=True)
class Table(Item):
    """A table with a caption, column headers, a header in each row, footnotes and a CSV.

    ``cells`` are the written values, one tuple a row; ``numeric`` says which columns are set
    flush right; ``strong`` lists the rows that are set in bold; ``csv`` holds the unrounded
    values. ``links`` holds for each row the addresses of its linked cells, by column. A
    ``stacked`` table shows each row as a card on a narrow screen, instead of scrolling.
    """

    caption: str
    headers: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    strong: frozenset[int]
    notes: tuple[str, ...]
    csv: str
    links: tuple[Mapping[int, str], ...] = ()
    stacked: bool = False

    def html(self) -> str:
        """Return the table in a region that scrolls sideways on a narrow screen."""
        file = f"{self.id}.{self.status}.csv"
        head = "".join(
            f'<th scope="col"{self._role("columnheader")}{_class(right)}>{html.escape(text)}</th>'
            for text, right in zip(self.headers, self.numeric, strict=True)
        )
        rows = "".join(self._row(index, row) for index, row in enumerate(self.cells))
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return (
            f'<div class="bk-item bk-table{" bk-stacked" * self.stacked}" id="{self.anchor}">'
            f'<div class="bk-scroll" role="region" tabindex="0" aria-label="Table: '
            f'{html.escape(self.caption)}"><table{self._role("table")}><caption><span>'
            f"{html.escape(self.caption)} {status_label(self.status)}</span></caption>"
            f"<thead{self._role('rowgroup')}><tr{self._role('row')}>{head}</tr></thead>"
            f"<tbody{self._role('rowgroup')}>{rows}</tbody></table></div>"
            + (f'<ul class="bk-notes">{notes}</ul>' if notes else "")
            + f'<p class="bk-tools">{download_link(file, self.csv, "Table as CSV")}</p></div>'
        )

    def _row(self, index: int, row: tuple[str, ...]) -> str:
        mark = ' class="bk-strong"' if index in self.strong else ""
        links = self.links[index] if self.links else {}
        first, *others = (
            f'<a class="bk-place" href="{html.escape(links[column])}">{html.escape(cell)}</a>'
            if column in links
            else html.escape(cell)
            for column, cell in enumerate(row)
        )
        named = zip(self.headers[1:], others, self.numeric[1:], strict=True)
        cells = "".join(
            f"<td{self._role('cell')}{self._label(name)}{_class(right)}>{cell}</td>"
            for name, cell, right in named
        )
        role = self._role("rowheader")
        return (
            f"<tr{self._role('row')}{mark}>"
            f'<th scope="row"{role}{_class(self.numeric[0])}>{first}</th>{cells}</tr>'
        )

    def _role(self, name: str) -> str:
        """Say what an element is: where rows are cards, some browsers forget that it is a table."""
        return f' role="{name}"' if self.stacked else ""

    def _label(self, header: str) -> str:
        """Give a cell the words of its header, which its card shows before it."""
        return f' data-label="{html.escape(header)}"' if self.stacked else ""

    def text(self) -> str:
        """Return caption, aligned columns and footnotes."""
        from tabulate import tabulate

        body = tabulate(
            self.cells,
            headers=self.headers,
            disable_numparse=True,
            colalign=["right" if right else "left" for right in self.numeric],
            maxcolwidths=[None if right else 44 for right in self.numeric],
        )
        return "\n".join([f"{self.caption} [{self.status}]", body, *self.notes])

    def record(self) -> dict[str, Any]:
        """Add the written rows to the record."""
        rows = [dict(zip(self.headers, row, strict=True)) for row in self.cells]
        return {**super().record(), "caption": self.caption, "rows": rows}


def table(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    *,
    id: str,
    status: Status,
    caption: str,
    faces: Mapping[str, Face] | None = None,
    notes: Sequence[str] = (),
    missing: str = "not stated",
    strong: str | None = None,
    carry: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
    stacked: bool = False,
) -> Table:
    """Make a table from a tidy frame, one row a row.

    Parameters
    ----------
    frame
        The values, unrounded; they go into the CSV as they are.
    columns
        Column of the frame to header, in order; the first one names the rows.
    faces
        Column to format code or function; columns without one are written as they are.
    missing
        What stands for a missing value.
    strong
        A boolean column: rows where it is true are set in bold.
    carry
        Columns that go into the CSV and the record, but not onto the page.
    links
        Column to the column that holds its addresses, as seen from a chapter; a missing address
        is no link. A terminal shows the words alone.
    stacked
        Whether each row becomes a card on a narrow screen: for tables of many words.

    Raises
    ------
    MissingColumnError
        If the frame lacks one of the columns; the message lists what it has.
    """
    import pandas as pd

    faces = faces or {}
    links = links or {}
    needed = [*columns, *carry, *links, *links.values(), *([strong] if strong else [])]
    absent = [name for name in needed if name not in frame]
    if absent:
        raise MissingColumnError(f"table {id!r}: no column {absent}; it has {list(frame.columns)}")

    def write(name: str, value: Any) -> str:
        if not hasattr(value, "faces") and pd.isna(value):
            return missing
        face = faces.get(name, "")
        return face(value) if callable(face) else write_value(value, face)

    names = list(columns)
    data = frame[[*names, *carry]]
    rows = [dict(zip(data, row, strict=True)) for row in data.itertuples(index=False)]
    return Table(
        id=id,
        status=status,
        results={"rows": [{k: plain(v) for k, v in row.items()} for row in rows]},
        caption=caption,
        headers=tuple(columns.values()),
        cells=tuple(tuple(write(name, row[name]) for name in names) for row in rows),
        numeric=tuple(pd.api.types.is_numeric_dtype(frame[name].dtype) for name in names),
        strong=frozenset(i for i, on in enumerate(frame[strong]) if on) if strong else frozenset(),
        notes=tuple(notes),
        csv=_flat(data).to_csv(index=False, lineterminator="\n"),
        links=tuple(
            {
                names.index(name): str(address)
                for name, address in zip(links, row, strict=True)
                if not pd.isna(address)
            }
            for row in frame[list(links.values())].itertuples(index=False)
        )
        if links
        else (),
        stacked=stacked,
    )


def _flat(data: pd.DataFrame) -> pd.DataFrame:
    """Give each field of a result a column of its own, so that the CSV holds plain values."""
    import pandas as pd

    parts: list[pd.DataFrame] = []
    for name in data:
        column = data[name]
        if not any(isinstance(value, Result) for value in column):
            parts.append(column.to_frame())
            continue
        fields = [value.to_dict() if isinstance(value, Result) else {} for value in column]
        wide = pd.DataFrame(
            [{k: v for k, v in row.items() if isinstance(v, (int, float, str))} for row in fields],
            index=data.index,
        )
        parts.append(wide.drop(columns="type").add_prefix(f"{name}_"))
    return pd.concat(parts, axis=1)


def _class(right: bool) -> str:
    return ' class="bk-num"' if right else ""
