"""The distribution of the largest chi-square over cut-offs, if events fall at random.

Exactly, by counting paths, and by random permutation. Cut-offs that may count are those that
leave a share ``inner`` of the rows on either side.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.roc import Floats
from analysis_lib.thresholds import TIE, Steps, check_rule

BLOCK = 2_000_000
"""Outcomes dealt out at a time; bounds the memory."""


def exact(values: ArrayLike, events: int, criteria: ArrayLike, *, inner: float) -> Floats:
    """Return the chances of a largest chi-square at least this large if events fall at random.

    All ways to deal out the events among the rows are equally likely. They are paths through the
    rows, from the highest value down; those that never reach the criterion are counted.

    Parameters
    ----------
    values : (n,) numbers
        Complete; only their order and ties matter.
    events : int
        Rows with the event, 1 to n - 1.
    criteria : (c,) numbers
        Largest chi-squares, without continuity correction.
    inner : float
        Least share of rows on either side.

    Returns
    -------
    (c,) floats

    Raises
    ------
    DataError
        If all rows, or none, have the event.

    References
    ----------
    Boulesteix AL. Biom J 2006;48:451-462.
    """
    from scipy.stats import hypergeom

    check_rule("minimal_p", inner)
    _, sizes = np.unique(np.asarray(values, dtype=float), return_counts=True)
    limits = np.asarray(criteria, dtype=float)[:, None] * (1 - TIE)
    n = int(sizes.sum())
    _check_events(events, n)
    counts = np.arange(events + 1)
    groups = sizes[::-1]
    before, chance = 0, np.zeros((len(limits), events + 1))
    chance[:, 0] = 1.0  # of each count of events among the rows passed, the criterion not reached
    reached = np.zeros(len(limits))
    had, has = counts[:, None], counts[None, :]
    left, drawn = (a[:, None, None] for a in (n - groups.cumsum() + groups, groups))
    # A count that the rows passed can't hold has no chance, and no distribution.
    steps = np.nan_to_num(hypergeom.pmf(has - had, left, events - had, drawn))
    for size, step in zip(groups.tolist(), steps, strict=True):
        chance = chance @ step
        before += size
        if before < n and min(before, n - before) >= (inner - 1e-9) * n:
            excess = n * counts - before * events
            chi_square = n * excess**2 / (before * (n - before) * events * (n - events))
            over = chi_square >= limits
            reached += np.where(over, chance, 0.0).sum(axis=1)
            chance[over] = 0.0
    return np.minimum(reached, 1.0)


def null_maxima(values: ArrayLike, events: int, *, inner: float, size: int, seed: int) -> Floats:
    """Return largest chi-squares (size,) with the events dealt out at random.

    Parameters
    ----------
    values, events, inner
        As for :func:`exact`.
    size : int
        At least 1.
    seed : int
        Of the random numbers.

    Raises
    ------
    DataError
        If all rows, or none, have the event, there is nothing to draw, or no value may be a
        cut-off.
    """
    check_rule("minimal_p", inner)
    scores = np.asarray(values, dtype=float)
    n = len(scores)
    _check_events(events, n)
    if size < 1:
        raise DataError(f"{size} permutations; ask for at least 1.")
    rng = np.random.default_rng(seed)
    ones = np.ones((1, n))
    out = []
    for first in range(0, size, max(1, BLOCK // n)):
        count = min(size - first, max(1, BLOCK // n))
        steps = Steps.of(scores, dealt(rng, count, n, events), ones)
        allowed = steps.allowed("minimal_p", inner)
        if not allowed.any():
            raise DataError(f"No value has a share of {inner:g} of the rows on either side.")
        out.append(np.where(allowed, steps.criterion("minimal_p"), -math.inf).max(axis=1))
    return np.concatenate(out)


def dealt(rng: np.random.Generator, size: int, n: int, events: int) -> NDArray[np.bool_]:
    """Return outcomes (size, n) with so many events, at random places."""
    marked = np.zeros((size, n), dtype=bool)
    marked[:, :events] = True
    return rng.permuted(marked, axis=1)


def _check_events(events: int, n: int) -> None:
    if not 0 < events < n:
        raise DataError(f"{events} of {n} rows have the event; both kinds of rows are needed.")
