"""What a rare event tells: how often it could go unseen, and how many patients show the next."""

from __future__ import annotations

import math

from analysis_lib.errors import DataError
from analysis_lib.proportions import whole_counts


def chance_of_at_most(events: int, n: int, *, share: float) -> float:
    """Return the chance of at most so many events in ``n`` independent members.

    Parameters
    ----------
    events, n : int
        Events and members, ``0 <= events <= n``, ``n >= 1``.
    share : float
        The true share, a fraction in [0, 1].

    Returns
    -------
    float
        A probability.

    Raises
    ------
    CountError, DataError
        If the counts can't be, or the share lies outside [0, 1].
    """
    from scipy.stats import binom

    x, m = whole_counts(events, n)
    if not 0 <= share <= 1:
        raise DataError(f"The share is {share}; give a fraction in [0, 1], such as 0.01.")
    return float(binom.cdf(x, m, share))


def members_for_one(share: float, *, chance: float) -> int:
    """Return how many members must be treated so that at least one event is seen.

    Parameters
    ----------
    share : float
        The true share, a fraction in (0, 1).
    chance : float
        With which chance one is to be seen, in (0, 1).

    Returns
    -------
    int
        The smallest such number: ``1 - (1 - share) ** n >= chance``.

    Raises
    ------
    DataError
        If either lies outside (0, 1).
    """
    for name, value in (("share", share), ("chance", chance)):
        if not 0 < value < 1:
            raise DataError(f"The {name} is {value}; give a fraction in (0, 1), such as 0.01.")
    members = math.ceil(math.log1p(-chance) / math.log1p(-share))
    # Rounding of the two logarithms can miss by one where a whole number meets the chance exactly.
    while members > 1 and -math.expm1((members - 1) * math.log1p(-share)) >= chance:
        members -= 1
    return members


def chance_of_none(events: int, n: int, *, further: int, prior: tuple[float, float]) -> float:
    """Return the chance that the next members show no event, the true share being unknown.

    The share has a beta distribution: ``prior``, updated by what was seen. The chance is averaged
    over it, so that both the play of chance and the ignorance of the share are in it.

    Parameters
    ----------
    events, n : int
        Events and members seen, ``0 <= events <= n``, ``n >= 1``.
    further : int
        Members still to come, at least 1.
    prior : (float, float)
        Parameters of the prior beta distribution, both above 0; see
        :func:`analysis_lib.proportions.posterior`. There is no default.

    Returns
    -------
    float
        A probability (beta-binomial).

    Raises
    ------
    CountError, DataError
        If the counts can't be, or a parameter is not above 0.
    """
    from scipy.special import betaln

    x, m = whole_counts(events, n)
    later, _ = whole_counts(further, further)
    if not all(value > 0 for value in prior):
        raise DataError(f"The prior is {prior}; both parameters must be above 0.")
    a, b = prior[0] + x, prior[1] + m - x
    return float(math.exp(betaln(a, b + later) - betaln(a, b)))
