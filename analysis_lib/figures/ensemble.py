"""A picture of an ensemble: how the measures of conclusions spread over its cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.conclusions import CONCLUSIONS, MEASURES, Conclusion, Measure
from analysis_lib.errors import MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish
from analysis_lib.results import Status, number, p_value, percent, percent_span
from analysis_lib.standing import spans

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TITLES = {
    "most_reach": "At the study's target at the end",
    "high_pth": "Adjusted odds ratio: lower limit",
    "uncut": "p of PTH, uncut",
    "stays": "Resamples with PTH in the model",
    "exaggerated": "Adjusted odds ratio (Firth)",
    "search": "p of the cut-off, after the search",
    "jumps": "Resamples with the same cut-off",
    "discriminates": "C statistic, corrected",
    "extreme": "Calibration slope, corrected",
    "kdoqi_half": "In the range of KDOQI at the end",
    "year_all": "After a year, missing as failure",
    "year_imputed": "After a year, gaps filled",
    "alp": "p of ALP for hypocalcaemia",
    "fall": "p of the fall for hypocalcaemia",
}
"""Conclusion to a short name of its measure."""
PANEL = 1.22
"""Height of a panel of distributions in inches."""
BINS = 30
OUTER = (0.005, 0.995)
"""Quantiles between which a panel reaches, at least: a few far cohorts are cut off."""
SMALLEST = 1e-4
"""P-values below it are drawn at it."""
DASHES = (0, (4, 3))


def distributions(
    members: pd.DataFrame,
    chosen: Sequence[str],
    shipped: Mapping[str, float],
    *,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw how the measures of conclusions spread over cohorts, one panel each.

    A histogram of cohorts; below it the middle half as a thick line, the middle 95 % as a thin one
    and the median as a stroke; the limit of the conclusion as a dashed line. Bars are filled
    on the side where the conclusion holds.

    Parameters
    ----------
    members : DataFrame
        Of an ensemble.
    chosen : sequence of str
        Keys of conclusions, in order; ``TITLES`` names their panels.
    shipped : mapping
        Measure to its value in the cohort that comes with the book, drawn as a diamond.

    Raises
    ------
    MissingColumnError
        If there is no such conclusion, or a measure is missing.
    """
    from itertools import zip_longest

    rules = {one.key: one for one in CONCLUSIONS}
    absent = [key for key in chosen if key not in rules]
    if absent:
        raise MissingColumnError(f"figure {id!r}: no conclusion {', '.join(absent)}")
    said = []
    data = spans(members, [rules[key].measure for key in chosen])
    data["limit"] = [rules[key].limit for key in chosen]
    data["shipped"] = [shipped[rules[key].measure] for key in chosen]
    rows = (len(chosen) + 1) // 2
    with canvas(PANEL * rows + 0.1, rows=rows, columns=2, squeeze=False) as (figure, panels):
        found: list[Any] = list(data.itertuples())
        for axes, key, row in zip_longest(panels.flat, chosen, found):
            if key is None:
                axes.set_visible(False)
                continue
            one = rules[key]
            measure = measure_of(one.measure)
            _panel(axes, members[one.measure].dropna(), one, measure, row)
            axes.set_title(TITLES[key], fontsize=10)
            said.append(
                f"{TITLES[key]}: median {written(row.median, measure)}, middle "
                f"{percent(0.95, 0)} of cohorts {_span(row.low, row.high, measure)}, limit "
                f"{written(row.limit, measure)}, shipped cohort {written(row.shipped, measure)}"
            )
        alt = f"Histograms of compatible cohorts, one panel a measure. {'; '.join(said)}."
        caption += (
            " Filled: where the conclusion holds. Dashed: its limit. Below: middle half, middle "
            f"{percent(0.95, 0)} and median. Diamond: the shipped cohort."
            f" P-values below {SMALLEST:.4f} stand there."
        )
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def _panel(
    axes: Axes, values: pd.Series[float], one: Conclusion, measure: Measure, row: Any
) -> None:
    """Draw one histogram with its interval; bars end at the limit, so that none is half filled."""
    import numpy as np
    from matplotlib.ticker import MaxNLocator

    factor = 100 if measure.scale == "percent" else 1
    log = measure.scale == "log" or measure.key.startswith("p_")
    low, high = values.quantile(list(OUTER))
    low, high = min(low, one.limit, row.shipped), max(high, one.limit, row.shipped)
    least = SMALLEST if measure.key.startswith("p_") else -np.inf
    low = max(low, least)
    change = np.log if log else np.asarray
    back = np.exp if log else np.asarray
    a, m, b = (float(change(x)) for x in (low, one.limit, high))
    step = (b - a) / BINS or 1.0
    ends = m + step * np.arange(np.floor((a - m) / step), np.ceil((b - m) / step) + 1)
    counts, _ = np.histogram(change(np.clip(values, back(ends[0]), back(ends[-1]))), bins=ends)
    edges = factor * back(ends)
    inside = ends[:-1] >= m - step / 2
    for holds in (True, False):
        side = (inside if (one.relation == ">=") == holds else ~inside) & (counts > 0)
        axes.bar(
            edges[:-1][side], counts[side], np.diff(edges)[side], align="edge", linewidth=0.6,
            facecolor=COLOURS["blue"] if holds else "none",
            edgecolor=COLOURS["paper"] if holds else COLOURS["muted"],
        )  # fmt: skip
    if log:
        axes.set_xscale("log")
        _ratio_ticks(axes, edges[0], edges[-1])
    top = counts.max()
    y = -0.2 * top
    axes.plot(
        [factor * max(row.low, least), factor * row.high],
        [y, y],
        color=COLOURS["ink"],
        linewidth=1.2,
    )
    axes.plot(
        [factor * max(row.lower, least), factor * row.upper], [y, y], color=COLOURS["ink"],
        linewidth=4, solid_capstyle="butt",
    )  # fmt: skip
    axes.plot(factor * max(row.median, least), y, "|", color=COLOURS["ink"], markersize=11, mew=1.8)
    axes.plot(
        factor * max(row.shipped, least), -0.5 * top, "D", color=COLOURS["orange"], markersize=5
    )
    axes.axvline(factor * one.limit, color=COLOURS["ink"], linewidth=1.1, linestyle=DASHES)
    if not log:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_ylim(-0.72 * top, 1.05 * top)
    axes.set_yticks([])
    axes.tick_params(length=2, pad=2, labelsize=9)
    axes.spines["left"].set_visible(False)
    if factor == 100:
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} %")


def _ratio_ticks(axes: Axes, low: float, high: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

    wide = high / low > 60
    firsts = (1,) if wide else (1, 2, 5)
    ticks = [f * 10.0**e for e in range(-12, 4) for f in firsts]
    kept = [tick for tick in ticks if low <= tick <= high]
    if len(kept) > 5:
        kept = kept[len(kept) % 2 :: 2]
    if len(kept) < 2:
        axes.set_xscale("linear")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        return
    axes.xaxis.set_major_locator(FixedLocator(kept))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:.9f}".rstrip("0").rstrip("."))
    )
    axes.xaxis.set_minor_locator(NullLocator())


def measure_of(key: str) -> Measure:
    """Return the measure of that name."""
    return next(one for one in MEASURES if one.key == key)


def written(value: float, measure: Measure) -> str:
    """Write a value of a measure: a percentage, a p-value, or a number."""
    if measure.key.startswith("p_"):
        return p_value(value)
    return percent(value, 0) if measure.scale == "percent" else number(value, 2)


def _span(low: float, high: float, measure: Measure) -> str:
    if measure.scale == "percent":
        return percent_span(low, high, 0)
    return f"{written(low, measure)} to {written(high, measure)}"
