"""Builds the book: ``python book/_extensions/build.py``, which is what ``make book`` calls.

Jupyter Book does the work, with every warning fatal. Before it starts, the site is removed if its
frame changed (settings, contents, styles, this folder, the lock): Sphinx would leave pages and
files behind that are no longer part of it. Otherwise only pages that changed are written.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRAME = ("_config.yml", "_toc.yml", "requirements.txt", "book/_static/*", "book/_extensions/*.py")
OPTIONS = ("-W", "-n", "--keep-going")
"""Warnings are errors; so is a reference that leads nowhere; all of them are shown at once."""


def frame(root: Path) -> str:
    """Return a digest of what every page of the site rests on."""
    found = hashlib.sha256(sys.version.encode())
    for pattern in FRAME:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                found.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return found.hexdigest()


def remove_stale_site(root: Path) -> bool:
    """Remove the site if its frame is another than when it was built; say whether it was."""
    site, kept = root / "_build/html", root / "_build/frame"
    now = frame(root)
    if site.is_dir() and kept.is_file() and kept.read_text("utf-8") == now:
        return False
    shutil.rmtree(site, ignore_errors=True)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(now, "utf-8")
    return True


def main() -> int:
    """Build the book and say where it is; return 1 if anything went wrong."""
    os.chdir(ROOT)
    remove_stale_site(ROOT)
    # jsonschema imports it to check addresses that no file of ours has: two seconds for nothing.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from jupyter_book.cli.main import main as jupyter_book

    code = 0
    try:
        jupyter_book(["build", ".", *OPTIONS, *sys.argv[1:]])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    if code == 0:
        print("\nThe book is ready. Open _build/html/index.html")
    return code


if __name__ == "__main__":
    sys.exit(main())
