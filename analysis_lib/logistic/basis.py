"""Columns that are orthonormal: the basis in which a fit is iterated."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.triangles import cholesky, inverse

Floats = NDArray[np.float64]
DEPENDENT = 1e-11
"""Share of a column's length left beside the others at which a design is singular."""
PLAIN = 1e-6
"""The same share, squared, down to which the sums of squares tell a basis well enough."""


def basis(x: Floats) -> tuple[Floats, bool]:
    """Return T (p, p), columns of x T being orthogonal with a mean square of 1, and "singular".

    T is an upper triangle: the last coordinate belongs to the last column alone.
    """
    t, singular = _by_reflections(x[None])
    return t[0], bool(singular[0])


def bases(x: Floats, w: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return T (p, p, b), the planes (p, b, n) of x T, and which designs are singular (b,).

    ``x`` is (b, n, p); squares are weighted by ``w`` (b, n). Rows without weight become 0: whatever
    they hold, nothing can come of it.
    """
    b, n, p = x.shape
    planes = np.array(np.moveaxis(x, -1, 0), order="C")  # a copy always: x may be the caller's own
    if not w.all():
        planes *= w > 0
    scale = np.abs(planes).max(axis=2)
    scale[scale == 0] = 1
    planes /= scale[..., None]
    sums = np.empty((p, p, b))
    for j in range(p):
        weighed = planes[j] * w
        for i in range(j, p):
            sums[i, j] = np.einsum("bn,bn->b", weighed, planes[i])
    lower, kept = cholesky(sums)
    t = inverse(lower).swapaxes(0, 1) * math.sqrt(n)
    singular = np.zeros(b, dtype=bool)
    doubtful = np.flatnonzero(~(kept.min(axis=0) > PLAIN))
    if len(doubtful):
        exact, singular[doubtful] = _by_reflections(
            np.moveaxis(planes[:, doubtful], 0, -1) * np.sqrt(w[doubtful])[..., None]
        )
        t[..., doubtful] = np.moveaxis(exact, 0, -1)
    z = np.empty_like(planes)
    for j in reversed(range(p)):
        z[j] = t[j, j][:, None] * planes[j]
        for i in range(j):
            z[j] += t[i, j][:, None] * planes[i]
    return t / scale[:, None], z, singular


def _by_reflections(x: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return T (b, p, p) of designs (b, n, p) by orthogonal triangles, and which are singular."""
    n, p = x.shape[-2:]
    scale = np.abs(x).max(axis=-2)
    scale[scale == 0] = 1
    r = np.asarray(np.linalg.qr(x / scale[..., None, :], mode="r"))
    length = np.sqrt(np.einsum("bij,bij->bj", r, r))
    singular = (np.abs(np.einsum("bii->bi", r)) <= DEPENDENT * length).any(axis=-1)
    r[singular] = np.eye(p)
    return np.linalg.inv(r) * (math.sqrt(n) / scale[..., None]), singular
