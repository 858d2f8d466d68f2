"""Keeps the two halves of a chapter equal: ``.md`` is edited, ``.py`` is generated from it.

``python book/_extensions/pairs.py`` puts each chapter into the form that Jupyter itself would
save, and writes each script that differs. ``--check`` changes nothing: it compares the halves
cell by cell, never by file time, and exits with 1 when something is out of step. Code cells are
formatted on the way, by the rules that lie beside the scripts.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 2 s, for URIs we lack
import jupytext  # noqa: E402
from jupytext.config import load_jupytext_config  # noqa: E402

MEND = "make pairs"
CHAPTERS, SCRIPTS = "book/chapters", "book/scripts"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
"""What Jupyter writes into a chapter that it saves."""


def read(path: Path) -> Any:
    """Read either half as a notebook."""
    return jupytext.read(path, config=load_jupytext_config(str(path.resolve())))


def tidy(notebook: Any, place: Path) -> None:
    """Format the code cells as ruff formats a script; a cell that is no plain Python stays."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    mark = "# ruff formats all cells of a chapter in one go; a cell ends here"
    code = f"\n\n{mark}\n\n".join(cell.source for cell in cells) + "\n"
    for step in (("check", "--fix-only", "--select", "I"), ("format",)):
        command = [sys.executable, "-m", "ruff", *step, "--quiet", "--no-cache"]
        run = subprocess.run(
            [*command, "--stdin-filename", str(place), "-"],
            input=code,
            capture_output=True,
            encoding="utf-8",
        )
        if run.returncode:
            return
        code = run.stdout
    for cell, source in zip(cells, code.split(mark), strict=True):
        cell.source = source.strip("\n")


def write(path: Path, form: str) -> str:
    """Return a chapter in another form, as Jupyter would save it, its code formatted."""
    notebook = read(path)
    notebook.metadata["kernelspec"] = dict(KERNEL)
    tidy(notebook, path.parent.parent / Path(SCRIPTS).name / f"{path.stem}.py")
    config = load_jupytext_config(str(path.resolve()))
    text: str = jupytext.writes(notebook, form, config=config)
    return text


def canonical(chapter: Path) -> str:
    """Return the text that Jupyter would save for a chapter."""
    return write(chapter, "md:myst")


def twin(chapter: Path) -> str:
    """Return the script of a chapter; a comment in its header says where it comes from."""
    first, rest = write(chapter, "py:percent").split("# jupyter:\n", 1)
    notice = f"#   # Generated from {CHAPTERS}/{chapter.name} by `{MEND}`. Edit that, not this."
    return f"{first}# jupyter:\n{notice}\n{rest}"


def chapters(root: Path) -> list[Path]:
    """Return the chapters, in order."""
    return sorted((root / CHAPTERS).glob("*.md"))


def pages(root: Path) -> list[Path]:
    """Return the pages outside the chapters that are notebooks too; they have no script."""
    others = set((root / "book").rglob("*.md")) - set(chapters(root))
    return sorted(path for path in others if "\n```{code-cell}" in path.read_text("utf-8"))


def script_of(root: Path, chapter: Path) -> Path:
    """Return where the script of a chapter is."""
    return root / SCRIPTS / f"{chapter.stem}.py"


def strays(root: Path) -> Iterator[str]:
    """Yield a complaint for each file that belongs to no chapter."""
    stems = {path.stem for path in chapters(root)}
    for path in sorted((root / SCRIPTS).glob("*.py")):
        if path.stem not in stems:
            yield (
                f"{SCRIPTS}/{path.name} has no {CHAPTERS}/{path.stem}.md. It is a left-over of a "
                "chapter that was renamed or removed: delete it."
            )
    for path in sorted((root / "book").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield (
                f"{path.relative_to(root).as_posix()} would be built instead of the chapter "
                "beside it: delete it, or move it out of book/."
            )


def _cell_text(cell: Any) -> list[str]:
    """Return a cell as lines: its type, its metadata (with the tags), its source."""
    if cell is None:
        return ["(no cell)"]
    metadata = [f"{key}: {value!r}" for key, value in sorted(cell.metadata.items())]
    return [cell.cell_type, *metadata, *cell.source.split("\n")]


def cell_differences(chapter: Path, script: Path) -> Iterator[str]:
    """Yield a difference for each cell of a chapter that its script does not have like that."""
    ours, theirs = read(chapter), read(script)
    names = (f"{CHAPTERS}/{chapter.name}", f"{SCRIPTS}/{script.name}")
    for number, (a, b) in enumerate(zip_longest(ours.cells, theirs.cells), 1):
        if (left := _cell_text(a)) != (right := _cell_text(b)):
            lines = list(difflib.unified_diff(left, right, lineterm="", n=2))[2:]
            shown = "\n".join("    " + line for line in lines)
            yield f"cell {number} differs (- {names[0]}, + {names[1]}):\n{shown}"
    if len(ours.cells) == len(theirs.cells) and theirs.metadata.get("kernelspec") != KERNEL:
        yield f"{names[1]} names another kernel than {KERNEL['display_name']!r}"


def problems(root: Path) -> Iterator[str]:
    """Yield whatever is out of step, each with what mends it."""
    for page in [*chapters(root), *pages(root)]:
        name, text = page.relative_to(root).as_posix(), page.read_text("utf-8")
        if (saved := canonical(page)) != text:
            lines = difflib.unified_diff(
                text.split("\n"), saved.split("\n"), name, "as Jupyter saves it", lineterm="", n=1
            )
            shown = "\n".join("    " + line for line in lines)
            yield f"{name} would change when it is saved in Jupyter; run `{MEND}`.\n{shown}"
    for chapter in chapters(root):
        name, script = f"{CHAPTERS}/{chapter.name}", script_of(root, chapter)
        if not script.is_file():
            yield f"{name} has no script {SCRIPTS}/{script.name}; run `{MEND}`."
            continue
        for number, difference in enumerate(cell_differences(chapter, script)):
            if number == 3:
                yield f"{name}: and more cells"
                break
            yield f"{name} and its script are out of step; run `{MEND}`.\n{difference}"
    yield from strays(root)


def mend(root: Path) -> Iterator[str]:
    """Write what differs, and yield what was written."""
    (root / SCRIPTS).mkdir(exist_ok=True)
    todo: list[tuple[Path, str]] = [
        (page, canonical(page)) for page in [*chapters(root), *pages(root)]
    ]
    todo += [(script_of(root, chapter), twin(chapter)) for chapter in chapters(root)]
    for path, text in todo:
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8", newline="\n")
            yield f"wrote {path.relative_to(root).as_posix()}"
    for chapter in chapters(root):
        # Jupyter opens the newer half of a pair: let that never be the generated one
        times = chapter.stat()
        os.utime(script_of(root, chapter), ns=(times.st_atime_ns, times.st_mtime_ns))


def main(arguments: list[str], root: Path) -> int:
    """Mend, or check with ``--check``; return the exit status."""
    if arguments not in ([], ["--check"]):
        print(f"unknown argument; use `{MEND}`, or pairs.py --check", file=sys.stderr)
        return 2
    if not arguments:
        print("\n".join(mend(root)) or "Every script agrees with its chapter.")
    found = list(problems(root) if arguments else strays(root))
    if found:
        print("\n\n".join(found), file=sys.stderr)
        return 1
    if arguments:
        print(f"{len(chapters(root))} chapters, each with a script that agrees.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[2]))
