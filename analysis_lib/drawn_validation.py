"""Does a corrected measure hit the truth? Studies drawn where the truth is known.

Patients are drawn from the rows' own covariates, and each has the event with a declared
probability. In each drawn study the whole procedure is gone and corrected as in the rows. Since
the probabilities are known, so is what the study's model is worth in all patients of this kind.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.performance import measures
from analysis_lib.procedure_fits import Prepared
from analysis_lib.results import Result, level_text, number, percent
from analysis_lib.roc import Floats, c_statistics
from analysis_lib.validation import Mask
from analysis_lib.validation_intervals import nested_optimism

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Accuracy(Result):
    """How a corrected measure and its interval did over drawn studies.

    The error of a study is its corrected measure less the true one of its own model. ``bias`` is
    their mean and ``spread`` their standard deviation; ``lower`` and ``upper`` hold the middle
    ``level`` of them. ``covered`` of ``studies`` have the truth within their shifted interval; in
    ``too_high`` it lies below, in ``too_low`` above.
    """

    studies: int
    level: float
    truth: float
    bias: float
    spread: float
    lower: float
    upper: float
    covered: float
    too_high: float
    too_low: float

    @property
    def coverage_error(self) -> float:
        """Monte Carlo standard error of ``covered``."""
        return math.sqrt(self.covered * (1 - self.covered) / self.studies)

    @property
    def bias_error(self) -> float:
        """Monte Carlo standard error of ``bias``."""
        return self.spread / math.sqrt(self.studies)

    def faces(self) -> dict[str, str]:
        """Format codes: "", and fields by name; "coverage_error", "bias_error"."""
        shares = ("covered", "too_high", "too_low", "coverage_error")
        sizes = ("truth", "bias", "spread", "lower", "upper")
        return {
            "": f"{percent(self.covered, 0)} of {level_text(self.level)} intervals hold the truth",
            "studies": str(self.studies),
            "bias_error": number(self.bias_error, 3),
            **{name: percent(getattr(self, name), 0) for name in shares},
            **{name: number(getattr(self, name), 2) for name in sizes},
        }


def drawn(
    prepared: Prepared,
    probability: ArrayLike,
    *,
    studies: int,
    resamples: int,
    seed: int,
    level: float,
) -> pd.DataFrame:
    """Draw studies, correct each one's C statistic, and find what each one's model is worth.

    Parameters
    ----------
    prepared : Prepared
        The procedure and the rows whose covariates are drawn, with replacement.
    probability : (n,) numbers in (0, 1)
        Of the event, of each row: the truth.
    studies : int
        Of as many patients as there are rows.
    resamples : int
        Bootstrap resamples of each study, at least 2; percentiles of fewer than 50 are rough.
    seed : int
    level : float
        Of the shifted intervals, in (0, 1).

    Returns
    -------
    DataFrame
        One row a study with a model: ``events``; ``true_c`` and ``true_slope``, those of its own
        model in all patients of this kind; ``apparent_c``, ``corrected_c``, ``lower_c`` and
        ``upper_c``, the limits of :func:`analysis_lib.validation_intervals.shifted_interval`. The
        slope is not-a-number for a model of an intercept alone. In ``attrs["without_a_model"]``
        the count of studies left out.

    Raises
    ------
    DataError
        If there is a wrong number of probabilities, one is outside (0, 1), or no study or fewer
        than 2 resamples are asked for.
    """
    import pandas as pd

    p = np.asarray(probability, dtype=float)
    n = len(prepared.y)
    if p.shape != (n,) or not ((p > 0) & (p < 1)).all():
        raise DataError(f"{p.size} probabilities for {n} rows: give one a row, above 0, below 1.")
    if studies < 1 or resamples < 2 or not 0 < level < 1:
        raise DataError(
            f"{studies} studies, {resamples} resamples, level {level}: give at least 1, at least "
            "2, and a share."
        )
    # Each row twice, once with the event and once without, so that a study is a set of counts,
    # and so is a resample of it, and the truth is a set of weights.
    twice = dataclasses.replace(
        prepared, x=np.vstack([prepared.x, prepared.x]), y=np.arange(2 * n) < n
    )
    truth = np.concatenate([p, 1 - p]) / n
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(n, truth, size=studies)
    fits = twice(counts)
    good = fits.status == "converged"
    counts, linear, y = counts[good], fits.linear[good], twice.y
    true = measures(linear, y, np.broadcast_to(n * truth, linear.shape))
    inside: dict[str, Floats] = {}
    flattery = nested_optimism(
        twice, y, counts, resamples=resamples, rng=rng, measures=_concordance, keep=inside
    )["c"]
    apparent = _concordance(linear, y, counts)["c"]
    lower, upper = np.nanquantile(inside["c"], [(1 - level) / 2, (1 + level) / 2], axis=1)
    frame = pd.DataFrame(
        {
            "events": counts @ y,
            "true_c": true["c_statistic"],
            "true_slope": true["slope"],
            "apparent_c": apparent,
            "corrected_c": apparent - flattery,
            "lower_c": lower - flattery,
            "upper_c": upper - flattery,
        }
    )
    frame.attrs["without_a_model"] = int((~good).sum())
    return frame


def _concordance(linear: Floats, y: Mask, weights: NDArray[np.generic]) -> dict[str, Floats]:
    return {"c": c_statistics(linear, y, weights)}


def accuracy(studies: pd.DataFrame, *, level: float) -> Accuracy:
    """Return how the corrected C statistic and its shifted interval did.

    Parameters
    ----------
    studies : DataFrame
        As from :func:`drawn`; two rows or more.
    level : float
        That of the intervals, for ``lower`` and ``upper`` too.
    """
    if len(studies) < 2:
        raise DataError(f"{len(studies)} studies; give two or more.")
    true = studies["true_c"]
    error = studies["corrected_c"] - true
    high, low = studies["lower_c"] > true, studies["upper_c"] < true
    lower, upper = error.quantile([(1 - level) / 2, (1 + level) / 2]).tolist()
    return Accuracy(
        studies=len(studies),
        level=level,
        truth=float(true.mean()),
        bias=float(error.mean()),
        spread=float(error.std(ddof=1)),
        lower=lower,
        upper=upper,
        covered=float((~high & ~low).mean()),
        too_high=float(high.mean()),
        too_low=float(low.mean()),
    )
