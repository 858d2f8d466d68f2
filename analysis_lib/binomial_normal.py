"""The binomial-normal model: logits that vary between studies, counts that vary within them.

Study ``i`` has its own logit ``mu + tau * u_i`` with ``u_i`` standard normal, and its events are
binomial given that logit. The integral over ``u_i`` has no closed form; adaptive Gauss-Hermite
quadrature puts seven points around the mode of each study's integrand. This is the likelihood that
``lme4::glmer(nAGQ = 7)`` maximises.

It should not be used where members of one study are dependent (several glands of one patient):
the binomial then states too small a variance within studies. Seven points give the deviance of a
study to 0.003 up to ``tau = 2`` and to 0.01 up to 3; beyond, the surface has ripples.

References
----------
Stijnen T, Hamza TH, Ozdemir P. Stat Med 2010;29:3046-3067.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis_lib.study_counts import Array

POINTS = 7
TAU_MAX = 10.0  # studies this far apart have hardly any probability but 0 and 1
TAU_ACCURATE = 3.0
_ROOTS, _WEIGHTS = np.polynomial.hermite.hermgauss(POINTS)
_NODES = _ROOTS * np.sqrt(2.0)  # for a standard normal in place of exp(-x**2)
_LOG_WEIGHTS = np.log(_WEIGHTS) + _ROOTS**2 - 0.5 * np.log(np.pi)


def deviance(mu: ArrayLike, tau: ArrayLike, events: ArrayLike, n: ArrayLike) -> Array:
    """Twice the log-likelihood by which the model falls short of one probability per study.

    Parameters
    ----------
    mu, tau : array_like, shape (m,)
        Mean and standard deviation of the logits. The sign of ``tau`` does not matter, so that the
        boundary ``tau = 0`` is an ordinary stationary point for derivatives.
    events, n : array_like, shape (k,)
        Members with the event and members, per study; no missing values. Checked by callers.

    Returns
    -------
    ndarray, shape (m,)
        The deviance at each pair of parameters.
    """
    x, m = np.asarray(events, float), np.asarray(n, float)
    mean, sd = np.broadcast_arrays(np.atleast_1d(mu).astype(float), np.atleast_1d(tau))
    mean, sd = mean[:, None], sd.astype(float)[:, None]
    mode = _modes(mean, sd, x, m)
    p = _expit(mean + sd * mode)
    scale = 1 / np.sqrt(1 + sd**2 * m * p * (1 - p))
    u = mode[..., None] + scale[..., None] * _NODES
    eta = mean[..., None] + sd[..., None] * u
    log_terms = _log_binomial(eta, x[:, None], m[:, None]) - u**2 / 2 + _LOG_WEIGHTS
    top = log_terms.max(axis=-1)
    log_marginal = np.log(scale) + top + np.log(np.exp(log_terms - top[..., None]).sum(axis=-1))
    result: Array = 2 * (_saturated(x, m) - log_marginal).sum(axis=-1)
    return result


def common_deviance(events: ArrayLike, n: ArrayLike) -> float:
    """Deviance of one probability for all studies, ``tau = 0``, at its best.

    The likelihood ratio of heterogeneity: chi-squared on ``k - 1`` degrees of freedom without it.
    Not with a handful of events in all, where that law is not reached.
    """
    x, m = np.asarray(events, float), np.asarray(n, float)
    p = x.sum() / m.sum()
    best = sum(c * np.log(q) for c, q in ((x.sum(), p), (m.sum() - x.sum(), 1 - p)) if c > 0)
    return max(0.0, 2 * float(_saturated(x, m).sum() - best))


def _expit(eta: Array) -> Array:
    result: Array = 0.5 * (1 + np.tanh(eta / 2))  # does not overflow
    return result


def _log_binomial(eta: Array, x: Array, n: Array) -> Array:
    result: Array = x * eta - n * np.logaddexp(0, eta)  # without the coefficient: it cancels
    return result


def _saturated(x: Array, n: Array) -> Array:
    parts = [c * np.log(np.where(c > 0, c, 1) / n) for c in (x, n - x)]
    result: Array = parts[0] + parts[1]
    return result


def _modes(mu: Array, tau: Array, x: Array, n: Array) -> Array:
    """Mode of ``u`` in each study: Newton, kept inside a bracket so that a wide step can't escape.

    The slope ``tau (x - n p) - u`` falls in ``u`` and its root lies between the values of
    ``tau (x - n p)`` at p = 1 and p = 0.
    """
    tau = np.abs(tau)
    low, high = tau * (x - n), tau * x
    u = np.zeros_like(low + mu)
    last = np.full_like(u, np.inf)
    for _ in range(200):
        p = _expit(mu + tau * u)
        slope = tau * (x - n * p) - u
        low, high = np.where(slope >= 0, u, low), np.where(slope <= 0, u, high)
        step = slope / (1 + tau**2 * n * p * (1 - p))
        # Quadrature forgives a mode that is off by this much; rounding allows little better.
        near = np.abs(step) <= 1e-12 * (1 + np.abs(u))
        new = u + step
        # Halve the bracket where a step leaves it, or does not shrink fast enough to end soon.
        good = (new >= low) & (new <= high) & (np.abs(step) <= last / 2)
        new = np.where(near | good, new, (low + high) / 2)
        u, last = new, np.abs(new - u)
        if near.all():
            break
    return u


_STENCIL = np.arange(-3, 4)
_FIRST = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
_SECOND = np.array([2, -27, 270, -490, 270, -27, 2]) / 180
_STEP = 0.04  # times the scale: sixth-order truncation and rounding both stay near 1e-9


def _scale(tau: ArrayLike, x: Array, n: Array) -> Array:
    """Distance over which the deviance bends: the spread of one study's observed logit."""
    p = (x.sum() + 0.5) / (n.sum() + 1)
    result: Array = np.minimum(1, np.sqrt(np.square(tau) + 1 / (n.mean() * p * (1 - p))))
    return result


def _derivatives(mu: float, tau: float, x: Array, n: Array) -> tuple[Array, Array]:
    """Gradient (2,) and Hessian (2, 2) of the deviance in ``mu`` and ``tau``.

    Central differences of sixth order on a 7 by 7 grid, evaluated in one pass: the quadrature's
    modes move with the parameters, which makes exact derivatives long and this short.
    """
    h = _STEP * float(_scale(tau, x, n))
    a, b = np.meshgrid(mu + h * _STENCIL, tau + h * _STENCIL, indexing="ij")
    f = deviance(a.ravel(), b.ravel(), x, n).reshape(7, 7)
    gradient = np.array([_FIRST @ f[:, 3], _FIRST @ f[3]]) / h
    cross = _FIRST @ f @ _FIRST
    hessian = np.array([[_SECOND @ f[:, 3], cross], [cross, _SECOND @ f[3]]]) / h**2
    return gradient, hessian


def _profile(tau: ArrayLike, x: Array, n: Array) -> tuple[Array, Array]:
    """Best ``mu`` at each ``tau``, and the deviance there; Newton, as it is convex in ``mu``."""
    sd = np.atleast_1d(np.asarray(tau, float))
    mu = np.full_like(sd, np.log(x.sum() / (n - x).sum()))
    h = _STEP * _scale(sd, x, n)
    for _ in range(30):
        f = deviance((mu[:, None] + h[:, None] * _STENCIL).ravel(), np.repeat(sd, 7), x, n)
        slope, bend = f.reshape(-1, 7) @ _FIRST / h, f.reshape(-1, 7) @ _SECOND / h**2
        step = np.where(bend > 0, -slope / np.where(bend > 0, bend, 1), -np.sign(slope))
        step = np.clip(step, -1, 1)
        mu = mu + step
        if np.all(np.abs(step) < 1e-7):  # the deviance is then exact to the square of this
            break
    return mu, deviance(mu, sd, x, n)


@dataclass(frozen=True)
class Fit:
    """Maximum likelihood: ``mu``, its standard error ``se``, ``tau``, and the deviance there.

    ``tau`` is infinite where the likelihood still rises at ``TAU_MAX``.
    """

    mu: float
    se: float
    tau: float
    deviance: float


def fit(events: ArrayLike, n: ArrayLike) -> Fit:
    """Maximise the likelihood over ``mu`` and ``tau >= 0``.

    Parameters
    ----------
    events, n : array_like, shape (k,)
        Counts per study, ``k >= 1``; not all members of all studies alike (the maximum is then at
        an infinite ``mu``). Checked by callers.

    Returns
    -------
    Fit
        ``se`` from the inverse of the joint Hessian in ``mu`` and ``tau``, which is diagonal at
        ``tau = 0``; not-a-number where ``tau`` is infinite, and where the Hessian is not positive
        definite (possible beyond ``TAU_ACCURATE`` only).
    """
    x, m = np.asarray(events, float), np.asarray(n, float)
    if len(x) == 1:  # says nothing of tau; what quadrature finds then is its own error
        yes, no = float(x[0]), float(m[0] - x[0])
        return Fit(float(np.log(yes / no)), float(np.sqrt(1 / yes + 1 / no)), 0.0, 0.0)
    grid = np.concatenate([[0], np.geomspace(0.1 * float(_scale(0, x, m)), TAU_MAX, 14)])
    mus, deviances = _profile(grid, x, m)
    common, best = common_deviance(x, m), int(np.argmin(deviances))
    if best == len(grid) - 1:
        return Fit(float(mus[-1]), np.nan, np.inf, float(deviances[-1]))
    # Two maxima are possible (one at zero), so the one at zero is kept for comparison.
    theta = _newton(np.array([mus[max(best, 1)], grid[max(best, 1)]]), x, m)
    lowest = float(deviance(theta[0], theta[1], x, m)[0])
    if common <= lowest + 1e-10 * (1 + common):
        theta, lowest = np.array([mus[0], 0.0]), common
    hessian = _derivatives(theta[0], theta[1], x, m)[1]
    if theta[1] == 0:
        hessian = np.diag([hessian[0, 0], 1.0])
    # The surface has ripples beyond TAU_ACCURATE, and the search may end on one.
    bowl = np.linalg.eigvalsh(hessian).min() > 0
    se = float(np.sqrt(2 * np.linalg.inv(hessian)[0, 0])) if bowl else np.nan
    return Fit(float(theta[0]), se, abs(float(theta[1])), lowest)


def _newton(theta: Array, x: Array, n: Array) -> Array:
    """Newton with backtracking; where the surface is not convex, towards steepest descent."""
    value = deviance(theta[0], theta[1], x, n)[0]
    for _ in range(50):
        gradient, hessian = _derivatives(theta[0], theta[1], x, n)
        values, vectors = np.linalg.eigh(hessian)
        bend = np.maximum(np.abs(values), 1e-3 * np.abs(values).max())
        step = -vectors @ ((vectors.T @ gradient) / bend)
        for _ in range(30):
            trial = theta + step
            new = deviance(trial[0], trial[1], x, n)[0]
            if new <= value + 1e-12 * (1 + abs(value)):
                break
            step = step / 2
        theta, value = trial, new
        if np.all(np.abs(step) < 1e-9):
            break
    return theta


def tau_limits(found: Fit, events: ArrayLike, n: ArrayLike, level: float) -> tuple[float, float]:
    """Profile-likelihood interval for ``tau``.

    The interval holds every ``tau >= 0`` whose profile deviance is within the chi-squared quantile
    (one degree of freedom) of the minimum, as ``lme4`` has it. The lower limit is 0 where
    ``tau = 0`` is among them; there the statistic's law is a mixture with a smaller quantile, so
    the interval errs towards including 0. The upper limit is infinite beyond ``TAU_MAX``.
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    x, m = np.asarray(events, float), np.asarray(n, float)
    target = found.deviance + float(chi2.ppf(level, 1))

    def excess(tau: float) -> float:
        return float(_profile(tau, x, m)[1][0]) - target

    lower, upper = 0.0, float("inf")
    if common_deviance(x, m) > target:
        lower = float(brentq(excess, 0, found.tau, xtol=1e-12))
    inner, outer = found.tau, min(max(2 * found.tau, 0.5), TAU_MAX)
    while excess(outer) <= 0 and outer < TAU_MAX:
        inner, outer = outer, min(2 * outer, TAU_MAX)
    if excess(outer) > 0:
        upper = float(brentq(excess, inner, outer, xtol=1e-12))
    return lower, upper
