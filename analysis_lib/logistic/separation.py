"""Whether columns separate events from non-events, shown by a direction.

A direction d separates if no row contradicts it: x_i'd >= 0 for events and <= 0 for the others,
and not all 0 (Albert & Anderson 1984). Then no maximum of the likelihood exists. Two facts decide:

- If d exists, H s = g for the Newton step s, multiplied by d', says that a weighted mean of
  u_i x_i's is 1 (rows turned by the class seen, u_i the probability of the other; weights not
  negative). So the largest move of a row is above 1 at every iteration. Once it is below 1, a
  maximum exists; each fit that converges has passed there.
- Under separation s turns towards such a d: rows on the boundary stop moving, the others move by
  1 or more. Where that is seen, s is projected so that the boundary rows do not move at all, and
  the sign of each row is checked. Only a direction that passes counts as separation.

So neither a large coefficient nor a limit of iterations is taken for separation. An overlap below
about 1e-10 of a column's spread counts as none.

References
----------
Albert A, Anderson JA. On the existence of maximum likelihood estimates in logistic regression
models. Biometrika 1984;71:1-10.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.basis import DEPENDENT

BOUNDARY = 1e-3
"""Largest move of a row that counts as on the boundary."""
RAISED = 1e-6
"""Part of a direction of length 1 that counts as more than rounding."""


def shown(
    z: NDArray[np.float64],
    products: NDArray[np.float64],
    absent: NDArray[np.bool_] | None,
    step: NDArray[np.float64],
    move: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Tell of k fits of one design at once for which :func:`separates` surely says yes.

    ``z`` (n, p) are the turned rows, ``products`` (n, m) those of its columns i <= j, ``absent``
    (k, n) rows without weight; ``step`` (p, k) moves the rows by ``move`` (k, n). The boundary is
    held still by the null space of its cross-products. These square small singular values away,
    so that a no is not the last word; a yes has passed a stricter check of every row's sign.
    """
    p = z.shape[1]
    there = np.ones(move.shape, dtype=bool) if absent is None else ~absent
    boundary = (move < BOUNDARY) & there
    crossed = np.empty((len(move), p, p))
    i, j = np.triu_indices(p)
    crossed[:, i, j] = crossed[:, j, i] = boundary @ products
    values, vectors = np.linalg.eigh(crossed)
    still = values <= 1e-10 * np.maximum(values[:, -1:], 1e-300)
    parts = np.einsum("kij,ik->kj", vectors, step) * still
    held = np.einsum("kij,kj->ki", vectors, parts) @ z.T
    quiet = np.where(boundary, np.abs(held), 0).max(axis=1) < 1e-12
    moved = np.where(there & ~boundary, held, np.inf).min(axis=1)
    yes: NDArray[np.bool_] = quiet & (moved > BOUNDARY / 2) & np.isfinite(moved)
    return yes


def separates(step: NDArray[np.float64], rows: NDArray[np.float64]) -> bool:
    """Tell whether a step (p,), boundary rows held still, contradicts none of the turned rows."""
    move = rows @ step
    boundary = move < BOUNDARY
    if boundary.any():
        edge = rows[boundary]
        step = step - np.linalg.lstsq(edge, edge @ step, rcond=DEPENDENT)[0]
        move = rows @ step
    return bool(
        np.abs(move[boundary]).max(initial=0) < 1e-9 and move[~boundary].min() > BOUNDARY / 2
    )


def recedes(rows: NDArray[np.float64], side: float) -> bool:
    """Tell whether a direction that contradicts no row raises (``side`` +1) or lowers the last one.

    ``rows`` (n, p) are turned. Where it does, the likelihood stays at its supremum however far the
    last coefficient goes to that side. It does unless the rows, with weights that are not negative,
    add up to the opposite direction (Farkas' lemma).
    """
    from scipy.optimize import nnls

    opposite = np.zeros(rows.shape[1])
    opposite[-1] = -side
    _, left = nnls(rows.T, opposite, maxiter=100 * len(rows))
    return bool(left > RAISED)
