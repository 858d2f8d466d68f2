"""Pictures of a model's worth in other patients: calibration, and net benefit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, number, percent

if TYPE_CHECKING:
    import pandas as pd

LINES = {
    "model": ("blue", "-", "The model, as it seems"),
    "corrected": ("orange", (0, (5, 2)), "The model, corrected"),
    "treat_all": ("teal", (0, (1, 1.2)), "Everyone"),
    "treat_none": ("ink", (0, (5, 1.5, 1, 1.5)), "No one"),
}
"""Column of a decision curve to colour, line style and name."""


def calibration(
    patients: pd.DataFrame,
    curve: pd.DataFrame,
    *,
    slope: float,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw observed against predicted risk, as it seems and as a corrected slope has it.

    Parameters
    ----------
    patients : DataFrame
        One row a patient: ``predicted``, a fraction; ``corrected``, the risk after the slope was
        corrected; ``outcome``, whether the event happened. Drawn as ticks, above and below.
    curve : DataFrame
        ``predicted`` and ``observed``, as from
        :func:`analysis_lib.performance.calibration_curve`.
    slope : float
        The corrected calibration slope that ``corrected`` was computed with.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(patients, ("predicted", "corrected", "outcome"), id)
    _need(curve, ("predicted", "observed"), id)
    order = patients.sort_values("predicted")
    top = 100 * max(patients["predicted"].max(), curve["observed"].max()) + 5
    event = order["outcome"].astype(bool)
    with canvas(4.3) as (figure, axes):
        axes.plot([0, top], [0, top], color=COLOURS["muted"], linewidth=1.2, label="Ideal")
        axes.plot(
            100 * curve["predicted"], 100 * curve["observed"], color=COLOURS["blue"],
            label="Smoothed, as it seems",
        )  # fmt: skip
        axes.plot(
            100 * order["predicted"], 100 * order["corrected"], color=COLOURS["orange"],
            linestyle=(0, (5, 2)), label=f"With the corrected slope, {number(slope, 2)}",
        )  # fmt: skip
        for chosen, y, mark in ((event, top, "D"), (~event, -2.5, "|")):
            axes.plot(
                100 * order["predicted"][chosen], [y] * int(chosen.sum()), mark,
                color=COLOURS["ink"], markersize=5 if mark == "D" else 8, clip_on=False,
            )  # fmt: skip
        axes.set_xlim(0, top)
        axes.set_ylim(-5, top + 2)
        axes.set_xlabel("Predicted risk, %")
        axes.set_ylabel("Observed risk, %")
        # Above, at the left: what a narrow screen shows first.
        figure.legend(loc="outside upper left", ncols=2)
        grid(axes, "y")
        first, last = order.iloc[0], order.iloc[-1]
        alt = (
            f"Observed against predicted risk of {len(order)} patients, {int(event.sum())} with "
            f"the event. Predicted risks run from {percent(first.predicted)} to "
            f"{percent(last.predicted)}; with the corrected slope of {number(slope, 2)} those are "
            f"{percent(first.corrected)} and {percent(last.corrected)}. The smoothed curve runs "
            f"from {percent(curve['observed'].iloc[0])} to {percent(curve['observed'].iloc[-1])}."
        )
        caption += (
            " On the thin line what was predicted happens; below it risks were predicted too high. "
            "Diamonds, above: patients with the event; ticks, below: those without."
        )
        data = order[["predicted", "corrected", "outcome"]]
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def decisions(curve: pd.DataFrame, *, id: str, status: Status, caption: str) -> Figure:
    """Draw the net benefit of acting on a model, as it seems and corrected, on all, and on none.

    Parameters
    ----------
    curve : DataFrame
        As from :func:`analysis_lib.net_benefit.decision_curve`, with ``corrected``, the model's
        net benefit corrected for optimism. All in true positives per patient.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(curve, ("threshold", *LINES), id)
    top = 100 * curve[list(LINES)].to_numpy().max()
    bottom = min(-2.0, 100 * curve[["model", "corrected"]].to_numpy().min() - 0.5)
    with canvas(3.7) as (figure, axes):
        for name, (colour, line, label) in LINES.items():
            axes.plot(
                100 * curve["threshold"], 100 * curve[name], color=COLOURS[colour],
                linestyle=line, label=label,
            )  # fmt: skip
        axes.set_xlim(100 * curve["threshold"].min(), 100 * curve["threshold"].max())
        axes.set_ylim(bottom, top + 0.5)
        axes.set_xlabel("Risk from which on one would act, %")
        axes.set_ylabel("Net benefit per hundred patients")
        figure.legend(loc="outside upper left", ncols=2)
        grid(axes, "y")
        said = []
        for row in (curve.iloc[0], curve.iloc[len(curve) // 2], curve.iloc[-1]):
            each = ", ".join(
                f"{label.lower()} {number(100 * row[name], 1)}"
                for name, (_, _, label) in LINES.items()
            )
            said.append(f"at a threshold of {percent(row['threshold'], 0)}: {each}")
        alt = (
            f"Net benefit per hundred patients over the threshold. {'; '.join(said).capitalize()}."
        )
        caption += " At each threshold the highest line is the best choice."
        return finish(
            figure, curve[["threshold", *LINES]], id=id, status=status, caption=caption, alt=alt
        )


def _need(frame: pd.DataFrame, columns: tuple[str, ...], id: str) -> None:
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(frame.columns)}")
