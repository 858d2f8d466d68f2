"""Times what an author waits for: whole builds, small edits, and imports of the library.

The book is copied into two temporary folders; one is built as Jupyter Book does it, a chapter
after the other, and one our way. Both are then compared output by output.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "_config.yml",
    "_toc.yml",
    "pyproject.toml",
    "requirements.txt",
    "analysis_lib",
    "data",
    "book",
)
AIM = 0.55


def copy(target: Path) -> Path:
    """Copy what the book is built from."""
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=ignored)
        elif source.is_file():
            target.mkdir(exist_ok=True)
            shutil.copy(source, target)
    return target


OURS = [sys.executable, "book/_extensions/build.py"]
STOCK = [
    *(str(Path(sys.executable).with_name("jupyter-book")), "build", "."),
    *("-W", "-n", "--keep-going"),
]


def build(root: Path, command: list[str], **settings: str) -> tuple[float, list[str]]:
    """Build the book; return the seconds, and the chapters that our executor ran."""
    # Compiled modules are kept, as on a reader's machine, whatever this machine says.
    unset = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    start = time.perf_counter()
    run = subprocess.run(
        command,
        cwd=root,
        env={**environment, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    seconds = time.perf_counter() - start
    if run.returncode:
        print(run.stdout[-3000:])
        print("The book does not build, so this says nothing about its speed.")
    return seconds, re.findall(r"^\[\d+/\d+\] (\w+) [\d.]+ s", run.stdout, re.M)


def outputs(root: Path) -> list[str]:
    """Return the outputs of all executed chapters."""
    books = (root / "_build/.jupyter_cache/executed").glob("*/base.ipynb")
    cells = [json.loads(path.read_text("utf-8"))["cells"] for path in books]
    return sorted(json.dumps([cell.get("outputs") for cell in book]) for book in cells)


def import_seconds(statement: str) -> float:
    """Return the best of three times that Python needs for a statement, its own start included."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True, cwd=ROOT)
        best = min(best, time.perf_counter() - start)
    return best


def row(name: str, seconds: float, remark: str = "") -> None:
    """Print a line of the table."""
    print(f"{name:<44}{seconds:8.2f} s  {remark}", flush=True)


def time_builds(folder: Path) -> None:
    """Time cold builds, then edits of the book that our way built."""
    stock, ours = copy(folder / "stock"), copy(folder / "ours")
    serial, _ = build(stock, STOCK, BOOK_JOBS="0")
    row("cold build, one chapter after the other", serial, "as Jupyter Book does it (BOOK_JOBS=0)")
    parallel, ran = build(ours, OURS)
    row("cold build, our way", parallel, f"{len(ran)} chapters ran")
    same = "yes" if outputs(stock) == outputs(ours) else "NO"
    verdict = "within" if parallel <= AIM * serial else "MISSES"
    print(f"{'':<44}{parallel / serial:8.2f}    of the time; {verdict} the aim of {AIM}")
    print(f"{'':<44}{same:>8}    outputs of both are identical")

    seconds, ran = build(ours, OURS)
    row("nothing changed", seconds, f"{len(ran)} chapters ran")
    chapter = sorted((ours / "book/chapters").glob("*.md"))[0]
    with chapter.open("a", encoding="utf-8") as text:
        text.write("\nA sentence more.\n")
    seconds, ran = build(ours, OURS)
    row(f"prose of {chapter.name}", seconds, f"{len(ran)} chapters ran")
    for name in ("figures/consistency.py", "results.py"):
        module = ours / "analysis_lib" / name
        if module.is_file():
            with module.open("a", encoding="utf-8") as text:
                text.write("\n# A comment more.\n")
            seconds, ran = build(ours, OURS)
            row(f"module {name}", seconds, f"{len(ran)} chapters ran: {', '.join(sorted(ran))}")


def time_imports() -> None:
    """Time the import of each module of the library, beside Python's own start."""
    bare = import_seconds("pass")
    row("python", bare)
    paths = sorted((ROOT / "analysis_lib").rglob("*.py"))
    for path in paths:
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if not name.endswith("__main__"):
            row(f"import {name}", import_seconds(f"import {name}") - bare, "more than python")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        time_builds(Path(name))
    time_imports()
