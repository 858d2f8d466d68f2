"""The whole ledger: every claim once, what is not stated, and two checklists.

Where printed figures check each other, the verdict is that of the check. All other claims can be
held against simulated rows only, and those were built to fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis_lib import consistency
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.ledger import MEANING, Entry, compare, from_verification
from analysis_lib.places import address, chapter, checklists, places, unstated
from analysis_lib.published import claim, claims
from analysis_lib.results import number
from analysis_lib.tables import Table, table

if TYPE_CHECKING:
    import pandas as pd

PAIRS = {
    "nerve_paralysis_count": "nerve_paralysis_percent",
    "severe_hypocalcaemia_count": "severe_hypocalcaemia_percent",
}
"""A printed count and the percentage printed beside it: each checks the other."""

COLUMNS = {
    "quantity": "Claim",
    "published": "Published",
    "figure": "Ours",
    "verdict": "Verdict",
    "reason": "Why",
    "where": "Where",
}
REPORTED = ("met", "partly", "not", "not applicable")
"""What a report may do about an item of a checklist."""


def from_figures() -> list[Entry]:
    """Return an entry for each claim that other printed figures check; no rows are needed.

    A count and its percentage check each other, out of all participants. The middle of the
    interval checks the odds ratio, and both check the p-value, by Wald.
    ImpossiblePercentageError for a percentage that no count gives.
    """
    n = claim("cohort_participants").count
    odds, p = claim("predictor_pth_or"), claim("predictor_pth_p")
    entries = []
    for count, share in PAIRS.items():
        events = claim(count).count
        fits = consistency.counts_for_percentage(claim(share).value, n)
        words = ", ".join(f"{k} of {n}" for k in fits)
        entries += [
            compare(
                count,
                float(events if events in fits else fits[0]),
                ours=words,
                status="derived",
                reason="the counts that print as the percentage",
            ),
            compare(
                share,
                100 * events / n,
                ours=f"{number(100 * events / n, 1)}\N{NO-BREAK SPACE}%",
                status="derived",
                reason="from the printed count and the number of participants",
            ),
        ]
    middle = consistency.geometric_centre(*odds.limits)
    region = consistency.wald_region(odds.value, *odds.limits)
    return [
        *entries,
        compare(
            odds.claim_id,
            (middle[0] * middle[1]) ** 0.5,
            ours=f"{number(middle[0], 2)} to {number(middle[1], 2)}",
            status="derived",
            possible=middle,
            reason="the middle of the printed interval, on the log scale",
        ),
        compare(
            p.claim_id,
            consistency.plug_in_p_value(odds.value, *odds.limits),
            ours=f"{region:p}",
            status="derived",
            possible=region.p_value,
            reason="from the printed odds ratio and interval, by Wald",
        ),
    ]


def full_ledger(verification: pd.DataFrame) -> pd.DataFrame:
    """Return every claim with our figure and its verdict, then what is not stated.

    Parameters
    ----------
    verification : DataFrame
        As :func:`analysis_lib.verify.verify` returns it, with a row for every claim.

    Returns
    -------
    DataFrame
        One row a claim, in the order of ``claims.csv``, then one a row of ``unstated.csv``:
        ``claim_id``; ``topic``; ``quantity``; ``published``; ``ours``; ``status`` of ours
        (missing where there is none); ``verdict``; ``reason``; ``place``.

    Raises
    ------
    DataError
        If a claim has no place, or the verification lacks one.
    """
    import pandas as pd

    entries = {entry.claim.claim_id: entry for entry in from_verification(verification)}
    entries |= {entry.claim.claim_id: entry for entry in from_figures()}
    where = places()["place"]
    known = claims()
    gone = [name for name in known.index if name not in entries or name not in where.index]
    if gone:
        raise DataError(
            f"no figure or no place for {', '.join(gone)}; verify every claim, and say in "
            "data/ledger/places.csv where each is worked out"
        )
    rows: list[dict[str, object]] = []
    for name in known.index:
        entry = entries[name]
        none = entry.verdict == "not derivable"
        rows.append(
            {
                "claim_id": name,
                "topic": entry.claim.topic,
                "quantity": entry.quantity,
                "published": format(entry.claim, "summary"),
                "ours": "–" if none else entry.ours,
                "status": pd.NA if none else entry.status,
                "verdict": entry.verdict,
                "reason": entry.reason,
                "place": where[name],
            }
        )
    for row in unstated().to_dict("records"):
        rows.append(
            {
                "claim_id": row["claim_id"],
                "topic": claim(row["claim_id"]).topic,
                "quantity": row["quantity"],
                "published": "not stated",
                "ours": row["book"],
                "status": row["status"],
                "verdict": "not stated",
                "reason": row["matters"],
                "place": row["place"],
            }
        )
    return pd.DataFrame(rows).astype("string")


def tally(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the rows of the ledger: ``verdict``, ``rows``, ``meaning``; each verdict once.

    Also ``derived``, ``simulated`` and ``no_figure``: how many of the rows have such a figure of
    ours. MissingColumnError if ``verdict`` or ``status`` is missing.
    """
    import pandas as pd

    _need(rows, ("verdict", "status"))
    status = rows["status"].fillna("no_figure")
    counts = [
        {
            "verdict": verdict,
            "rows": int(rows["verdict"].eq(verdict).sum()),
            "meaning": meaning,
            **{
                kind: int((rows["verdict"].eq(verdict) & status.eq(kind)).sum())
                for kind in ("derived", "simulated", "no_figure")
            },
        }
        for verdict, meaning in MEANING.items()
    ]
    return pd.DataFrame(counts)


def ledger_table(rows: pd.DataFrame, *, id: str, caption: str) -> Table:
    """Lay out rows of the ledger, each with a link to where it is worked out.

    The table is simulated as soon as one of its figures is. Where nothing was published, it has
    no column for it.
    """
    _need(rows, ("claim_id", "status", "place", *(set(COLUMNS) - {"figure", "where"})))
    shown = rows.assign(
        figure=[
            f"{ours} ({status})" if status else ours
            for ours, status in zip(rows["ours"], rows["status"].fillna(""), strict=True)
        ],
        where=[chapter(place) for place in rows["place"]],
        address=[address(place) for place in rows["place"]],
    )
    used = [verdict for verdict in MEANING if verdict in set(rows["verdict"])]
    silent = rows["published"].eq("not stated").all()
    return table(
        shown,
        {name: words for name, words in COLUMNS.items() if not (silent and name == "published")},
        carry=["claim_id", "ours", "status", "place"],
        links={"where": "address"},
        stacked=True,
        id=id,
        status="simulated" if rows["status"].eq("simulated").any() else "derived",
        caption=caption,
        notes=[f"{verdict}: {MEANING[verdict]}" for verdict in used],
    )


def reported(items: pd.DataFrame) -> pd.DataFrame:
    """Count the items of each checklist: ``checklist``, ``by`` (abstract or book), and a column
    for each of ``REPORTED``, and ``items``, how many there are."""
    import pandas as pd

    _need(items, ("checklist", "abstract", "book"))
    return pd.DataFrame(
        [
            {
                "checklist": name,
                "by": by,
                **{word: int(part[by].eq(word).sum()) for word in REPORTED},
                "items": len(part),
            }
            for name, part in items.groupby("checklist", sort=False)
            for by in ("abstract", "book")
        ]
    )


def checklist_table(name: str, *, id: str, caption: str) -> Table:
    """Lay out one checklist: item, abstract, book, and where the book reports it.

    DataError for a checklist that is not in the table; the message lists those there are.
    """
    import pandas as pd

    every = checklists()
    if name not in set(every["checklist"]):
        raise DataError(
            f"no checklist {name!r}; there are {', '.join(every['checklist'].unique())}"
        )
    rows = every[every["checklist"].eq(name)]
    known = [None if pd.isna(place) else str(place) for place in rows["place"]]
    shown = rows.assign(
        label=rows["item"] + " " + rows["topic"],
        in_abstract=rows["abstract"] + ": " + rows["abstract_reason"],
        in_book=rows["book"] + ": " + rows["book_reason"],
        where=pd.array([chapter(p) if p else pd.NA for p in known], dtype="string"),
        address=pd.array([address(p) if p else pd.NA for p in known], dtype="string"),
    )
    return table(
        shown,
        {"label": "Item", "in_abstract": "Abstract", "in_book": "Book", "where": "Where"},
        carry=[
            "checklist", "item", "topic", "abstract", "abstract_reason", "book", "book_reason",
            "place",
        ],
        links={"where": "address"},
        stacked=True,
        missing="–",
        id=id,
        status="derived",
        caption=caption,
        notes=["Topics are in the words of this book. A judgement of this book."],
    )  # fmt: skip


def _need(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    absent = sorted(set(names) - set(frame))
    if absent:
        raise MissingColumnError(f"no column {', '.join(absent)}; the table has {list(frame)}")
