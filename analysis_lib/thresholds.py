"""Every cut-off of a value, in thousands of sets of counts at once.

The conventions are those of :mod:`analysis_lib.cutoff`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError
from analysis_lib.roc import Floats

Rule = Literal["youden", "closest", "minimal_p"]
LABELS: dict[Rule, str] = {
    "youden": "highest Youden index",
    "closest": "closest to the corner of the ROC plot",
    "minimal_p": "lowest p-value (chi-square test)",
}
TIE = 1e-12
"""Relative difference of two criteria below which they tie: more than rounding, less than a row."""


@dataclass(frozen=True)
class Steps:
    """Rows at or beyond each distinct value, for B sets of counts; they rise along the axis.

    ``levels`` (k,), the distinct values; ``hits`` and ``alarms`` (B, k), events and non-events at
    the value or above; ``here`` (B, k), whether it occurs in the set; ``events`` and ``others``
    (B, 1).
    """

    levels: Floats
    hits: Floats
    alarms: Floats
    here: NDArray[np.bool_]
    events: Floats
    others: Floats

    @classmethod
    def of(cls, scores: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic]) -> Steps:
        """Count; ``scores`` (n,), ``y`` (n,) or (B, n), ``weights`` (B, n) or (1, n)."""
        order = np.argsort(scores, kind="stable")
        levels, first = np.unique(scores[order], return_index=True)
        w = weights[:, order].astype(float)
        marked = w * y[..., order]
        w, marked = (np.add.reduceat(counts, first, axis=1) for counts in (w, marked))
        hits = np.cumsum(marked[:, ::-1], axis=1)[:, ::-1]
        alarms = np.cumsum((w - marked)[:, ::-1], axis=1)[:, ::-1]
        here = np.broadcast_to(w > 0, hits.shape)
        return cls(levels, hits, alarms, here, hits[:, :1], alarms[:, :1])

    def criterion(self, rule: Rule) -> Floats:
        """Return what the rule optimises (B, k); not-a-number where a set has one class."""
        with np.errstate(invalid="ignore", divide="ignore"):
            if rule == "youden":
                return self.hits / self.events - self.alarms / self.others
            if rule == "closest":
                missed = self.events - self.hits
                return (missed / self.events) ** 2 + (self.alarms / self.others) ** 2
            n, positive = self.events + self.others, self.hits + self.alarms
            # With all rows positive there is no table.
            spread = positive * (n - positive) * self.events * self.others
            excess = n * self.hits - positive * self.events
            return np.where(spread > 0, n * excess**2 / np.where(spread > 0, spread, 1), math.nan)

    def best(self, rule: Rule, inner: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the place of each set's cut-off (B,), -1 for none, and which values tie (B, k)."""
        loss = self.criterion(rule) * (1.0 if rule == "closest" else -1.0)
        loss[~self.allowed(rule, inner) | np.isnan(loss)] = math.inf
        least = loss.min(axis=1, keepdims=True)
        close = TIE * np.maximum(np.abs(least), TIE)
        with np.errstate(invalid="ignore"):
            tied = (loss - least <= close) & np.isfinite(loss)
        # The first of them is the lowest value: most rows positive, highest sensitivity.
        return np.where(tied.any(axis=1), tied.argmax(axis=1), -1), tied

    def allowed(self, rule: Rule, inner: float) -> NDArray[np.bool_]:
        """Tell which values may be cut-offs (B, k)."""
        if rule != "minimal_p":
            return self.here
        n, positive = self.events + self.others, self.hits + self.alarms
        slack = 1e-9 * n
        enough = (positive >= inner * n - slack) & (n - positive >= inner * n - slack)
        return self.here & enough & (positive < n)


def choose_many(
    scores: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic], *, rule: Rule, inner: float
) -> Floats:
    """Return the cut-offs (B,) of B sets of counts; not-a-number where there is none.

    ``scores`` (n,) are complete and high ones speak for the event; ``weights`` (B, n) are counts.
    A cut-off is a value that occurs in its set.
    """
    check_rule(rule, inner)
    steps = Steps.of(scores, y, weights)
    at, _ = steps.best(rule, inner)
    return np.where(at >= 0, steps.levels[at], math.nan)


def check_rule(rule: str, inner: float) -> None:
    """Refuse an unknown rule, or a share outside [0, 0.5), with a DataError."""
    if rule not in get_args(Rule):
        raise DataError(f"There is no rule {rule!r}; choose {', '.join(get_args(Rule))}.")
    if not 0 <= inner < 0.5:
        raise DataError(f"The least share on either side is {inner}; give one in [0, 0.5).")
