"""Collects what the chapters say as data, from the outputs that the reader sees.

Each output that carries a record (see ``analysis_lib.report``) becomes an item of
``_results/<chapter>.json`` in the site, in the order of the page, so that a ledger or a test
reads the very numbers that are printed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cachekey
from sphinx.application import Sphinx
from sphinx.util import logging

LOG = logging.getLogger(__name__)
MIME = "application/vnd.analysis-lib.record+json"
SHOWN = {
    MIME,
    "text/html",
    "text/plain",
    "text/latex",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/svg+xml",
    "application/pdf",
    "application/javascript",
    "application/vnd.jupyter.widget-view+json",
}
"""What myst-nb can show, and our records, which it passes over."""


def configure(app: Sphinx, config: Any) -> None:
    """Let myst-nb pass over our records in silence; ``collect`` warns of any other type."""
    config.suppress_warnings = [*config.suppress_warnings, "mystnb.unknown_mime_type"]


def executed(app: Sphinx, name: str, path: Path) -> Any:
    """Return a notebook with its outputs, from the cache; nothing where it was not executed."""
    from jupyter_cache import get_cache
    from myst_nb.core.read import create_nb_reader

    env: Any = app.env
    text = cachekey.with_inputs(path.read_text("utf-8"), cachekey.kept(env)[name], name)
    notebook = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text).read(text)
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        return None
    try:
        cache = get_cache(env.mystnb_config.execution_cache_path)
        return cache.merge_match_into_notebook(notebook)[1]
    except KeyError:
        return None


class RepeatedItemError(ValueError):
    """Two outputs of a chapter that carry the same id."""


def items(notebook: Any, name: str) -> list[dict[str, Any]]:
    """Return the records of a notebook in the order of its cells; two may not share an id."""
    found: list[dict[str, Any]] = []
    first: dict[str, str] = {}
    lines = notebook.metadata.get("source_map", [])
    number = 0
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        number += 1
        where = f"code cell {number}" + (f" (line {lines[index] + 1})" if lines else "")
        for output in cell.outputs:
            data = output.get("data", {})
            for mime in sorted(set(data) - SHOWN):
                LOG.warning("%s: %s has an output of unknown type %s", name, where, mime)
            if MIME not in data:
                continue
            record = data[MIME]
            earlier = first.setdefault(record.get("id", ""), where)
            if earlier != where or any(item.get("id") == record.get("id") for item in found):
                raise RepeatedItemError(
                    f"{name}: {earlier} and {where} both show an item called "
                    f"{record.get('id')!r}; rename one."
                )
            found.append(record)
    return found


def collect(app: Sphinx, exception: Exception | None) -> None:
    """Write one file of records for each notebook of the book."""
    mode = getattr(app.env.mystnb_config, "execution_mode", "off") if app.env else "off"
    if exception or app.builder.name != "html" or mode != "cache":
        return
    folder = Path(app.outdir, "_results")
    folder.mkdir(exist_ok=True)
    for name, path in sorted(cachekey.notebooks(app, app.env.found_docs).items()):
        target = folder / f"{path.stem}.json"
        if name not in cachekey.read_now(app) and target.is_file():
            continue  # the page was not read again: it says what it said
        notebook = executed(app, name, path)
        if notebook is None:
            continue
        try:
            found = items(notebook, name)
        except RepeatedItemError as error:
            LOG.error(str(error))
            app.statuscode = 1  # too late to count as a warning
            continue
        content = {
            "chapter": path.stem,
            "source_digest": cachekey.kept(app.env)[name],
            "items": found,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        target.write_text(text, "utf-8")
