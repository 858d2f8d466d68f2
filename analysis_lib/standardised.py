"""What an adjusted odds ratio is in risks: every patient's risk predicted twice, and averaged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.logistic import REASONS, fit
from analysis_lib.odds_ratio import critical_value
from analysis_lib.results import Denominator, Estimate, Result, percent

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class StandardisedRisks(Result):
    """Average risks of the same patients with a predictor set to 0, and set to 1.

    ``risk_without`` and ``risk_with`` are fractions; ``difference`` is in percentage points,
    ``ratio`` a ratio of risks; ``odds_ratio`` is that of the two average risks, which differs from
    the model's own (``conditional``) though nothing is confounded: odds ratios do not collapse.
    """

    risk_without: float
    risk_with: float
    difference: Estimate
    ratio: Estimate
    odds_ratio: float
    conditional: float

    def faces(self) -> dict[str, str]:
        """Format codes: "" and "without", "with"."""
        without, with_it = percent(self.risk_without), percent(self.risk_with)
        return {"": f"{with_it} against {without}", "without": without, "with": with_it}


def standardised_risks(
    frame: pd.DataFrame,
    *,
    predictor: str,
    others: Sequence[str],
    outcome: str,
    denominator: Denominator,
    level: float = 0.95,
) -> StandardisedRisks:
    """Average the predicted risks of all patients, with the predictor at 0 and at 1.

    Logistic regression by maximum likelihood, without interactions. Limits are those of the delta
    method, on the scale of the difference and of the log ratio; they hold the patients, and so
    their covariates, as given.

    Parameters
    ----------
    frame : DataFrame
        One row a member. Whoever lacks a value of one of the columns is left out.
    predictor : str
        Boolean column, or of 0 and 1.
    others : sequence of str
        Numerical or boolean columns the model adjusts for.
    outcome : str
        Boolean column, or of 0 and 1.
    denominator : str
        What a row is: "patients", "glands" or "nerves".
    level : float
        Confidence level of the limits.

    Raises
    ------
    MissingColumnError
        If the frame lacks a column.
    DataError
        If the predictor takes another value than 0 and 1, or the model has no estimate.
    """
    import numpy as np
    from scipy.special import expit

    names = [predictor, *others]
    absent = [name for name in [*names, outcome] if name not in frame]
    if absent:
        raise MissingColumnError(f"no column {', '.join(map(repr, absent))}; see {list(frame)}")
    used = frame[[*names, outcome]].dropna().astype(float)
    if not used[predictor].isin([0, 1]).all():
        raise DataError(f"{predictor!r} takes other values than 0 and 1; cut it, or use a slope")
    x = np.column_stack([np.ones(len(used)), used[names]])
    model = fit(x, used[outcome].to_numpy(), names=["constant", *names])
    if model.status != "converged":
        raise DataError(f"no model of {outcome!r}: {REASONS[model.status]}; take fewer terms")
    covariance = np.array(model.covariance)
    risks, slopes = [], []
    for value in (0.0, 1.0):
        x[:, 1] = value
        each = expit(x @ np.array(model.coefficients))
        risks.append(float(each.mean()))
        slopes.append((each * (1 - each)) @ x / len(x))
    z = critical_value(level)

    def spread(slope: np.ndarray) -> float:
        return z * math.sqrt(float(slope @ covariance @ slope))

    step, half = risks[1] - risks[0], spread(slopes[1] - slopes[0])
    ratio = risks[1] / risks[0]
    factor = math.exp(spread(slopes[1] / risks[1] - slopes[0] / risks[0]))

    def estimate(value: float, lower: float, upper: float, **words: Any) -> Estimate:
        return Estimate(
            estimate=value, lower=lower, upper=upper, level=level, n=len(used),
            denominator=denominator, **words,
        )  # fmt: skip

    return StandardisedRisks(
        risk_without=risks[0],
        risk_with=risks[1],
        difference=estimate(
            100 * step, 100 * (step - half), 100 * (step + half), decimals=0,
            unit="percentage points", method="standardised, delta method",
        ),
        ratio=estimate(
            ratio, ratio / factor, ratio * factor, decimals=1, unit="",
            method="standardised, delta method on the log scale",
        ),
        odds_ratio=risks[1] / (1 - risks[1]) * (1 - risks[0]) / risks[0],
        conditional=math.exp(model.coefficients[1]),
    )  # fmt: skip
