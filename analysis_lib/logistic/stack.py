"""The rows of many fits side by side, in a basis where the columns are orthonormal.

Each row is turned by the class that was seen: +1 for an event, -1 for none. A linear predictor s
then says how well the row is fitted, and u = 1 / (1 + exp(s)) is the probability of the class that
was not seen. Small numbers stay exact this way, however well a row is fitted.

Arrays with a number a row are made and used in slices of fits that stay in cache; what is kept for
all fits has a few numbers a fit, and the index of the fit last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_lib.logistic.triangles import cholesky, inverse, quadratic

Floats = NDArray[np.float64]
SLICE = 1 << 17
"""Multiplications of one matrix product; more would wake up further threads, at a loss here."""


@dataclass(frozen=True)
class Point:
    """Gradient, information and likelihood of b fits at some coefficients.

    ``score`` (p, b), ``lower`` (p, p, b) with L L' the information, ``kept`` (p, b) the shares of
    pivots; ``likelihood`` (b,), the log-likelihood where it was wanted, else not-a-number.
    """

    score: Floats
    lower: Floats
    kept: Floats
    likelihood: Floats


@dataclass(frozen=True)
class Stack:
    """Rows of b fits.

    ``z`` holds the rows: (n, p) for all fits, or planes (p, b, n), a design each. They are turned
    already where ``signs`` is None, else ``signs`` (b, n) turns them. ``w`` (b, n) are weights;
    ``absent`` (b, n) are rows of weight 0, or None. ``products`` (n, m) are those of the columns
    i <= j of a shared design. ``longest`` bounds the length of a row.
    """

    z: Floats
    signs: Floats | None
    w: Floats
    absent: NDArray[np.bool_] | None
    products: Floats
    longest: Any
    own: bool

    @classmethod
    def of(cls, z: Floats, y: NDArray[np.bool_], w: Floats) -> Stack:
        """Turn the rows of z (n, p) or (p, b, n) by y (n,) or (b, n); w is (b, n)."""
        own, turn = z.ndim == 3, np.where(y, 1.0, -1.0)
        folded = own or y.ndim == 1
        if folded:
            z = z * (turn if own else turn[:, None])
        first, second = np.triu_indices(1 if own else z.shape[-1])
        return cls(
            z=z,
            signs=None if folded else turn,
            w=w,
            absent=None if w.all() else w == 0,
            products=z[:, first] * z[:, second] if not own else z[:0],
            longest=np.sqrt(np.einsum("jbn,jbn->bn" if own else "nj,nj->n", z, z).max(axis=-1)),
            own=own,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """The number of fits, and of coefficients."""
        return len(self.w), self.z.shape[0 if self.own else 1]

    def take(self, keep: NDArray[Any]) -> Stack:
        """Return the fits that ``keep`` (a mask or indices) names."""
        return replace(
            self,
            z=self.z[:, keep] if self.own else self.z,
            signs=None if self.signs is None else self.signs[keep],
            w=self.w[keep],
            absent=None if self.absent is None else self.absent[keep],
            longest=self.longest[keep] if self.own else self.longest,
        )

    def rows(self, i: int) -> Floats:
        """Return the turned rows (., p) of one fit that have weight."""
        z = self.z[:, i].T if self.own else self.z
        if self.signs is not None:
            z = z * self.signs[i][:, None]
        return z if self.absent is None else z[~self.absent[i]]

    def predict(self, gamma: Floats, at: Any = slice(None)) -> Floats:
        """Return turned linear predictors (k, n) of the fits ``at``; gamma is (p, k) or (p, 1)."""
        if self.own:
            z = self.z[:, at]
            linear: Floats = gamma[0][:, None] * z[0]
            for j in range(1, len(z)):
                linear += gamma[j][:, None] * z[j]
            return linear
        n, p = self.z.shape
        linear = np.empty((gamma.shape[1], n))
        size = max(1, SLICE // (n * p))
        for first in range(0, len(linear), size):
            part = slice(first, first + size)
            np.matmul(gamma.T[part], self.z.T, out=linear[part])
        if self.signs is not None:
            linear = linear * self.signs[at]
        return linear

    def move(self, step: Floats, at: NDArray[Any]) -> Floats:
        """Return how rows move in a step (p, k) of the fits ``at``; absent rows stay."""
        moved = self.predict(step, at)
        if self.absent is not None:
            moved[self.absent[at]] = 0
        return moved

    def evaluate(self, gamma: Floats, wanted: NDArray[np.bool_] | None = None) -> Point:
        """Evaluate the likelihood at gamma (p, b), or (p, 1) for all fits."""
        b, p = self.shape
        score, sums, likelihood = np.empty((p, b)), np.empty((p * (p + 1) // 2, b)), _missing(b)
        for part, linear, u in self._slices(gamma):
            pull = u * self.w[part]
            score[:, part] = self._gather(pull, part)
            v = pull * u
            np.subtract(pull, v, out=v)
            sums[:, part] = self._information(v, part)
            if wanted is not None and wanted[part].any():
                at = wanted[part] if len(u) > 1 else slice(None)
                likelihood[part][wanted[part]] = _likelihood(
                    linear[at], u[at], self.w[part][wanted[part]]
                )
        lower, kept = cholesky(sums[_packed(p)])
        return Point(score, lower, kept, likelihood)

    def evaluate_firth(self, gamma: Floats, careful: bool = False) -> tuple[Point, Floats]:
        """Evaluate the same; the score is that of Firth's penalised likelihood.

        Also return L of the metric for steps: the information, or with ``careful`` that of weights
        w + h. It holds even where weights sum to less than a patient, and the penalty is all.
        """
        b, p = self.shape
        score, sums = np.empty((p, b)), np.empty((p * (p + 1) // 2, b))
        v, half = np.empty_like(self.w), np.empty_like(self.w)
        for part, _, u in self._slices(gamma):
            pull = u * self.w[part]
            score[:, part] = self._gather(pull, part)
            np.multiply(pull, u, out=v[part])
            np.subtract(pull, v[part], out=v[part])
            sums[:, part] = self._information(v[part], part)
            np.subtract(u, 0.5, out=half[part])
        lower, kept = cholesky(sums[_packed(p)])
        forms = inverse(lower) if self.own else quadratic(lower)
        for part in self._parts():
            h = self._leverage(forms[..., part], part)
            h *= v[part]
            if careful:
                sums[:, part] += self._information(h * (0.25 - half[part] ** 2), part)
            h *= half[part]
            score[:, part] += self._gather(h, part)
        metric = cholesky(sums[_packed(p)])[0] if careful else lower
        return Point(score, lower, kept, _missing(b)), metric

    def _parts(self) -> Iterator[slice]:
        b, p = self.shape
        size = max(1, SLICE // (self.w.shape[1] * (p * (p + 1) // 2)))
        yield from (slice(first, min(first + size, b)) for first in range(0, b, size))

    def _slices(self, gamma: Floats) -> Iterator[tuple[slice, Floats, Floats]]:
        """Yield slices of the fits with linear predictors and u, (1, n) where all are alike."""
        alike = gamma.shape[1] == 1 and not self.own and self.signs is None
        if gamma.shape[1] == 1 and not alike:
            gamma = np.broadcast_to(gamma, (len(gamma), len(self.w)))
        linear = u = np.empty((0, 0))
        for part in self._parts():
            if not alike or not len(linear):
                linear = self.predict(gamma if alike else gamma[:, part], part)
                with np.errstate(over="ignore"):
                    u = np.exp(linear)
                u += 1
                np.reciprocal(u, out=u)
            yield part, linear, u

    def _gather(self, pull: Floats, part: slice) -> Floats:
        """Return the sums (p, k) of turned rows times ``pull`` (k, n)."""
        if self.own:
            return np.array([np.einsum("bn,bn->b", pull, plane) for plane in self.z[:, part]])
        if self.signs is not None:
            pull = pull * self.signs[part]
        sums: Floats = (pull @ self.z).T
        return sums

    def _information(self, v: Floats, part: slice) -> Floats:
        """Return the informations, packed (m, k)."""
        if not self.own:
            sums: Floats = (v @ self.products).T
            return sums
        z, packed = self.z[:, part], []
        for i in range(len(z)):
            weighed = v * z[i]
            packed += [np.einsum("bn,bn->b", weighed, z[j]) for j in range(i, len(z))]
        return np.array(packed)

    def _leverage(self, forms: Floats, part: slice) -> Floats:
        """Return z' (L L')^-1 z of each row (k, n)."""
        if not self.own:
            value: Floats = forms.T @ self.products.T
            return value
        z, total = self.z[:, part], np.zeros_like(self.w[part])
        for i in range(len(z)):
            side = forms[i, 0][:, None] * z[0]
            for j in range(1, i + 1):
                side += forms[i, j][:, None] * z[j]
            side *= side
            total += side
        return total

    def likelihood(self, gamma: Floats, at: NDArray[np.int64]) -> Floats:
        """Return log-likelihoods (k,) of the fits ``at``, at gamma (p, k)."""
        out = _missing(len(at))
        size = max(1, SLICE // self.w.shape[1] // 8)
        for first in range(0, len(at), size):
            part = slice(first, first + size)
            linear = self.predict(gamma[:, part], at[part])
            with np.errstate(over="ignore"):
                out[part] = _likelihood(linear, 1 / (1 + np.exp(linear)), self.w[at[part]])
        return out


def _likelihood(linear: Floats, u: Floats, w: Floats) -> Floats:
    """Return log-likelihoods (k,) from turned predictors and the u that belong to them."""
    logs = np.maximum(u, 1e-300)  # beyond exp(690) a row adds nothing
    np.log(logs, out=logs)
    logs += np.minimum(linear, 690.7755278982137)
    total: Floats = np.einsum("bn,bn->b", w, np.broadcast_to(logs, w.shape))
    return total


def _missing(b: int) -> Floats:
    return np.full(b, np.nan)


@cache
def _packed(p: int) -> NDArray[np.int64]:
    """Return where each entry of a symmetric matrix is among the products."""
    first, second = np.triu_indices(p)
    packed = np.zeros((p, p), dtype=np.int64)
    packed[first, second] = packed[second, first] = np.arange(len(first))
    return packed
