"""One estimate under many specifications: sorted, with intervals, and what each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status, number, span

if TYPE_CHECKING:
    import pandas as pd


def curve(
    rows: pd.DataFrame,
    terms: Mapping[str, str],
    *,
    id: str,
    status: Status,
    caption: str,
    ylabel: str,
) -> Figure:
    """Draw a ratio under many sets of covariates, lowest first, and below it who is in each set.

    Parameters
    ----------
    rows : DataFrame
        One row a set: ``estimate``, ``lower``, ``upper`` (positive ratios); ``name``, the text
        beside a set that is pointed out, or ""; and a boolean column for each term.
    terms : mapping
        Boolean column to the words that name it, from top to bottom.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If there is no row or no term, or an estimate or a limit is not a positive finite number:
        a set without an estimate would vanish from the picture.

    References
    ----------
    Simonsohn U, Simmons JP, Nelson LD. Nat Hum Behav 2020;4:1208-1214.
    """
    import numpy as np

    needed = ["estimate", "lower", "upper", "name", *terms]
    absent = [name for name in needed if name not in rows]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(rows.columns)}")
    if not terms:
        raise DataError(f"figure {id!r}: no term to mark; name the columns that sets differ by")
    values = rows[["estimate", "lower", "upper"]].to_numpy(dtype=float)
    if not len(values) or not (np.isfinite(values) & (values > 0)).all():
        raise DataError(
            f"figure {id!r}: {len(values)} sets; each needs positive, finite numbers; "
            "leave out what has none, and say how many those are"
        )
    shown = rows[needed].sort_values("estimate", kind="stable").reset_index(drop=True)
    place, named = np.arange(len(shown)), shown[shown["name"].ne("")]
    with canvas(
        2.7 + 0.22 * len(terms), rows=2, sharex=True, height_ratios=[2.3, 0.19 * len(terms)]
    ) as (figure, (top, below)):
        top.set_yscale("log")
        width = min(2.0, 260 / len(shown))
        top.vlines(
            place, shown["lower"], shown["upper"], color=COLOURS["blue"], alpha=0.35,
            linewidth=width,
        )  # fmt: skip
        top.plot(place, shown["estimate"], ".", color=COLOURS["blue"], markersize=3)
        top.axhline(1, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        highest = float(shown["upper"].max())
        for rank, (at, row) in enumerate(named.iterrows(), start=1):
            # The leftmost stands highest: its words run to the right, over the ends of the others.
            height = highest * 1.25 * 1.45 ** (len(named) - rank)
            top.vlines(at, row["lower"], height, color=COLOURS["orange"], linewidth=1.4)
            top.plot(at, row["estimate"], "D", color=COLOURS["orange"], markersize=5.5)
            right = int(str(at)) > 0.6 * len(shown)
            top.annotate(
                f"{row['name']} {number(row['estimate'], 1)}", (at, height),
                xytext=(-4 if right else 4, -1), textcoords="offset points",
                ha="right" if right else "left", va="center", color=COLOURS["orange"],
                weight="bold", fontsize=9.5,
            )  # fmt: skip
        low = min(0.9, float(shown["lower"].min()) * 0.85)
        top.set_ylim(low, highest * 1.25 * 1.45 ** len(named))
        ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if low <= tick]
        ticks = [tick for tick in ticks if tick <= 2 * highest]
        top.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        top.minorticks_off()
        top.set_ylabel(ylabel)
        top.grid(visible=True, axis="y", linewidth=0.8)
        for y, name in enumerate(terms):
            inside = shown[name].to_numpy(dtype=bool)
            below.plot(place[~inside], [y] * int((~inside).sum()), "|", color=COLOURS["grid"],
                       markersize=3, markeredgewidth=width)  # fmt: skip
            below.plot(place[inside], [y] * int(inside.sum()), "|", color=COLOURS["ink"],
                       markersize=9, markeredgewidth=width)  # fmt: skip
        below.set_yticks(range(len(terms)), list(terms.values()), fontsize=9.5)
        below.set_ylim(len(terms) - 0.4, -0.6)
        below.set_xlim(-2, len(shown) + 1)
        below.set_xlabel(f"{len(shown)} sets of covariates, lowest estimate first")
        for axes in (top, below):
            axes.tick_params(length=0, which="both")
            axes.set_xticks([])
            axes.spines["bottom"].set_visible(False)
            axes.spines["left"].set_visible(False)
        first, last = shown.iloc[0], shown.iloc[-1]
        above = int((shown["lower"] > 1).sum())
        pointed = "; ".join(
            f"{row['name']} {number(row['estimate'], 1)}" for _, row in named.iterrows()
        )
        pointed = f"Pointed out: {pointed}. " if pointed else ""
        alt = (
            f"{len(shown)} estimates with intervals, sorted. Lowest "
            f"{number(first['estimate'], 1)} ({span(first['lower'], first['upper'], 1)}), highest "
            f"{number(last['estimate'], 1)} ({span(last['lower'], last['upper'], 1)}). "
            f"{above} of the intervals lie above 1, marked by a dashed line. "
            f"{pointed}Marks below show which of {', '.join(terms.values())} are in each set."
        )
        return finish(figure, shown, id=id, status=status, caption=caption, alt=alt)
