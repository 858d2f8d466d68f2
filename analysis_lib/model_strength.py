"""How strong a prediction model is: R² and C statistic of a binary outcome, and the way between.

The Cox-Snell R² is the share of the likelihood that a model explains. It can't reach 1 for a
binary outcome; Nagelkerke's R² is its share of the largest one possible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

from analysis_lib.errors import CountError, DataError

UNKNOWN_MODEL = 0.15
"""Nagelkerke R² to assume when nothing is known of the model's strength."""


def max_cox_snell(outcome_share: float) -> float:
    """Return the Cox-Snell R² of a model that knows every outcome; DataError outside (0, 1)."""
    share = inside(outcome_share, "outcome share")
    return -math.expm1(2 * _mean_log(share))


def cox_snell_from_nagelkerke(nagelkerke: float, outcome_share: float) -> float:
    """Return the Cox-Snell R² of a Nagelkerke R², a share of the largest possible one.

    ``UNKNOWN_MODEL`` is the Nagelkerke R² to take when nothing is known.
    """
    return inside(nagelkerke, "Nagelkerke R²") * max_cox_snell(outcome_share)


def cox_snell_from_c(c_statistic: float, outcome_share: float) -> float:
    """Return the Cox-Snell R² of a model with this C statistic.

    Assumes that the linear predictor is normal with the same spread in patients with and without
    the outcome. The integral is evaluated where the source draws a million patients.

    Parameters
    ----------
    c_statistic : float
        Above 0.5 and below 1.
    outcome_share : float
        In (0, 1).

    References
    ----------
    Riley RD, Van Calster B, Collins GS. Stat Med 2021;40:859-864.
    """
    share = inside(outcome_share, "outcome share")
    if not 0.5 < c_statistic < 1:
        raise DataError(
            f"C statistic {c_statistic} must be above 0.5 and below 1; at 0.5 a model knows nothing"
        )
    from scipy.integrate import quad

    shift = math.sqrt(2) * NormalDist().inv_cdf(c_statistic)
    at_middle = math.log(share / (1 - share))

    def lost(x: float, centre: float, sign: int) -> float:
        """Log-likelihood lost at x, times the density of a normal variable about ``centre``."""
        eta = sign * (at_middle + shift * (x - shift / 2))
        density = math.exp(-((x - centre) ** 2) / 2) / math.sqrt(2 * math.pi)
        return (math.log1p(math.exp(-abs(eta))) + max(-eta, 0.0)) * density

    mean = sum(
        weight * quad(lost, centre - 12, centre + 12, (centre, sign), epsabs=1e-13, limit=200)[0]
        for weight, centre, sign in ((share, shift, 1), (1 - share, 0.0, -1))
    )
    return -math.expm1(2 * (mean + _mean_log(share)))


def c_from_cox_snell(cox_snell: float, outcome_share: float) -> float:
    """Return the C statistic of a model with this Cox-Snell R²: the way back."""
    room_above(cox_snell, outcome_share)
    from scipy.optimize import brentq

    found = brentq(
        lambda c: cox_snell_from_c(c, outcome_share) - cox_snell, 0.5 + 1e-9, 1 - 1e-9, xtol=1e-12
    )
    return float(found)


def cox_snell_of_groups(shares: Sequence[float], risks: Sequence[float]) -> float:
    """Return the Cox-Snell R² of a model that knows the risk of each group, and no more.

    One two-valued predictor makes two groups: with their true risks, as
    :func:`analysis_lib.power.group_risks` gives them, this is the R² to expect of it in new
    patients. 0 where all risks are the same.

    Parameters
    ----------
    shares : sequence of float
        Share of all patients in each group, in (0, 1); they add up to 1.
    risks : sequence of float
        Share of each group with the outcome, in (0, 1).

    Raises
    ------
    DataError
        If the groups of the two differ in number, or a value is out of range.
    """
    if len(shares) != len(risks):
        raise DataError(f"{len(shares)} shares but {len(risks)} risks; give one of each a group")
    parts = [inside(share, "share of a group") for share in shares]
    groups = [inside(risk, "risk of a group") for risk in risks]
    if abs(sum(parts) - 1) > 1e-9:
        raise DataError(f"the shares of the groups add up to {sum(parts):g}; they must to 1")
    overall = sum(part * risk for part, risk in zip(parts, groups, strict=True))
    known = sum(part * _mean_log(risk) for part, risk in zip(parts, groups, strict=True))
    return max(0.0, -math.expm1(2 * (_mean_log(overall) - known)))


def inside(value: float, what: str) -> float:
    """Return a fraction, or refuse with a DataError what is not in (0, 1)."""
    if isinstance(value, (bool, str)) or not 0 < value < 1:
        raise DataError(f"{what} {value!r} lies outside (0, 1); give a fraction, not a percentage")
    return float(value)


def _mean_log(risk: float) -> float:
    """Mean log-likelihood of a patient whose risk is known."""
    return risk * math.log(risk) + (1 - risk) * math.log1p(-risk)


def room_above(cox_snell: float, outcome_share: float) -> float:
    """Return the largest R², or refuse with a DataError one that is not below it."""
    top = max_cox_snell(outcome_share)
    if not 0 < cox_snell < top:
        raise DataError(
            f"Cox-Snell R² {cox_snell} must be above 0 and below {top:.3f}, the largest one when a "
            f"share of {outcome_share:g} has the outcome"
        )
    return top


def count(value: Any, what: str, *, least: int = 1) -> int:
    """Return a count, or refuse with a CountError what is none or too few."""
    try:
        whole = not isinstance(value, (bool, str)) and float(value).is_integer()
    except (TypeError, ValueError):
        whole = False
    if not whole or int(value) < least:
        raise CountError(f"{value!r} {what}: give a whole number of at least {least}")
    return int(value)
