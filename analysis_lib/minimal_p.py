"""The lowest p-value over many cut-offs, and what it is worth once the search is allowed for.

A chi-square test at each of the cut-offs that leave a share ``inner`` of the rows on either side;
the lowest p-value is then no p-value. Three corrections: an approximation by formula, the exact
distribution of the largest chi-square over all ways to deal out the events, and the same by
random permutation. Like a permutation test, the exact one is right for any sample and any ties.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis_lib.cutoff import Cutoff, choose
from analysis_lib.errors import DataError
from analysis_lib.maximal_chi_square import exact, null_maxima
from analysis_lib.results import Result, p_value
from analysis_lib.roc import Direction, complete
from analysis_lib.thresholds import TIE


@dataclass(frozen=True, kw_only=True)
class MinimalP(Result):
    """The lowest p-value over cut-offs, and its corrections.

    ``unadjusted`` is that of the chi-square test at ``cutoff``; ``formula`` that of Miller and
    Siegmund; ``exact`` counts all ways to deal out the events; ``permutation`` does so with
    ``permutations`` random ones, (1 + as large or larger) / (1 + permutations).
    """

    cutoff: Cutoff
    unadjusted: float
    formula: float
    exact: float
    permutation: float
    permutations: int
    inner: float
    method: str = "lowest p-value of chi-square tests over cut-offs"
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "unadjusted", "formula", "exact", "permutation"."""
        return {
            "": f"p = {p_value(self.exact)} instead of {p_value(self.unadjusted)}",
            "unadjusted": p_value(self.unadjusted),
            "formula": p_value(self.formula),
            "exact": p_value(self.exact),
            "permutation": p_value(self.permutation),
        }


def minimal_p(
    values: ArrayLike,
    outcome: ArrayLike,
    *,
    direction: Direction,
    inner: float,
    permutations: int,
    seed: int,
) -> MinimalP:
    """Find the cut-off with the lowest p-value, and correct that p-value for the search.

    Parameters
    ----------
    values, outcome, direction
        As for :func:`analysis_lib.cutoff.choose`, with its conventions.
    inner : float
        Least share of rows on either side, in (0, 0.5); 0.05 and 0.10 are customary.
    permutations : int
        At least 1. The least p-value they can show is one over their count plus one.
    seed : int
        Of the permutations.

    Raises
    ------
    DataError
        As :func:`analysis_lib.cutoff.choose`.

    References
    ----------
    Miller R, Siegmund D. Biometrics 1982;38:1011-1016.
    Altman DG, Lausen B, Sauerbrei W, Schumacher M. J Natl Cancer Inst 1994;86:829-835.
    Boulesteix AL. Biom J 2006;48:451-462.
    """
    from scipy.stats import chi2

    found = choose(values, outcome, rule="minimal_p", direction=direction, inner=inner)
    y, (scores,), _ = complete(outcome, values, direction=direction)
    unadjusted = float(chi2.sf(found.criterion, 1))
    null = null_maxima(scores, int(y.sum()), inner=inner, size=permutations, seed=seed)
    larger = int(np.sum(null >= found.criterion * (1 - TIE)))
    return MinimalP(
        cutoff=found,
        unadjusted=unadjusted,
        formula=by_formula(unadjusted, inner=inner),
        exact=float(exact(scores, int(y.sum()), [found.criterion], inner=inner)[0]),
        permutation=(1 + larger) / (1 + permutations),
        permutations=permutations,
        inner=inner,
    )


def by_formula(unadjusted: float, *, inner: float) -> float:
    """Correct a lowest p-value by the approximation of Miller and Siegmund.

    With z the two-sided normal quantile of the lowest p-value, f the normal density and e the
    share: f(z) (z - 1/z) log((1 - e)^2 / e^2) + 4 f(z) / z. It is meant for low p-values, a
    continuous predictor and many rows; it is 1 where z is below 1, and cut off there.

    Raises
    ------
    DataError
        If the p-value is outside [0, 1], or the share outside (0, 0.5).

    References
    ----------
    Miller R, Siegmund D. Biometrics 1982;38:1011-1016.
    Altman DG, Lausen B, Sauerbrei W, Schumacher M. J Natl Cancer Inst 1994;86:829-835.
    """
    from scipy.stats import norm

    if not 0 <= unadjusted <= 1 or not 0 < inner < 0.5:
        raise DataError(
            f"p-value {unadjusted}, least share {inner}; give a p-value in [0, 1] and a share "
            "above 0 and below 0.5."
        )
    if unadjusted == 0:
        return 0.0
    z = float(norm.isf(unadjusted / 2))
    if z < 1:
        return 1.0
    density = float(norm.pdf(z))
    width = 2 * math.log((1 - inner) / inner)
    return min(1.0, density * (z - 1 / z) * width + 4 * density / z)
