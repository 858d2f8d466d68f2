"""Would another ensemble say the same? Two halves side by side, and one over other ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib.conclusions import CONCLUSIONS, MEASURES, judge
from analysis_lib.decomposition import agreement
from analysis_lib.ensemble import Ensemble
from analysis_lib.errors import DataError
from analysis_lib.results import percent
from analysis_lib.standing import SHORT

if TYPE_CHECKING:
    import pandas as pd


def halves(found: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the members in two halves that share none: of even and of odd number."""
    even = found.members["member"] % 2 == 0
    one, other = found.members[even], found.members[~even]
    return one.reset_index(drop=True), other.reset_index(drop=True)


def compare_halves(found: Ensemble) -> pd.DataFrame:
    """Compare all that is reported of an ensemble between its halves.

    Returns
    -------
    DataFrame
        One row a result that is not the same in all cohorts: ``result``, ``words``; ``kind``,
        "measure" or "conclusion" (whose mean is a share); ``mean`` and ``other`` of the halves;
        ``difference`` in standard errors and its ``p``; ``distance`` of the distribution
        functions and ``p_distance`` (measures only); ``adjusted`` and ``adjusted_distance``, the
        p-values after Holm, over all of both kinds together.
    """
    import numpy as np
    import pandas as pd
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests

    names = {one.key: one.words for one in MEASURES}
    tables = []
    for half in halves(found):
        added = {
            f"held_{one.key}": one.holds(half[one.measure]).astype("Float64").astype(float)
            for one in CONCLUSIONS
        }
        tables.append(half.assign(**added))
    names |= {f"held_{one.key}": one.sentence for one in CONCLUSIONS}
    both = pd.concat(tables)
    used = [name for name in names if both[name].max() - both[name].min() > 1e-9]
    table = agreement(tables[0], tables[1], used).rename(columns={"p": "p_distance"})
    conclusion = table["result"].str.startswith("held_")
    table.insert(1, "words", table["result"].map(names))
    table.insert(2, "kind", np.where(conclusion, "conclusion", "measure"))
    table.loc[conclusion, ["distance", "p_distance"]] = np.nan
    table["p"] = 2 * norm.sf(table["difference"].abs())
    # One family: whatever of these a reader may hold against the other half.
    every = pd.concat([table["p"], table["p_distance"].dropna()])
    adjusted = multipletests(every, method="holm")[1]
    table["adjusted"] = adjusted[: len(table)]
    table["adjusted_distance"] = np.nan
    table.loc[~conclusion, "adjusted_distance"] = adjusted[len(table) :]
    table["result"] = table["result"].str.removeprefix("held_")
    return table


def moved(before: Ensemble, after: Ensemble, *, level: float = 0.05) -> pd.DataFrame:
    """Return what happens to the conclusions when ranges are changed.

    Parameters
    ----------
    before, after : Ensemble
        Over other ranges.
    level : float
        Of the test, after Holm over the conclusions.

    Returns
    -------
    DataFrame
        ``key``, ``words``; ``before`` and ``after``, shares; ``change``; ``p`` of Fisher's exact
        test, after Holm; ``moved``, whether that is below ``level``. If the second ensemble is
        a part of the first, its cohorts are tested against the others, otherwise against all:
        cohorts of one seed resemble each other, so that such a test misses rather than alarms.

    Raises
    ------
    DataError
        If the two are the same.
    """
    from scipy.stats import fisher_exact
    from statsmodels.stats.multitest import multipletests

    if _is_part(after, before) and len(after.members) == len(before.members):
        raise DataError("both ensembles hold the same cohorts; change a range")
    one, two = judge(before.members), judge(after.members)
    table = one[["key", "words"]].assign(before=one["share"], after=two["share"])
    table["change"] = table["after"] - table["before"]
    held, n, out, of = two["held"], two["n"], one["held"], one["n"]
    if _is_part(after, before):
        out, of = out - held, of - n
    grids = zip(held, n - held, out, of - out, strict=True)
    raw = [float(fisher_exact([[a, b], [c, d]]).pvalue) for a, b, c, d in grids]
    table["p"] = multipletests(raw, method="holm")[1]
    table["moved"] = table["p"] < level
    return table


def since_shipped(shipped: Ensemble, found: Ensemble) -> str:
    """Say in a sentence which ranges were changed since the shipped table, and what that moved."""
    changed = [name for name, span in found.ranges.items() if span != shipped.ranges.get(name)]
    if not changed:
        return "The ranges declared now are those of the shipped table."
    table = moved(shipped, found)
    gone = table[table["moved"]]
    names = ", ".join(SHORT[name] for name in changed)
    if gone.empty:
        return f"Changed since the shipped table: {names}. No conclusion moved beyond chance."
    return f"Changed since the shipped table: {names}. What moved: {told(gone)}."


def told(moves: pd.DataFrame) -> str:
    """Write rows of :func:`moved`: each conclusion, quoted, with its shares before and after."""
    ends = zip(moves["words"], moves["before"], moves["after"], strict=True)
    return "; ".join(f"“{one}” from {percent(a, 0)} to {percent(b, 0)}" for one, a, b in ends)


def _is_part(part: Ensemble, whole: Ensemble) -> bool:
    """Whether all cohorts of one are cohorts of the other."""
    columns = ["member", "seed", *(one.key for one in MEASURES)]
    inside = whole.members["member"].isin(part.members["member"])
    rows = whole.members.loc[inside, columns].reset_index(drop=True)
    return rows.equals(part.members[columns])
