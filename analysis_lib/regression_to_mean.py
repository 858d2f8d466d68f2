"""Regression to the mean: who is chosen for a high value is lower the next time, untreated.

A measured value is partly the patient's level and partly the day. Those chosen for a high value
were, on average, also on a high day. The next day is an average one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis_lib.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

FARTHEST = 30.0
"""How many standard deviations the mean may lie from the threshold."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The people from whom patients are chosen: who is at or above ``threshold`` is treated.

    One measurement has a normal distribution with ``mean`` and ``sd``, in the unit of the
    threshold (a logarithm for values that spread over powers of ten). DataError if ``sd`` is not
    above zero, or the threshold lies too far off for anybody to be chosen.
    """

    mean: float
    sd: float
    threshold: float

    def __post_init__(self) -> None:
        """Refuse what is no distribution, or chooses nobody."""
        if not (math.isfinite(self.sd) and self.sd > 0):
            raise DataError(f"the standard deviation is {self.sd}; it must be above zero")
        if not abs(self.distance) <= FARTHEST:
            raise DataError(
                f"the threshold {self.threshold:g} lies {self.distance:g} standard deviations from "
                f"the mean {self.mean:g}; within {FARTHEST:g} there is someone to choose from"
            )

    @property
    def distance(self) -> float:
        """How many standard deviations the threshold lies above the mean."""
        return (self.threshold - self.mean) / self.sd

    @property
    def share_chosen(self) -> float:
        """Share of all who are chosen, a fraction in (0, 1)."""
        from scipy.stats import norm

        return float(norm.sf(self.distance))

    @property
    def chosen_mean(self) -> float:
        """Mean of the measurement by which they were chosen."""
        return self.mean + self.sd * _excess(self.distance)


def _excess(distance: float) -> float:
    """Mean of a standard normal value above ``distance``: the inverse Mills ratio."""
    from scipy.stats import norm

    return math.exp(float(norm.logpdf(distance)) - float(norm.logsf(distance)))


def source_of(chosen_mean: float, *, sd: float, threshold: float) -> Source:
    """Return the source whose members above the threshold have a given mean.

    DataError if the mean of the chosen does not lie above the threshold, or lies so near it or so
    far above it that no source gives it.
    """
    from scipy.optimize import brentq

    if not chosen_mean > threshold:
        raise DataError(
            f"those chosen have a mean of {chosen_mean:g}, not above the threshold {threshold:g}; "
            "give a lower one, on the scale of the values (a logarithm if they are logarithms)"
        )
    probe = Source(mean=threshold, sd=sd, threshold=threshold)
    wanted = (chosen_mean - threshold) / probe.sd
    if not _excess(FARTHEST) - FARTHEST < wanted < FARTHEST:
        raise DataError(
            f"a mean of {chosen_mean:g} lies {wanted:g} standard deviations above the threshold "
            f"{threshold:g}; no source within {FARTHEST:g} of it gives that"
        )
    distance = brentq(
        lambda d: _excess(d) - d - wanted, -FARTHEST, FARTHEST, xtol=1e-13, rtol=1e-13
    )
    return Source(mean=threshold - float(distance) * sd, sd=sd, threshold=threshold)


def expected_fall(source: Source, correlation: float) -> float:
    """Return by how much the mean of the chosen falls at the next measurement, untreated.

    ``(1 - correlation) * (mean of the chosen - mean of all)``, for two measurements with the same
    mean and spread and a joint normal distribution. The correlation is that of two measurements of
    one untreated person, as far apart as baseline and follow-up; DataError outside [0, 1].

    References
    ----------
    Barnett AG, van der Pols JC, Dobson AJ. Int J Epidemiol 2005;34:215-220.
    """
    _check(correlation)
    return (1 - correlation) * (source.chosen_mean - source.mean)


def _check(correlation: float) -> None:
    if not 0 <= correlation <= 1:
        raise DataError(f"the correlation is {correlation}; give one within [0, 1]")


def remeasure(source: Source, correlation: float, *, people: int, seed: int) -> pd.DataFrame:
    """Simulate people who are measured twice and never treated.

    Returns one row a person: ``person``, ``first``, ``second`` and ``chosen`` (the first
    measurement is at or above the threshold). DataError with fewer than one person or a
    correlation outside [0, 1].
    """
    import numpy as np
    import pandas as pd

    _check(correlation)
    if people < 1:
        raise DataError(f"{people} people can't be measured; give at least one")
    rng = np.random.default_rng(seed)
    level, one, other = rng.normal(size=(3, people))
    first, second = (
        source.mean
        + source.sd * (math.sqrt(correlation) * level + math.sqrt(1 - correlation) * day)
        for day in (one, other)
    )
    return pd.DataFrame(
        {
            "person": np.arange(1, people + 1),
            "first": first,
            "second": second,
            "chosen": first >= source.threshold,
        }
    )
