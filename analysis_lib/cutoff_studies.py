"""What choosing a cut-off does in studies whose true risk is known: does it come again, and hold?

The conventions are those of :mod:`analysis_lib.cutoff`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.results import Result, number, percent, span
from analysis_lib.roc import Direction, check_direction
from analysis_lib.thresholds import Rule, Steps, check_rule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Landing(Result):
    """Where chosen cut-offs land, and how much they flatter themselves; means over studies.

    ``same`` is the share of ``studies`` that choose exactly the cut-off ``own``; the middle 95 %
    of the cut-offs lie between ``lower`` and ``upper``, which is no confidence interval.
    ``apparent`` is Youden's index where the cut-off was chosen, ``true`` where it was not,
    ``gap`` their difference, ``bootstrap`` the difference that the studies' own resamples show.
    ``without`` studies have no cut-off and are left out. Standard errors of simulation:
    ``same_error`` and ``gap_error``.
    """

    own: float
    studies: int
    without: int
    same: float
    same_error: float
    lower: float
    upper: float
    apparent: float
    true: float
    gap: float
    gap_error: float
    bootstrap: float

    def faces(self) -> dict[str, str]:
        """Format codes: "", "same", "span", "apparent", "true", "gap", "bootstrap"."""
        return {
            "": f"{self.own:g} in {percent(self.same, 0)}, {span(self.lower, self.upper, 0)}",
            "same": percent(self.same, 0),
            "span": span(self.lower, self.upper, 0),
            "apparent": number(self.apparent, 2),
            "true": number(self.true, 2),
            "gap": number(self.gap, 2),
            "bootstrap": number(self.bootstrap, 2),
        }


def landed(studies: pd.DataFrame, own: float) -> Landing:
    """Sum up what :func:`redrawn` or :func:`analysis_lib.cutoff.bootstrap` gave.

    Parameters
    ----------
    studies : DataFrame
        One row a study. Of a bootstrap, a study is a resample, and its cut-off is "true" in the
        rows that were resampled.
    own : float
        The cut-off to look for, in the unit of the values.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If no study has a cut-off.
    """
    names = {"youden_resample": "apparent", "youden_original": "true"}
    table = studies.rename(columns=names)
    absent = [name for name in ("cutoff", "apparent", "true") if name not in table]
    if absent:
        raise MissingColumnError(f"no column {absent}; there are {list(studies.columns)}")
    table = table.dropna(subset="cutoff")
    if table.empty:
        raise DataError(f"None of {len(studies)} studies has a cut-off.")
    same = float(table["cutoff"].eq(own).mean())
    lower, upper = table["cutoff"].quantile([0.025, 0.975])
    gap = table["apparent"] - table["true"]
    size = len(table)
    return Landing(
        own=own,
        studies=size,
        without=len(studies) - size,
        same=same,
        same_error=math.sqrt(same * (1 - same) / size),
        lower=float(lower),
        upper=float(upper),
        apparent=float(table["apparent"].mean()),
        true=float(table["true"].mean()),
        gap=float(gap.mean()),
        gap_error=float(gap.std() / math.sqrt(size)) if size > 1 else math.nan,
        bootstrap=float(table["bootstrap"].mean()) if "bootstrap" in table else math.nan,
    )


def redrawn(
    values: ArrayLike,
    risk: ArrayLike,
    *,
    rule: Rule,
    direction: Direction,
    studies: int,
    resamples: int,
    seed: int,
    inner: float = 0.10,
) -> pd.DataFrame:
    """Draw new outcomes for the same values, choose a cut-off, and compare it with the truth.

    A resample of a study holds the same events again, and finds their cut-off again; here only
    the values stay, and who has the event is drawn afresh.

    Parameters
    ----------
    values : (n,) numbers
        The predictor, complete.
    risk : (n,) numbers
        The true risk of each row, in [0, 1].
    rule, direction, inner
        As for :func:`analysis_lib.cutoff.choose`.
    studies : int
        Sets of outcomes, at least 1.
    resamples : int
        Bootstrap resamples of each study, from which it estimates its own optimism as
        :func:`analysis_lib.cutoff.bootstrap` does; 0 for none.
    seed : int
        Of outcomes and resamples.

    Returns
    -------
    DataFrame
        One row a study: ``events``; ``cutoff``, in the unit of the values; ``apparent``, its
        Youden index in the study; ``true``, its Youden index in endlessly many rows with these
        values and risks; ``bootstrap``, the optimism that the study's own resamples show, over
        those that have one. Missing where a study has one class or no value that may be a
        cut-off.

    Raises
    ------
    DataError
        If a value is missing or infinite, a risk is outside [0, 1] or all are 0 or all 1, lengths
        differ, there is no study, or the rule, the direction or the share is unknown.
    """
    import pandas as pd

    check_rule(rule, inner)
    check_direction(direction)
    sign = 1.0 if direction == "higher" else -1.0
    scores, chance = sign * np.asarray(values, dtype=float), np.asarray(risk, dtype=float)
    if scores.ndim != 1 or scores.shape != chance.shape or not np.isfinite(scores).all():
        raise DataError(
            f"Values of shape {scores.shape} and risks of shape {chance.shape}; give one of each "
            "a row, and no value that is missing or infinite."
        )
    if not ((chance >= 0) & (chance <= 1)).all() or not 0 < chance.sum() < len(chance):
        raise DataError("Each risk must lie in [0, 1], and they can't be all 0 or all 1.")
    if studies < 1 or resamples < 0:
        raise DataError(f"{studies} studies, {resamples} resamples of each; give at least 1 and 0.")
    rng = np.random.default_rng(seed)
    n = len(scores)
    y = rng.random((studies, n)) < chance
    steps = Steps.of(scores, y, np.ones((1, n)))
    at, _ = steps.best(rule, inner)
    beyond = scores >= steps.levels[:, None]
    truth = beyond @ chance / chance.sum() - beyond @ (1 - chance) / (1 - chance).sum()
    apparent = steps.criterion("youden")
    optimism = np.full(studies, math.nan)
    for study in range(studies if resamples else 0):
        weights = rng.multinomial(n, np.full(n, 1 / n), size=resamples)
        again = Steps.of(scores, y[study], weights)
        place, _ = again.best(rule, inner)
        kept = place >= 0
        if at[study] >= 0 and kept.any():
            seen = again.criterion("youden")[kept, place[kept]]
            optimism[study] = float(np.mean(seen - apparent[study, place[kept]]))
    none = at < 0
    columns = {
        "cutoff": sign * steps.levels[at],
        "apparent": apparent[np.arange(studies), at],
        "true": truth[at],
        "bootstrap": optimism,
    }
    return pd.DataFrame(
        {"events": y.sum(axis=1)}
        | {name: np.where(none, math.nan, column) for name, column in columns.items()}
    )
