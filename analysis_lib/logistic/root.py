"""Where a profile has fallen by a given amount: a bracketed search, side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.blocks import Problem
from analysis_lib.logistic.separation import recedes
from analysis_lib.logistic.solution import CONVERGED, Solution
from analysis_lib.logistic.stack import Stack

Floats = NDArray[np.float64]
ROUNDS = 80
"""Evaluations of a profile before a limit counts as not found."""
NEAR = 1e-7
"""Last step of the search, as a share of the distance from the estimate; its error is squared."""
FIRST = 4.0
"""Largest move of a row in the first step."""


def limit(
    problem: Problem, stack: Stack, best: Solution, toward: Floats, drop: Floats, supremum: bool
) -> Floats:
    """Return the last coordinate (b,) at which the profile lies ``drop`` (b,) below its top.

    ``best`` is the top of each fit, ``toward`` (b,) +1 or -1 the side. Not-a-number where the
    search ended without a limit. A profile is concave: to either side it falls without end or stays
    at its supremum. Where a maximum exists it falls; under separation (``supremum``) directions
    decide, and a limit that does not exist is infinite.
    """
    b, free = len(drop), len(best.gamma) - 1
    last = np.abs(stack.z[-1] if stack.own else stack.z[:, -1])
    reach = np.where(stack.w > 0, last, 0).max(axis=1)  # of rows that are there
    target = np.sqrt(2 * drop)
    inside, outside = np.zeros(b), np.full(b, np.inf)  # distances from the top
    distance = np.minimum(target / best.lower[-1, -1], FIRST / reach)
    found, live, here = np.full(b, np.nan), np.arange(b), best
    if supremum:
        endless = np.array([recedes(stack.rows(i), toward[i]) for i in range(b)], dtype=bool)
        found[endless] = toward[endless] * np.inf
        live, distance = live[~endless], distance[~endless]
        inside, outside = inside[~endless], outside[~endless]
        stack, here = stack.take(~endless), best.take(~endless)
    told = np.zeros(len(live), dtype=bool)  # whether a fall was seen at the outer end, or nothing
    for _ in range(ROUNDS if len(live) else 0):
        value = best.gamma[-1, live] + toward[live] * distance
        at = problem.maximise(
            stack, here.along(value - here.gamma[-1]), free=free, supremum=supremum
        )
        known = at.codes == CONVERGED
        fall = best.objective[live] - at.objective
        beyond = ~known | (fall >= drop[live])
        outside, told = np.where(beyond, distance, outside), np.where(beyond, known, told)
        inside = np.where(beyond, inside, distance)
        root = np.sqrt(2 * np.maximum(fall, 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            proposed = distance + (target[live] - root) * root / (-toward[live] * at.slope)
        open_ended = np.isinf(outside)
        good = known & (proposed > inside) & (proposed < outside)
        good &= ~open_ended | (proposed < 4 * distance)
        halfway = np.where(open_ended, 2 * distance, (inside + outside) / 2)
        step = np.where(good, proposed, halfway)
        done = good & (np.abs(step - distance) <= NEAR * distance)
        narrow = ~open_ended & (outside - inside <= 1e-12 * outside)
        sure = done | (narrow & told)
        ended = live[sure]
        found[ended] = best.gamma[-1, ended] + toward[ended] * step[sure]
        stay = ~(done | narrow)
        # Where a profile was not found, the search goes on from the last one that was.
        here = at.replaced(here, ~known).take(stay)
        live, distance, inside, outside = live[stay], step[stay], inside[stay], outside[stay]
        told = told[stay]
        if not len(live):
            break
        stack = stack.take(stay)
    return found
