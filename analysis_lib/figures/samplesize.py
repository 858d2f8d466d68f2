"""Pictures of how many patients it takes: for a proportion, for one risk factor, for a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.results import Status, number, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

STYLES = (
    ("blue", "-", "o"),
    ("orange", (0, (5, 2)), "D"),
    ("teal", (0, (1, 1.2)), "s"),
    ("ink", (0, (5, 1.5, 1, 1.5)), "^"),
)
"""Colour, line style and marker of each curve: never told apart by colour alone."""

TICKS = (20, 50, 100, 200, 500, 1000, 2000, 5000)
BAR = 0.34
"""Height of a bar with its gap, in inches."""


def half_widths(
    curves: pd.DataFrame,
    *,
    study: tuple[int, float],
    target: float,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw how wide an interval is, over the number of patients.

    Parameters
    ----------
    curves : DataFrame
        ``method`` (the name to write; four at most), ``n`` and ``half_width`` (a fraction).
    study : (int, float)
        Patients and half-width of the study, marked by a diamond.
    target : float
        Half-width asked for, drawn as a dashed line.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(curves, ("method", "n", "half_width"), id)
    with canvas(3.3) as (figure, axes):
        said = []
        groups = curves.groupby("method", sort=False)
        for (name, rows), (colour, line, _) in zip(groups, STYLES, strict=False):
            axes.plot(
                rows["n"], 100 * rows["half_width"], color=COLOURS[colour], linestyle=line,
                linewidth=1.4, label=str(name),
            )  # fmt: skip
            first, last = rows.iloc[0], rows.iloc[-1]
            said.append(
                f"{name}: {_points(first['half_width'])} at {first['n']:.0f} patients, "
                f"{_points(last['half_width'])} at {last['n']:.0f}"
            )
        axes.axhline(100 * target, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        axes.plot(
            study[0], 100 * study[1], "D", color=COLOURS["orange"], markersize=7, linestyle="none",
            label=f"This study, {study[0]} patients", zorder=4,
        )  # fmt: skip
        _patients(axes, curves["n"].min(), curves["n"].max())
        axes.set_ylim(bottom=0)
        axes.set_ylabel("Half-width, percentage points")
        axes.legend(loc="upper right")
        grid(axes, "y")
        alt = (
            f"Half of the width of an interval falls as patients are added, in small teeth. "
            f"{'; '.join(said)}. The study has {study[0]} patients and "
            f"{_points(study[1])}. A dashed line marks {_points(target)}."
        )
        caption += f" Dashed: {_points(target)}."
        return finish(figure, curves, id=id, status=status, caption=caption, alt=alt)


def power_and_exaggeration(
    curves: pd.DataFrame,
    simulated: pd.DataFrame,
    *,
    study: int,
    power: float,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw power, and the exaggeration of significant results, over the number of patients.

    Parameters
    ----------
    curves, simulated : DataFrame
        ``odds_ratio`` (four at most), ``n``, ``power`` (a fraction) and ``exaggeration``: by
        formula, drawn as lines; by simulation, drawn as marks.
    study : int
        Patients of the study, drawn as a line across both panels.
    power : float
        Power asked for, drawn as a dashed line.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    import pandas as pd

    for frame in (curves, simulated):
        _need(frame, ("odds_ratio", "n", "power", "exaggeration"), id)
    data = pd.concat(
        [curves.assign(source="formula"), simulated.assign(source="simulation")], ignore_index=True
    )
    with canvas(5.6, rows=2, sharex=True) as (figure, (above, below)):
        said = []
        groups = curves.groupby("odds_ratio", sort=False)
        for (ratio, rows), (colour, line, mark) in zip(groups, STYLES, strict=False):
            drawn = simulated[simulated["odds_ratio"] == ratio]
            for axes, column, factor in ((above, "power", 100), (below, "exaggeration", 1)):
                axes.plot(rows["n"], factor * rows[column], color=COLOURS[colour], linestyle=line)
                axes.plot(
                    drawn["n"], factor * drawn[column], mark, color=COLOURS[colour], markersize=5
                )
            above.plot(
                [], [], mark, color=COLOURS[colour], linestyle=line, markersize=5,
                label=number(float(str(ratio)), 1),
            )  # fmt: skip
            at = rows.iloc[(rows["n"] - study).abs().argmin()]
            said.append(
                f"true odds ratio {number(float(str(ratio)), 1)}: power {percent(at['power'], 0)}, "
                f"significant results {number(at['exaggeration'], 1)} times too large"
            )
        above.axhline(100 * power, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        above.set_ylim(0, 102)
        above.set_title("Chance of a significant result, %")
        above.legend(loc="lower right", title="True odds ratio")
        below.axhline(1, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        below.set_yscale("log")
        low, high = 0.92, 1.08 * float(curves["exaggeration"].max())
        below.set_ylim(low, high)
        ticks = [tick for tick in (1, 2, 3, 5, 10, 20) if tick <= high]
        below.set_yticks(ticks, [f"{tick}" for tick in ticks])
        below.minorticks_off()
        below.set_title("How many times too large is a significant log odds ratio?")
        for axes in (above, below):
            axes.axvline(study, color=COLOURS["muted"], linewidth=1.2)
            _patients(axes, curves["n"].min(), curves["n"].max())
            grid(axes, "y")
        above.set_xlabel("")
        above.annotate(
            f"this study: {study}", (study, 1), xycoords=("data", "axes fraction"), xytext=(4, -4),
            textcoords="offset points", va="top", color=COLOURS["muted"], fontsize=9.5,
        )  # fmt: skip
        alt = (
            "Two panels over the number of patients, a curve for each true odds ratio. Power rises "
            "and exaggeration falls towards one as patients are added. With "
            f"{study} patients, {'; '.join(said)}. Marks from simulation lie close to the curves."
        )
        caption += (
            f" Lines: formula; marks: simulation. Dashed: a power of {percent(power, 0)}, and no "
            "exaggeration."
        )
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def needed(rows: pd.DataFrame, *, study: int, id: str, status: Status, caption: str) -> Figure:
    """Draw the patients that each criterion asks for as bars, the study's as a line.

    Parameters
    ----------
    rows : DataFrame
        ``group`` (a bold heading above its bars), ``label`` and ``n``, in the order to be drawn.
        A bar beyond the study is orange and hatched, another blue; its number stands at its end.
    study : int
        Patients of the study.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    _need(rows, ("group", "label", "n"), id)
    groups = list(dict.fromkeys(rows["group"]))
    with canvas(BAR * (len(rows) + len(groups)) + 0.75) as (figure, axes):
        ticks: dict[float, str] = {}
        room = 0.1 * float(rows["n"].max())
        y, said = 0.0, []
        for group in groups:
            axes.annotate(
                str(group), (0, y), xycoords=("axes fraction", "data"), xytext=(-6, 0),
                textcoords="offset points", ha="right", va="center", weight="bold",
            )  # fmt: skip
            y -= 1
            for row in rows[rows["group"] == group].itertuples():
                beyond = int(str(row.n)) > study
                axes.barh(
                    y, row.n, height=0.62, color=COLOURS["orange" if beyond else "blue"],
                    hatch="///" if beyond else None, edgecolor=COLOURS["paper"], linewidth=0,
                )  # fmt: skip
                # A number that would stand across the dashed line starts behind it.
                crosses = int(str(row.n)) < study < int(str(row.n)) + room
                axes.annotate(
                    f"{row.n}", (study if crosses else float(str(row.n)), y), xytext=(5, 0),
                    textcoords="offset points", va="center", fontsize=10,
                )  # fmt: skip
                ticks[y] = str(row.label)
                said.append(f"{group}, {row.label}: {row.n}")
                y -= 1
        axes.axvline(study, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(y + 0.4, 0.6)
        axes.set_xlim(0, 1.12 * rows["n"].max())
        axes.set_xlabel("Patients needed")
        grid(axes, "x")
        alt = (
            f"Bars of the patients needed. {'; '.join(said)}. A dashed line marks the {study} "
            "patients of the study."
        )
        caption += f" Dashed: the {study} patients of the study."
        return finish(figure, rows, id=id, status=status, caption=caption, alt=alt)


def _patients(axes: Axes, low: float, high: float) -> None:
    """Make the patients a logarithmic axis that is written in plain numbers."""
    axes.set_xscale("log")
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlim(low, high)
    axes.set_xlabel("Patients (log scale)")


def _points(fraction: float) -> str:
    return f"{number(100 * fraction, 1)} points"


def _need(frame: Any, columns: Sequence[str], id: str) -> None:
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no column {absent}; it has {list(frame.columns)}")
