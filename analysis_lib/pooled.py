"""The result of a synthesis: a pooled proportion, and how far studies lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt

import numpy as np

from analysis_lib.results import (
    Denominator,
    Result,
    level_text,
    number,
    p_value,
    percent,
    percent_span,
    span,
)
from analysis_lib.study_counts import StudyCounts


@dataclass(frozen=True, kw_only=True)
class Pooled(Result):
    """A pooled proportion, and how far studies lie apart.

    ``estimate`` with ``lower`` and ``upper`` (mean logit, as a probability),
    ``prediction_lower`` and ``prediction_upper`` (a new study) and ``i2`` with its limits are
    fractions in [0, 1]. ``logit`` and ``se`` are the mean and its standard error, and ``tau2`` the
    variance between studies, on the logit scale. ``q`` is the test statistic of heterogeneity on
    ``q_df`` degrees of freedom. ``studies``, ``events`` and ``n`` count studies, members with the
    event and members of the ``denominator``. What can't be estimated is not-a-number, and
    ``warnings`` says why.
    """

    estimate: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    logit: float
    se: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    i2: float
    i2_lower: float
    i2_upper: float
    q: float
    q_df: int
    q_p: float
    studies: int
    events: int
    n: int
    level: float
    method: str
    denominator: Denominator
    warnings: tuple[str, ...] = ()

    def faces(self) -> dict[str, str]:
        """Format codes: "", "percent", "interval", "prediction", "tau2", "i2", "q", "p" and more.

        The members are written by the name of their unit, "patients" or "glands", or by "n".
        """
        level = level_text(self.level)
        interval = _fractions(self.lower, self.upper)
        tau2_limits = (self.tau2_lower, self.tau2_upper)
        i2_limits = _fractions(self.i2_lower, self.i2_upper, 0)
        estimate = _known(percent(self.estimate), self.estimate)
        return {
            "": f"{estimate} ({level} CI {interval})",
            "percent": estimate,
            "interval": interval,
            "lower": _known(percent(self.lower), self.lower),
            "upper": _known(percent(self.upper), self.upper),
            "prediction": _fractions(self.prediction_lower, self.prediction_upper),
            "tau2": f"{number(self.tau2, 2)} "
            f"({level} CI {_known(span(*tau2_limits, 2), *tau2_limits)})",
            "i2": f"{_known(percent(self.i2, 0), self.i2)} ({level} CI {i2_limits})",
            "q": f"{number(self.q, 1)} on {self.q_df} df",
            "p": _known(p_value(self.q_p), self.q_p),
            "studies": str(self.studies),
            "events": str(self.events),
            "n": str(self.n),
            str(self.denominator): str(self.n),
        }


def _known(text: str, *values: float) -> str:
    return "not estimable" if any(map(isnan, values)) else text


def _fractions(lower: float, upper: float, decimals: int = 1) -> str:
    return _known(percent_span(lower, upper, decimals), lower, upper)


def _expit(eta: float) -> float:
    return float(0.5 * (1 + np.tanh(eta / 2)))  # does not overflow


def from_logit(
    counts: StudyCounts,
    *,
    mean: float,
    se: float,
    quantile: float,
    prediction_quantile: float,
    tau2: tuple[float, float, float],
    q: tuple[float, float],
    level: float,
    method: str,
    warnings: list[str],
) -> Pooled:
    """Turn estimates on the logit scale into the result.

    ``mean`` and ``se`` are of the mean logit, ``quantile`` and ``prediction_quantile`` those of its
    two intervals; ``tau2`` comes with its limits, and ``q`` with its p-value.
    """
    k = len(counts.events)
    weights = 1 / counts.logits()[1]
    typical = (k - 1) / float(weights.sum() - (weights**2).sum() / weights.sum()) if k > 1 else nan
    i2, i2_lower, i2_upper = (value / (value + typical) for value in tau2)
    spread = sqrt(se**2 + tau2[0]) if k > 2 else nan
    return Pooled(
        estimate=_expit(mean),
        lower=_expit(mean - quantile * se),
        upper=_expit(mean + quantile * se),
        prediction_lower=_expit(mean - prediction_quantile * spread),
        prediction_upper=_expit(mean + prediction_quantile * spread),
        logit=mean,
        se=se,
        tau2=tau2[0],
        tau2_lower=tau2[1],
        tau2_upper=tau2[2],
        i2=i2,
        i2_lower=i2_lower,
        i2_upper=i2_upper,
        q=q[0],
        q_df=k - 1,
        q_p=q[1],
        studies=k,
        events=int(counts.events.sum()),
        n=int(counts.n.sum()),
        level=level,
        method=method,
        denominator=counts.denominator,
        warnings=tuple(warnings),
    )
