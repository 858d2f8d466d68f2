"""Links names in a chapter's code to their place in the library reference, which shows the source.

A name is linked where the chapter imports it from ``analysis_lib``, or takes it from a module that
it imports. sphinx-codeautolink does more, but follows the type of every variable, links those too,
and adds two seconds to each build.
"""

from __future__ import annotations

import ast
import html
import re
from pathlib import Path
from typing import Any

import cachekey
import dependencies
from docutils import nodes
from sphinx.application import Sphinx

_BLOCK = re.compile(r'<div class="highlight-ipython3.*?</pre>', re.S)
_NAME = re.compile(
    r'<span class="n">(?P<name>\w+)</span>(?!<span class="o">=</span>)'  # no keyword argument
    r'(?:(?P<dot><span class="o">\.</span>)<span class="n">(?P<attribute>\w+)</span>)?'
)


def imported(text: str) -> dict[str, str]:
    """Return, for each name that a chapter takes from the library, its full name there."""
    found: dict[str, str] = {}
    for cell in dependencies.code_cells(text):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return {
        name: full for name, full in found.items() if full.split(".")[0] == dependencies.LIBRARY
    }


def link(body: str, names: dict[str, str], targets: dict[str, str]) -> str:
    """Return the page with each known name in its code blocks made a link."""

    def anchor(full: str, text: str) -> str:
        place = html.escape(targets[full])
        return f'<a class="bk-code-link" href="{place}"><span class="n">{text}</span></a>'

    def one(match: re.Match[str]) -> str:
        full = names.get(match["name"])
        if full is None:
            return match[0]
        inner = f"{full}.{match['attribute']}"
        if match["attribute"] and inner in targets:
            head = f'<span class="n">{match["name"]}</span>{match["dot"]}'
            return head + anchor(inner, match["attribute"])
        if full not in targets:
            return match[0]
        return anchor(full, match["name"]) + match[0].split("</span>", 1)[1]

    return _BLOCK.sub(lambda block: _NAME.sub(one, block[0]), body)


def add_links(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Link the code of a notebook's page; called by Sphinx for each page."""
    if app.builder.format != "html" or "body" not in context or doctree is None:
        return
    path = Path(app.env.doc2path(name))
    if path.suffix != ".md" or not cachekey.is_notebook(text := path.read_text("utf-8")):
        return
    targets = {
        full: f"{app.builder.get_relative_uri(name, entry.docname)}#{entry.node_id}"
        for full, entry in app.env.domaindata["py"]["objects"].items()
    }
    context["body"] = link(context["body"], imported(text), targets)
