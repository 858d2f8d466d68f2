"""Lint: no result is typed by hand.

A number in a chapter is either computed in a cell, or quoted from a paper. So a number in prose
must stand in a sentence with a citation, or belong to a claim that the same cell names in a
comment (``<!-- claim: target_reached -->``). In code, strings meant for readers must take their
numbers from results.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import jupytext

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*(?:\s?%)?(?![\w-])")
CLAIM = re.compile(r"<!--\s*claim:\s*(?P<id>[\w, ]+?)\s*-->")
# What is no prose: fences, comments, inline code, math, roles, link targets, labels, list numbers.
NOT_PROSE = re.compile(
    r"^(`{3,}|:{3,}).*?^\1.*?$|<!--.*?-->|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)|^\([\w-]+\)=$"
    r"|^# \d+ · |^\s*\d+\.\s|[Cc]hapters?\s+\d+(?:(?:,|\s+and|\s+to)\s+\d+)*",
    re.M | re.S,
)
ADMONITION = re.compile(r"^:{3,}.*?$", re.M)


def claims(root: Path = ROOT) -> dict[str, set[str]]:
    """Return, for each claim, the numbers as printed that it may be quoted with."""
    with (root / "data/published/claims.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["claim_id"]: {row[key] for key in ("value", "lower", "upper", "events") if row[key]}
            for row in csv.DictReader(file)
        }


def typed_numbers(markdown: str, known: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Yield (number, sentence) for each number in Markdown that is neither cited nor claimed.

    A claim id that is not in the table is yielded too, as the number "claim ID".
    """
    allowed: set[str] = set()
    for match in CLAIM.finditer(markdown):
        for claim_id in re.split(r"[,\s]+", match["id"]):
            if claim_id in known:
                allowed |= known[claim_id]
            else:
                yield f"claim {claim_id}", match[0]
    text = NOT_PROSE.sub(" ", ADMONITION.sub("", markdown))
    for sentence in re.split(r"(?<=[.?!:])\s+|\n\s*\n|\n(?=\s*[-*] )", text):
        if "{cite" in sentence:
            continue
        bare = re.sub(r"\{[^}]*\}`[^`]*`|`[^`]*`", " ", sentence)
        for match in NUMBER.finditer(bare):
            if match[0].rstrip("% \u00a0") not in allowed:
                yield match[0], " ".join(sentence.split())


def typed_in_strings(source: str) -> Iterator[tuple[str, str]]:
    """Yield (number, string) for each result-like number in a string that a reader will see.

    Strings with a space are taken as meant for readers. Result-like is a decimal number, a
    percentage, or a whole number of two digits and more.
    """
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        prose = re.sub(r"\{[^}]*\}", " ", node.value)
        if " " not in prose.strip():
            continue
        for match in NUMBER.finditer(prose):
            if len(match[0]) > 1:
                yield match[0], " ".join(prose.split())


def problems(path: Path, known: dict[str, set[str]]) -> list[str]:
    """Return the typed numbers of one page or module, each as a line that says where."""
    if path.suffix == ".py":
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):  # docstrings explain the code; no reader of the book sees them
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                node.value.value = ""
        return [
            f"{path}: {number!r} typed in the string {text!r}"
            for number, text in typed_in_strings(ast.unparse(tree))
        ]
    found = []
    for index, cell in enumerate(jupytext.read(path).cells, start=1):
        if cell.cell_type == "markdown":
            typed = typed_numbers(cell.source, known)
        else:
            typed = typed_in_strings(cell.source)
        found += [f"{path}, cell {index}: {number!r} in {text!r}" for number, text in typed]
    return found


def pages(root: Path = ROOT) -> list[Path]:
    """Return all pages of the book, and the modules that write captions and alt texts."""
    return sorted(root.glob("book/**/*.md")) + sorted(root.glob("analysis_lib/figures/*.py"))


def main() -> int:
    """Print every typed number; return 1 if there is one."""
    known = claims()
    found = [line for path in pages() for line in problems(path, known)]
    if found:
        print("\n".join(found))
        print(
            f"{len(found)} number(s) typed by hand. Compute them in a cell, or quote them: by a "
            "citation in the sentence, or by <!-- claim: ID --> in the same cell."
        )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
