"""The whole road to a prediction model, as one thing that can be gone again in each resample.

Cut-off, screening one predictor at a time, model of those that pass: validation is honest only if
all of it is repeated. This is the declaration; :mod:`analysis_lib.procedure_fits` does it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from analysis_lib.errors import DataError
from analysis_lib.thresholds import Rule, check_rule

Penalty = Literal["none", "firth", "flic"]


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """How the model is made from rows.

    Attributes
    ----------
    candidates : tuple of str
        Columns that are screened: numbers or booleans.
    outcome : str
        Column of the event, boolean or 0 and 1.
    cut : str or None
        The candidate that is made two groups, high from the cut-off on; None for none.
    cutoff : "youden", "closest", "minimal_p", a number, or None
        The rule by which each resample chooses the cut-off anew (high values speak for the
        event; conventions of :mod:`analysis_lib.cutoff`), or one that is fixed beforehand. None
        only where ``cut`` is None.
    screening : float or None
        A candidate enters the model if its two-sided Wald p-value alone is below this. None: all
        enter. One without an estimate alone (separation, no variation) does not enter.
    penalty : "none", "firth" or "flic"
        Of all fits. "flic" is Firth's with the intercept estimated again, so that as many events
        are predicted as were seen (Puhr et al. 2017): Firth's own pulls probabilities to a half.
    inner : float
        For the rule "minimal_p": least share of rows on either side.

    References
    ----------
    Puhr R, Heinze G, Nold M, Lusa L, Geroldinger A. Stat Med 2017;36:2302-2317.
    """

    candidates: tuple[str, ...]
    outcome: str
    cut: str | None
    cutoff: Rule | float | None
    screening: float | None
    penalty: Penalty
    inner: float = 0.10

    def __post_init__(self) -> None:
        object.__setattr__(self, "candidates", tuple(self.candidates))
        names = self.candidates
        if not names or len(set(names)) != len(names):
            raise DataError(f"Candidates {', '.join(names) or 'none'}: name some, each once.")
        if (self.cut is None) != (self.cutoff is None) or self.cut not in (None, *names):
            raise DataError(
                f"cut={self.cut!r} with cutoff={self.cutoff!r}: name a candidate and a rule or "
                "number for it, or None for both."
            )
        if isinstance(self.cutoff, str):
            check_rule(self.cutoff, self.inner)
        elif self.cutoff is not None and not math.isfinite(self.cutoff):
            raise DataError(f"The cut-off is {self.cutoff}; give a finite number or a rule.")
        if self.screening is not None and not 0 < self.screening <= 1:
            raise DataError(f"screening={self.screening}: give a p-value in (0, 1], or None.")
        if self.penalty not in get_args(Penalty):
            raise DataError(f"No penalty {self.penalty!r}; take {', '.join(get_args(Penalty))}.")
