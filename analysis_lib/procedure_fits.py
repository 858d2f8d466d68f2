"""A procedure gone through in thousands of resamples of the rows, side by side.

:func:`prepare` joins a :class:`~analysis_lib.procedure.Procedure` to the rows of a frame. What
comes back takes counts of the rows, those of bootstrap resamples or of parts of a
cross-validation, and hands back each set's model and its predictions for every row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.logistic import fit_many
from analysis_lib.performance import intercepts
from analysis_lib.procedure import Procedure
from analysis_lib.roc import Floats
from analysis_lib.thresholds import choose_many

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]
CHUNK = 500
"""Resamples taken side by side; bounds the memory."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What the procedure made of B sets of counts.

    ``cutoffs`` (B,), not-a-number without one; ``p_alone`` (B, k), of each candidate alone,
    not-a-number without an estimate; ``entered`` (B, k); ``coefficients`` (B, k + 1), intercept
    first, 0 for what did not enter; ``linear`` (B, n), the logit predicted for each row of the
    frame, whether or not it was in the set. Coefficients and logits are not-a-number where
    ``status`` (B,) is not "converged": "no_weight" for an empty set, "no_events" for one class,
    "no_cutoff" where no value may be one, else as in :mod:`analysis_lib.logistic`. If nothing
    passes the screening, the model is an intercept, and that is no failure.
    """

    names: tuple[str, ...]
    cutoffs: Floats
    p_alone: Floats
    entered: Mask
    coefficients: Floats
    linear: Floats
    status: NDArray[np.str_]

    def entries(self) -> pd.DataFrame:
        """Return ``term`` and ``share``, that of the sets with a model which the candidate enters.

        Not-a-number if no set has a model.
        """
        import pandas as pd

        good = self.status == "converged"
        share = self.entered[good].sum(axis=0) / (good.sum() or math.nan)
        return pd.DataFrame({"term": self.names, "share": share})


@dataclass(frozen=True)
class Prepared:
    """A procedure and its rows; made by :func:`prepare`.

    ``x`` (n, k) are the candidates, one with a fixed cut-off already cut; ``y`` (n,) tells who had
    the event; ``left_out`` rows of the frame lack a value.
    """

    procedure: Procedure
    x: Floats
    y: Mask
    left_out: int

    def __call__(self, weights: ArrayLike) -> Fitted:
        """Go the whole road for B sets of counts of the rows (B, n)."""
        w = np.atleast_2d(np.asarray(weights))
        if not np.issubdtype(w.dtype, np.number) and w.dtype != bool:
            raise DataError(f"weights of type {w.dtype}: give counts, as numbers.")
        if w.shape[1:] != self.y.shape or not (w >= 0).all():
            raise DataError(f"weights {w.shape}: give counts, (B, {len(self.y)}), none negative.")
        if not len(w):
            raise DataError("There is no set of counts; give at least one.")
        parts = [self._fit(w[first : first + CHUNK]) for first in range(0, len(w), CHUNK)]
        fields = ("cutoffs", "p_alone", "entered", "coefficients", "linear", "status")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in fields}
        return Fitted(names=self.procedure.candidates, **joined)

    def _fit(self, w: NDArray[np.generic]) -> Fitted:
        cutoffs, high = self._groups(w)
        status = np.full(len(w), "converged", dtype="U13")
        events, total = w @ self.y, w.sum(axis=1)
        status[(events == 0) | (events == total)] = "no_events"
        status[total == 0] = "no_weight"
        if self.procedure.cut is not None:
            status[(status == "converged") & np.isnan(cutoffs)] = "no_cutoff"
        p_alone, entered = self._screen(high, w)
        coefficients = np.full((len(w), self.x.shape[1] + 1), math.nan)
        count = entered.sum(axis=1)
        for terms in np.unique(count).tolist():
            members = np.flatnonzero((count == terms) & (status == "converged"))
            if not len(members):
                continue
            # The places of those that entered, in their order.
            places = np.argsort(~entered[members], axis=1, kind="stable")[:, :terms]
            design = self._design(places, None if high is None else high[members])
            fits = fit_many(design, self.y, weights=w[members], penalty=self._penalty)
            rows = np.zeros((len(members), coefficients.shape[1]))
            rows[:, 0] = fits.coefficients[:, 0]
            np.put_along_axis(rows, places + 1, fits.coefficients[:, 1:], axis=1)
            coefficients[members] = np.where(fits.converged[:, None], rows, math.nan)
            status[members] = fits.status
        # Term by term, not as a matrix product: rows alike must get the same logit to the last bit,
        # since ties count in a C statistic.
        linear = np.repeat(coefficients[:, :1], len(self.y), axis=1)
        for at, column in enumerate(self.x.T):
            groups = high if high is not None and at == self._at else column
            linear += coefficients[:, at + 1, None] * groups
        if self.procedure.penalty == "flic":
            good = status == "converged"
            shift = intercepts(linear[good], self.y, w[good])
            coefficients[good, 0] += shift
            linear[good] += shift[:, None]
        return Fitted(
            names=self.procedure.candidates,
            cutoffs=cutoffs,
            p_alone=p_alone,
            entered=entered,
            coefficients=coefficients,
            linear=linear,
            status=status,
        )

    def _groups(self, w: NDArray[np.generic]) -> tuple[Floats, Floats | None]:
        """Cut-offs (B,), and who is high (B, n) if they differ from set to set."""
        rule = self.procedure.cutoff
        if not isinstance(rule, str):
            return np.full(len(w), math.nan if rule is None else rule), None
        values = self.x[:, self._at]
        cutoffs = choose_many(values, self.y, w, rule=rule, inner=self.procedure.inner)
        return cutoffs, (values >= cutoffs[:, None]).astype(float)

    def _screen(self, high: Floats | None, w: NDArray[np.generic]) -> tuple[Floats, Mask]:
        """P-values (B, k) of each candidate alone, and which of them enter."""
        shape = len(w), self.x.shape[1]
        if self.procedure.screening is None:
            return np.full(shape, math.nan), np.ones(shape, dtype=bool)
        # All candidates side by side: a call each costs more than the fits of some dozen resamples.
        design = np.ones((shape[1], len(w), len(self.y), 2))
        design[..., 1] = self.x.T[:, None]
        if high is not None:
            design[self._at, ..., 1] = high
        fits = fit_many(
            design.reshape(-1, len(self.y), 2),
            self.y,
            weights=np.tile(w, (shape[1], 1)),
            penalty=self._penalty,
        )
        p = fits.p_values()[:, 1].reshape(shape[::-1]).T
        return p, np.nan_to_num(p, nan=2.0) < self.procedure.screening

    def _design(self, places: NDArray[np.int64], high: Floats | None) -> Floats:
        """Return designs (b, n, m + 1): a column of ones, then those at ``places`` (b, m)."""
        size, terms = places.shape
        design = np.ones((size, len(self.y), terms + 1))
        design[:, :, 1:] = self.x.T[places].swapaxes(1, 2)
        if high is not None:
            fit, place = np.nonzero(places == self._at)
            design[fit, :, place + 1] = high[fit]
        return design

    @property
    def _penalty(self) -> Literal["none", "firth"]:
        return "none" if self.procedure.penalty == "none" else "firth"

    @property
    def _at(self) -> int:
        """The place of the column that is cut; -1 for none."""
        cut = self.procedure.cut
        return -1 if cut is None else self.procedure.candidates.index(cut)


def prepare(procedure: Procedure, frame: pd.DataFrame) -> Prepared:
    """Join a procedure to the rows of a frame.

    A row that lacks the outcome or any candidate is left out of everything, and counted: each
    resample's model must be able to predict each row.

    Parameters
    ----------
    procedure : Procedure
        What is to be done.
    frame : DataFrame
        One row a patient, with the outcome and the candidates; as from ``cohort.analysis_frame``.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If a column is not made of numbers, an outcome is neither 0 nor 1, or the complete rows
        do not have events and non-events.
    """
    columns = [*procedure.candidates, procedure.outcome]
    absent = [name for name in columns if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))} in the frame; correct the procedure, or "
            "give a frame as from cohort.analysis_frame"
        )
    used = frame[columns].dropna()
    try:
        x = used[list(procedure.candidates)].to_numpy(dtype=float)
        y = used[procedure.outcome].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"a column is not made of numbers or booleans: {error}") from error
    events = int((y == 1).sum())
    if not np.isin(y, (0, 1)).all() or not 0 < events < len(y) or not np.isfinite(x).all():
        raise DataError(
            f"{events} events in {len(y)} complete rows: the outcome must be 0 or 1, with both "
            "there, and candidates must be finite."
        )
    if procedure.cut is not None and not isinstance(procedure.cutoff, str):
        at = procedure.candidates.index(procedure.cut)
        x[:, at] = x[:, at] >= procedure.cutoff
    return Prepared(procedure, x, y == 1, len(frame) - len(used))
