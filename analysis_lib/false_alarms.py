"""How often a cut value that means nothing looks significant, by how its cut-off was found.

The conventions are those of :mod:`analysis_lib.cutoff`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError
from analysis_lib.maximal_chi_square import BLOCK, dealt, exact
from analysis_lib.minimal_p import by_formula
from analysis_lib.roc import Floats
from analysis_lib.thresholds import Steps, check_rule

if TYPE_CHECKING:
    import pandas as pd

WAYS = {
    "fixed": "Fixed before outcomes are seen",
    "youden": "Highest Youden index",
    "minimal_p": "Lowest p-value",
    "formula": "Lowest, corrected by formula",
    "exact": "Lowest, corrected exactly",
}
"""Ways to find a cut-off and to test it, in words."""


def false_alarms(
    n: int, events: int, *, inner: float, alpha: float, studies: int, seed: int
) -> pd.DataFrame:
    """Return how often a value that means nothing is "significant", by how it was cut.

    Values are continuous, so only their order matters; the events fall at random. Tests are the
    chi-square test without continuity correction, and Wald's of the odds ratio, which has no
    estimate where one of the four counts is zero.

    Parameters
    ----------
    n, events : int
        Rows, and those with the event.
    inner : float
        Least share of rows on either side, where the lowest p is sought; in (0, 0.5).
    alpha : float
        Level of the test, in (0, 1).
    studies, seed : int
        Studies without an association, at least 1, and their seed.

    Returns
    -------
    DataFrame
        By ``cut``, with its ``words`` (see ``WAYS``): "fixed" (one of those that leave enough on
        either side, picked in each study without a look at the outcomes), "youden" (among all),
        "minimal_p" (among those that leave enough), and the last one's p-value corrected,
        "formula" and "exact". Shares of all studies: ``chi_square`` and ``wald``, with a p-value
        at or below ``alpha``; ``no_estimate``, in which Wald's test has none. Missing where it
        does not apply.

    Raises
    ------
    DataError
        If there is no study, all rows or none have the event, or a level or share is out of range.
    """
    import pandas as pd
    from scipy.stats import chi2

    check_rule("minimal_p", inner)
    if studies < 1 or not 0 < events < n or not 0 < alpha < 1 or math.ceil(inner * n) > n // 2:
        raise DataError(
            f"{studies} studies of {n} rows, {events} with the event, level {alpha}; give at least "
            "one study, both kinds of rows, a level between 0 and 1, and rows enough to leave "
            f"{inner:g} of them on either side."
        )
    rng = np.random.default_rng(seed)
    ranks = np.arange(n, dtype=float)
    limit = float(chi2.isf(alpha, 1))
    seen: dict[str, list[Floats]] = {"fixed": [], "youden": [], "minimal_p": []}
    for first in range(0, studies, max(1, BLOCK // n)):
        outcomes = dealt(rng, min(studies - first, max(1, BLOCK // n)), n, events)
        steps = Steps.of(ranks, outcomes, np.ones((1, n)))
        fair = np.flatnonzero(steps.allowed("minimal_p", inner)[0])
        for cut, at in (
            ("fixed", rng.choice(fair, len(outcomes))),
            ("youden", steps.best("youden", inner)[0]),
            ("minimal_p", steps.best("minimal_p", inner)[0]),
        ):
            seen[cut].append(_chi_squares(steps, at))
    rows = {}
    for cut, parts in seen.items():
        chi_square, wald = np.concatenate(parts, axis=1)
        rows[cut] = {
            "chi_square": float(np.mean(np.nan_to_num(chi_square) >= limit)),
            "wald": float(np.mean(np.nan_to_num(wald) >= limit)),
            "no_estimate": float(np.mean(np.isnan(wald))),
        }
    # Rounded to be few; a little less than that, so that each still counts as reached.
    largest, place = np.unique(
        np.concatenate(seen["minimal_p"], axis=1)[0].round(9), return_inverse=True
    )
    largest = largest - 1e-9
    corrected = {
        "exact": exact(ranks, events, largest, inner=inner),
        "formula": np.array([by_formula(float(p), inner=inner) for p in chi2.sf(largest, 1)]),
    }
    for name, p in corrected.items():
        rows[name] = {"chi_square": float(np.mean(p[place] <= alpha))}
    table = pd.DataFrame.from_dict(rows, orient="index").loc[list(WAYS)].rename_axis("cut")
    table.insert(0, "words", list(WAYS.values()))
    return table


def _chi_squares(steps: Steps, at: NDArray[np.int64]) -> Floats:
    """Chi-square and squared Wald statistic (2, B) at each set's cut-off; missing if none."""
    rows = np.arange(len(at))
    a, b = steps.hits[rows, at], steps.alarms[rows, at]
    c, d = steps.events[:, 0] - a, steps.others[:, 0] - b
    with np.errstate(divide="ignore", invalid="ignore"):
        margins = (a + b) * (c + d) * (a + c) * (b + d)
        chi_square = (a + b + c + d) * (a * d - b * c) ** 2 / margins
        wald = np.log(a * d / (b * c)) ** 2 / (1 / a + 1 / b + 1 / c + 1 / d)
    wald[np.minimum.reduce([a, b, c, d]) == 0] = math.nan
    return np.array([chi_square, wald])
