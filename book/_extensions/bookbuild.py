"""The book's Sphinx extension: connects the modules beside it, and does nothing else."""

from __future__ import annotations

from typing import Any

import assets
import cachekey
import codelinks
import execution
import pages
import records
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect everything; called by Sphinx."""
    execution.prepare_surroundings(cachekey.root_of(app))
    for module in (assets, pages, records):
        app.connect("config-inited", module.configure, priority=400)
    app.connect("env-get-outdated", cachekey.outdated)
    app.connect("env-purge-doc", cachekey.purge)
    app.connect("env-before-read-docs", execution.execute)
    app.connect("source-read", cachekey.add_key)
    app.connect("doctree-resolved", assets.write_downloads)
    app.connect("html-page-context", codelinks.add_links)
    app.connect("build-finished", cachekey.forget_after_warnings, priority=100)
    for finish in (assets.settle, records.collect, pages.write_front_door):
        app.connect("build-finished", finish, priority=900)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
