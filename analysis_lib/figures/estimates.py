"""One picture for many estimates: a dot and an interval a row, numbers beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status, number, percent, percent_span, span

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROW = 0.29
"""Height of a row in inches."""

Scale = Literal["percent", "linear", "log"]


def estimates(
    rows: pd.DataFrame,
    *,
    id: str,
    status: Status,
    caption: str,
    xlabel: str,
    scale: Scale,
    heading: str,
    decimals: int = 1,
    line: tuple[float, str] | None = None,
    limits: tuple[float, float] | None = None,
    carry: Sequence[str] = (),
) -> Figure:
    """Draw estimates with their intervals, one a row, in the order given.

    Parameters
    ----------
    rows : DataFrame
        ``label``, ``estimate``, ``lower``, ``upper``; optional ``group`` (a bold heading above
        its rows), ``strong`` (boolean: drawn as an orange diamond) and ``count`` (text that
        stands before the numbers at the right). Fractions for the scale "percent". A row without
        an estimate, or with a limit that is not finite, keeps its place and says so in words.
    xlabel, heading : str
        What the axis is, and what the numbers at the right are.
    scale : {"percent", "linear", "log"}
        "percent" draws fractions as percentages; "log" is for ratios.
    decimals : int
        Decimals of the numbers at the right.
    line : (float, str), optional
        A value to draw across, in the unit of the rows, and its name.
    limits : (float, float), optional
        Ends of the axis, in the unit drawn. An interval that leaves them ends in an arrow.
    carry : sequence of str
        Further columns for the CSV.

    Raises
    ------
    MissingColumnError
        If a column is missing; the message lists what there is.
    """
    needed = ["label", "estimate", "lower", "upper", *carry]
    absent = [name for name in needed if name not in rows]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(rows.columns)}")
    factor = 100 if scale == "percent" else 1
    shown = rows.reset_index(drop=True)
    groups = shown["group"].tolist() if "group" in shown else [None] * len(shown)
    counted = "count" in shown
    titles = len(dict.fromkeys(name for name in groups if name is not None))
    words = [_written(row, scale, decimals) for row in shown.itertuples()]
    with canvas(ROW * (len(shown) + titles + 1) + 0.75) as (figure, axes):
        if scale == "log":
            axes.set_xscale("log")
        ticks: dict[float, str] = {}
        y, current = 0.0, None
        for row, group, written in zip(shown.itertuples(), groups, words, strict=True):
            if group is not None and group != current:
                axes.annotate(
                    group, (0, y), xycoords=("axes fraction", "data"), xytext=(-6, 0),
                    textcoords="offset points", ha="right", va="center", weight="bold",
                )  # fmt: skip
                current, y = group, y - 1
            _mark(axes, y, row, factor, limits)
            ticks[y] = str(row.label)
            _right(axes, y, str(row.count) if counted else "", written)
            y -= 1
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(y + 0.35, 0.6)
        if limits is not None:
            axes.set_xlim(*limits)
        if scale == "log":
            _plain_ticks(axes)
        axes.set_xlabel(xlabel)
        axes.grid(visible=True, axis="x", linewidth=0.8)
        axes.tick_params(length=0, which="both")
        axes.spines["left"].set_visible(False)
        _right(axes, 1.0, " " if counted else "", heading, muted=True)
        if line is not None:
            axes.axvline(
                factor * line[0], color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3))
            )
        data = shown[[*(["group"] if "group" in shown else []), *needed]]
        said = "; ".join(
            f"{f'{group}, ' if group is not None else ''}{row.label}: {written}"
            for row, group, written in zip(shown.itertuples(), groups, words, strict=True)
        )
        alt = f"{len(shown)} estimates with intervals, one a row. {said}."
        if line is not None:
            alt += f" A dashed line marks {line[1]}."
            caption += f" Dashed: {line[1]}."
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def _written(row: Any, scale: Scale, decimals: int) -> str:
    if row.estimate != row.estimate:
        return "not estimable"
    if scale == "percent":
        interval = percent_span(row.lower, row.upper, decimals)
        return f"{percent(row.estimate, decimals)} ({interval})"
    return f"{number(row.estimate, decimals)} ({span(row.lower, row.upper, decimals)})"


def _mark(axes: Axes, y: float, row: Any, factor: int, limits: tuple[float, float] | None) -> None:
    """Draw one row; ends that leave the picture, or are not finite, become arrows."""
    import math

    if math.isnan(row.estimate):
        return
    strong = bool(getattr(row, "strong", False))
    colour = COLOURS["orange" if strong else "blue"]
    lower, upper = factor * row.lower, factor * row.upper
    if limits is not None:
        for end, edge, arrow in ((lower, limits[0], "<"), (upper, limits[1], ">")):
            beyond = end < edge if arrow == "<" else end > edge
            if beyond:
                axes.plot(edge, y, arrow, color=colour, markersize=6, clip_on=False)
        lower, upper = max(lower, limits[0]), min(upper, limits[1])
    if math.isfinite(lower) and math.isfinite(upper):
        axes.plot([lower, upper], [y, y], color=colour, linewidth=1.8, solid_capstyle="butt")
    axes.plot(factor * row.estimate, y, "D" if strong else "s", color=colour, markersize=5.5)


def _plain_ticks(axes: Axes) -> None:
    """Write ratios as they are read, 0.5, 1, 2, 5, instead of powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axes.get_xlim()
    subs = (1.0, 2.0, 5.0) if high / low < 2000 else (1.0,)
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=subs))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _right(axes: Axes, y: float, count: str, text: str, *, muted: bool = False) -> None:
    colour = COLOURS["muted" if muted else "ink"]
    for words, x, align in ((count, 58, "right"), (text, 66 if count else 8, "left")):
        axes.annotate(
            words, (1, y), xycoords=("axes fraction", "data"), xytext=(x, 0),
            textcoords="offset points", va="center", ha=align, color=colour, fontsize=9.5,
        )  # fmt: skip
