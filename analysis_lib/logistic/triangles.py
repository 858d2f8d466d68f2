"""Small symmetric matrices, one for each fit: written out for all fits at once.

The index of the fit comes last, (p, p, b), so that each line of arithmetic runs along memory. For
a handful of columns this is several times faster than a call of LAPACK a matrix.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COLLAPSED = 1e-13
"""Share of a pivot left beside the other columns at which digits are used up."""


def cholesky(a: Floats) -> tuple[Floats, Floats]:
    """Decompose matrices (p, p, b) in place; also return the shares that pivots kept (p, b).

    Only the lower triangles are meant. A collapsed matrix goes on with a pivot of 1.
    """
    kept = np.einsum("iib->ib", a).copy()
    for j in range(len(a)):
        kept[j] = a[j, j] / np.where(kept[j] > 0, kept[j], 1.0)
        sound = kept[j] > COLLAPSED
        if not sound.all():
            a[j:, j] *= sound
            a[j, j] += ~sound
        a[j:, j] /= np.sqrt(a[j, j])
        for k in range(j + 1, len(a)):
            a[k:, k] -= a[k:, j] * a[k, j]
    return a, kept


def solve(lower: Floats, score: Floats) -> tuple[Floats, Floats]:
    """Return steps (k, b) and their length (b,) in the metric of the information.

    ``score`` has k <= p rows: the first k coordinates move and the others are held.
    """
    u = score.copy()
    for j in range(len(u)):
        for i in range(j):
            u[j] -= lower[j, i] * u[i]
        u[j] /= lower[j, j]
    decrement = np.sqrt((u * u).sum(axis=0))
    return back(lower, u), decrement


def back(lower: Floats, u: Floats) -> Floats:
    """Solve L's = u in place for the first len(u) coordinates; u is (k, b)."""
    for j in reversed(range(len(u))):
        for i in range(j + 1, len(u)):
            u[j] -= lower[i, j] * u[i]
        u[j] /= lower[j, j]
    return u


def inverse(lower: Floats) -> Floats:
    """Return the inverses (p, p, b) of lower triangles, themselves lower triangles."""
    p = len(lower)
    out = np.zeros_like(lower)
    for j in range(p):
        out[j, j] = 1 / lower[j, j]
        for i in range(j + 1, p):
            total = lower[i, j] * out[j, j]
            for k in range(j + 1, i):
                total += lower[i, k] * out[k, j]
            out[i, j] = -total / lower[i, i]
    return out


def quadratic(lower: Floats) -> Floats:
    """Return the inverses of L L' as coefficients (m, b) of the products of columns i <= j.

    They multiply z_i z_j in z' (L L')^-1 z, so those off the diagonal count twice.
    """
    root = inverse(lower)
    p = len(lower)
    rows = []
    for i in range(p):
        for j in range(i, p):
            total = root[j, i] * root[j, j]
            for k in range(j + 1, p):
                total += root[k, i] * root[k, j]
            rows.append(total if i == j else 2 * total)
    return np.array(rows)


def log_determinant(lower: Floats) -> Floats:
    """Return log |L L'| (b,)."""
    value: Floats = 2 * np.log(np.einsum("iib->ib", lower)).sum(axis=0)
    return value
