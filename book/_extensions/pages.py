"""What a built page needs that the theme does not give: names, roles and headers for everybody.

The theme's templates are repaired as they are rendered, so that no script has to do it in the
reader's browser. Each repair says which rule the stock page breaks.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.jinja2glue import BuiltinTemplateLoader

_TABLE = re.compile(r"<table\b.*?</table>", re.S)
_HEAD = re.compile(r"<thead\b.*?</thead>", re.S)
_EMPTY = re.compile(r"<th\b[^>]*>\s*(?:<p>\s*</p>)?\s*</th>")
_UNSCOPED = re.compile(r"<th\b(?![^>]*\bscope=)")

PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # label-content-name-mismatch: the visible words, with the keys, are the better name
    (
        re.compile(r'(<button class="[^"]*search-button-field[^"]*"[^>]*?) aria-label="[^"]*"'),
        r"\1",
    ),
    # the icons would speak their own titles inside a button that has a name
    (
        re.compile(r'(<i class="theme-switch[^"]*"[^>]*?)\s+title="[^"]*"'),
        r'\1 aria-hidden="true"',
    ),
    # "Toggle hidden content" hides the summary's visible words
    (re.compile(r'(<summary\b[^>]*?) aria-label="[^"]*"'), r"\1"),
    # region: everything on a page lies in a named region
    (
        re.compile(r'<div class="sidebar-primary-items__start(?=[^>]*>)(?![^>]*role=)([^"]*)"'),
        r'<div class="sidebar-primary-items__start\1" role="region" aria-label="Sidebar"',
    ),
    # entries of the bibliography are the items of their list
    (re.compile(r' role="doc-biblioentry"'), ' role="listitem"'),
    # one h1 a page: the print-only copy of the title, and of the contents' heading
    (
        re.compile(r'(<div id="jb-print-docs-body"[^>]*>\s*)<h1>(.*?)</h1>', re.S),
        r'\1<p class="print-title">\2</p>',
    ),
    (re.compile(r"<h2> Contents </h2>"), '<p class="print-contents">Contents</p>'),
    # a table leads to another chapter by its own file, as Jupyter wants it; here it is a page
    (re.compile(r'(<a class="bk-place" href="[\w-]+)\.md(?=#)'), r"\1.html"),
    # the index is laid out with tables that hold no data
    (
        re.compile(r'<table (?:style="width: 100%" )?class="indextable'),
        r'<table role="presentation" class="indextable',
    ),
)


def repair_table(match: re.Match[str]) -> str:
    """Give header cells a scope; an empty header cell is no header."""

    def repair_head(head: re.Match[str]) -> str:
        text = _EMPTY.sub("<td></td>", head[0])
        return _UNSCOPED.sub('<th scope="col"', text)

    return _UNSCOPED.sub('<th scope="row"', _HEAD.sub(repair_head, match[0]))


def repair(page: str) -> str:
    """Repair a whole page; doing it twice changes nothing more."""
    for pattern, replacement in PATTERNS:
        page = pattern.sub(replacement, page)
    return _TABLE.sub(repair_table, page)


class Templates(BuiltinTemplateLoader):  # type: ignore[misc]
    """The theme's templates, compiled once and repaired as they are rendered."""

    def init(self, builder: Any, theme: Any = None, dirs: Any = None) -> None:
        """Keep the compiled templates beside the pickled pages."""
        super().init(builder, theme, dirs)
        folder = Path(builder.doctreedir, "templates")
        folder.mkdir(parents=True, exist_ok=True)
        self.environment.bytecode_cache = FileSystemBytecodeCache(str(folder))

    def render(self, template: str, context: dict[str, Any]) -> str:
        """Render a template; a whole page is repaired."""
        text: str = super().render(template, context)
        return repair(text) if "<html" in text[:500] else text


def configure(app: Sphinx, config: Config) -> None:
    """Set single options; naming them in ``_config.yml`` would replace all of Jupyter Book's."""
    config.template_bridge = "pages.Templates"
    options = config.html_theme_options
    options.setdefault("navbar_persistent", [])  # else there are two search boxes
    options.setdefault("search_bar_text", "Search this book")
    config.html_context.setdefault("default_mode", "auto")


def write_front_door(app: Sphinx, exception: Exception | None) -> None:
    """Make the root's ``index.html``, a bare redirect, a page that can also be read."""
    door = Path(app.outdir, "index.html")
    if exception or app.builder.name != "html" or not door.is_file():
        return
    target = app.builder.get_target_uri(app.config.root_doc)
    if target == "index.html":
        return
    title = html.escape(app.config.html_title)
    door.write_text(
        f'<!DOCTYPE html>\n<html lang="{html.escape(app.config.language or "en")}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta http-equiv="refresh" content="0; url={target}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n</head>\n'
        f'<body>\n<main><h1>{title}</h1><p><a href="{target}">Open the book</a></p></main>\n'
        "</body>\n</html>\n",
        encoding="utf-8",
    )
