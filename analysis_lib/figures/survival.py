"""Step curves over time, with the numbers at risk below, in line with the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, number, percent, percent_span, span
from analysis_lib.survival import Curve

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

STYLES = (("blue", "-"), ("orange", (0, (5, 2))), ("teal", (0, (1.5, 1.5))), ("muted", "-."))
"""Colour and line of each curve: they differ in both."""

LINE = 14  # points between lines of text below the axis


def curves(
    shown: Mapping[str, Curve],
    *,
    id: str,
    status: Status,
    caption: str,
    xlabel: str,
    ylabel: str,
    at_risk_times: Sequence[float],
    at_risk_of: Sequence[str] | None = None,
    bands: bool = True,
    marks: bool = True,
    top: float = 1.0,
    height: float = 3.3,
) -> Figure:
    """Draw curves as steps with bands and marks of censoring, named at their ends.

    Parameters
    ----------
    shown : dict of Curve
        Name to curve, four at most; survival and incidence do not mix. Their levels must agree.
    at_risk_times : sequence of float
        Where the numbers at risk stand, in the unit of the curves. The axis goes from 0 to the
        last of them; what comes later is not drawn, and the alt text says so.
    at_risk_of : sequence of str, optional
        Names of the curves with numbers at risk, where several share theirs; all if left out.
    bands : bool
        Whether to draw the pointwise bands.
    marks : bool
        Whether to mark times at which somebody's follow-up ended without the event.

    top : float
        Where the axis ends, a fraction: 1 unless all curves are low, which the reader must see.

    Returns
    -------
    Figure
        Its CSV has every step of every curve, also beyond the axis.

    Raises
    ------
    DataError
        If there is no curve, too many, curves that do not mix, no time, or ``at_risk_of`` names
        a curve that is not shown.
    """
    import pandas as pd

    _check(shown, at_risk_times)
    strange = [name for name in at_risk_of or () if name not in shown]
    if strange:
        raise DataError(f"at_risk_of names {strange}; the curves are {list(shown)}")
    end = max(at_risk_times)
    level = next(iter(shown.values())).level
    with canvas(height + LINE * 2 * len(at_risk_of or shown) / 72) as (figure, axes):
        heights = []
        for (name, curve), (colour, line) in zip(shown.items(), STYLES, strict=False):
            steps = _steps(curve, end)
            axes.plot(
                steps["time"], 100 * steps["value"], drawstyle="steps-post",
                color=COLOURS[colour], linestyle=line,
            )  # fmt: skip
            if bands:
                axes.fill_between(
                    steps["time"], 100 * steps["lower"], 100 * steps["upper"], step="post",
                    color=COLOURS[colour], alpha=0.14, linewidth=0,
                )  # fmt: skip
            if marks:
                censored = steps[steps["censored"] > 0]
                axes.plot(
                    censored["time"], 100 * censored["value"], "|", color=COLOURS[colour],
                    markersize=7, markeredgewidth=1.1,
                )  # fmt: skip
            heights.append((100 * float(steps["value"].iloc[-1]), name, colour))
        axes.set_xlim(0, end)
        axes.set_ylim(0, 102 * top)
        axes.set_xticks(list(at_risk_times))
        axes.set_yticks([25 * top * step for step in range(5)])
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        grid(axes, "y")
        if len(shown) > 1:
            _name_at_ends(axes, heights, apart=8 * top)
        _numbers_below(axes, shown, at_risk_times, list(at_risk_of or shown))
        data = pd.concat(
            [curve.table.assign(curve=name) for name, curve in shown.items()], ignore_index=True
        )
        data.insert(0, "curve", data.pop("curve"))
        alt = " ".join(_said(name, curve, at_risk_times) for name, curve in shown.items())
        later = [name for name, curve in shown.items() if curve.table["time"].max() > end]
        if later:
            alt += f" The axis ends at {end:g} {next(iter(shown.values())).unit}."
        if bands:
            caption += f" Bands: pointwise {100 * level:g} % intervals."
        if marks:
            caption += " Ticks: follow-up ended without the event."
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def _check(shown: Mapping[str, Curve], times: Sequence[float]) -> None:
    if not 1 <= len(shown) <= len(STYLES):
        raise DataError(f"{len(shown)} curves; draw one to {len(STYLES)} in a picture")
    kinds = {(c.quantity, c.level, c.unit) for c in shown.values()}
    if len(kinds) > 1:
        raise DataError(f"curves that do not mix: {sorted(kinds)}; draw them in two pictures")
    if not len(times) or max(times) <= 0 or min(times) < 0:
        raise DataError(f"at_risk_times are {list(times)}; give times from 0 on, one above 0")


def _steps(curve: Curve, end: float) -> pd.DataFrame:
    """Return the steps from time 0 to the end of the axis, or of what was observed."""
    import pandas as pd

    table = curve.table.rename(columns={curve.quantity: "value"})
    table = table.loc[table["time"] <= end, ["time", "value", "lower", "upper", "censored"]]
    start = 1.0 if curve.quantity == "survival" else 0.0
    rows = [{"time": 0.0, "value": start, "lower": start, "upper": start, "censored": 0}]
    first = pd.DataFrame(rows)
    steps = pd.concat([first, table.astype(float)], ignore_index=True)
    if curve.table["time"].max() > end:
        steps.loc[len(steps)] = [end, *steps.iloc[-1][["value", "lower", "upper"]], 0]
    # Before the first event the band has no width; at the other end it is unknown.
    for name in ("lower", "upper"):
        steps.loc[steps["value"].eq(start), name] = start
    return steps


def _name_at_ends(axes: Axes, heights: list[tuple[float, str, str]], *, apart: float) -> None:
    """Write each name beside the end of its curve, apart from its neighbours."""
    place = -100.0
    for value, name, colour in sorted(heights):
        place = max(value, place + apart)
        axes.annotate(
            name, (1, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", color=COLOURS[colour], weight="bold",
            fontsize=9.5,
        )  # fmt: skip


def _numbers_below(
    axes: Axes, shown: Mapping[str, Curve], times: Sequence[float], names: list[str]
) -> None:
    down = -42.0
    for (name, curve), (colour, _) in zip(shown.items(), STYLES, strict=False):
        if name not in names:
            continue
        title = "At risk" if len(shown) == 1 or len(names) == 1 else f"At risk: {name}"
        _below(
            axes, 0, down, title, COLOURS["muted"] if len(names) == 1 else COLOURS[colour], "left"
        )
        for time, count in zip(times, curve.at_risk(times), strict=True):
            _below(axes, time, down - LINE, str(count), COLOURS["ink"], "center")
        down -= 2 * LINE + 2


def _below(axes: Axes, x: float, down: float, text: str, colour: str, align: str) -> None:
    right = -4 if align == "left" else 0
    axes.annotate(
        text, (x, 0), xycoords=("data", "axes fraction"), xytext=(right, down),
        textcoords="offset points", ha=align, va="center", color=colour, fontsize=9.5,
    )  # fmt: skip


def _said(name: str, curve: Curve, times: Sequence[float]) -> str:
    found: NDArray[np.float64] = curve.at(times)[curve.quantity].to_numpy()
    values = ", ".join(
        f"{percent(value, 0)} at {time:g} (at risk {count})"
        for time, value, count in zip(times, found, curve.at_risk(times), strict=True)
        if value == value
    )
    last = curve.at([max(t for t, v in zip(times, found, strict=True) if v == v)]).iloc[0]
    interval = (
        f"; the last interval is {percent_span(last['lower'], last['upper'], 0)}"
        if last["lower"] == last["lower"]
        else ""
    )
    median = curve.median
    decimals = 2 if median.estimate < 1 else 1
    half = (
        "Half is not reached."
        if median.estimate != median.estimate
        else f"Half at {number(median.estimate, decimals)} {curve.unit} "
        f"({span(median.lower, median.upper, decimals)})."
    )
    return f"{name}, {curve}: {values}{interval}. {half}"
