"""Who would be acted on by a model, as it seems in its own rows and in rows like them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError
from analysis_lib.net_benefit import acted_on, decision_curve
from analysis_lib.performance import from_logits
from analysis_lib.roc import Floats
from analysis_lib.validation import Mask, Resampled, optimism

if TYPE_CHECKING:
    import pandas as pd


def decisions(resampled: Resampled, *, thresholds: Sequence[float]) -> pd.DataFrame:
    """Return a decision curve with who is acted on, apparent and corrected for optimism.

    Parameters
    ----------
    resampled : Resampled
        As from :func:`analysis_lib.validation.resample`.
    thresholds : sequence of float
        As for :func:`analysis_lib.net_benefit.decision_curve`.

    Returns
    -------
    DataFrame
        One row a threshold, the columns of ``decision_curve`` and: ``found`` and ``needless``,
        rows with and without the event that are acted on, per row; ``found_corrected``,
        ``needless_corrected`` and ``corrected``, those and the net benefit after the optimism is
        taken off (fewer needless ones in a resample are optimism as well);
        ``monte_carlo_error`` of ``corrected``. ``corrected`` is ``found_corrected`` less
        ``needless_corrected`` times t / (1 - t).

    Raises
    ------
    DataError
        If a threshold is outside (0, 1), or there is none.
    """

    def measured(linear: Floats, y: Mask, weights: NDArray[np.generic]) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for at, t in enumerate(thresholds):
            hits, alarms = acted_on(linear, y, weights, t)
            found |= {f"found {at}": hits, f"needless {at}": alarms}
            found[f"benefit {at}"] = hits - alarms * (t / (1 - t))
        return found

    curve = decision_curve(from_logits(resampled.apparent[0]), resampled.y, thresholds=thresholds)
    validation = optimism(resampled, measures=measured)
    for name, column in (
        ("found", "found_corrected"),
        ("needless", "needless_corrected"),
        ("benefit", "corrected"),
    ):
        rows = [validation[f"{name} {at}"] for at in range(len(curve))]
        if name != "benefit":
            curve[name] = [row.apparent for row in rows]
        curve[column] = [row.corrected for row in rows]
        if name == "benefit":
            curve["monte_carlo_error"] = [row.monte_carlo_error for row in rows]
    return curve


def per_hundred(curve: pd.DataFrame, *, thresholds: Sequence[float]) -> pd.DataFrame:
    """Return who would be acted on of a hundred, as it seems and corrected.

    Parameters
    ----------
    curve : DataFrame
        As from :func:`decisions`.
    thresholds : sequence of float
        Some of its own.

    Returns
    -------
    DataFrame
        Two rows a threshold: ``threshold``; ``model``, "as it seems" or "corrected"; ``found``,
        ``needless`` and ``missed``, per hundred rows. Corrected counts may fall below zero where
        next to nobody is acted on.

    Raises
    ------
    DataError
        If the curve lacks a threshold.
    """
    import pandas as pd

    rows = []
    for t in thresholds:
        here = curve[np.isclose(curve["threshold"], t)]
        if len(here) != 1:
            raise DataError(f"The curve has no threshold {t}; it runs over {len(curve)} others.")
        at = here.iloc[0]
        # Acting on all gains the share with the event, less the others at the rate of exchange.
        events = at["treat_all"] * (1 - t) + t
        for model, side in (("as it seems", ""), ("corrected", "_corrected")):
            found, needless = at[f"found{side}"], at[f"needless{side}"]
            rows.append((t, model, 100 * found, 100 * needless, 100 * (events - found)))
    return pd.DataFrame(rows, columns=["threshold", "model", "found", "needless", "missed"])
