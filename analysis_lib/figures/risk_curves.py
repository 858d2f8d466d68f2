"""A picture of risk over one predictor, as several shapes of a logistic model see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status, number, percent, percent_span

if TYPE_CHECKING:
    import pandas as pd

STYLES = (("blue", "-"), ("ink", (0, (5, 3))), ("orange", (0, (1, 1.2))))
"""Colour and line of each curve, in order."""

TICKS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99)


def risk_curves(
    curves: pd.DataFrame,
    members: pd.DataFrame,
    *,
    id: str,
    status: Status,
    caption: str,
    xlabel: str,
    ylabel: str,
    ticks: Sequence[float],
    limits: tuple[float, float] = (0.005, 0.8),
) -> Figure:
    """Draw risk over a predictor, on axes on which a log-linear logit is a straight line.

    Parameters
    ----------
    curves : DataFrame
        ``curve`` (its name; three at most), ``x`` (above 0), ``risk`` in (0, 1), and ``lower``
        and ``upper``, drawn as a band; missing for a curve without one.
    members : DataFrame
        ``x`` and ``event`` (boolean): a tick a patient, events at the top and others at the
        bottom.
    xlabel, ylabel : str
        The axes: the predictor on a logarithmic one, risk in per cent on that of log odds.
    ticks : sequence of float
        Values of the predictor to write at its axis.
    limits : (float, float)
        Ends of the axis of risk; what lies beyond is cut off.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If there are more than three curves, or a risk is not between 0 and 1.
    """
    import numpy as np
    from scipy.special import logit

    for frame, needed in (
        (curves, ["curve", "x", "risk", "lower", "upper"]),
        (members, ["x", "event"]),
    ):
        absent = [name for name in needed if name not in frame]
        if absent:
            raise MissingColumnError(
                f"figure {id!r}: no column {absent}; it has {list(frame.columns)}"
            )
    names = list(dict.fromkeys(curves["curve"]))
    if len(names) > len(STYLES) or not curves["risk"].between(0, 1, inclusive="neither").all():
        raise DataError(
            f"figure {id!r}: {len(names)} curves ({', '.join(names)}); give three at most, with "
            "risks between 0 and 1"
        )
    said = []
    with canvas(3.7) as (figure, axes):
        for name, (colour, line) in zip(names, STYLES, strict=False):
            rows = curves[curves["curve"].eq(name)]
            x, risk = rows["x"].to_numpy(float), rows["risk"].to_numpy(float)
            lower, upper = rows["lower"].to_numpy(float), rows["upper"].to_numpy(float)
            axes.plot(x, logit(risk), color=COLOURS[colour], linestyle=line, label=name)
            text = f"{name}: {percent(risk[0])} at {number(x[0], 0)}, "
            text += f"{percent(risk[-1])} at {number(x[-1], 0)}"
            if np.isfinite(lower).all():
                axes.fill_between(
                    x, logit(lower), logit(upper), color=COLOURS[colour], alpha=0.15, linewidth=0
                )
                text += f" (bands {percent_span(lower[0], upper[0])} and "
                text += f"{percent_span(lower[-1], upper[-1])})"
            said.append(text)
        low, high = (math.log(end / (1 - end)) for end in limits)
        event = members["event"].to_numpy(bool)
        where = members["x"].to_numpy(float)
        length = 0.05 * (high - low)
        axes.vlines(where[~event], low, low + length, color=COLOURS["muted"], linewidth=0.8)
        axes.vlines(where[event], high - length, high, color=COLOURS["orange"], linewidth=1.6)
        axes.set_xscale("log")
        axes.set_xticks(list(ticks), [f"{tick:g}" for tick in ticks])
        axes.set_xticks([], minor=True)
        shown = [tick for tick in TICKS if limits[0] <= tick <= limits[1]]
        axes.set_yticks([math.log(t / (1 - t)) for t in shown], [f"{100 * t:g}" for t in shown])
        axes.set_ylim(low, high)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        axes.grid(visible=True, axis="y", linewidth=0.8)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        figure.legend(loc="outside upper left", ncols=len(names), handlelength=2.4)
        alt = (
            f"Risk over {xlabel}, {len(names)} curves. {'; '.join(said)}. Ticks at the top: "
            f"{int(event.sum())} with the event; at the bottom: {int((~event).sum())} without."
        )
        return finish(figure, curves, id=id, status=status, caption=caption, alt=alt)
