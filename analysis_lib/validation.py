"""Would the model predict as well in other patients? Resampling of the whole road to it.

A procedure is anything that takes counts of the rows (B, n) and hands back, for each set, logits
``linear`` (B, n) of all rows and a ``status`` (B,), "converged" or why there is no model; see
:mod:`analysis_lib.procedure_fits`. Whatever it does to the rows is done again in each resample.

Resamples without a model (separation, one class) are counted in ``failed`` and left out of the
averages. Those are the ones that fit their rows best, so that leaving them out understates the
optimism; if they are more than a few, take a penalty under which each resample has a model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError
from analysis_lib.performance import from_logits, shrunken
from analysis_lib.performance import measures as standard
from analysis_lib.results import Result, number
from analysis_lib.roc import Floats

if TYPE_CHECKING:
    import pandas as pd

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Measures = Callable[[Floats, Mask, NDArray[np.generic]], dict[str, Floats]]
"""From logits (B, n), outcomes (n,) and counts (B, n) to named measures (B,)."""


class Predictions(Protocol):
    """What a procedure hands back for B sets of counts."""

    @property
    def linear(self) -> Floats:
        """Logits (B, n)."""

    @property
    def status(self) -> NDArray[np.str_]:
        """Per set (B,): "converged", or why there is no model."""


WholeProcedure = Callable[[NDArray[np.generic]], Predictions]


@dataclass(frozen=True)
class Resampled:
    """Bootstrap resamples and what the procedure made of them.

    ``y`` (n,); ``counts`` (B, n), how often each row was drawn; ``apparent``, the logits (1, n)
    of the model of the rows themselves; ``fits``, what the procedure handed back, with
    cut-offs and entered terms if it is one of :mod:`analysis_lib.procedure_fits`.
    """

    y: Mask
    counts: Counts
    apparent: Floats
    fits: Predictions

    @property
    def good(self) -> Mask:
        """Which resamples have a model (B,)."""
        return np.asarray(self.fits.status == "converged")


@dataclass(frozen=True, kw_only=True)
class Corrected(Result):
    """One measure, apparent and corrected for optimism.

    ``optimism`` is the mean, over ``used`` resamples, of the measure of a resample's model in the
    resample less in the rows themselves; ``corrected`` is ``apparent`` less that.
    ``monte_carlo_error`` is the standard error of that mean from the finite count of resamples;
    it says nothing of the uncertainty from the finite count of patients.
    """

    measure: str
    apparent: float
    optimism: float
    corrected: float
    in_resample: float
    in_original: float
    monte_carlo_error: float
    used: int

    def faces(self) -> dict[str, str]:
        """Format codes: "", "apparent", "optimism", "corrected", "monte_carlo_error", "used"."""
        decimals = 3 if "brier" in self.measure or "benefit" in self.measure else 2
        apparent = number(self.apparent, decimals)
        corrected = number(self.corrected, decimals)
        return {
            "": f"{corrected} (apparent {apparent})",
            "apparent": apparent,
            "optimism": number(self.optimism, decimals),
            "corrected": corrected,
            "monte_carlo_error": number(self.monte_carlo_error, decimals + 1),
            "used": str(self.used),
        }


@dataclass(frozen=True, kw_only=True)
class Validation(Result):
    """Measures corrected for optimism; ``failed`` pairs each reason with a count of resamples."""

    rows: tuple[Corrected, ...]
    resamples: int
    failed: tuple[tuple[str, int], ...]
    method: str = "bootstrap, corrected for optimism (Harrell)"

    def __getitem__(self, measure: str) -> Corrected:
        """Return one measure by its name."""
        for row in self.rows:
            if row.measure == measure:
                return row
        raise DataError(
            f"no measure {measure!r}; there is {', '.join(r.measure for r in self.rows)}"
        )

    def table(self) -> pd.DataFrame:
        """Return one row a measure; columns are the fields of :class:`Corrected`."""
        import pandas as pd

        return pd.DataFrame([vars(row) for row in self.rows])

    def faces(self) -> dict[str, str]:
        """Format codes: "", "resamples", "failed"."""
        gone = sum(count for _, count in self.failed)
        return {
            "": f"{self.resamples} resamples, {gone} without a model",
            "resamples": str(self.resamples),
            "failed": str(gone),
        }


def resample(procedure: WholeProcedure, y: Mask, *, resamples: int, seed: int) -> Resampled:
    """Draw bootstrap resamples of the rows and go the whole procedure in each.

    Parameters
    ----------
    procedure : callable
        See above.
    y : (n,) booleans
        The outcome of the rows that the procedure knows.
    resamples : int
        At least 2; 200 steady a mean, 1,000 and more are customary.
    seed : int
        Of the resampling. Rows are drawn with replacement, not by class.

    Raises
    ------
    DataError
        If the rows themselves have no model, no resample has one, or fewer than two are asked for.
    """
    if resamples < 2:
        raise DataError(f"{resamples} resamples; ask for at least 2.")
    n = len(y)
    whole = procedure(np.ones((1, n), dtype=np.int64))
    if whole.status[0] != "converged":
        raise DataError(
            f"The rows themselves have no model ({whole.status[0]}), so there is nothing to "
            "validate; use a penalty, or fewer candidates."
        )
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    found = Resampled(np.asarray(y, dtype=bool), counts, whole.linear, procedure(counts))
    if not found.good.any():
        raise DataError(
            f"None of {resamples} resamples has a model: {failures(found.fits.status)}."
        )
    return found


def optimism(resampled: Resampled, *, measures: Measures = standard) -> Validation:
    """Correct measures for optimism.

    Parameters
    ----------
    resampled : Resampled
        As from :func:`resample`.
    measures : callable
        What is measured; those of :func:`analysis_lib.performance.measures` by default. The
        intercept and the slope of a resample's model in its own rows are 0 and 1 under maximum
        likelihood. A model of an intercept alone has no slope, nor has one that separates its own
        resample (under a penalty); ``used`` is then lower.

    References
    ----------
    Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-387.
    """
    good = resampled.good
    linear, y = resampled.fits.linear[good], resampled.y
    ones = np.ones((1, len(y)))
    own = measures(resampled.apparent, y, ones)
    drawn = measures(linear, y, resampled.counts[good])
    original = measures(linear, y, np.broadcast_to(ones, linear.shape))
    rows = []
    for name, apparent in own.items():
        pair = np.array([drawn[name], original[name]])
        pair = pair[:, np.isfinite(pair).all(axis=0)]
        used = pair.shape[1]
        means = pair.mean(axis=1).tolist() if used else [math.nan, math.nan]
        spread = float(np.std(pair[0] - pair[1], ddof=1)) if used > 1 else math.nan
        rows.append(
            Corrected(
                measure=name,
                apparent=float(apparent[0]),
                optimism=means[0] - means[1],
                corrected=float(apparent[0]) - (means[0] - means[1]),
                in_resample=means[0],
                in_original=means[1],
                monte_carlo_error=spread / math.sqrt(used) if used else math.nan,
                used=used,
            )
        )
    return Validation(rows=tuple(rows), resamples=len(good), failed=failures(resampled.fits.status))


def compared(validations: Mapping[str, Validation], measures: Sequence[str]) -> pd.DataFrame:
    """Return validations of one model side by side, below what it seems to be worth.

    Parameters
    ----------
    validations : mapping
        A name, such as what was repeated, to a validation. The model they validate is the same.
    measures : sequence of str
        Measures that each of them has; ``optimism`` is that of the first.

    Returns
    -------
    DataFrame
        ``repeated``, the name; each measure, corrected; ``optimism``. The first row holds the
        apparent values and has no optimism.

    Raises
    ------
    DataError
        If there is nothing to compare, a measure is missing, or apparent values differ.
    """
    import pandas as pd

    if not validations or not measures:
        raise DataError("Nothing to compare: give a validation and a measure.")
    first, *others = validations.values()
    for name in measures:
        for other in others:
            if not math.isclose(other[name].apparent, first[name].apparent, rel_tol=1e-6):
                raise DataError(
                    f"{name} is {first[name].apparent:g} in one validation before correction and "
                    f"{other[name].apparent:g} in another: they are of different models."
                )
    rows: list[dict[str, str | float]] = [{"repeated": "Nothing (apparent)"}]
    rows[0].update({name: first[name].apparent for name in measures})
    for title, each in validations.items():
        rows.append({"repeated": title, "optimism": each[measures[0]].optimism})
        rows[-1].update({name: each[name].corrected for name in measures})
    return pd.DataFrame(rows)


def shrunken_risks(resampled: Resampled, slope: float) -> pd.DataFrame:
    """Return the model's risks as predicted, and drawn in by a corrected calibration slope.

    One row a row: ``predicted`` and ``corrected``, fractions, by
    :func:`analysis_lib.performance.shrunken`; ``outcome``.
    """
    import pandas as pd

    linear, y = resampled.apparent, resampled.y
    milder = shrunken(linear, y, np.ones(linear.shape), slope=slope)
    return pd.DataFrame(
        {"predicted": from_logits(linear[0]), "corrected": from_logits(milder[0]), "outcome": y}
    )


def failures(status: NDArray[np.str_]) -> tuple[tuple[str, int], ...]:
    """Reasons why there is no model, and how often, the commonest first."""
    names, counts = np.unique(status[status != "converged"], return_counts=True)
    pairs = zip(names.tolist(), counts.tolist(), strict=True)
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
