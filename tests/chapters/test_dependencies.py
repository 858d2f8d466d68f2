"""What a chapter is said to depend on is all that it depends on: a cache that cannot lie."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import dependencies
import pairs
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [*pairs.chapters(ROOT), *pairs.pages(ROOT)]

FILES = {
    "analysis_lib/__init__.py": "",
    "analysis_lib/base.py": "import decimal\nVALUE = 1\n",
    "analysis_lib/lazy.py": "def f():\n    from analysis_lib.base import VALUE\n    return VALUE\n",
    "analysis_lib/reader.py": 'READS = ("data/a.json", "data/tables/*.csv")\n',
    "analysis_lib/typed.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from analysis_lib import reader\nelse:\n    reader = None\n"
    ),
    "analysis_lib/tried.py": (
        "try:\n    import nothing\nexcept ImportError:\n    from analysis_lib import base\n"
    ),
    "analysis_lib/pictures/__init__.py": "from . import axes\n",
    "analysis_lib/pictures/axes.py": "from ..base import VALUE\n",
    "analysis_lib/pictures/forest.py": "from .axes import VALUE\n",
    "data/a.json": "{}",
    "data/tables/one.csv": "x\n1\n",
    "requirements.txt": "numpy==1\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def chapter(root: Path, *cells: str) -> Path:
    """Write a chapter with these code cells."""
    path = root / "chapter.md"
    blocks = (f"```{{code-cell}} ipython3\n:tags: [hide-input]\n\n{cell}\n```\n" for cell in cells)
    path.write_text("# Question\n\n" + "\nProse.\n\n".join(blocks), "utf-8")
    return path


def modules(root: Path, *cells: str) -> set[str]:
    """Return the modules that such a chapter reaches, without the library's own name."""
    found = dependencies.reach(root, chapter(root, *cells)).modules
    return {name.removeprefix("analysis_lib.") for name in found} - {"analysis_lib"}


EVERY = {"base", "lazy", "reader", "typed", "tried", "pictures", "pictures.axes", "pictures.forest"}


@pytest.mark.parametrize(
    ("cell", "reached"),
    [
        ("import math", set()),
        ("from analysis_lib import base", {"base"}),
        ("from analysis_lib.base import VALUE", {"base"}),
        ("import analysis_lib.base as b", {"base"}),
        ("from analysis_lib import __version__", set()),
        ("from analysis_lib import lazy", {"lazy", "base"}),
        ("def f():\n    from analysis_lib import lazy", {"lazy", "base"}),
        ("with x:\n    from analysis_lib import base", {"base"}),
        ("match x:\n    case 1:\n        from analysis_lib import base", {"base"}),
        ("from analysis_lib import typed", {"typed"}),
        ("from analysis_lib import tried", {"tried", "base"}),
        (
            "from analysis_lib.pictures import forest",
            {"pictures", "pictures.axes", "pictures.forest", "base"},
        ),
        ("import analysis_lib", EVERY),
        ("from analysis_lib import *", EVERY),
        ("%matplotlib inline\nfrom analysis_lib import base", {"base"}),
        ("this is no Python", EVERY),
    ],
)
def test_modules_are_found_however_they_are_imported(
    root: Path, cell: str, reached: set[str]
) -> None:
    """Imports in functions, relative ones, through a package; when in doubt, everything."""
    assert modules(root, "1 + 1", cell) == reached


def test_the_key_changes_with_what_is_reached_and_with_nothing_else(root: Path) -> None:
    """Module, data (also a new table), lock: yes. Prose, other modules and data: no."""
    page = chapter(root, "from analysis_lib import reader")
    seen = {dependencies.digest(root, page)}
    for name in ("base.py", "lazy.py"):
        (root / "analysis_lib" / name).write_text("VALUE = 2\n", "utf-8")
    (root / "data/other.csv").write_text("y\n", "utf-8")
    page.write_text(page.read_text("utf-8") + "\nMore prose.\n", "utf-8")
    assert dependencies.digest(root, page) in seen
    for number, (name, text) in enumerate(
        {
            "analysis_lib/reader.py": FILES["analysis_lib/reader.py"] + "LIMIT = 3\n",
            "data/tables/one.csv": "x\n2\n",
            "data/tables/two.csv": "x\n1\n",
            "data/a.json": "[]",
            "requirements.txt": "numpy==2\n",
            "analysis_lib/__init__.py": "X = 1\n",
        }.items(),
        2,
    ):
        (root / name).write_text(text, "utf-8")
        seen.add(dependencies.digest(root, page))
        assert len(seen) == number, name


def test_the_explanation_names_files_and_the_way_to_them(root: Path) -> None:
    """A reader sees why a chapter ran again."""
    text = dependencies.explain(root, chapter(root, "from analysis_lib import lazy, reader"))
    assert "analysis_lib/base.py" in text
    assert "through analysis_lib.lazy" in text
    assert "data/tables/one.csv" in text
    assert "through analysis_lib.reader" in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_those_that_jupytext_reads(path: Path) -> None:
    """Our reader of code cells and jupytext's agree on every page."""
    cells = [cell.source for cell in pairs.read(path).cells if cell.cell_type == "code"]
    ours = [cell.strip("\n") for cell in dependencies.code_cells(path.read_text("utf-8"))]
    assert ours == cells


WATCH = """
import json, os, runpy, sys
sys.modules["rfc3987_syntax"] = None
opened = set()
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        opened.add(os.fspath(arguments[0]))
sys.addaudithook(watch)
runpy.run_path(sys.argv[1], run_name="__main__")
names = [n for n in sys.modules if n.split(".")[0] == "analysis_lib"]
with open(sys.argv[2], "w") as out:
    json.dump({"modules": names, "opened": sorted(opened)}, out)
"""


def watch(script: Path, folder: Path, library: Path) -> dict[str, set[str]]:
    """Run a script in a folder; return the modules it imported and the files it opened."""
    seen = script.with_suffix(".json")
    run = subprocess.run(
        [sys.executable, "-c", WATCH, str(script), str(seen)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(library), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {key: set(value) for key, value in json.loads(seen.read_text("utf-8")).items()}


def test_the_watch_sees_every_way_to_open_and_import(root: Path, tmp_path: Path) -> None:
    """Without this, an empty list of what was unseen would prove nothing."""
    script = tmp_path / "script.py"
    script.write_text(
        "import importlib, os, pathlib\n"
        'importlib.import_module("analysis_lib.lazy").f()\n'
        'open("data/a.json").close()\n'
        'pathlib.Path("data/tables/one.csv").read_text()\n'
        'os.close(os.open("requirements.txt", os.O_RDONLY))\n',
        "utf-8",
    )
    watched = watch(script, root, root)
    assert watched["modules"] == {"analysis_lib", "analysis_lib.lazy", "analysis_lib.base"}
    assert {"data/a.json", "data/tables/one.csv", "requirements.txt"} <= watched["opened"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_is_reached_unseen(path: Path, tmp_path: Path) -> None:
    """Run a page, watch which modules it imports and which data it opens: all were foreseen."""
    script = tmp_path / "page.py"
    script.write_text(pairs.write(path, "py:percent"), "utf-8")
    watched = watch(script, path.parent, ROOT)
    reach = dependencies.reach(ROOT, path)
    unseen = watched["modules"] - set(reach.modules)
    assert not unseen, f"{path.name} imports {sorted(unseen)} in a way that its key does not cover"
    opened = {Path(path.parent, name).resolve() for name in watched["opened"]}
    unread = {p for p in opened if p.is_relative_to(ROOT / "data")} - set(reach.files)
    assert not unread, (
        f"{path.name} reads {sorted(p.relative_to(ROOT).as_posix() for p in unread)}; name them in "
        "READS of the module that does."
    )
