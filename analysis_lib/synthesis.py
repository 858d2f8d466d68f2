"""Random-effects synthesis of proportions from published counts.

Two models of the same question. ``logit_reml`` treats each study's observed logit as normal with a
known variance; ``binomial_glmm`` keeps the counts binomial. They part where events are few, and
there the second is the better one.

Both pool logits, so the estimate is the probability in the *median* study, not the mean over
studies, and neither should be used on series that differ in what they call an event: no model
repairs a difference of definition.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log, nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis_lib import binomial_normal
from analysis_lib.errors import DataError
from analysis_lib.pooled import Pooled, from_logit
from analysis_lib.proportions import check_level
from analysis_lib.study_counts import Array, StudyCounts, listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Pooled", "binomial_glmm", "leave_one_out", "logit_reml"]

FEW_STUDIES = 5  # below this, tau2 is hardly more than a guess
FEW_STUDIES_NORMAL = 10  # below this, a normal quantile makes the interval too narrow
FEW_EVENTS = 10
ZERO_TAU2 = (
    "tau2 is estimated at 0, so the prediction interval allows for no difference between studies; "
    "that is not evidence that they agree: see the upper limit of tau2."
)


def logit_reml(studies: pd.DataFrame, *, level: float = 0.95) -> Pooled:
    """Pool observed logits: REML for the variance between studies, Knapp-Hartung for the mean.

    Parameters
    ----------
    studies : DataFrame, shape (k, 3 or more)
        One row a study: ``label`` (unique), ``events`` and ``n`` (whole numbers,
        ``0 <= events <= n``, ``n >= 1``). A column ``unit`` ("patients" or "glands", one value)
        gives the denominator; without it the members are patients. A missing value is refused:
        leave the study out, and say so.
    level : float
        Confidence level of all intervals, in (0, 1).

    Returns
    -------
    Pooled
        Interval of the mean: Knapp-Hartung standard error and the t distribution with ``k - 1``
        degrees of freedom. The factor that scales the variance is *not* raised to 1 where it is
        smaller (as ``metafor`` leaves it by default); ``warnings`` then names it, since the
        interval is narrower than without the adjustment, and has no width if all logits agree.
        Prediction interval: also ``k - 1`` degrees of freedom, as ``predict()`` of ``metafor`` has
        it for ``test = "knha"`` (Riley, Higgins and Deeks take ``k - 2``); not given below three
        studies. ``q``: Cochran's Q. ``i2``: share of ``tau2`` in ``tau2`` plus the typical variance
        within studies. Limits of ``tau2`` and ``i2``: Q-profile; both 0 where that interval is
        empty. With one study: that study's own normal interval, and nothing between studies.

    Notes
    -----
    0.5 is added to both cells of those studies, and only those, without events or without
    non-events. Their logits then lean towards one half, and the variances are treated as known
    though they are estimated from the same counts: with rare events use ``binomial_glmm``.

    Raises
    ------
    MissingColumnError
        If ``label``, ``events`` or ``n`` is missing.
    CountError
        If counts can't be; the message names the study and both counts.
    DataError
        No study, a label that is missing or comes twice, mixed or unknown units, or ``level``
        outside (0, 1).

    References
    ----------
    Viechtbauer W. J Educ Behav Stat 2005;30:261-293.
    Knapp G, Hartung J. Stat Med 2003;22:2693-2710.
    Viechtbauer W. Stat Med 2007;26:37-52.
    Higgins JPT, Thompson SG. Stat Med 2002;21:1539-1558.
    Riley RD, Higgins JPT, Deeks JJ. BMJ 2011;342:d549.
    """
    from scipy.stats import chi2, norm, t

    check_level(level)
    data = StudyCounts.checked(studies)
    k, (y, v) = len(data.events), data.logits()
    warnings = _few_studies(k)
    if data.extreme:
        warnings.append(
            f"0.5 was added to both counts of {listed(data.extreme)}, which had no events or no "
            "non-events; the estimate leans on it, so prefer binomial_glmm."
        )
    tau2 = _reml(y, v) if k > 1 else 0.0
    w = 1 / (v + tau2)
    mean, se = float(w @ y / w.sum()), float(1 / sqrt(w.sum()))
    q = float((y - (y / v).sum() / (1 / v).sum()) ** 2 @ (1 / v))
    if k > 1:
        scaling = float(w @ (y - mean) ** 2 / (k - 1))
        se *= sqrt(scaling)
        if scaling < 1:
            warnings.append(
                f"The Knapp-Hartung scaling is {scaling:.2g}, below 1, and is not raised to 1: the "
                "interval is narrower than without the adjustment and may be too narrow."
            )
    quantile = float(t.ppf((1 + level) / 2, k - 1) if k > 1 else norm.ppf((1 + level) / 2))
    limits, empty = _q_profile(y, v, level) if k > 1 else ((nan, nan), False)
    if empty:
        warnings.append(
            "The Q-profile interval of tau2 is empty (the studies agree more than chance has it); "
            "its limits are given as 0."
        )
    if tau2 == 0 and k > 1:
        warnings.append(ZERO_TAU2)
    return from_logit(
        data,
        mean=mean,
        se=se,
        quantile=quantile,
        prediction_quantile=quantile,
        tau2=(tau2, *limits) if k > 1 else (nan, nan, nan),
        q=(q, float(chi2.sf(q, k - 1)) if k > 1 else nan),
        level=level,
        method="logit, REML, Knapp-Hartung",
        warnings=warnings,
    )


def binomial_glmm(studies: pd.DataFrame, *, level: float = 0.95) -> Pooled:
    """Pool counts in a binomial-normal model (random-intercept logistic), by maximum likelihood.

    Parameters
    ----------
    studies : DataFrame, shape (k, 3 or more)
        As for ``logit_reml``. Nothing is added to any count.
    level : float
        Confidence level of all intervals, in (0, 1).

    Returns
    -------
    Pooled
        Adaptive Gauss-Hermite quadrature with 7 points, the likelihood of ``lme4::glmer`` and of
        ``metafor::rma.glmm(measure = "PLO", nAGQ = 7)``. Interval of the mean: Wald, normal
        quantile, standard error from the joint Hessian. Prediction interval: t
        quantile on ``k - 2`` degrees of freedom (Riley, Higgins and Deeks; ``predict()`` of
        ``metafor`` takes the normal one); not given below three studies. ``q``: likelihood
        ratio of one probability per study against one for all, on ``k - 1`` degrees of freedom.
        ``i2``: as in ``logit_reml``, with the typical variance of the corrected logits (so
        ``rma.glmm``). Limits of ``tau2`` and ``i2``: profile likelihood, from 0 where ``tau2 = 0``
        is within the limit; rough above ``tau2 = 9``, where 7 points are too few.

        Outcomes at the edges, each with a warning. No event in any study (or none without): the
        estimate is 0 (or 1), the rest not-a-number. Only studies with none or all, both kinds (or
        nearly so: ``tau`` above 10): the likelihood keeps rising with ``tau2``, and the estimates
        are not-a-number. One study: its own Wald interval.

    Notes
    -----
    Few studies make ``tau2`` too small (maximum likelihood) and both intervals too narrow. With a
    handful of events in all, give the exact interval of the summed counts beside it.

    Raises
    ------
    MissingColumnError, CountError, DataError
        As for ``logit_reml``.

    References
    ----------
    Stijnen T, Hamza TH, Ozdemir P. Stat Med 2010;29:3046-3067.
    Higgins JPT, Thompson SG. Stat Med 2002;21:1539-1558.
    """
    from scipy.stats import chi2, norm, t

    check_level(level)
    data = StudyCounts.checked(studies)
    k, x, m = len(data.events), data.events, data.n
    warnings = _few_studies(k)
    few = int(min(x.sum(), (m - x).sum()))
    what = "events" if x.sum() <= (m - x).sum() else "non-events"
    result: dict[str, Any] = {
        "mean": nan,
        "se": nan,
        "quantile": float(norm.ppf((1 + level) / 2)),
        "prediction_quantile": float(t.ppf((1 + level) / 2, k - 2)) if k > 2 else nan,
        "tau2": (nan, nan, nan),
        "q": (0.0, 1.0 if k > 1 else nan),
        "level": level,
        "method": "binomial-normal GLMM, maximum likelihood",
        "warnings": warnings,
    }
    if few == 0:
        warnings.append(
            f"No {what} in any study: the likelihood has its maximum at the edge, so there is no "
            "interval; give the exact interval of the summed counts."
        )
        return from_logit(data, **(result | {"mean": -inf if what == "events" else inf}))
    q = binomial_normal.common_deviance(x, m)
    result["q"] = (q, float(chi2.sf(q, k - 1)) if k > 1 else nan)
    # Each study all or none: the likelihood rises with tau2 for ever, and quadrature can't tell.
    found = None if len(data.extreme) == k else binomial_normal.fit(x, m)
    if found is None or found.tau == inf:
        warnings.append(
            "The studies are so far apart (none against all of the members) that the likelihood "
            "keeps rising with tau2: nothing is estimable."
        )
        return from_logit(data, **result)
    if few < FEW_EVENTS:
        warnings.append(
            f"Only {few} {what} in all: the Wald interval is rough; give the exact interval of the "
            "summed counts beside it."
        )
    if found.tau > binomial_normal.TAU_ACCURATE:
        warnings.append(
            f"tau is {found.tau:.2g} on the logit scale, where {binomial_normal.POINTS} quadrature "
            "points are too few (and an interval may be lacking); show the studies, do not pool."
        )
    if 1 < k < FEW_STUDIES_NORMAL:
        warnings.append(
            f"{k} studies, fewer than {FEW_STUDIES_NORMAL}: the interval of the mean has a normal "
            "quantile and is too narrow unless the studies agree; set the logit_reml one beside it."
        )
    if k > 1:
        lower, upper = (s**2 for s in binomial_normal.tau_limits(found, x, m, level))
        if upper == inf:
            upper = nan
            warnings.append(
                "The profile likelihood of tau2 gives no upper limit (tau up to "
                f"{binomial_normal.TAU_MAX:g})."
            )
        result["tau2"] = (found.tau**2, lower, upper)
        if found.tau == 0:
            warnings.append(ZERO_TAU2)
    return from_logit(data, **(result | {"mean": found.mu, "se": found.se}))


def leave_one_out(studies: pd.DataFrame, fit: Callable[[pd.DataFrame], Pooled]) -> pd.DataFrame:
    """Pool again without each study in turn: does one study carry the result?

    Parameters
    ----------
    studies : DataFrame
        As for ``logit_reml``, at least two rows.
    fit : callable
        ``logit_reml`` or ``binomial_glmm``; another level through ``functools.partial``.

    Returns
    -------
    DataFrame, shape (k, 13)
        One row a study, in the order given: ``left_out`` (its label), then of the others
        ``estimate``, ``lower``, ``upper``, ``prediction_lower``, ``prediction_upper``, ``tau2``,
        ``i2`` (as in ``Pooled``), ``q_p``, ``studies``, ``events``, ``n``, ``warnings`` (one text).

    Raises
    ------
    DataError
        With fewer than two studies, and as for ``logit_reml``.
    """
    import pandas as pd

    data = StudyCounts.checked(studies)
    if len(data.events) < 2:
        raise DataError("There is one study only; leaving it out leaves none. Give two or more.")
    shown = "estimate lower upper prediction_lower prediction_upper tau2 i2 q_p studies events n"
    rows = []
    for position, label in enumerate(data.labels):
        rest = fit(studies[np.arange(len(studies)) != position])
        values = {name: getattr(rest, name) for name in shown.split()}
        rows.append({"left_out": label, **values, "warnings": " ".join(rest.warnings)})
    return pd.DataFrame(rows)


def _few_studies(k: int) -> list[str]:
    if k == 1:
        return [
            "One study: nothing is pooled, the interval is the study's own; tau2, I2 and the "
            "prediction interval are not estimable."
        ]
    if k == 2:
        return [
            "Two studies: tau2 is barely estimated, and a prediction interval needs three; show "
            "the studies beside the pooled value."
        ]
    if k < FEW_STUDIES:
        return [
            f"{k} studies, fewer than {FEW_STUDIES}: tau2 is barely estimated, so read it, I2 and "
            "the prediction interval by their limits."
        ]
    return []


def _reml(y: Array, v: Array) -> float:
    """REML estimate of the variance between studies, by Fisher scoring."""

    def log_likelihood(tau2: float) -> float:
        w = 1 / (v + tau2)
        residuals = y - w @ y / w.sum()
        return 0.5 * float(np.log(w).sum() - log(w.sum()) - w @ residuals**2)

    tau2 = max(0.0, float(y.var(ddof=1) - v.mean()))
    value = log_likelihood(tau2)
    for _ in range(10_000):
        w = 1 / (v + tau2)
        s1, s2, s3 = w.sum(), (w**2).sum(), (w**3).sum()
        squared = (w * (y - w @ y / s1)) ** 2
        step = float((squared.sum() - (s1 - s2 / s1)) / (s2 - 2 * s3 / s1 + (s2 / s1) ** 2))
        new = max(0.0, tau2 + step)
        while log_likelihood(new) < value - 1e-12 * (1 + abs(value)):  # scoring can overshoot
            new = (tau2 + new) / 2
        done = abs(new - tau2) <= 1e-13 * (1 + tau2)
        tau2, value = new, log_likelihood(new)
        if done:
            break
    # A second maximum at 0 is possible; the higher one counts.
    return tau2 if value >= log_likelihood(0) else 0.0


def _q_profile(y: Array, v: Array, level: float) -> tuple[tuple[float, float], bool]:
    """Limits of tau2 at which the generalised Q has the quantiles; and whether there are none."""
    from scipy.optimize import brentq
    from scipy.stats import chi2

    def q(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(w @ (y - w @ y / w.sum()) ** 2)

    def root(target: float) -> float:
        if q(0) <= target:
            return 0.0
        top = 1.0
        while q(top) > target:
            top *= 2
        return float(brentq(lambda tau2: q(tau2) - target, 0, top, xtol=1e-14))

    smallest, largest = (float(chi2.ppf(p, len(y) - 1)) for p in ((1 - level) / 2, (1 + level) / 2))
    return (root(largest), root(smallest)), q(0) < smallest
