"""What an iteration hands back, and what became of each fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.triangles import back

Floats = NDArray[np.float64]

STATUSES = ("converged", "separated", "singular", "no_events", "not_converged", "no_weight")
"""What became of a fit; ``Fits.codes`` counts from 0 in this order."""

CONVERGED, SEPARATED, SINGULAR, NO_EVENTS, NOT_CONVERGED, NO_WEIGHT = range(6)
ILL_CONDITIONED, STALLED = 6, 7
"""These never leave the package: to be fitted again, in a basis of its own or with more care."""
ILL = 1e-8
"""Share of an information left beside the other columns at which a shared basis is given up."""


@dataclass(frozen=True)
class Solution:
    """Where b fits have ended.

    ``gamma`` (p, b); ``lower`` (p, p, b), L of the information; ``objective`` (b,), what was
    maximised, in this basis; ``likelihood`` (b,), without a penalty; ``slope`` (b,), the gradient
    along the last coordinate; ``steps`` and ``codes`` (b,).
    """

    gamma: Floats
    lower: Floats
    objective: Floats
    likelihood: Floats
    slope: Floats
    steps: NDArray[np.int64]
    codes: NDArray[np.int8]

    @classmethod
    def empty(cls, b: int, p: int, steps: int) -> Solution:
        """Return room for b fits, none of which has converged."""
        return cls(
            gamma=np.zeros((p, b)),
            lower=np.ones((p, p, b)),
            objective=np.full(b, np.nan),
            likelihood=np.full(b, np.nan),
            slope=np.full(b, np.nan),
            steps=np.full(b, steps, dtype=np.int64),
            codes=np.full(b, NOT_CONVERGED, dtype=np.int8),
        )

    def put(self, at: NDArray[np.int64], other: Solution) -> None:
        """Replace the fits ``at`` by those of another solution."""
        for name, value in vars(other).items():
            getattr(self, name)[..., at] = value

    def take(self, keep: NDArray[Any]) -> Solution:
        """Return the fits that ``keep`` (a mask or indices) names."""
        return Solution(**{name: value[..., keep] for name, value in vars(self).items()})

    def replaced(self, other: Solution, where: NDArray[np.bool_]) -> Solution:
        """Return these fits, those of another solution ``where`` a mask says so."""
        pairs = ((name, value, getattr(other, name)) for name, value in vars(self).items())
        return Solution(**{name: np.where(where, theirs, ours) for name, ours, theirs in pairs})

    def along(self, step: Floats) -> Floats:
        """Move the last coordinate by ``step`` (b,), the others along the ridge of the likelihood.

        The ridge is that of the information: where the others would be fitted if it were constant.
        """
        slopes = back(self.lower, self.lower[-1, :-1].copy())
        return np.concatenate([self.gamma[:-1] - slopes * step, self.gamma[-1:] + step])
