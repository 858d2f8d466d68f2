"""Errors that say what was seen, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


class DataError(ValueError):
    """Input that the library refuses; every error of the library is one."""


class UnknownClaimError(DataError):
    """A ``claim_id`` that ``data/published/claims.csv`` does not have."""


class CountError(DataError):
    """Counts that can't be: events above the denominator, a negative one, an empty group."""


class ImpossiblePercentageError(DataError):
    """A printed percentage that no whole number of events gives with that denominator."""


class EncodingError(DataError):
    """A text file that is not UTF-8."""


class MissingTableError(DataError):
    """A file of a table that is not where it was looked for."""


class MissingColumnError(DataError):
    """A table without a column that its descriptor requires."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One cell (or row) of a table that breaks a rule of its descriptor.

    ``row`` counts lines of the file, the header being line 1; ``column`` and ``value`` are empty
    when the rule is about the whole row.
    """

    file: str
    row: int
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}"
        if self.column:
            where += f", column {self.column!r}"
        seen = f" (seen: {self.value!r})" if self.value else ""
        return f"{where}: {self.rule}{seen}"


class InvalidTableError(DataError):
    """A table with cells that break the rules of its descriptor; ``problems`` lists all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = f"{len(problems)} problem" + ("s" if len(problems) > 1 else "")
        listed = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"{count}; correct the file and load it again:\n{listed}")
