"""Pictures of a cut-off: where it lies on the ROC curve, how it jumps, and what it does to risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis_lib.cutoff import Cutoff
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, number, percent

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

DASHED = (0, (4, 3))

TICKS = (300, 500, 700, 1000, 1500, 2000, 3000, 4000, 6000)
BIN = 0.05
"""Width of a bar on the scale of the natural logarithm."""


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
        between = points.iloc[1:-1]
        sums = between["sensitivity"] + between["specificity"]
        above = percent(float(sums.gt(1 + 1e-12).mean()), 0)
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
            f"ROC curve; {above} of the points between its ends lie above the diagonal of no "
            f"better than a coin. A diamond marks {cutoff:value} {unit}: sensitivity "
            f"{cutoff:sensitivity}, false alarms "
            f"{percent(1 - cutoff.specificity)}; its height over the diagonal, Youden's index, is "
            f"{index}."
        )
        return finish(figure, points, id=id, status=status, caption=caption, alt=alt)


def landings(
    chosen: Mapping[str, ArrayLike],
    own: float,
    *,
    xlabel: str,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw where chosen cut-offs land: a histogram for each kind of study, one below the other.

    Bars are equally wide on a logarithmic axis; the middle one of each histogram is centred on
    ``own``, and its part with exactly that cut-off is orange.

    Parameters
    ----------
    chosen : mapping
        Name of the kind, and its cut-offs, above 0; missing ones (no cut-off) are left out.
    own : float
        The cut-off to compare with.
    xlabel : str
        What is cut, and its unit.

    Raises
    ------
    DataError
        If there is no kind, or one without a cut-off above 0.
    """
    import pandas as pd
    from matplotlib.ticker import MaxNLocator

    kinds = {name: _present(values) for name, values in chosen.items()}
    if not kinds or any(not len(values) or (values <= 0).any() for values in kinds.values()):
        raise DataError(f"figure {id!r}: each kind needs cut-offs, all above 0; it has {kinds!r}")
    span = [np.log(end(np.concatenate(list(kinds.values()))) / own) for end in (np.min, np.max)]
    bins = np.arange(np.floor(span[0] / BIN - 0.5), np.ceil(span[1] / BIN + 0.5) + 1) + 0.5
    edges = own * np.exp(BIN * bins)
    left, right = edges[:-1], edges[1:]
    rows, said = [], []
    with canvas(1.15 * len(kinds) + 0.6, rows=len(kinds), sharex=True, sharey=True,
                squeeze=False) as (figure, panels):  # fmt: skip
        for axes, (name, values) in zip(panels[:, 0], kinds.items(), strict=True):
            share = 100 * np.histogram(values, edges)[0] / len(values)
            same = 100 * float(np.mean(values == own))
            rest = np.where((left <= own) & (own < right), share - same, share)
            look = {"align": "edge", "edgecolor": COLOURS["paper"], "linewidth": 0.6}
            width = right - left
            axes.bar(left, rest, width, bottom=share - rest, color=COLOURS["blue"], **look)
            axes.bar(left, share - rest, width, color=COLOURS["orange"], hatch="///", **look)
            text = f"{name}: {own:g} again in {percent(same / 100, 0)}"
            axes.set_title(text)
            axes.set_xscale("log")
            ticks = [t for t in TICKS if edges[0] <= t <= edges[-1]]
            axes.set_xticks(ticks, [str(tick) for tick in ticks])
            axes.minorticks_off()
            axes.set_xlim(edges[0], edges[-1])
            axes.yaxis.set_major_locator(MaxNLocator(3))
            grid(axes, "y")
            low, high = np.quantile(values, [0.025, 0.975])
            said.append(f"{text}, the middle {percent(0.95, 0)} from {low:.0f} to {high:.0f}")
            rows.append(
                pd.DataFrame(
                    {"kind": name, "from": left, "to": right, "share": share / 100,
                     "of_it_the_same": (share - rest) / 100}
                )
            )  # fmt: skip
        figure.supylabel("Share of them, %", fontsize=10.5)
        panels[-1, 0].set_xlabel(xlabel)
        alt = (
            f"Histograms of chosen cut-offs on one axis, {len(kinds)}; striped orange is the "
            f"cut-off {own:g} itself. {'; '.join(said)}."
        )
        data = pd.concat(rows, ignore_index=True)
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def _present(values: ArrayLike) -> NDArray[np.float64]:
    column = np.asarray(values, dtype=float)
    present: NDArray[np.float64] = column[~np.isnan(column)]
    return present


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
        ticks = [t for t in TICKS if low <= t <= high]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.set_xlim(low, high)
        axes.set_ylim(-0.09 * top, 1.02 * top)
        axes.set_xlabel(xlabel)
        axes.set_ylabel("Risk, %")
        figure.legend(loc="outside upper left", ncols=2, handlelength=2.6)
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
