"""Pictures for the question whether printed figures agree with each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.consistency import WaldRegion
from analysis_lib.design_analysis import DesignAnalysis
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.published import Claim
from analysis_lib.results import Proportion, level_text, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def intervals(rows: Mapping[str, Sequence[Proportion]], *, id: str, caption: str) -> Figure:
    """Draw proportions with several intervals each: one row a question, one mark a method."""
    import pandas as pd

    methods = [fit.method for fit in next(iter(rows.values()))]
    colours = [COLOURS["blue"], COLOURS["orange"], COLOURS["teal"]]
    with canvas(0.55 * len(rows) + 0.9) as (figure, axes):
        for place, (_, fits) in enumerate(rows.items()):
            for index, fit in enumerate(fits):
                y = -place + 0.16 * (len(fits) - 1) / 2 - 0.16 * index * 1.4
                axes.plot(
                    [100 * fit.lower, 100 * fit.upper],
                    [y, y],
                    color=colours[index],
                    label=fit.method if place == 0 else None,
                )
                axes.plot(
                    100 * fit.estimate,
                    y,
                    "o" if index == 0 else "s",
                    color=colours[index],
                    markersize=5,
                )
        axes.set_yticks([-place for place in range(len(rows))], list(rows))
        axes.set_xlim(-2, 102)
        axes.set_xlabel(f"Percent, with {level_text(next(iter(rows.values()))[0].level)} interval")
        axes.legend(loc="upper center", bbox_to_anchor=(0.45, 1.22), ncols=len(methods))
        grid(axes)
        data = pd.DataFrame(
            [
                {
                    "quantity": name,
                    "method": fit.method,
                    "events": fit.events,
                    "n": fit.n,
                    "estimate": fit.estimate,
                    "lower": fit.lower,
                    "upper": fit.upper,
                }
                for name, fits in rows.items()
                for fit in fits
            ]
        )
        alt = (
            "Percentages with intervals. "
            + "; ".join(f"{name}: {fits[0]}" for name, fits in rows.items())
            + "."
        )
        return finish(figure, data, id=id, status="derived", caption=caption, alt=alt)


def wald_region(
    without_p: WaldRegion, with_p: WaldRegion, printed: Claim, p: Claim, *, id: str
) -> Figure:
    """Draw the pairs of odds ratio and standard error that print as the paper prints."""
    import pandas as pd

    with canvas(3.3) as (figure, axes):
        for region, colour, alpha, name in (
            (without_p, COLOURS["blue"], 0.25, "odds ratio and interval fit"),
            (with_p, COLOURS["blue"], 0.95, f"{p} fits as well"),
        ):
            _polygon(axes, region, colour, alpha, name)
        axes.set_xlabel("Odds ratio")
        axes.set_ylabel("Standard error of log odds ratio")
        axes.set_xlim(without_p.odds_ratio[0] - 0.01, without_p.odds_ratio[1] + 0.01)
        axes.set_ylim(without_p.standard_error[0] - 0.002, without_p.standard_error[1] + 0.002)
        axes.legend(loc="upper right")
        axes.grid(visible=True, linewidth=0.8)
        axes.tick_params(length=0)
        data = pd.DataFrame(
            [
                {"region": name, "odds_ratio": math.exp(b), "standard_error": s}
                for name, region in (("without p", without_p), ("with p", with_p))
                for b, s in region.vertices
            ]
        )
        alt = (
            f"A small region with {len(without_p.vertices)} corners holds all pairs that print as "
            f"{printed}: {without_p}. "
            f"The part that also prints {p} is {percent(with_p.area / without_p.area, 0)} of it: "
            f"{with_p}."
        )
        caption = f"Which odds ratios and standard errors would be printed as {printed}, {p}?"
        return finish(
            figure,
            data,
            id=id,
            status="derived",
            caption=caption,
            alt=alt,
            without_p=without_p,
            with_p=with_p,
        )


def tables_and_region(
    tables: pd.DataFrame,
    region: WaldRegion,
    *,
    id: str,
    odds_ratios: tuple[float, float] = (4.0, 6.5),
    standard_errors: tuple[float, float] = (0.7, 0.86),
) -> Figure:
    """Draw every fourfold table as a point beside the region that prints as the paper does."""
    shown = tables[
        tables["odds_ratio"].between(*odds_ratios) & tables["log_se"].between(*standard_errors)
    ]
    with canvas(3.6) as (figure, axes):
        axes.plot(
            shown["odds_ratio"],
            shown["log_se"],
            "o",
            color=COLOURS["muted"],
            markersize=4,
            label="one possible table",
        )
        _polygon(axes, region, COLOURS["orange"], 1.0, "prints as the paper does")
        centre = math.exp(region.centre[0]), region.centre[1]
        axes.plot(
            *centre,
            "o",
            markersize=17,
            markerfacecolor="none",
            markeredgecolor=COLOURS["orange"],
            markeredgewidth=1.6,
        )
        axes.set_xscale("log")
        ticks = [tick for tick in (1, 2, 3, 4, 4.5, 5, 5.5, 6, 8, 10) if odds_ratios[0] <= tick]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_xlim(*odds_ratios)
        axes.set_ylim(*standard_errors)
        axes.set_xlabel("Crude odds ratio (log scale)")
        axes.set_ylabel("Standard error of log odds ratio")
        axes.legend(
            loc="lower right",
            facecolor=COLOURS["paper"],
            framealpha=1,
            frameon=True,
            edgecolor=COLOURS["grid"],
        )
        axes.grid(visible=True, linewidth=0.8)
        axes.tick_params(length=0)
        total = int(tables["odds_ratio"].notna().sum())
        alt = (
            f"{len(shown)} of {total} possible tables lie in the picture as grey points. "
            f"The region that prints as the paper does, {region}, is circled; no point lies in it."
        )
        caption = "Does any fourfold table of the published counts print as the paper does?"
        return finish(figure, shown, id=id, status="derived", caption=caption, alt=alt)


def risks(frame: pd.DataFrame, *, odds_ratio: str, overall: float, id: str) -> Figure:
    """Draw the risk above and below a cut-off against how many patients lie above it."""
    with canvas(3.2) as (figure, axes):
        axes.plot(frame["n_above"], 100 * frame["risk_above"], color=COLOURS["orange"])
        axes.plot(frame["n_above"], 100 * frame["risk_below"], color=COLOURS["blue"])
        axes.axhline(100 * overall, color=COLOURS["muted"], linewidth=1, linestyle=(0, (4, 3)))
        last = frame.iloc[-1]
        for value, name, colour in (
            (last["risk_above"], "above the cut-off", "orange"),
            (last["risk_below"], "below", "blue"),
        ):
            axes.annotate(
                name,
                (last["n_above"], 100 * value),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=COLOURS[colour],
            )
        first = frame.iloc[0]
        axes.annotate(
            "all patients",
            (first["n_above"], 100 * overall),
            xytext=(2, 4),
            textcoords="offset points",
            color=COLOURS["muted"],
        )
        axes.set_xlabel("Patients at or above the cut-off")
        axes.set_ylabel("Failures, %")
        axes.set_xlim(first["n_above"], last["n_above"] * 1.28)
        axes.set_ylim(0, None)
        grid(axes, "y")
        alt = (
            f"Both risks fall as more patients lie above the cut-off. With {first['n_above']:.0f} "
            f"above: {percent(first['risk_above'], 0)} against {percent(first['risk_below'], 0)}. "
            f"With {last['n_above']:.0f} above: {percent(last['risk_above'], 0)} against "
            f"{percent(last['risk_below'], 0)}."
        )
        caption = f"What risks of failure would an odds ratio of {odds_ratio} stand for?"
        return finish(figure, frame, id=id, status="derived", caption=caption, alt=alt)


def exaggeration(analyses: Sequence[DesignAnalysis], marked: Sequence[float], *, id: str) -> Figure:
    """Draw, against the true odds ratio, the power and the odds ratio that gets printed."""
    import pandas as pd

    frame = pd.DataFrame([_row(analysis) for analysis in analyses])
    with canvas(4.6, rows=2, sharex=True) as (figure, (upper, lower)):
        true = frame["true_odds_ratio"]
        upper.plot(true, 100 * frame["power"], color=COLOURS["blue"])
        upper.set_title("Chance of a significant result")
        upper.set_ylabel("%")
        upper.set_ylim(0, 100)
        lower.plot(true, frame["printed_odds_ratio"], color=COLOURS["orange"])
        lower.plot(true, true, color=COLOURS["muted"], linewidth=1.2, linestyle=(0, (4, 3)))
        lower.set_title("Odds ratio that is printed when it is significant")
        lower.annotate(
            "printed",
            (true.iloc[-1], frame["printed_odds_ratio"].iloc[-1]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS["orange"],
        )
        lower.annotate(
            "true",
            (true.iloc[-1], true.iloc[-1]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=COLOURS["muted"],
        )
        for axes in (upper, lower):
            axes.set_xscale("log")
            axes.set_xlim(true.iloc[0], true.iloc[-1] * 1.25)
            axes.set_xticks(list(marked), [f"{value:g}" for value in marked])
            axes.minorticks_off()
            grid(axes, "y")
        lower.set_yscale("log")
        lower.set_yticks([1.5, 3, 5, 10], ["1.5", "3", "5", "10"])
        lower.minorticks_off()
        lower.set_xlabel("True odds ratio (log scale)")
        points = [analyses[int((true - value).abs().argmin())] for value in marked]
        alt = "Two curves over the true odds ratio. " + " ".join(
            f"True {point:true}: power {point:power}, printed on average {point:printed}."
            for point in points
        )
        caption = "What would a study with this standard error print?"
        return finish(figure, frame, id=id, status="derived", caption=caption, alt=alt)


def _row(analysis: DesignAnalysis) -> dict[str, Any]:
    row = analysis.to_dict()
    return {
        key: row[key]
        for key in (
            "true_odds_ratio",
            "log_se",
            "power",
            "type_s",
            "exaggeration",
            "printed_odds_ratio",
        )
    }


def _polygon(axes: Axes, region: WaldRegion, colour: str, alpha: float, name: str) -> None:
    axes.fill(
        [math.exp(b) for b, _ in region.vertices],
        [s for _, s in region.vertices],
        color=colour,
        alpha=alpha,
        linewidth=0,
        label=name,
    )
