"""Many fits cut into blocks that fit a processor's cache, and each block brought into a basis."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError
from analysis_lib.logistic.basis import bases, basis
from analysis_lib.logistic.firth import maximise_firth
from analysis_lib.logistic.inputs import checked as checked_inputs
from analysis_lib.logistic.inputs import whole
from analysis_lib.logistic.newton import maximise_likelihood
from analysis_lib.logistic.penalties import Penalty, Pseudo
from analysis_lib.logistic.penalties import checked as checked_penalty
from analysis_lib.logistic.solution import (
    CONVERGED,
    NO_EVENTS,
    NO_WEIGHT,
    NOT_CONVERGED,
    SINGULAR,
    Solution,
)
from analysis_lib.logistic.stack import Stack

Floats = NDArray[np.float64]
CELLS = 1 << 20
"""Numbers in the arrays of one block, about."""


@dataclass(frozen=True)
class Problem:
    """All fits: designs ``x`` (n, p) or (B, n, p), outcomes ``y`` and weights ``w`` (n,) or (B, n).

    Pseudo-rows of a prior are the last rows. ``tolerance`` None is the method's own.
    """

    x: Floats
    y: NDArray[Any]
    w: NDArray[Any]
    size: int
    pseudo: Pseudo | None
    penalised: bool
    tolerance: float
    max_iterations: int
    chunk: int
    start: Floats | None = None

    @classmethod
    def of(
        cls,
        x: ArrayLike,
        y: ArrayLike,
        weights: ArrayLike | None,
        penalty: Penalty,
        tolerance: float | None,
        max_iterations: int,
        chunk: int | None,
    ) -> Problem:
        """Check everything and append the rows of a prior where that takes no memory."""
        xs, ys, ws = checked_inputs(x, y, weights)
        pseudo = checked_penalty(penalty, xs.shape[-1])
        if tolerance is None:
            tolerance = 1e-8 if penalty == "firth" else 1e-10
        if not (isinstance(tolerance, float | int) and 0 < tolerance < math.inf):
            raise DataError(f"tolerance is {tolerance!r}; give a positive number")
        max_iterations = whole(max_iterations, "max_iterations")
        chunk = chunk if chunk is None else whole(chunk, "chunk")
        n, p = xs.shape[-2:]
        w = np.ones(n) if ws is None else ws
        sizes = [len(a) for a, shared in ((xs, 2), (ys, 1), (w, 1)) if a.ndim > shared]
        if pseudo is not None:
            n += len(pseudo.y)
            xs = pseudo.joined(xs, pseudo.x) if xs.ndim == 2 else xs
            ys = pseudo.joined(ys, pseudo.y) if ys.ndim == 1 else ys
            w = pseudo.joined(w, pseudo.w) if w.ndim == 1 else w
        if chunk is None:
            chunk = max(1, CELLS // (n * (6 + (p if xs.ndim == 3 else 0))))
        return cls(
            x=xs,
            y=ys,
            w=w,
            size=sizes[0] if sizes else 1,
            pseudo=pseudo,
            penalised=penalty == "firth",
            tolerance=tolerance,
            max_iterations=max_iterations,
            chunk=chunk,
        )

    def blocks(self) -> Iterator[Block]:
        """Cut the fits into blocks, each with its share of the data."""
        shared = basis(self.x) if self.x.ndim == 2 else None
        start = self._common_start(shared)
        for first in range(0, self.size, self.chunk):
            members = np.arange(first, min(first + self.chunk, self.size))
            part = slice(first, first + self.chunk)
            x = self.x if self.x.ndim == 2 else self.x[part]
            y = self.y if self.y.ndim == 1 else self.y[part]
            w = self.w if self.w.ndim == 1 else self.w[part]
            if self.pseudo is not None:
                x = x if x.ndim == 2 else self.pseudo.joined(x, self.pseudo.x)
                y = y if y.ndim == 1 else self.pseudo.joined(y, self.pseudo.y)
                w = w if w.ndim == 1 else self.pseudo.joined(w, self.pseudo.w)
            wide = np.broadcast_to(w, (len(members), w.shape[-1])).astype(float)
            yield Block(self, members, x, shared, y.astype(bool), wide, start)

    def maximise(
        self,
        stack: Stack,
        start: Floats,
        *,
        free: int | None = None,
        stop_if_ill: bool = False,
        supremum: bool = False,
    ) -> Solution:
        """Iterate a stack by the method of the penalty."""
        if self.penalised:
            return maximise_firth(
                stack,
                start,
                tolerance=self.tolerance,
                max_iterations=self.max_iterations,
                free=free,
                stop_if_ill=stop_if_ill,
            )
        out = maximise_likelihood(
            stack,
            start,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
            free=free,
            stop_if_ill=stop_if_ill,
            supremum=supremum,
        )
        lost = np.flatnonzero(out.codes == NOT_CONVERGED)
        if supremum and len(lost):  # from far out on a ridge there may be no way back
            cold = np.array(np.broadcast_to(start, out.gamma.shape))[:, lost]
            cold[:free] = 0
            again = maximise_likelihood(
                stack.take(lost),
                cold,
                tolerance=self.tolerance,
                max_iterations=self.max_iterations,
                free=free,
                supremum=True,
            )
            out.put(lost, again)
        return out

    def _common_start(self, shared: tuple[Floats, Any] | None) -> Floats | None:
        """Return where all fits start: at the fit without weights, where only weights differ."""
        if shared is None or self.y.ndim == 2 or self.w.ndim == 1 or self.size < 2 or shared[1]:
            return None
        one = np.ones((1, len(self.y)))
        found = Block(self, np.arange(1), self.x, shared, self.y.astype(bool), one, None).solved()
        if not len(found.members) or found.solution.codes[0] != CONVERGED:
            return None
        return found.solution.gamma


@dataclass(frozen=True)
class Solved:
    """A block after its iterations, in its basis.

    ``members`` are the places of the fits in the batch, ``t`` (p, p) or (p, p, b) leads from the
    basis to the columns, ``top`` (b,) is what weights were divided by.
    """

    members: NDArray[np.int64]
    stack: Stack
    t: Floats
    top: Floats
    solution: Solution


@dataclass(frozen=True)
class Block:
    """Some of the fits; ``y`` is (n,) or (b, n), ``w`` (b, n)."""

    problem: Problem
    members: NDArray[np.int64]
    x: Floats
    shared: tuple[Floats, Any] | None
    y: NDArray[np.bool_]
    w: Floats
    start: Floats | None

    def codes(self) -> NDArray[np.int8]:
        """Return why fits can't be iterated (b,), -1 where they can; singular ones apart."""
        weighed = self.w > 0
        seen = weighed
        if self.problem.pseudo is not None:
            seen = weighed[:, : -len(self.problem.pseudo.y)]
        both = (self.y & weighed).any(axis=1) & (weighed > self.y).any(axis=1)
        fine = both | self.problem.penalised
        return np.where(seen.any(axis=1), np.where(fine, -1, NO_EVENTS), NO_WEIGHT).astype(np.int8)

    def one_class(self) -> NDArray[np.bool_]:
        """Tell which fits have rows of one class only, those of a prior apart (b,)."""
        stop = None if self.problem.pseudo is None else -len(self.problem.pseudo.y)
        y, weighed = self.y[..., :stop], self.w[:, :stop] > 0
        both = (y & weighed).any(axis=1) & (weighed > y).any(axis=1)
        return np.asarray(~both)

    def take(self, keep: NDArray[Any], own: bool = False) -> Block:
        """Return the block of the fits that ``keep`` names, or each in a basis of its own."""
        return replace(
            self,
            members=self.members[keep],
            x=self.x if self.x.ndim == 2 else self.x[keep],
            y=self.y if self.y.ndim == 1 else self.y[keep],
            w=self.w[keep],
            shared=None if own else self.shared,
            start=None if own else self.start,
        )

    def solved(self, codes: NDArray[np.int8] | None = None, supremum: bool = False) -> Solved:
        """Iterate the fits that can be; ``codes`` of the batch are told about the others."""
        before = self.codes()
        usable = before < 0
        if codes is not None:
            codes[self.members] = np.where(usable, SINGULAR, before)
        block = self if usable.all() else self.take(usable)
        top = np.ones(len(block.w)) if self.problem.penalised else block.w.max(axis=1)
        w = block.w / top[:, None]
        if block.shared is None:
            x = block.x
            x = x if x.ndim == 3 else np.broadcast_to(x, (len(w), *x.shape))
            t, z, singular = bases(x, block.w / block.w.max(axis=1)[:, None])
            if singular.any():
                block, t, z = block.take(~singular), t[..., ~singular], z[:, ~singular]
                top, w = top[~singular], w[~singular]
        else:
            t, singular = block.shared
            z = block.x @ t
            if singular:
                block, top, w = block.take(np.zeros(len(w), dtype=bool)), top[:0], w[:0]
        start = block.start
        if start is None:
            start = _overall_odds(z, block.y, w, 0.5 if self.problem.penalised else 0.0)
        stack = Stack.of(z, block.y, w)
        solution = self.problem.maximise(
            stack, start, stop_if_ill=block.shared is not None, supremum=supremum
        )
        return Solved(block.members, stack, t, top, solution)


def _overall_odds(z: Floats, y: NDArray[np.bool_], w: Floats, add: float) -> Floats:
    """Return the overall log odds as coefficients (p, b), as far as columns can say "constant"."""
    events = (w * y).sum(axis=1) + add
    odds = events / (w.sum(axis=1) + 2 * add - events)
    if z.ndim == 2:
        constant = z.mean(axis=0)[:, None]
    else:
        constant = np.array([np.einsum("bn,bn->b", w, plane) for plane in z])
        constant /= z.shape[2] * w.max(axis=1)
    start: Floats = np.log(odds) * constant
    return start
