"""A proportion of members that come in clusters, with an interval that respects the clusters."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np

from analysis_lib.clusters import (
    members_of,
    refuse_without_pairs,
    refuse_without_variation,
    resampled,
)
from analysis_lib.errors import DataError
from analysis_lib.proportions import check_denominator, check_level
from analysis_lib.results import Denominator, Proportion

Method = Literal["ratio", "bootstrap", "gee", "cluster_mean"]

METHODS: tuple[Method, ...] = get_args(Method)
LABELS: dict[Method, str] = {
    "ratio": "ratio estimator, cluster-robust variance",
    "bootstrap": "cluster bootstrap, percentiles",
    "gee": "GEE, exchangeable correlation",
    "cluster_mean": "mean of the clusters' own shares",
}
FEW_CLUSTERS = 40
"""Below this the sandwich variance, and the percentiles of the bootstrap, are too small."""


def clustered_interval(
    events: Any,
    clusters: Any,
    *,
    method: Method,
    denominator: Denominator,
    level: float = 0.95,
    seed: int | None = None,
    resamples: int = 2000,
) -> Proportion:
    """Confidence interval for a proportion of members that come in clusters.

    Parameters
    ----------
    events : sequence of bool
        Whether each member had the event; none may be missing. 0 and 1 are taken too.
    clusters : sequence
        To which cluster each member belongs, such as ``patient_id``.
    method : {"ratio", "bootstrap", "gee", "cluster_mean"}
        There is no default. The first two estimate the share of members; the others weigh
        clusters otherwise, and estimate something else where large clusters have another share
        than small ones.

        - "ratio": events over members; the variance is that between clusters,
          ``K / (K - 1) * sum((x - share * n)**2) / N**2``; limits on the logit scale with the
          t-distribution of ``K - 1`` degrees of freedom.
        - "bootstrap": events over members; clusters drawn with replacement, percentiles.
        - "gee": logistic generalised estimating equations by ``statsmodels``, one correlation
          for any two members of a cluster, sandwich variance, scale without degrees of freedom.
        - "cluster_mean": each cluster's own share, averaged; t-interval, cut at 0 and 1.
    denominator : {"patients", "glands", ...}
        What the members are.
    level : float
        Confidence level, in (0, 1).
    seed, resamples : int
        For "bootstrap", which needs a seed.

    Returns
    -------
    Proportion
        ``events`` and ``n`` count members. ``estimate`` is ``events / n`` for the first two.

    Raises
    ------
    DataError
        If values are missing or not yes and no; with fewer than two clusters; if all members have
        the same outcome; for "gee" if no cluster has two members; for "bootstrap" without seed.

    References
    ----------
    Cochran WG. Sampling techniques. Wiley 1977.
    Liang KY, Zeger SL. Biometrika 1986;73:13-22.
    Williamson JM, Datta S, Satten GA. Biometrics 2003;59:36-42.
    """
    check_level(level)
    check_denominator(denominator)
    if method not in METHODS:
        raise DataError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    x, codes = _yes_or_no(events, clusters)
    n, k = np.bincount(codes).astype(float), int(codes.max()) + 1
    per = np.bincount(codes, x)
    warnings: tuple[str, ...] = ()
    if k < FEW_CLUSTERS:
        warnings = (f"{k} clusters, fewer than {FEW_CLUSTERS}: the interval may be too narrow.",)
    if method == "ratio":
        share = per.sum() / n.sum()
        reach = _t(level, k) * math.sqrt(_ratio_variance(per, n)) / (share * (1 - share))
        limits = _expit(_logit(share) - reach), _expit(_logit(share) + reach)
    elif method == "bootstrap":
        if seed is None:
            raise DataError("the bootstrap needs a seed, so that it can be repeated; give one.")
        share = per.sum() / n.sum()
        weights = resampled(k, resamples=resamples, seed=seed)
        draws = (weights @ per) / (weights @ n)
        limits = tuple(np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]))
    elif method == "gee":
        refuse_without_pairs(codes)
        share, limits = _gee(x, codes, level)
    else:
        own = per / n
        share = own.mean()
        reach = _t(level, k) * own.std(ddof=1) / math.sqrt(k)
        limits = max(share - reach, 0.0), min(share + reach, 1.0)
    return Proportion(
        events=int(x.sum()),
        n=len(x),
        estimate=float(share),
        lower=float(limits[0]),
        upper=float(limits[1]),
        level=level,
        method=LABELS[method],
        denominator=denominator,
        warnings=warnings,
    )


def observed_design_effect(events: Any, clusters: Any) -> float:
    """Return the variance of the ratio estimator over that of as many independent members.

    Parameters and errors as for :func:`clustered_interval`; the other variance is
    ``share * (1 - share) / N``.
    """
    x, codes = _yes_or_no(events, clusters)
    variance = _ratio_variance(np.bincount(codes, x), np.bincount(codes).astype(float))
    return float(variance / (x.mean() * (1 - x.mean()) / len(x)))


def _yes_or_no(events: Any, clusters: Any) -> tuple[Any, Any]:
    x, codes = members_of(events, clusters)
    other = x[(x != 0) & (x != 1)]
    if len(other):
        raise DataError(f"an outcome is {other[0]:g}; give true and false, or 1 and 0.")
    refuse_without_variation(x)
    return x, codes


def _ratio_variance(per: Any, n: Any) -> float:
    k, total = len(n), n.sum()
    residuals = per - per.sum() / total * n
    return float(k / (k - 1) * (residuals**2).sum() / total**2)


def _t(level: float, clusters: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, clusters - 1))


def _gee(x: Any, codes: Any, level: float) -> tuple[float, tuple[float, float]]:
    import statsmodels.api as sm

    order = np.argsort(codes, kind="stable")
    model = sm.GEE(
        x[order],
        np.ones((len(x), 1)),
        groups=codes[order],
        family=sm.families.Binomial(),
        cov_struct=sm.cov_struct.Exchangeable(),
    )
    fit = model.fit(maxiter=200, ctol=1e-12, ddof_scale=0)  # as geepack has it
    lower, upper = fit.conf_int(alpha=1 - level)[0]
    return _expit(float(fit.params[0])), (_expit(float(lower)), _expit(float(upper)))


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _expit(value: float) -> float:
    return 1 / (1 + math.exp(-value))
