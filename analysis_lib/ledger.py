"""What the paper says beside what the book finds: verdicts on claims.

A figure that was used to work out ours can't be confirmed by it: its verdict is *by construction*,
whatever the numbers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis_lib.consistency import rounding_range
from analysis_lib.errors import DataError
from analysis_lib.published import Claim, claim
from analysis_lib.results import Result, Status
from analysis_lib.tables import Table, table

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal[
    "by construction", "same", "within rounding", "differs", "not derivable", "not stated"
]

MEANING: dict[Verdict, str] = {
    "by construction": "the printed figure was used to obtain ours",
    "same": "ours prints like the paper's",
    "within rounding": "ours agrees once the rounding of its inputs is allowed for",
    "differs": "ours can't be printed as the paper's, whatever the rounding",
    "not derivable": "the abstract does not hold what is needed",
    "not stated": "the abstract leaves it out; ours stands alone",
}


@dataclass(frozen=True, kw_only=True)
class Entry(Result):
    """One claim with our figure, the status of ours, the verdict and its reason."""

    claim: Claim
    quantity: str
    ours: str
    status: Status
    verdict: Verdict
    reason: str

    def faces(self) -> dict[str, str]:
        """Format codes: "" (the verdict), "published", "ours", "reason"."""
        return {
            "": self.verdict,
            "published": "not stated" if self.verdict == "not stated" else format(self.claim),
            "ours": self.ours,
            "reason": self.reason,
        }


def compare(
    claim_id: str,
    value: float,
    *,
    ours: str,
    status: Status,
    reason: str,
    printed: str | None = None,
    possible: tuple[float, float] | None = None,
    by_construction: bool = False,
) -> Entry:
    """Compare our value with a printed claim and return the verdict with its reason.

    Parameters
    ----------
    claim_id : str
        The claim; unknown ids raise UnknownClaimError.
    value : float
        Our figure, unrounded, in the unit of the claim.
    ours : str
        Our figure as written for the reader.
    printed : str, optional
        The printed digits to compare with, if not the claim's value (a limit, for example).
    possible : tuple of float, optional
        The range that our figure can have, given that its inputs were rounded for print.
    by_construction : bool
        Whether the printed figure went into ours.
    """
    record = claim(claim_id)
    low, high = (float(end) for end in rounding_range(printed or record.value))
    verdict: Verdict
    if by_construction:
        verdict = "by construction"
    elif low <= value <= high:
        verdict = "same"
    elif possible is not None and possible[0] <= high and possible[1] >= low:
        verdict = "within rounding"
    else:
        verdict = "differs"
    return _entry(record, ours, status, verdict, reason)


def cannot_compare(
    claim_id: str,
    verdict: Verdict,
    *,
    reason: str,
    ours: str = "–",
    status: Status = "derived",
    quantity: str | None = None,
) -> Entry:
    """Return an entry for what can't be compared: ``"not derivable"`` or ``"not stated"``.

    ``quantity`` names what is not stated, where it is not the claim's own figure (its interval,
    for example). DataError for any other verdict: those come from :func:`compare`.
    """
    if verdict not in ("not derivable", "not stated"):
        raise DataError(f"verdict {verdict!r} needs numbers; use compare()")
    return _entry(claim(claim_id), ours, status, verdict, reason, quantity)


def from_verification(table: pd.DataFrame, only: Sequence[str] | None = None) -> list[Entry]:
    """Return an entry for each row of :func:`analysis_lib.verify.verify`, or for some claims.

    ``only`` lists claim ids, in the order wanted; one that the table lacks is a DataError.

    The cohort was built to fit, so that a claim which holds is matched *by construction*; one
    that does not is said to differ, and one that no rows can show is not derivable.
    """
    if only is not None:
        absent = [claim_id for claim_id in only if claim_id not in set(table["claim_id"])]
        if absent:
            raise DataError(f"the verification has no claim {', '.join(absent)}")
        table = table.set_index("claim_id", drop=False).loc[list(only)]
    entries = []
    for row in table.to_dict("records"):
        verdict: Verdict = "not derivable"
        if isinstance(row["holds"], (bool, int)):
            verdict = "by construction" if row["holds"] else "differs"
        entries.append(
            _entry(
                claim(str(row["claim_id"])),
                str(row["found"]),
                "simulated",
                verdict,
                str(row["reason"]),
            )
        )
    return entries


def _entry(
    record: Claim,
    ours: str,
    status: Status,
    verdict: Verdict,
    reason: str,
    quantity: str | None = None,
) -> Entry:
    return Entry(
        claim=record,
        quantity=quantity or record.quantity,
        ours=ours,
        status=status,
        verdict=verdict,
        reason=reason,
    )


def against_the_paper(entries: Sequence[Entry], *, id: str, status: Status) -> Table:
    """Return the table "Against the paper": quantity, published, ours, verdict, reason."""
    import pandas as pd

    frame = pd.DataFrame(
        {
            "claim_id": [entry.claim.claim_id for entry in entries],
            "quantity": [entry.quantity for entry in entries],
            "published": [format(entry, "published") for entry in entries],
            "ours": [entry.ours for entry in entries],
            "verdict": [entry.verdict for entry in entries],
            "reason": [entry.reason for entry in entries],
        }
    )
    used = [verdict for verdict in MEANING if verdict in set(frame["verdict"])]
    return table(
        frame,
        {
            "quantity": "Quantity",
            "published": "Published",
            "ours": "Ours",
            "verdict": "Verdict",
            "reason": "Why",
        },
        carry=["claim_id"],
        stacked=True,
        id=id,
        status=status,
        caption="Does what the paper prints agree with what follows from it?",
        notes=[f"{verdict}: {MEANING[verdict]}" for verdict in used],
    )


def printed(claim_ids: Sequence[str], *, id: str, caption: str) -> Table:
    """Return the table of what the abstract prints on some claims, and what it leaves open."""
    import pandas as pd

    records = [claim(claim_id) for claim_id in claim_ids]
    frame = pd.DataFrame(
        {
            "claim_id": [record.claim_id for record in records],
            "quantity": [record.quantity for record in records],
            "printed": [format(record, "summary") for record in records],
            "note": [record.note for record in records],
        }
    )
    return table(
        frame,
        {"quantity": "Quantity", "printed": "As stated", "note": "What is left open"},
        carry=["claim_id"],
        id=id,
        status="published",
        caption=caption,
        missing="–",
        notes=["Numbers that stand in words are written as digits."],
    )
