"""Forest plots of published series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.proportions import interval
from analysis_lib.published import INDEX_STUDY
from analysis_lib.results import level_text, number, span
from analysis_lib.synthesis import Pooled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

ROW = 0.27
"""Height of a row in inches."""


def forest(
    rows: pd.DataFrame,
    *,
    id: str,
    caption: str,
    pooled: Pooled | None = None,
    highlight: str = INDEX_STUDY,
) -> Figure:
    """Draw each series with its exact interval, by kind of treatment, and the pooled value.

    ``rows`` are those of :func:`analysis_lib.published.series`. The pooled value stands below
    thermal ablation only; its whiskers are the prediction interval, with an arrow where it leaves
    the picture. The highlighted study is drawn as a diamond in another colour.
    """
    counts = rows[["events", "n", "unit"]].to_dict("records")
    fits = [
        interval(int(row["events"]), int(row["n"]), method="exact", denominator=row["unit"])
        for row in counts
    ]
    data = rows[["label", "group", "definition", "unit", "events", "n"]].assign(
        estimate=[fit.estimate for fit in fits],
        lower=[fit.lower for fit in fits],
        upper=[fit.upper for fit in fits],
        highlighted=rows["study_id"] == highlight,
    )
    groups = list(dict.fromkeys(data["group"]))
    lines = len(data) + len(groups) + (pooled is not None) * 1.3
    with canvas(ROW * (lines + 2.4)) as (figure, axes):
        ticks: dict[float, str] = {}
        y = pooled_y = 0.0
        for group in groups:
            axes.annotate(
                group,
                (0, y),
                xycoords=("axes fraction", "data"),
                xytext=(-6, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                weight="bold",
            )
            y -= 1
            for row in data[data["group"] == group].itertuples():
                _study(axes, y, row)
                ticks[y] = str(row.label)
                y -= 1
            if pooled is not None and group == groups[0]:
                pooled_y = y - 0.1
                _pooled(axes, pooled_y, pooled)
                ticks[pooled_y] = f"Pooled, {pooled.studies} series"
                y -= 1.3
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(y + 0.3, 0.6)
        # A prediction interval from few series would squeeze the rows: it may leave the picture.
        top = 100 * max([*data["upper"], *([pooled.upper] if pooled else [])])
        right = min(100.0, float(2 * -(-top // 2) if top < 10 else 10 * -(-top // 10)))
        axes.set_xlim(0, right)
        if pooled is not None and 100 * pooled.prediction_upper > right:
            axes.plot(right, pooled_y, ">", color=COLOURS["teal"], markersize=7, clip_on=False)
        axes.set_xlabel(f"Percent, with exact {level_text(fits[0].level)} interval")
        axes.grid(visible=True, axis="x", linewidth=0.8)
        axes.tick_params(length=0)
        axes.spines["left"].set_visible(False)
        _right(axes, 0.0, "events / n", "% (interval)", COLOURS["muted"])
        listed = "; ".join(
            f"{label} {fit.events} of {fit.n}, {fit:percent}"
            for label, fit in zip(data["label"], fits, strict=True)
        )
        alt = f"Forest plot of {len(data)} series. {listed}."
        if pooled is not None:
            caption += " Diamond: pooled mean. Its line: prediction interval."
            alt += (
                f" Pooled over the {pooled.studies} series of thermal ablation: {pooled}, "
                f"prediction interval {pooled:prediction}."
            )
        return finish(
            figure,
            data,
            id=id,
            status="derived",
            caption=caption,
            alt=alt,
            **({"pooled": pooled} if pooled else {}),
        )


def _study(axes: Axes, y: float, row: Any) -> None:
    estimate, lower, upper, events, n, marked = (
        getattr(row, name) for name in ("estimate", "lower", "upper", "events", "n", "highlighted")
    )
    colour = COLOURS["orange" if marked else "blue"]
    axes.plot([100 * lower, 100 * upper], [y, y], color=colour, linewidth=1.6)
    axes.plot(100 * estimate, y, "D" if marked else "s", color=colour, markersize=6)
    _right(
        axes,
        y,
        f"{events} / {n}",
        f"{number(100 * estimate, 1)} ({span(100 * lower, 100 * upper, 1)})",
        COLOURS["ink"],
    )


def _pooled(axes: Axes, y: float, pooled: Pooled) -> None:
    if pooled.prediction_lower == pooled.prediction_lower:  # not-a-number with too few series
        axes.plot(
            [100 * pooled.prediction_lower, 100 * pooled.prediction_upper],
            [y, y],
            color=COLOURS["teal"],
            linewidth=1.4,
        )
    middle, half = 100 * pooled.estimate, 0.32
    axes.fill(
        [100 * pooled.lower, middle, 100 * pooled.upper, middle],
        [y, y + half, y, y - half],
        color=COLOURS["teal"],
        linewidth=0,
    )
    _right(
        axes,
        y,
        f"{pooled.events} / {pooled.n}",
        f"{number(100 * pooled.estimate, 1)} ({span(100 * pooled.lower, 100 * pooled.upper, 1)})",
        COLOURS["teal"],
    )


def _right(axes: Axes, y: float, counts: str, share: str, colour: str) -> None:
    for text, x in ((counts, 52), (share, 60)):
        axes.annotate(
            text,
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(x, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=9.5,
            ha="right" if x == 52 else "left",
        )
