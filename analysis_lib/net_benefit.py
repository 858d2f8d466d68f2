"""Net benefit: what acting on a predicted probability gains over acting on all, or on none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.performance import checked_probabilities, from_logits
from analysis_lib.roc import Floats

if TYPE_CHECKING:
    import pandas as pd


def decision_curve(
    probability: ArrayLike, outcome: ArrayLike, *, thresholds: Sequence[float]
) -> pd.DataFrame:
    """Return the net benefit of acting on a probability, of acting on all, and on none.

    With threshold t, whoever has a probability of t or more is acted on: true positives per row,
    less false positives per row times t / (1 - t).

    Parameters
    ----------
    probability, outcome
        As for :func:`analysis_lib.performance.performance`.
    thresholds : sequence of float
        Above 0 and below 1. Which are worth a look is for the clinic to say.

    Returns
    -------
    DataFrame
        One row a threshold: ``threshold``; ``positive`` rows, ``true_positive`` and
        ``false_positive`` among them; ``n``; ``model``, ``treat_all``, ``treat_none``, net
        benefits in true positives per row.

    Raises
    ------
    DataError
        As :func:`analysis_lib.performance.performance`, or if a threshold is outside (0, 1) or
        there is none.

    References
    ----------
    Vickers AJ, Elkin EB. Med Decis Making 2006;26:565-574.
    """
    import pandas as pd

    p, y, _ = checked_probabilities(probability, outcome)
    t = _thresholds(thresholds)
    odds = t / (1 - t)
    positive = p >= t[:, None]
    true, false = (positive & y).sum(axis=1), (positive & ~y).sum(axis=1)
    n = len(y)
    return pd.DataFrame(
        {
            "threshold": t,
            "positive": true + false,
            "true_positive": true,
            "false_positive": false,
            "n": n,
            "model": true / n - false / n * odds,
            "treat_all": y.mean() - (1 - y.mean()) * odds,
            "treat_none": 0.0,
        }
    )


def net_benefits(
    linear: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic], threshold: float
) -> Floats:
    """Return the net benefit (B,) at one threshold of B sets of predictions (B, n), as logits."""
    found, needless = acted_on(linear, y, weights, threshold)
    return found - needless * (threshold / (1 - threshold))


def acted_on(
    linear: Floats, y: NDArray[np.bool_], weights: NDArray[np.generic], threshold: float
) -> tuple[Floats, Floats]:
    """Return who is acted on at one threshold, of B sets of predictions (B, n), as logits.

    Two arrays (B,): rows with the event that are acted on, and rows without it, each as a share
    of all rows.
    """
    t = float(_thresholds([threshold])[0])
    w = np.broadcast_to(weights, linear.shape).astype(float)
    # Compared as probabilities, as decision_curve does, so that both round alike.
    positive = w * (from_logits(linear) >= t)
    total = w.sum(axis=1)
    found: Floats = positive @ y / total
    needless: Floats = positive @ ~y / total
    return found, needless


def _thresholds(thresholds: Sequence[float]) -> Floats:
    t = np.asarray(thresholds, dtype=float)
    if not t.size or not ((t > 0) & (t < 1)).all():
        raise DataError(f"Thresholds {list(thresholds)[:5]}: give some above 0 and below 1.")
    return t
