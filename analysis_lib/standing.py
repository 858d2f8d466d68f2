"""How conclusions stand over an ensemble: where they hold, and what they hinge on.

A share is one of compatible cohorts, whose scenarios were drawn evenly over declared ranges. It
is no probability that a conclusion is true of the study.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from analysis_lib.conclusions import CONCLUSIONS, MEASURES, judge
from analysis_lib.decomposition import first_order, hinges
from analysis_lib.ensemble import Ensemble
from analysis_lib.errors import MissingColumnError
from analysis_lib.published import claim
from analysis_lib.results import percent

if TYPE_CHECKING:
    import pandas as pd

SHORT = {
    "n_above": "patients above the cut-off",
    "failures_above": "failures among them",
    "failure_per_doubling": "rise of failure with PTH on either side",
    "screening_level": "level of the screening",
    "pth_log_sd": "spread of PTH",
    "share_male": "share of men",
    "share_haemodialysis": "share on haemodialysis",
    "vintage_mean_years": "time on dialysis",
    "share_parathyroidectomy": "share with earlier surgery",
    "share_recurrent": "share with recurrent disease",
    "share_microwave": "share treated with microwaves",
    "diameter_mean_mm": "size of the largest gland",
    "calcium_mean_mmol_l": "calcium at baseline",
    "phosphorus_mean_mmol_l": "phosphorus at baseline",
    "alp_median_u_l": "alkaline phosphatase at baseline",
    "alp_log_sd": "spread of alkaline phosphatase",
    "alp_pth_correlation": "correlation of alkaline phosphatase and PTH",
    "hypocalcaemia_threshold_mmol_l": "calcium that counts as severe",
    "hypocalcaemia_per_sd_alp": "hypocalcaemia with alkaline phosphatase, as assumed",
    "hypocalcaemia_per_sd_fall": "hypocalcaemia with the fall of PTH, as assumed",
    "followup_spread": "spread of follow-up",
    "share_followed_to_end": "share followed to the end",
    "share_missed": "visits missed",
    "first_day_fall": "fall of PTH on the first day",
    "share_never_controlled": "failures never controlled",
    "pth_end_median_pg_ml": "PTH of successes at the end",
    "transient_paralyses": "paralyses that passed",
}
"""Assumption to a few words, for tables and pictures."""

SURVIVES, FALLS = 0.95, 0.05
"""Share of cohorts from which a conclusion survives, and up to which it falls: ours to choose."""
ALIKE = 0.05
"""Difference of shares between the ends of a range below which none is told."""
Verdict = Literal["survives", "depends", "falls"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def verdict(share: float) -> Verdict:
    """Say whether a conclusion survives, falls, or depends on what is not known."""
    return "survives" if share >= SURVIVES else "falls" if share <= FALLS else "depends"


def standing(found: Ensemble, *, level: float = 0.95, most: int = 3) -> pd.DataFrame:
    """Return each conclusion with its share, its verdict and what it hinges on.

    What it hinges on is found from whether it holds, one or zero, not from its measure: an
    assumption may move a measure a lot without ever taking it across the limit.

    Parameters
    ----------
    found : Ensemble
        Of at least thirty cohorts.
    level : float
        Of the interval, which counts cohorts.
    most : int
        Assumptions to name at most.

    Returns
    -------
    DataFrame
        The columns of :func:`~analysis_lib.conclusions.judge`; ``verdict``; ``hinges``, words:
        each assumption with the shares of cohorts in which the conclusion holds at the lower and
        at the upper end of its range; ``first``, the assumption of the largest share, "" where
        there is none; ``alone``, what all assumptions that count explain one by one, and
        ``rest``, one minus that: assumptions acting together, and chance.
    """
    table = judge(found.members, level=level)
    words, first, alone = [], [], []
    for one in CONCLUSIONS:
        kept = hinges(_parts(found, one.key))
        named = kept.head(most)
        ends = zip(named["assumption"], named["low"], named["high"], strict=True)
        words.append("; ".join(_hinge(*end) for end in ends))
        first.append(kept["assumption"].iloc[0] if len(kept) else "")
        alone.append(float(kept["share"].sum()))
    table["verdict"] = [verdict(share) for share in table["share"]]
    table["hinges"], table["first"], table["alone"] = words, first, alone
    table["rest"] = (1 - table["alone"]).clip(lower=0)
    return table


def _hinge(assumption: str, low: float, high: float) -> str:
    """Write one hinge; ends that are alike would hide that it is the middle that differs."""
    if abs(high - low) < ALIKE:
        return f"{SHORT[assumption]} (up and down)"
    return f"{SHORT[assumption]} ({percent(low, 0)} to {percent(high, 0)})"


def moving(found: Ensemble, conclusion: str) -> list[str]:
    """Return the assumptions that a conclusion hinges on, largest share first; all if none does.

    Raises
    ------
    MissingColumnError
        If there is no such conclusion.
    """
    parts = _parts(found, conclusion)
    kept = hinges(parts)
    return list((kept if len(kept) else parts)["assumption"])


def error(table: pd.DataFrame) -> float:
    """Return the largest Monte Carlo standard error of a share in a table of :func:`standing`."""
    return float(((table["share"] * (1 - table["share"]) / table["n"]) ** 0.5).max())


def _parts(found: Ensemble, conclusion: str) -> pd.DataFrame:
    rules = {one.key: one for one in CONCLUSIONS}
    if conclusion not in rules:
        raise MissingColumnError(f"no conclusion {conclusion}; see conclusions.CONCLUSIONS")
    one = rules[conclusion]
    held = one.holds(found.members[one.measure]).astype("Float64").astype(float)
    return first_order(found.members.assign(held=held), "held", list(found.ranges))


def met(found: Ensemble, *, over: str, by: str, count: int = 4) -> pd.DataFrame:
    """Return the share of scenarios that could be met, in a grid of two assumptions.

    Parameters
    ----------
    over, by : str
        Assumptions; whole numbers of which the first is cut into ``count`` spans.
    count : int
        Spans of ``over``, as wide as each other.

    Returns
    -------
    DataFrame
        One row a span and a value of ``by``: ``low``, ``high`` of ``over``; ``by``; ``met`` of
        ``drawn`` scenarios and their ``share``, not-a-number where none was drawn.
    """
    import itertools

    import numpy as np
    import pandas as pd

    absent = [name for name in (over, by) if name not in found.ranges]
    if absent:
        raise MissingColumnError(f"no assumption {', '.join(absent)} was drawn over")
    whole = _drawn(found)
    low, high = found.ranges[over]
    edges = np.unique(np.linspace(low, high + 1, count + 1).astype(int))
    rows = []
    for start, stop in itertools.pairwise(edges):
        inside = whole[whole[over].between(start, stop - 1)]
        for value in sorted(whole[by].unique()):
            here = inside.loc[inside[by].eq(value), "met"]
            rows.append(
                {
                    "low": int(start), "high": int(stop - 1), "by": value,
                    "met": int(here.sum()), "drawn": len(here), "share": here.mean(),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def side_by_side(grid: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of :func:`met` in words: ``span``, and a column for each value of ``by``."""
    spans = [f"{a} to {b}" for a, b in zip(grid["low"], grid["high"], strict=True)]
    words = [
        f"{m} of {d} ({percent(m / d, 0)})" if d else "none drawn"
        for m, d in zip(grid["met"], grid["drawn"], strict=True)
    ]
    told = grid.assign(span=spans, words=words, by=grid["by"].map("{:g}".format))
    wide = told.pivot_table("words", "span", "by", aggfunc="first", sort=False)
    wide.columns.name = None
    return wide.reset_index()


def resistance(found: Ensemble) -> str:
    """Say which claims resist in scenarios that can't be met, and how often."""
    counts = found.unmet["claim_id"].value_counts()
    told = (f"{claim(str(name)).quantity} ({count})" for name, count in counts.items())
    return "; ".join(told) or "nothing"


def met_hinges(found: Ensemble) -> pd.DataFrame:
    """Return which assumptions decide whether a scenario can be met, largest share first.

    Over all scenarios that were drawn. The columns of :func:`~analysis_lib.decomposition.hinges`.
    """
    return hinges(first_order(_drawn(found), "met", list(found.ranges)))


def dependence(found: Ensemble) -> tuple[str, str, float]:
    """Return the two assumptions that are most correlated in the compatible cohorts, and how.

    They were drawn independently of each other. But a scenario that can't be met drops out, and
    what is left need not be independent any more. The correlation is Spearman's.
    """
    import numpy as np

    names = list(found.ranges)
    table = found.members[names].corr(method="spearman").to_numpy(copy=True)
    table[np.tril_indices(len(names))] = 0
    table[~np.isfinite(table)] = 0
    i, j = np.unravel_index(np.abs(table).argmax(), table.shape)
    return names[int(i)], names[int(j)], float(table[i, j])


def sentences(table: pd.DataFrame, which: Verdict) -> str:
    """Return the conclusions with a verdict, quoted, without their limits; "none" if none."""
    words = table.loc[table["verdict"].eq(which), "words"].str.replace(r" \(.*\)$", "", regex=True)
    return "; ".join(f"“{one}”" for one in words) or "none"


def spans(members: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the middle of each measure: ``key``, ``words`` and quantiles of cohorts.

    ``low`` and ``high`` bound the middle 95 %, ``lower`` and ``upper`` the middle half.
    """
    import pandas as pd

    by_key = {one.key: one for one in MEASURES}
    absent = [key for key in keys if key not in by_key or key not in members]
    if absent:
        raise MissingColumnError(f"no measure {', '.join(absent)}; see conclusions.MEASURES")
    names = ("low", "lower", "median", "upper", "high")
    rows = []
    for key in keys:
        found = members[key].quantile([0.025, 0.25, 0.5, 0.75, 0.975])
        cuts = dict(zip(names, map(float, found), strict=True))
        rows.append({"key": key, "words": by_key[key].words, **cuts})
    return pd.DataFrame(rows)


def _drawn(found: Ensemble) -> pd.DataFrame:
    """All scenarios, and whether each could be met."""
    import pandas as pd

    columns = ["member", *found.ranges]
    parts = (found.members[columns].assign(met=1.0), found.unmet[columns].assign(met=0.0))
    return pd.concat(parts, ignore_index=True)
