"""Sentences with numbers in them, and how anything is shown.

A chapter reads in three places: on the site, in Jupyter and in the terminal. Whatever it says
with a number is an :class:`Item`, which knows its HTML and its plain text, its status and the
results it quotes. ``show`` picks the form; a machine-readable record of the results travels
inside the output, so that the ledger and the tests read exactly what the reader saw.
"""

from __future__ import annotations

import base64
import html
import re
import string
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis_lib.errors import DataError
from analysis_lib.results import STATUSES, Status, plain, write

RECORD_MIME = "application/vnd.analysis-lib.record+json"

MEANING: dict[Status, str] = {
    "published": "printed in a paper, with its source",
    "derived": "follows by arithmetic from published figures alone",
    "simulated": "comes from the simulated cohort, or from calculations and studies under stated "
    "assumptions",
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something a reader sees: a sentence, a table or a figure.

    ``id`` is ``NN-name`` with the number of the chapter; it is the anchor on the page and the
    name of the download. ``results`` are the results that it quotes, by name.
    """

    id: str
    status: Status
    results: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an unknown status and an id that can't be an anchor."""
        if self.status not in STATUSES:
            raise DataError(
                f"{self.id!r} has status {self.status!r}; use one of {', '.join(STATUSES)}"
            )
        number, _, name = self.id.partition("-")
        if not (number.isdigit() and len(number) == 2 and name.replace("-", "").isalnum()):
            raise DataError(f"id {self.id!r} is not of the form 'NN-name', NN being the chapter")

    @property
    def anchor(self) -> str:
        """The HTML id of the item."""
        return f"r-{self.id}"

    def html(self) -> str:
        """Return the item as HTML, for the site and for Jupyter."""
        raise NotImplementedError

    def text(self) -> str:
        """Return the item as plain text, for the terminal."""
        raise NotImplementedError

    def record(self) -> dict[str, Any]:
        """Return what the item says as plain data: kind, id, status, text, results."""
        return {
            "kind": type(self).__name__.lower(),
            "id": self.id,
            "status": self.status,
            "text": self.text(),
            "results": plain(self.results),
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/html": self.html(), "text/plain": self.text(), RECORD_MIME: self.record()}


@dataclass(frozen=True, kw_only=True)
class Sentence(Item):
    """A paragraph or a short list, in Markdown, whose numbers come from results."""

    markdown: str
    box: str = ""

    def html(self) -> str:
        """Return the paragraph, in a box with a title where it has one, with its status."""
        from markdown_it import MarkdownIt

        body = MarkdownIt("commonmark", {"html": False}).render(self.markdown).strip()
        label = status_label(self.status)
        if self.box:
            kind = f"bk-box bk-{self.box.lower().replace(' ', '-')}"
            body = f'<p class="bk-box-title"><span>{html.escape(self.box)}</span> {label}</p>{body}'
        else:
            kind = "bk-sentence"
            last = body.rindex("</")  # of the last paragraph, or of the list
            body = f"{body[:last]} {label}{body[last:]}"
        return f'<div class="bk-item {kind}" id="{self.anchor}">{body}</div>'

    def text(self) -> str:
        """Return the paragraph wrapped for a terminal, without emphasis marks."""
        is_list = self.markdown.startswith(("- ", "1. "))
        lead = f"{self.box}:" + ("\n" if is_list else " ") if self.box else ""
        body = lead + self.markdown.replace("**", "").replace("*", "") + f" [{self.status}]"
        blocks = re.split(r"\n\s*(?=\n|- |\d\. )", body)  # paragraphs and bullets keep their lines
        return "\n".join(
            textwrap.fill(
                " ".join(block.split()), 88, break_long_words=False, break_on_hyphens=False
            )
            for block in blocks
        )


def say(template: str, *, id: str, status: Status, box: str = "", **results: Any) -> Sentence:
    """Make a sentence from a template and the results it quotes.

    The template is Markdown with ``{name}`` or ``{name:code}`` for each number; the codes are
    those of the result (see its ``faces``), and for plain numbers those of
    :func:`analysis_lib.results.write`. A name in the
    template that is no result, or a result that the template does not quote, is an error.
    """
    quoted = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    roots = {name.split(".")[0].split("[")[0] for name in quoted}
    if roots != set(results):
        raise DataError(
            f"sentence {id!r} quotes {sorted(roots)} but was given {sorted(results)}; "
            "each number in the template needs a result of that name, and the other way round"
        )
    text = _Writer().format(textwrap.dedent(template).strip(), **results)
    return Sentence(id=id, status=status, results=results, markdown=text, box=box)


class _Writer(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        return write(value, format_spec)


def show(item: Item) -> None:
    """Show an item: rich in Jupyter and on the site, as plain text in a terminal."""
    if _in_ipython():
        from IPython.display import display

        display(item)
    else:
        print(item.text(), end="\n\n")


def _in_ipython() -> bool:
    import sys

    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None


def status_label(status: Status) -> str:
    """Return the visible label that says what kind of number this is."""
    return (
        f'<span class="bk-status bk-{status}" title="{html.escape(MEANING[status])}">'
        f"{status}</span>"
    )


def download_link(name: str, content: str, label: str) -> str:
    """Return a link that downloads text as a file; works from a notebook and without a server."""
    data = base64.b64encode(content.encode("utf-8")).decode("ascii")
    return (
        f'<a class="bk-download" download="{name}" data-file="{name}" '
        f'href="data:text/csv;base64,{data}">{html.escape(label)}</a>'
    )
