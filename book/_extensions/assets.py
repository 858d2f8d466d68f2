"""What a page loads: nothing from third parties, and its downloads as files beside it."""

from __future__ import annotations

import base64
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

MATHJAX_FILES = ("tex-mml-chtml.js", "output/chtml/fonts/woff-v2")
"""Of the 60 MB of MathJax: the one script that the pages load, and the fonts that it loads."""

_LINK = re.compile(r'<a\b[^>]*\bdata-file="[^"]*"[^>]*>')
_HREF = re.compile(r'\bhref="data:[^";,]*(?:;[^";,]*)*;base64,([^"]*)"')
_FILE = re.compile(r'\bdata-file="([\w-][\w.-]*)"')


def configure(app: Sphinx, config: Config) -> None:
    """Point at our own MathJax, and unplug Thebe, which is unused and names a third party."""
    config.mathjax_path = "mathjax/tex-mml-chtml.js"
    for listeners in app.events.listeners.values():
        listeners[:] = [
            listener
            for listener in listeners
            if not getattr(listener.handler, "__module__", "").startswith("sphinx_thebe")
        ]
    css_files = app.registry.css_files
    css_files[:] = [entry for entry in css_files if "thebe" not in str(entry[0])]


def _mathjax() -> Path:
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError("sphinx-mathjax-offline is not installed; run make set-up.")
    return Path(next(iter(spec.submodule_search_locations))) / "static/mathjax"


def settle(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax beside the pages, not as a static folder: its scripts would all be loaded.

    Source maps, a third of the site, serve the theme's developers only; they go.
    """
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    for name in MATHJAX_FILES:
        source, target = _mathjax() / name, static / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
    for path in static.rglob("*.map"):
        path.unlink()
    remove_orphans(Path(app.outdir))


def remove_orphans(site: Path) -> None:
    """Remove downloads that no page offers any longer."""
    offered = {
        name
        for page in site.rglob("*.html")
        for name in re.findall(r'_downloads/([^"/]+)"', page.read_text("utf-8"))
    }
    for path in (site / "_downloads").glob("*"):
        if path.is_file() and path.name not in offered:
            path.unlink()


def write_downloads(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write each file that an output carries inside a link, and let the link point at it."""
    if app.builder.name not in ("html", "dirhtml"):
        return
    here = app.builder.get_target_uri(docname)
    written: dict[str, str] = app.__dict__.setdefault("_book_downloads", {})

    def write(match: re.Match[str]) -> str:
        name, data = _FILE.search(match[0]), _HREF.search(match[0])
        if not name or not data:
            raise ExtensionError(f"{docname}: a download that can't be written: {match[0][:120]}")
        target = f"_downloads/{name[1]}"
        if written.setdefault(target, data[1]) != data[1]:
            raise ExtensionError(f"{docname}: another file is called {name[1]!r} too; rename one.")
        path = Path(app.outdir, target)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(data[1], validate=True))
        return _HREF.sub(f'href="{relative_uri(here, target)}"', match[0])

    for node in doctree.findall(nodes.raw):
        if "html" in node["format"] and "data-file=" in node.astext():
            text = _LINK.sub(write, node.astext())
            node.children = [nodes.Text(text)]
            node.rawsource = text
