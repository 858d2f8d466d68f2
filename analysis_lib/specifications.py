"""One association beside every set of covariates: how far an estimate depends on their choice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.logistic import fit_many
from analysis_lib.odds_ratio import critical_value

if TYPE_CHECKING:
    import pandas as pd

MOST = 12
"""Covariates whose sets are fitted: each one more doubles the number of models."""


def every_set(
    frame: pd.DataFrame,
    *,
    predictor: str,
    others: Sequence[str],
    outcome: str,
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit a predictor beside every subset of other columns, by maximum likelihood.

    Parameters
    ----------
    frame : DataFrame
        One row a patient. Only patients with a value in all of these columns are used, the same
        in each fit: else sets would differ by their patients, too.
    predictor, others : str and sequence of str
        Numerical or boolean columns; at most ``MOST`` others.
    outcome : str
        Boolean column, or of 0 and 1.
    level : float
        Confidence level of the limits.

    Returns
    -------
    DataFrame
        One row a set, small sets first: a boolean column for each of ``others`` (whether it is in
        the set); ``terms`` in the model, the predictor included; ``n`` patients, ``events`` among
        them, ``left_out``; the predictor's odds ratio ``estimate`` with its Wald limits ``lower``
        and ``upper`` and its Wald ``p``; ``aic``; ``status`` of the fit. Where the status is not
        "converged" there are no numbers.

    Raises
    ------
    MissingColumnError
        If the frame lacks a column.
    DataError
        If there are more than ``MOST`` others, or a column is named twice.
    """
    import numpy as np
    import pandas as pd

    names = [predictor, *others]
    if len(others) > MOST:
        raise DataError(f"{len(others)} covariates have 2^{len(others)} sets; give {MOST} at most")
    if len(set(names)) < len(names):
        raise DataError(f"a column is named twice in {names}")
    absent = [name for name in [*names, outcome] if name not in frame]
    if absent:
        raise MissingColumnError(f"no column {', '.join(map(repr, absent))}; see {list(frame)}")
    used = frame[[*names, outcome]].dropna().astype(float)
    y = used[outcome].to_numpy()
    rows = []
    for size in range(len(others) + 1):
        sets = list(combinations(others, size))
        x = np.stack([np.column_stack([y * 0 + 1, used[[predictor, *each]]]) for each in sets])
        fits = fit_many(x, y)
        middle, half = fits.coefficients[:, 1], fits.standard_errors[:, 1] * critical_value(level)
        with np.errstate(over="ignore"):
            ratios = np.exp([middle, middle - half, middle + half])
        rows.append(
            pd.DataFrame(
                {
                    **{name: [name in each for each in sets] for name in others},
                    "terms": size + 1,
                    "n": len(used),
                    "events": int(y.sum()),
                    "left_out": len(frame) - len(used),
                    **dict(zip(("estimate", "lower", "upper"), ratios, strict=True)),
                    "p": fits.p_values()[:, 1],
                    "aic": 2 * (size + 2) - 2 * fits.log_likelihood,
                    "status": fits.status,
                }
            )
        )
    return pd.concat(rows, ignore_index=True).astype({"status": "string"})
