"""Rows that a model has not seen: out-of-bag estimates (.632 and .632+), and cross-validation.

Both take a whole procedure, as :mod:`analysis_lib.validation` does, and leave out sets of rows
without a model, counted in ``failed``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis_lib.errors import DataError
from analysis_lib.performance import from_logits, measures
from analysis_lib.results import Result, number
from analysis_lib.roc import Floats, c_statistics
from analysis_lib.validation import Mask, Resampled, WholeProcedure, failures


@dataclass(frozen=True, kw_only=True)
class OutOfBag(Result):
    """The .632 and .632+ estimates of a measure.

    ``out_of_bag`` is that of rows a resample did not draw; ``no_information`` what the measure
    would be if predictions and outcomes had nothing to do with each other; ``overfitting`` where
    ``out_of_bag`` lies between ``apparent`` (0) and ``no_information`` (1), held to 0 to 1.
    ``used`` resamples (C statistic) or rows (Brier score) went into ``out_of_bag``.
    """

    measure: str
    apparent: float
    out_of_bag: float
    no_information: float
    overfitting: float
    point632: float
    plus: float
    used: int
    resamples: int
    failed: tuple[tuple[str, int], ...]

    def faces(self) -> dict[str, str]:
        """Format codes: "", "apparent", "out_of_bag", "point632", "plus"."""
        decimals = 3 if self.measure == "brier" else 2
        plus, apparent = number(self.plus, decimals), number(self.apparent, decimals)
        return {
            "": f"{plus} (apparent {apparent})",
            "apparent": apparent,
            "out_of_bag": number(self.out_of_bag, decimals),
            "point632": number(self.point632, decimals),
            "plus": plus,
        }


def out_of_bag(resampled: Resampled) -> dict[str, OutOfBag]:
    """Return the .632 and .632+ estimates of the C statistic and the Brier score.

    Parameters
    ----------
    resampled : Resampled
        As from :func:`analysis_lib.validation.resample`.

    Returns
    -------
    dict
        - "c_statistic": ``out_of_bag`` is the mean over the ``used`` resamples with a model and
          with both classes among the rows not drawn. The error of the paper is one less it, and
          0.5 the value without information.
        - "brier": the paper's own leave-one-out bootstrap, row by row: a row's mean squared error
          over the resamples that did not draw it, then the mean over the ``used`` rows.

    References
    ----------
    Efron B. J Am Stat Assoc 1983;78:316-331.
    Efron B, Tibshirani R. J Am Stat Assoc 1997;92:548-560.
    """
    good, y = resampled.good, resampled.y
    linear, out = resampled.fits.linear[good], resampled.counts[good] == 0
    own = measures(resampled.apparent, y, np.ones((1, len(y))))
    p_own, p = from_logits(resampled.apparent[0]), from_logits(linear)
    each = c_statistics(linear, y, out)
    used = np.isfinite(each)
    times = out.sum(axis=0)
    squares = (out * (y - p) ** 2).sum(axis=0)[times > 0] / times[times > 0]
    share = y.mean()
    by_chance = float(share * np.mean((1 - p_own) ** 2) + (1 - share) * np.mean(p_own**2))
    concordance = float(each[used].mean()) if used.any() else math.nan
    brier = float(squares.mean()) if len(squares) else math.nan
    return {
        name: _weighed(name, apparent, found, chance, count, resampled)
        for name, apparent, found, chance, count in (
            ("c_statistic", float(own["c_statistic"][0]), concordance, 0.5, int(used.sum())),
            ("brier", float(own["brier"][0]), brier, by_chance, len(squares)),
        )
    }


def _weighed(
    name: str, apparent: float, found: float, chance: float, used: int, resampled: Resampled
) -> OutOfBag:
    # As an error, so that more is worse; turned back at the end.
    sign, shift = (-1.0, 1.0) if name == "c_statistic" else (1.0, 0.0)
    own, new, none = (shift + sign * value for value in (apparent, found, chance))
    # Equation 32 of the paper: the out-of-bag error is held to that without information in the
    # added term only.
    held = min(new, none)
    rate = (held - own) / (none - own) if none > own and held > own else 0.0
    added = (held - own) * 0.368 * 0.632 * rate / (1 - 0.368 * rate)
    point632 = 0.368 * apparent + 0.632 * found
    return OutOfBag(
        measure=name,
        apparent=apparent,
        out_of_bag=found,
        no_information=chance,
        overfitting=rate,
        point632=point632,
        plus=point632 + sign * added,
        used=used,
        resamples=len(resampled.counts),
        failed=failures(resampled.fits.status),
    )


@dataclass(frozen=True, kw_only=True)
class CrossValidated(Result):
    """A measure by repeated cross-validation.

    ``estimate`` is the mean over repeats, ``spread`` the standard deviation between them: it shows
    what the division into folds does, and is no standard error of the estimate.
    """

    measure: str
    apparent: float
    estimate: float
    spread: float
    folds: int
    repeats: int
    failed: tuple[tuple[str, int], ...]

    def faces(self) -> dict[str, str]:
        """Format codes: "", "apparent", "estimate", "spread"."""
        decimals = 3 if "brier" in self.measure else 2
        apparent, estimate = number(self.apparent, decimals), number(self.estimate, decimals)
        return {
            "": f"{estimate} (apparent {apparent})",
            "apparent": apparent,
            "estimate": estimate,
            "spread": number(self.spread, decimals),
        }


def cross_validate(
    procedure: WholeProcedure, y: Mask, *, folds: int, repeats: int, seed: int
) -> dict[str, CrossValidated]:
    """Cross-validate a whole procedure, in folds that each have their share of the events.

    Parameters
    ----------
    procedure, y
        As for :func:`analysis_lib.validation.resample`.
    folds : int
        At least 2, and no more than there are events, or non-events.
    repeats : int
        Divisions into folds, at least 1.
    seed : int
        Of the divisions.

    Returns
    -------
    dict
        By measure: those of :func:`analysis_lib.performance.measures`. The C statistic counts
        pairs within a fold only, since predictions of different models are not to be compared;
        each pair weighs the same. The others are computed once a repeat, from the predictions of
        all its folds together. Rows of a fold without a model are left out of their repeat.

    Raises
    ------
    DataError
        If there are too few events or non-events for the folds, no repeat, or the rows themselves
        have no model.
    """
    y = np.asarray(y, dtype=bool)
    events, others = np.flatnonzero(y), np.flatnonzero(~y)
    if not 2 <= folds <= min(len(events), len(others)) or repeats < 1:
        raise DataError(
            f"{folds} folds, {repeats} repeats of {len(events)} events and {len(others)} "
            "non-events: take 2 folds or more, no more than of either, and 1 repeat or more."
        )
    whole = procedure(np.ones((1, len(y)), dtype=np.int64))
    if whole.status[0] != "converged":
        raise DataError(
            f"The rows themselves have no model ({whole.status[0]}), so there is nothing to "
            "validate; use a penalty, or fewer candidates."
        )
    rng = np.random.default_rng(seed)
    fold = np.empty((repeats, len(y)), dtype=np.int64)
    # Non-events go on dealing where the events stopped, so that folds differ by one row at most.
    for rows, first in ((events, 0), (others, len(events))):
        dealt = np.broadcast_to((first + np.arange(len(rows))) % folds, (repeats, len(rows)))
        fold[:, rows] = rng.permuted(dealt, axis=1)
    held_out = fold[:, None, :] == np.arange(folds)[:, None]  # repeat, fold, row
    fits = procedure((~held_out).reshape(-1, len(y)).astype(np.int64))
    good = (fits.status == "converged").reshape(repeats, folds)
    linear = np.where(good[:, :, None], fits.linear.reshape(held_out.shape), 0.0)
    together = np.where(held_out, linear, 0.0).sum(axis=1)
    seen = (held_out & good[:, :, None]).any(axis=1)
    found = measures(together, y, seen)
    found["c_statistic"] = _within(linear, y, held_out & good[:, :, None])
    own = measures(whole.linear, y, np.ones((1, len(y))))
    result = {}
    for name, each in found.items():
        kept = each[np.isfinite(each)]
        result[name] = CrossValidated(
            measure=name,
            apparent=float(own[name][0]),
            estimate=float(kept.mean()) if len(kept) else math.nan,
            spread=float(kept.std(ddof=1)) if len(kept) > 1 else math.nan,
            folds=folds,
            repeats=repeats,
            failed=failures(fits.status),
        )
    return result


def _within(linear: Floats, y: Mask, used: Mask) -> Floats:
    """Concordance of pairs within folds (repeats,); arrays are (repeats, folds, n)."""
    repeats, folds, n = used.shape
    flat = used.reshape(-1, n)
    each = c_statistics(linear.reshape(-1, n), y, flat)
    pairs = np.where(np.isfinite(each), (flat @ y.astype(float)) * (flat @ (~y).astype(float)), 0.0)
    total = pairs.reshape(repeats, folds).sum(axis=1)
    won = (np.nan_to_num(each) * pairs).reshape(repeats, folds).sum(axis=1)
    return np.where(total > 0, won / np.where(total > 0, total, 1), math.nan)
