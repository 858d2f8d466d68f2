"""What a fit takes: arrays of numbers that match, with nothing missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis_lib.errors import DataError

Floats = NDArray[np.float64]


def numbers(values: Any, name: str) -> NDArray[Any]:
    """Return an array of numbers; DataError that counts values that are missing or infinite."""
    try:
        array: NDArray[Any] = np.asarray(values)
    except ValueError as error:
        raise DataError(f"{name} has rows of different lengths: {error}") from error
    if array.dtype.kind not in "biuf":
        import pandas as pd

        held = array.astype(object)
        for at, value in enumerate(held.flat):
            if isinstance(value, str):
                column = list(getattr(values, "columns", []))
                where = f" in column {column[at % len(column)]!r}" if column else ""
                raise DataError(
                    f"{name} has values that are not numbers: the text {value!r}{where}, for one; "
                    "make columns of 0 and 1 out of categories, and numbers out of text, first"
                )
        try:
            array = np.where(pd.isna(held), math.nan, held).astype(float)
        except (TypeError, ValueError) as error:
            raise DataError(f"{name} has values that are not numbers: {error}") from error
    # The extremes show a missing value without an array as large as the data.
    if array.size and not np.isfinite(np.array([array.min(), array.max()], dtype=float)).all():
        bad = ~np.isfinite(array)
        where = ""
        if name == "x" and array.ndim > 1:
            labels = getattr(values, "columns", range(array.shape[-1]))
            counts = bad.reshape(-1, array.shape[-1]).sum(axis=0).tolist()
            listed = [
                f"{count} in column {label!r}"
                for label, count in zip(labels, counts, strict=True)
                if count
            ]
            where = f" ({', '.join(listed)})"
        raise DataError(
            f"{name} has missing or infinite values: {bad.sum()} of {bad.size}{where}; leave out "
            "or impute these rows before the fit"
        )
    return array


def checked(
    x: ArrayLike, y: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, NDArray[Any], NDArray[Any] | None]:
    """Return design, outcomes and weights as arrays, or raise DataError."""
    xs = numbers(x, "x").astype(float, copy=False)
    ys = numbers(y, "y")
    ws = None if weights is None else numbers(weights, "weights")
    shapes = f"x {xs.shape}, y {ys.shape}" + ("" if ws is None else f", weights {ws.shape}")
    rows = [(ys, 1)] + ([] if ws is None else [(ws, 1)])
    if xs.ndim not in (2, 3) or any(a.ndim not in (1, 2) for a, _ in rows):
        raise DataError(f"{shapes}: x must be (n, p) or (B, n, p), y and weights (n,) or (B, n)")
    n, p = xs.shape[-2:]
    if any(a.shape[-1] != n for a, _ in rows):
        raise DataError(f"{shapes}: the counts of rows don't match")
    batches = {a.shape[0] for a, shared in [(xs, 2), *rows] if a.ndim > shared}
    if len(batches) > 1:
        raise DataError(f"{shapes}: the counts of fits don't match")
    if not 1 <= p <= n:
        raise DataError(f"{shapes}: {p} columns need at least {max(p, 1)} rows and one column")
    if not ((ys == 0) | (ys == 1)).all():
        others = np.unique(ys[(ys != 0) & (ys != 1)])[:5].tolist()
        raise DataError(f"y must be 0 or 1; it has {others} too")
    if ws is not None and ws.size and ws.min() < 0:
        raise DataError(f"weights has {(ws < 0).sum()} negative values, the least {ws.min()}")
    return xs, ys, ws


def whole(value: Any, name: str, least: int = 1) -> int:
    """Return a whole number that is ``least`` or more; DataError that says what was given."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise DataError(f"{name} is {value!r}; give a whole number, {least} or more")
    return int(value)


def check_one(
    x: Floats, y: NDArray[Any], weights: NDArray[Any] | None, names: Sequence[str]
) -> None:
    """Raise DataError unless this is one fit with a name for each column."""
    if x.ndim != 2 or y.ndim != 1 or (weights is not None and weights.ndim != 1):
        raise DataError("fit() takes one design, outcome and set of weights; use fit_many()")
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise DataError(f"names is {names!r}; give a list of texts, one for each column of x")
    if len(names) != x.shape[1] or len(set(names)) != len(names):
        raise DataError(f"{len(names)} names ({', '.join(names)}) for {x.shape[1]} columns of x")
