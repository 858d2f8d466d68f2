"""One key for the two caches: jupyter-cache (executed cells) and Sphinx (read pages).

jupyter-cache hashes a notebook's code cells and its ``kernelspec``, and nothing else. So the
digest of what a chapter reaches is written into the ``kernelspec`` of the text that is read, as
``inputs``; the file itself, and the number of its lines, stay as they are. Whoever looks into the
cache, myst-nb or our own executor, then sees one key. Sphinx keeps the digest that each page was
read with, and reads the page again when it differs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import dependencies
import yaml  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

_FRONT = re.compile(r"\A---\n(.*?)^---\s*$", re.M | re.S)
_KERNEL = re.compile(r"^kernelspec:[^\n]*\n(?:[ \t]+[^\n]*\n)*", re.M)


def front_matter(text: str) -> dict[str, Any]:
    """Return the front matter of a page; empty where it has none."""
    match = _FRONT.match(text)
    loaded = yaml.safe_load(match[1]) if match else None
    return loaded if isinstance(loaded, dict) else {}


def is_notebook(text: str) -> bool:
    """Say whether myst-nb will run this page as a notebook."""
    if not text.startswith("---"):
        return False
    from myst_nb.core.read import is_myst_markdown_notebook

    return bool(is_myst_markdown_notebook(text))


def with_inputs(text: str, digest: str, name: str) -> str:
    """Write the digest into the kernelspec of a notebook's text, keeping each line where it is."""
    kernel = front_matter(text).get("kernelspec")
    if not isinstance(kernel, dict):
        raise ExtensionError(
            f"{name} has code cells but no kernelspec in its front matter, so its outputs can't "
            "be kept under a key; copy the kernelspec of another chapter."
        )

    def put(match: re.Match[str]) -> str:
        line = json.dumps({**kernel, "inputs": digest}, ensure_ascii=False)
        return f"kernelspec: {line}" + "\n" * match[0].count("\n")

    return _KERNEL.sub(put, text, count=1)


def root_of(app: Sphinx) -> Path:
    """Return the folder of the repository, which is what the book is built from."""
    return Path(app.srcdir)


def notebooks(app: Sphinx, names: set[str] | list[str]) -> dict[str, Path]:
    """Return those of the pages that are notebooks, with their files."""
    found = {name: Path(app.env.doc2path(name)) for name in names}
    return {
        name: path
        for name, path in found.items()
        if path.suffix == ".md" and path.is_file() and is_notebook(path.read_text("utf-8"))
    }


def kept(env: BuildEnvironment) -> dict[str, str]:
    """Return the digest that each page was last read with; it is stored with the environment."""
    store: dict[str, str] = env.__dict__.setdefault("book_inputs", {})
    return store


def read_now(app: Sphinx) -> set[str]:
    """Return the notebooks that were read in this build."""
    names: set[str] = app.__dict__.setdefault("_book_read", set())
    return names


def outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose inputs changed since they were read."""
    known = kept(env)
    root = root_of(app)
    pages = notebooks(app, env.found_docs - added - removed)
    return [
        name for name, path in pages.items() if known.get(name) != dependencies.digest(root, path)
    ]


def add_key(app: Sphinx, docname: str, content: list[str]) -> None:
    """Put the key into a notebook's text as Sphinx reads it."""
    if is_notebook(content[0]):
        path = Path(app.env.doc2path(docname))
        digest = dependencies.digest(root_of(app), path)
        content[0] = with_inputs(content[0], digest, docname)
        kept(app.env)[docname] = digest
        read_now(app).add(docname)


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the digest of a page that is read again or is gone."""
    kept(env).pop(docname, None)


def forget_after_warnings(app: Sphinx, exception: Exception | None) -> None:
    """Make the next build read every page again if this one warned.

    Sphinx does not repeat the warnings of a page that it does not read again: without this a
    second build would succeed over the same broken pages. The executed cells stay cached.
    """
    if exception is not None or app._warncount:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)
