"""A picture of how often intervals hold the true share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status, percent, percent_span

if TYPE_CHECKING:
    import pandas as pd

LOWEST = 0.86
"""Where the axis starts; a curve that falls below it is cut, and the alt text has its lowest."""


def coverage_curves(
    found: pd.DataFrame,
    names: Mapping[str, str],
    *,
    id: str,
    status: Status,
    caption: str,
    level: float,
    share: tuple[float, str],
) -> Figure:
    """Draw coverage over the true share, one panel a method.

    Parameters
    ----------
    found : DataFrame
        As from :func:`analysis_lib.coverage.coverage`, at many shares.
    names : dict
        Method to the title of its panel, in order; six at most.
    level : float
        What the intervals claim, drawn as a dashed line.
    share : (float, str)
        A share to mark in each panel, and its name.

    Raises
    ------
    MissingColumnError
        If a method has no rows.
    """
    from matplotlib.ticker import MaxNLocator

    absent = [name for name in names if name not in set(found["method"])]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no rows of {', '.join(absent)} in the coverage")
    with canvas(4.2, rows=2, columns=3, sharex=True, sharey=True) as (figure, panels):
        every = list(panels.flat)
        said = []
        for axes, (method, title) in zip(every, names.items(), strict=False):
            rows = found[found["method"] == method]
            axes.plot(
                100 * rows["share"], 100 * rows["coverage"], color=COLOURS["blue"], linewidth=1.0
            )
            axes.axhline(100 * level, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
            axes.axvline(100 * share[0], color=COLOURS["orange"], linewidth=1.2)
            axes.set_title(title)
            axes.set_ylim(100 * LOWEST, 100)
            axes.set_xlim(100 * rows["share"].min(), 100 * rows["share"].max())
            axes.grid(visible=True, axis="y", linewidth=0.8)
            axes.tick_params(length=0)
            axes.spines["left"].set_visible(False)
            said.append(
                f"{title}: {percent(rows['coverage'].mean())} on average, "
                f"{percent_span(rows['coverage'].min(), rows['coverage'].max())}"
            )
        every[0].xaxis.set_major_locator(MaxNLocator(4, prune="both"))
        for axes in every[len(names) :]:
            axes.set_visible(False)
        for axes in every[max(len(names) - 3, 0) : len(names)]:
            axes.tick_params(labelbottom=True)
        figure.supxlabel("True share, %", fontsize=10.5)
        figure.supylabel("Intervals that hold it, %", fontsize=10.5)
        low, high = found["share"].min(), found["share"].max()
        alt = (
            f"Coverage of intervals that claim {percent(level, 0)}, for true shares from "
            f"{percent(low, 0)} to {percent(high, 0)}, one panel a method; each runs up and down "
            f"in small teeth. {'; '.join(said)}."
        )
        caption += f" Dashed: what is claimed. Orange: {share[1]}."
        return finish(figure, found, id=id, status=status, caption=caption, alt=alt)
