"""Pictures of a cut-off: where it lies on the ROC curve, how it jumps, and what it does to risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis_lib.cutoff import Cutoff
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, number, percent

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DASHED = (0, (4, 3))

MOST = 100
"""Dots that one picture of resamples holds."""


def roc(
    points: pd.DataFrame, cutoff: Cutoff, *, unit: str, id: str, status: Status, caption: str
) -> Figure:
    """Draw a ROC curve, with a cut-off and its distance to the diagonal (Youden's index).

    Parameters
    ----------
    points : DataFrame
        As from :func:`analysis_lib.roc.roc_points`: ``sensitivity`` and ``specificity``.
    cutoff : Cutoff
        The cut-off to mark.
    unit : str
        Of the cut-off.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(points, ("sensitivity", "specificity"), id)
    alarms, hits = 100 * (1 - cutoff.specificity), 100 * cutoff.sensitivity
    with canvas(4.3) as (figure, axes):
        axes.plot([0, 100], [0, 100], color=COLOURS["muted"], linewidth=1.2, linestyle=DASHED)
        axes.plot(
            100 * (1 - points["specificity"]), 100 * points["sensitivity"], color=COLOURS["blue"]
        )
        axes.plot([alarms, alarms], [alarms, hits], color=COLOURS["orange"], linewidth=1.4)
        axes.plot(alarms, hits, "D", color=COLOURS["orange"], markersize=7, zorder=4)
        axes.annotate(
            f"{cutoff:value} {unit}", (alarms, hits), xytext=(-7, 5),
            textcoords="offset points", ha="right", va="bottom", weight="bold",
        )  # fmt: skip
        index = number(cutoff.sensitivity + cutoff.specificity - 1, 2)
        axes.annotate(
            f"Youden's index {index}", (alarms, alarms), xytext=(6, -8),
            textcoords="offset points", va="top",
        )  # fmt: skip
        axes.annotate(
            "no better than a coin", (78, 78), xytext=(4, -6), textcoords="offset points",
            va="top", ha="left", color=COLOURS["muted"], fontsize=9.5,
        )  # fmt: skip
        axes.set_aspect("equal")
        axes.set_xlim(-1, 101)
        axes.set_ylim(-1, 101)
        axes.set_xlabel("False alarms (one minus specificity), %")
        axes.set_ylabel("Sensitivity, %")
        grid(axes, "y")
        alt = (
            f"ROC curve, mostly above the diagonal of no better than a coin. A diamond marks "
            f"{cutoff:value} {unit}: sensitivity {cutoff:sensitivity}, false alarms "
            f"{percent(1 - cutoff.specificity)}; its height over the diagonal, Youden's index, is "
            f"{index}."
        )
        return finish(figure, points, id=id, status=status, caption=caption, alt=alt)


def resampled(
    chosen: Sequence[float], own: float, *, unit: str, id: str, status: Status, caption: str
) -> Figure:
    """Draw a dot for each resample, in a row for each cut-off that was chosen.

    Parameters
    ----------
    chosen : sequence of float
        The cut-off of each resample, 100 at most.
    own : float
        The cut-off of the data themselves: its dots are orange diamonds.
    unit : str
        Of the cut-offs.

    Raises
    ------
    DataError
        If there is no resample, one without a cut-off, or more than 100.
    """
    import pandas as pd

    if not 0 < len(chosen) <= MOST or np.isnan(np.asarray(chosen, dtype=float)).any():
        raise DataError(
            f"figure {id!r}: {len(chosen)} cut-offs, or a missing one; give at least one and at "
            f"most {MOST}."
        )
    counts = pd.Series(chosen, dtype=float).value_counts().sort_index()
    with canvas(0.27 * len(counts) + 0.7) as (figure, axes):
        for y, (value, count) in enumerate(counts.items()):
            same = value == own
            axes.plot(
                range(1, count + 1), [-y] * count, "D" if same else "o",
                color=COLOURS["orange" if same else "blue"], markersize=4.6 if same else 5.2,
            )  # fmt: skip
            axes.annotate(
                str(count), (count, -y), xytext=(8, 0), textcoords="offset points", va="center",
                weight="bold" if same else "normal",
            )  # fmt: skip
        axes.set_yticks([-y for y in range(len(counts))], [f"{value:g}" for value in counts.index])
        axes.set_ylim(0.6 - len(counts), 0.6)
        axes.set_xlim(0, 1.1 * counts.max() + 1)
        axes.set_ylabel(f"Cut-off, {unit}")
        axes.set_xlabel("Resamples, one dot each")
        grid(axes, "x")
        data = pd.DataFrame({"cutoff": counts.index, "resamples": counts.to_numpy()})
        said = "; ".join(f"{value:g}: {count}" for value, count in counts.items())
        alt = (
            f"Dots in rows, one row a cut-off in {unit}, one dot a resample; {len(chosen)} in all. "
            f"{said}. The row of {own:g}, the cut-off of the data themselves, has orange diamonds."
        )
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def risk(
    curve: pd.DataFrame,
    steps: pd.DataFrame,
    patients: pd.DataFrame,
    *,
    cutoff: float,
    xlabel: str,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw a smooth risk with its band, the two risks of a cut-off, and the patients.

    Parameters
    ----------
    curve : DataFrame
        ``value``, ``risk``, ``lower``, ``upper`` (fractions), rising in ``value``.
    steps : DataFrame
        Two rows, below the cut-off and from it on: ``risk``.
    patients : DataFrame
        ``value`` and ``event``: ticks at the upper edge with the event, at the lower without.
    cutoff : float
        Where the step lies.
    xlabel : str
        What the values are, and their unit; the axis is logarithmic.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    import pandas as pd

    for frame, columns in (
        (curve, ("value", "risk", "lower", "upper")),
        (steps, ("risk",)),
        (patients, ("value", "event")),
    ):
        _need(frame, columns, id)
    below, above = (float(step) for step in steps["risk"])
    low, high = float(curve["value"].min()), float(curve["value"].max())
    with canvas(3.6) as (figure, axes):
        axes.fill_between(
            curve["value"], 100 * curve["lower"], 100 * curve["upper"], color=COLOURS["blue"],
            alpha=0.18, linewidth=0,
        )  # fmt: skip
        axes.plot(curve["value"], 100 * curve["risk"], color=COLOURS["blue"], label="no cut-off")
        axes.plot(
            [low, cutoff, cutoff, high], [100 * below, 100 * below, 100 * above, 100 * above],
            color=COLOURS["orange"], linestyle=DASHED, label="cut in two",
        )  # fmt: skip
        top = 100 * max(float(curve["upper"].max()), above) * 1.12
        event = _flags(patients["event"])
        for which, y, colour in ((event, 0.97 * top, "ink"), (~event, -0.05 * top, "muted")):
            values = patients["value"].to_numpy(dtype=float)[which]
            axes.plot(
                values, [y] * len(values), "|", color=COLOURS[colour], markersize=8,
                markeredgewidth=1.1, clip_on=False,
            )  # fmt: skip
        axes.set_xscale("log")
        ticks = [t for t in (500, 700, 1000, 1500, 2000, 3000, 4000) if low <= t <= high]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_xlim(low, high)
        axes.set_ylim(-0.09 * top, 1.02 * top)
        axes.set_xlabel(xlabel)
        axes.set_ylabel("Risk, %")
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.93))
        grid(axes, "y")
        data = pd.concat(
            [
                curve.assign(drawn="no cut-off"),
                pd.DataFrame({"value": [low, cutoff], "risk": [below, above]}).assign(
                    drawn="cut in two, from this value on"
                ),
                patients.assign(drawn="patient"),
            ],
            ignore_index=True,
        )
        first, last = curve.iloc[0], curve.iloc[-1]
        alt = (
            f"Without a cut-off, risk rises smoothly from {_written(first)} at {low:.0f} to "
            f"{_written(last)} at {high:.0f}. Cut in two, it is {percent(below)} below "
            f"{cutoff:g} and {percent(above)} from there on. Ticks mark {int(event.sum())} "
            f"patients with the event at the upper edge, {int((~event).sum())} without it at the "
            "lower."
        )
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def _written(row: Any) -> str:
    return f"{percent(row['risk'])} (band {percent(row['lower'])} to {percent(row['upper'])})"


def _flags(column: pd.Series) -> NDArray[np.bool_]:
    return np.asarray(column.to_numpy(dtype=bool))


def _need(frame: pd.DataFrame, columns: Sequence[str], id: str) -> None:
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(frame.columns)}")
