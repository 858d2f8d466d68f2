"""Counts of several studies, checked before anything is pooled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.proportions import whole_counts
from analysis_lib.results import Denominator

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
COLUMNS = ("label", "events", "n")


def listed(names: list[str]) -> str:
    """Write names as "'a', 'b'"."""
    return ", ".join(repr(name) for name in names)


@dataclass(frozen=True)
class StudyCounts:
    """Counts that passed the checks: ``events`` of ``n`` members, each of shape (k,)."""

    labels: tuple[str, ...]
    events: Array
    n: Array
    denominator: Denominator

    @classmethod
    def checked(cls, studies: pd.DataFrame) -> StudyCounts:
        """Check a frame of studies; ``synthesis.logit_reml`` documents columns and refusals."""
        for column in COLUMNS:
            if column not in studies.columns:
                raise MissingColumnError(
                    f"The studies have no column {column!r} (they have "
                    f"{', '.join(map(repr, studies.columns))}); it needs {', '.join(COLUMNS)}."
                )
        if len(studies) < 1:
            raise DataError("There is no study to pool; check the filter that chose the rows.")
        if studies["label"].isna().any():
            raise DataError("A study has no label; name each one.")
        labels = tuple(str(label) for label in studies["label"])
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise DataError(
                f"{listed(twice)}: a label comes twice; keep one row a study, or name arms apart."
            )
        units = ["patients"]
        if "unit" in studies.columns:
            units = sorted({str(unit) for unit in studies["unit"]})
        if len(units) > 1 or units[0] not in get_args(Denominator):
            raise DataError(
                f"Unit(s) of the studies: {listed(units)}; pool either patients or glands, as "
                "their proportions answer different questions."
            )
        pairs = [
            whole_counts(events, n, where=f"study {label!r}: ")
            for label, events, n in zip(labels, studies["events"], studies["n"], strict=True)
        ]
        counts = np.array(pairs, dtype=float)
        unit: Any = units[0]
        return cls(labels, counts[:, 0], counts[:, 1], unit)

    @property
    def extreme(self) -> list[str]:
        """Labels of studies without events or without non-events."""
        at_end = (self.events == 0) | (self.events == self.n)
        return [label for label, end in zip(self.labels, at_end, strict=True) if end]

    def logits(self) -> tuple[Array, Array]:
        """Observed logits and their variances, each (k,), with 0.5 added where a cell is empty."""
        add = 0.5 * ((self.events == 0) | (self.events == self.n))
        yes, no = self.events + add, self.n - self.events + add
        return np.log(yes / no), 1 / yes + 1 / no
