"""Pictures of what moves a conclusion, and of whether two halves of an ensemble agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis_lib.conclusions import CONCLUSIONS
from analysis_lib.decomposition import slices
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.figures import COLOURS, Figure, canvas, finish, grid
from analysis_lib.figures.ensemble import DASHES, OUTER, TITLES, measure_of, written
from analysis_lib.results import Status, percent
from analysis_lib.standing import SHORT

if TYPE_CHECKING:
    import pandas as pd

DOTS = 500
"""Cohorts that are drawn as dots, the first ones; all go into medians and bands."""


def along(
    members: pd.DataFrame,
    conclusion: str,
    assumptions: Sequence[str],
    *,
    id: str,
    status: Status,
    caption: str,
) -> Figure:
    """Draw a conclusion's measure over the assumptions that move it, one panel each.

    A dot is a cohort, filled where the conclusion holds; steps are the medians of slices, a band
    their middle halves; the limit is dashed.

    Parameters
    ----------
    members : DataFrame
        Of an ensemble.
    conclusion : str
        Its key.
    assumptions : sequence of str
        One to three.

    Raises
    ------
    DataError
        If there are no assumptions, or more than three.
    MissingColumnError
        If there is no such conclusion or assumption.
    """
    import numpy as np
    import pandas as pd
    from matplotlib.ticker import MaxNLocator

    rules = {one.key: one for one in CONCLUSIONS}
    absent = [a for a in assumptions if a not in members] + [conclusion] * (conclusion not in rules)
    if absent:
        raise MissingColumnError(f"figure {id!r}: no {', '.join(absent)}")
    if not 1 <= len(assumptions) <= 3:
        raise DataError(f"figure {id!r}: {len(assumptions)} assumptions; give one to three")
    one = rules[conclusion]
    measure = measure_of(one.measure)
    factor = 100 if measure.scale == "percent" else 1
    used = members.dropna(subset=[one.measure])
    y = factor * used[one.measure]
    held = one.holds(used[one.measure]).astype(bool)
    rows, said = [], []
    with canvas(3.1, columns=len(assumptions), sharey=True, squeeze=False) as (figure, panels):
        for axes, name in zip(panels.flat, assumptions, strict=True):
            x = used[name].astype(float)
            whole = np.allclose(x, x.round())
            moved = x + whole * np.random.default_rng(0).uniform(-0.25, 0.25, len(x))
            for on, face in ((True, COLOURS["blue"]), (False, "none")):
                kept = (held == on) & (np.arange(len(x)) < DOTS)
                axes.plot(
                    moved[kept], y[kept], "o", color=COLOURS["blue"], markerfacecolor=face,
                    markersize=2.6, markeredgewidth=0.5, alpha=0.35,
                )  # fmt: skip
            at = x.astype(int)
            at[:] = slices(np.asarray(x, dtype=np.float64))
            groups = y.groupby(at)
            parts = pd.DataFrame({cut: groups.quantile(cut) for cut in (0.25, 0.5, 0.75)})
            parts["low"], parts["high"] = x.groupby(at).min(), x.groupby(at).max()
            middle = x.groupby(at).mean()
            axes.fill_between(
                middle, parts[0.25], parts[0.75], color=COLOURS["orange"], alpha=0.25, linewidth=0
            )
            axes.plot(middle, parts[0.5], "-", color=COLOURS["orange"], linewidth=2.2)
            axes.axhline(factor * one.limit, color=COLOURS["ink"], linewidth=1.2, linestyle=DASHES)
            axes.set_xlabel(SHORT.get(name, name).capitalize().replace("pth", "PTH"), fontsize=9.5)
            grid(axes, "y")
            if whole:
                axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
            share = held.groupby(at).mean()
            rows.append(
                pd.DataFrame(
                    {
                        "assumption": name, "low": parts["low"], "high": parts["high"],
                        "lower": parts[0.25] / factor, "median": parts[0.5] / factor,
                        "upper": parts[0.75] / factor, "held": share,
                    }
                )
            )  # fmt: skip
            ends = (parts[0.5].iloc[0] / factor, parts[0.5].iloc[-1] / factor)
            said.append(
                f"{SHORT.get(name, name)}: median {written(ends[0], measure)} in the lowest slice, "
                f"{written(ends[1], measure)} in the highest; the conclusion holds in "
                f"{percent(share.iloc[0], 0)} and {percent(share.iloc[-1], 0)}"
            )
        first = panels.flat[0]
        first.set_ylabel(TITLES[conclusion], fontsize=9.5)
        if measure.key.startswith("p_") or measure.scale == "log":
            first.set_yscale("log")
            low, high = y.quantile(list(OUTER))
            first.set_ylim(min(low, factor * one.limit) / 1.1, max(high, factor * one.limit) * 1.1)
            first.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            first.minorticks_off()
        alt = (
            f"{len(used)} cohorts, a panel for each assumption. "
            f"{'; '.join(said)}. A dashed line marks the limit, {written(one.limit, measure)}."
        )
        caption += (
            f" Dots: cohorts, {min(DOTS, len(used))} of {len(used)}, filled where the conclusion "
            "holds. Line and band: median and middle half of slices. Dashed: the limit."
        )
        data = pd.concat(rows, ignore_index=True)
        return finish(figure, data, id=id, status=status, caption=caption, alt=alt)


def twice(
    compared: pd.DataFrame, counts: tuple[int, int], *, id: str, status: Status, caption: str
) -> Figure:
    """Draw the share of each conclusion in two halves, with Wilson intervals that count cohorts.

    Parameters
    ----------
    compared : DataFrame
        Rows of :func:`analysis_lib.standing.compare_halves` that are conclusions.
    counts : (int, int)
        Cohorts in the halves.

    Raises
    ------
    DataError
        If there are no rows.
    """
    import textwrap

    from analysis_lib.proportions import interval

    if compared.empty:
        raise DataError(f"figure {id!r}: no conclusions to compare")
    rows = compared.reset_index(drop=True)
    said = []
    with canvas(0.42 * len(rows) + 0.9) as (figure, axes):
        for y, row in rows.iterrows():
            for name, n, shift, mark, colour, line in (
                ("mean", counts[0], -0.14, "o", "blue", "-"),
                ("other", counts[1], 0.14, "D", "orange", (0, (2, 1))),
            ):
                share = interval(round(row[name] * n), n, method="wilson", denominator="cohorts")
                place = -float(str(y)) - shift
                axes.plot(
                    [100 * share.lower, 100 * share.upper], [place, place],
                    color=COLOURS[colour], linewidth=1.6, linestyle=line,
                )  # fmt: skip
                axes.plot(100 * row[name], place, mark, color=COLOURS[colour], markersize=4.5)
            said.append(f"{row['words']}: {percent(row['mean'])} and {percent(row['other'])}")
        labels = ["\n".join(textwrap.wrap(str(words), 44)) for words in rows["words"]]
        axes.set_yticks([-float(y) for y in range(len(rows))], labels, fontsize=9)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.set_xlim(-1, 101)
        axes.set_xlabel("Holds, % of cohorts")
        for mark, colour, label in (("o", "blue", "even"), ("D", "orange", "odd")):
            axes.plot(
                [],
                [],
                mark,
                color=COLOURS[colour],
                markersize=4.5,
                label=f"half with {label} numbers",
            )
        figure.legend(loc="outside upper left", ncols=2)
        grid(axes)
        alt = (
            f"Share of cohorts in which each conclusion holds, in two halves of {counts[0]} and "
            f"{counts[1]} cohorts. {'; '.join(said)}."
        )
        return finish(figure, rows, id=id, status=status, caption=caption, alt=alt)
