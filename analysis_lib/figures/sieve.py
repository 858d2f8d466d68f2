"""A picture of screening by p-value: what passes, at every level one might choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status, percent

if TYPE_CHECKING:
    import pandas as pd

STYLES = (
    ("orange", (0, (1, 1.2)), 2.6),
    ("blue", "-", 1.8),
    ("teal", (0, (6, 2)), 1.8),
    ("ink", (0, (4, 2, 1, 2)), 1.6),
)
"""Colour, line and width of each curve, in order."""


def sieve(
    curves: pd.DataFrame,
    levels: Sequence[float],
    *,
    id: str,
    status: Status,
    caption: str,
    ylabel: str,
) -> Figure:
    """Draw the share of studies in which something passes, over the level of the screening.

    Parameters
    ----------
    curves : DataFrame
        ``curve`` (its name; four at most, the first one drawn dotted and heavy), ``level`` and
        ``share``, a fraction.
    levels : sequence of float
        Levels to mark by a thin line each, and to tell the shares at in words; each must be
        among those of every curve.
    ylabel : str
        What the shares are, in per cent.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If there are more than four curves, or a level to be marked is not in each.
    """
    absent = [name for name in ("curve", "level", "share") if name not in curves]
    if absent:
        raise MissingColumnError(
            f"figure {id!r}: no column {absent}; it has {list(curves.columns)}"
        )
    by_name = {str(name): rows for name, rows in curves.groupby("curve", sort=False)}
    gone = [n for n, rows in by_name.items() if not set(levels) <= set(rows["level"])]
    if len(by_name) > len(STYLES) or gone:
        raise DataError(
            f"figure {id!r}: {len(by_name)} curves ({', '.join(by_name)}); give four at most, each "
            f"with the levels {', '.join(map(str, levels))}"
        )
    said = []
    with canvas(3.5) as (figure, axes):
        for level in levels:
            axes.axvline(level, color=COLOURS["muted"], linewidth=0.7)
        for (name, rows), (colour, line, width) in zip(by_name.items(), STYLES, strict=False):
            axes.plot(
                rows["level"], 100 * rows["share"],
                color=COLOURS[colour], linestyle=line, linewidth=width, label=name,
            )  # fmt: skip
            at = rows.set_index("level")["share"]
            said.append(f"{name}: " + ", ".join(f"{percent(at[x], 0)} at {x:g}" for x in levels))
        axes.set_xscale("log")
        axes.set_xlim(curves["level"].min(), curves["level"].max())
        axes.set_xticks(list(levels), [f"{level:g}" for level in levels])
        axes.set_xticks([], minor=True)
        axes.set_ylim(0, 100)
        axes.set_xlabel("Passes with a p-value below (logarithmic)")
        axes.set_ylabel(ylabel)
        axes.grid(visible=True, axis="y", linewidth=0.8)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        figure.legend(loc="outside upper left", ncols=2, handlelength=2.8)
        alt = f"Share that passes over the level, {len(by_name)} curves. {'; '.join(said)}."
        return finish(figure, curves, id=id, status=status, caption=caption, alt=alt)
