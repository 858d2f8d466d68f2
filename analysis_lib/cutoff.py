"""Cut-offs that data choose: by Youden's index, by the corner of the ROC plot, by the least p.

Conventions, here and in everything built on it:

- A cut-off is an observed value, and a row is positive from it on: ``value >= cutoff`` where high
  values speak for the event, ``value <= cutoff`` where low ones do. (pROC puts it midway to the
  next value; the same rows are positive.)
- Where cut-offs tie, the one with the highest sensitivity is taken, and the others are reported.
- The lowest p is sought among cut-offs that leave at least ``inner`` of the rows on either side.
- A row with a missing value or outcome is left out, and counted.

What is chosen on some rows looks better on them than it is: see :func:`bootstrap`, and for the
p-value :mod:`analysis_lib.minimal_p`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis_lib.errors import DataError
from analysis_lib.results import Result, number, percent
from analysis_lib.roc import Direction, complete
from analysis_lib.thresholds import LABELS, Rule, Steps, check_rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Cutoff(Result):
    """A cut-off chosen by a rule.

    ``value`` is in the unit of the values. ``criterion`` is what the rule optimised: Youden's
    index (sensitivity + specificity - 1), the squared distance to the corner, or chi-square on
    one degree of freedom without continuity correction. ``ties`` are other observed values that
    reach it; ``tried`` is the count of values among which it was sought. ``positive`` of ``n``
    rows are at the cut-off or beyond; sensitivity and specificity are apparent, that is of the
    rows that chose it.
    """

    value: float
    sensitivity: float
    specificity: float
    criterion: float
    rule: Rule
    ties: tuple[float, ...]
    tried: int
    positive: int
    events: int
    n: int
    left_out: int
    direction: Direction
    method: str
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "value", "sensitivity", "specificity", "criterion", "tried", "ties"."""
        value = f"{self.value:g}"
        sensitivity, specificity = percent(self.sensitivity), percent(self.specificity)
        return {
            "": f"{value} (sensitivity {sensitivity}, specificity {specificity})",
            "value": value,
            "sensitivity": sensitivity,
            "specificity": specificity,
            "criterion": number(self.criterion, 3),
            "tried": str(self.tried),
            "ties": str(len(self.ties)),
        }


def choose(
    values: ArrayLike,
    outcome: ArrayLike,
    *,
    rule: Rule,
    direction: Direction,
    inner: float = 0.10,
) -> Cutoff:
    """Choose a cut-off by a rule.

    Parameters
    ----------
    values : (n,) numbers
        The predictor, in any unit.
    outcome : (n,) 0 or 1, or booleans
        1 for the event.
    rule : {"youden", "closest", "minimal_p"}
        Highest sensitivity plus specificity; least distance to sensitivity and specificity of 1;
        lowest p-value of a chi-square test without continuity correction.
    direction : {"higher", "lower"}
        Which values speak for the event. The chi-square test has no direction: with "minimal_p"
        a cut-off can be one that fewer events lie beyond, and ``warnings`` then says so.
    inner : float
        For "minimal_p": the least share of rows on either side, in [0, 0.5). Others do not use it.

    Raises
    ------
    DataError
        As :func:`analysis_lib.roc.complete`; or if the rule or the share is unknown, or no
        observed value may be a cut-off.

    References
    ----------
    Youden WJ. Cancer 1950;3:32-35.
    Perkins NJ, Schisterman EF. Am J Epidemiol 2006;163:670-675.
    """
    check_rule(rule, inner)
    y, (scores,), left_out = complete(outcome, values, direction=direction)
    steps = Steps.of(scores, y, np.ones((1, len(y))))
    at, tied = (found[0] for found in steps.best(rule, inner))
    if at < 0:
        raise DataError(
            f"No observed value has {percent(inner)} of the {len(y)} rows on either side; take a "
            "smaller share, or do not cut this variable."
        )
    sign = 1.0 if direction == "higher" else -1.0
    others = np.flatnonzero(tied)
    hits, alarms = steps.hits[0, at], steps.alarms[0, at]
    events, rest = steps.events[0, 0], steps.others[0, 0]
    sensitivity, specificity = float(hits / events), float(1 - alarms / rest)
    backwards = sensitivity + specificity <= 1
    return Cutoff(
        value=float(sign * steps.levels[at]),
        sensitivity=sensitivity,
        specificity=specificity,
        criterion=float(steps.criterion(rule)[0, at]),
        rule=rule,
        ties=tuple((sign * steps.levels[others[others != at]]).tolist()),
        tried=int(steps.allowed(rule, inner).sum()),
        positive=int(hits + alarms),
        events=int(events),
        n=len(y),
        left_out=left_out,
        direction=direction,
        method=LABELS[rule],
        warnings=("events are no commoner beyond the cut-off than on its other side",)
        if backwards
        else (),
    )


def bootstrap(
    values: ArrayLike,
    outcome: ArrayLike,
    *,
    rule: Rule,
    direction: Direction,
    resamples: int,
    seed: int,
    inner: float = 0.10,
) -> pd.DataFrame:
    """Choose the cut-off again in bootstrap resamples of the rows.

    The spread of the cut-offs shows how far the data pin one down; it is not a confidence interval
    with a known coverage, as the rules jump from value to value. The two Youden indices show how
    much the choice flatters itself: the mean of their difference is the optimism (Harrell).

    Parameters
    ----------
    values, outcome, rule, direction, inner
        As for :func:`choose`.
    resamples : int
        At least 1.
    seed : int
        Of the resampling.

    Returns
    -------
    DataFrame
        One row a resample: ``cutoff``, in the unit of the values; ``youden_resample``, Youden's
        index where it was chosen; ``youden_original``, that of the same cut-off in the rows
        themselves. All missing where the resample has one class or no value that may be a
        cut-off.

    Raises
    ------
    DataError
        As :func:`choose`, or without a resample.

    References
    ----------
    Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-387.
    """
    import pandas as pd

    check_rule(rule, inner)
    if resamples < 1:
        raise DataError(f"{resamples} resamples; ask for at least 1.")
    y, (scores,), _ = complete(outcome, values, direction=direction)
    n = len(y)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    steps, own = Steps.of(scores, y, weights), Steps.of(scores, y, np.ones((1, n)))
    at, _ = steps.best(rule, inner)
    none = at < 0
    sign = 1.0 if direction == "higher" else -1.0
    rows = np.arange(resamples)
    columns = {
        "cutoff": sign * steps.levels[at],
        "youden_resample": steps.criterion("youden")[rows, at],
        "youden_original": own.criterion("youden")[0, at],
    }
    return pd.DataFrame(
        {name: np.where(none, math.nan, column) for name, column in columns.items()}
    )
