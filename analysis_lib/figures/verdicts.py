"""A picture of the ledger: a tile a claim, a row a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "derived": ("derived from published figures", "s", "blue", "blue"),
    "simulated": ("from the simulated cohort", "D", "paper", "orange"),
    "no_figure": ("no figure of ours", "o", "paper", "muted"),
}
"""Status of our figure: its name, marker, fill and edge."""


def verdicts(counts: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw one tile for each row of the ledger, in a line for each verdict.

    Parameters
    ----------
    counts : DataFrame
        ``verdict``, ``rows`` and how many of them are ``derived``, ``simulated`` and
        ``no_figure``, as :func:`analysis_lib.full_ledger.tally` returns them. A verdict that
        nothing has keeps its line.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If the kinds of a verdict don't add up to its rows.
    """
    absent = [name for name in ("verdict", "rows", *KINDS) if name not in counts]
    if absent:
        raise MissingColumnError(
            f"figure {id!r}: no column {absent}; it has {list(counts.columns)}"
        )
    for row in counts.to_dict("records"):
        if sum(row[kind] for kind in KINDS) != row["rows"]:
            raise DataError(
                f"figure {id!r}: the kinds of {row['verdict']!r} don't add up to {row['rows']}"
            )
    widest = max(1, int(counts["rows"].max()))
    with canvas(0.42 * len(counts) + 0.55) as (figure, axes):
        for kind, (name, marker, fill, edge) in KINDS.items():
            points = [
                (before + place, y)
                for y, row in enumerate(counts.to_dict("records"))
                for before in [sum(row[k] for k in list(KINDS)[: list(KINDS).index(kind)])]
                for place in range(row[kind])
            ]
            axes.plot(
                [x for x, _ in points], [y for _, y in points], linestyle="none", marker=marker,
                markersize=10 if marker != "D" else 8.5, markeredgewidth=2, label=name,
                color=COLOURS[fill], markeredgecolor=COLOURS[edge],
            )  # fmt: skip
        for y, total in enumerate(counts["rows"]):
            axes.text(total - 0.2 if total else -0.35, y, str(total) if total else "none",
                      va="center", ha="left")  # fmt: skip
        axes.set_yticks(range(len(counts)), counts["verdict"].tolist())
        axes.set_ylim(len(counts) - 0.5, -0.5)
        axes.set_xlim(-0.7, widest + 0.6)
        axes.set_xticks([])
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        figure.legend(loc="outside upper left", ncols=3, handletextpad=0.2, columnspacing=1.2)
        said = "; ".join(
            f"{row['verdict']}: {row['rows'] or 'none'}" for row in counts.to_dict("records")
        )
        alt = f"A tile for each row of the ledger, in a line for each verdict. {said}."
        data = counts[["verdict", "rows", *KINDS]]
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)
