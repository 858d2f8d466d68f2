"""A cache that cannot lie, shown by building a miniature of this repository again and again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = (
    "import sys; sys.modules['rfc3987_syntax'] = None; "  # 2 s of importing what we don't need
    "from jupyter_book.cli.main import main; main()"
)
HEADER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

"""
SHOWN = """\
MIME = "application/vnd.analysis-lib.record+json"


class Shown:
    def __init__(self, name, text):
        self.name, self.text = name, text

    def _repr_mimebundle_(self, include=None, exclude=None):
        record = {"id": self.name, "status": "derived", "text": self.text}
        file = f'download="{self.name}.csv" data-file="{self.name}.csv"'
        link = f'<a {file} href="data:text/csv;base64,eA==">x</a>'
        return {"text/html": f"<p>{self.text} {link}</p>", "text/plain": self.text, MIME: record}
"""
READER = """\
from pathlib import Path

READS = ("data/one.csv",)


def data():
    return (Path(__file__).parents[1] / READS[0]).read_text("utf-8").strip()
"""
FILES = {
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n"
    "- file: book/chapters/01_one\n- file: book/chapters/02_two\n",
    "book/index.md": "# The book\n\nSee [](one).\n",
    "book/references.bib": "",
    "analysis_lib/__init__.py": "",
    "analysis_lib/shown.py": SHOWN,
    "analysis_lib/reader.py": READER,
    "analysis_lib/constant.py": "VALUE = 'constant-1'\n",
    "data/one.csv": "data-1\n",
    "requirements.txt": "",
    "book/chapters/01_one.md": HEADER
    + "(one)=\n# One?\n\nProse.\n\n```{code-cell} ipython3\nfrom analysis_lib.shown import Shown\n"
    "from analysis_lib.constant import VALUE\n\nShown('01-value', VALUE)\n```\n",
    "book/chapters/02_two.md": HEADER
    + "# Two?\n\n```{code-cell} ipython3\nfrom analysis_lib.reader import data\n"
    "from analysis_lib.shown import Shown\n\nShown('02-data', data())\n```\n",
}


class Book:
    """A small book in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)
        for name in ("book/_extensions", "book/_static"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "_config.yml", root)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace words in a file."""
        text = (self.root / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def build(self, status: int = 0, **settings: str) -> tuple[set[str], str]:
        """Build as ``make book`` does; return the chapters that ran, and what was said."""
        shutil.rmtree(self.root / "_build/html", ignore_errors=True)
        command = [sys.executable, "-c", BUILD, "build", ".", "-W", "-n", "--keep-going"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        run = subprocess.run(
            command,
            cwd=self.root,
            env={**environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode == status, run.stdout
        return set(re.findall(r"^\[\d+/\d+\] (\w+) [\d.]+ s", run.stdout, re.M)), run.stdout

    def page(self, stem: str) -> str:
        """Return a built page."""
        return (self.root / f"_build/html/book/chapters/{stem}.html").read_text("utf-8")

    def records(self, stem: str) -> Any:
        """Return the texts of a chapter's records."""
        path = self.root / f"_build/html/_results/{stem}.json"
        return [item["text"] for item in json.loads(path.read_text("utf-8"))["items"]]


def test_only_what_changed_runs_again(tmp_path: Path) -> None:
    """Library, data, prose: each edit shows on its page, and runs the chapters that it reaches."""
    book = Book(tmp_path)
    ran, said = book.build()
    assert ran == {"01_one", "02_two"}
    assert "executing 2 chapters" in said
    assert "constant-1" in book.page("01_one")
    assert 'href="../../_downloads/01-value.csv"' in book.page("01_one")
    assert (tmp_path / "_build/html/_downloads/01-value.csv").read_text("utf-8") == "x"
    assert book.records("02_two") == ["data-1"]

    # a constant of the library for one chapter, and a word of prose for the other
    book.edit("analysis_lib/constant.py", "constant-1", "constant-2")
    book.edit("book/chapters/02_two.md", "# Two?", "# Two or three?")
    ran, _ = book.build()
    assert ran == {"01_one"}
    assert "constant-2" in book.page("01_one")
    assert "constant-1" not in book.page("01_one")
    assert "Two or three?" in book.page("02_two")
    assert "data-1" in book.page("02_two")
    assert book.records("01_one") == ["constant-2"]
    assert (tmp_path / "_build/html/_downloads/01-value.csv").is_file()

    # the data: the page of the chapter that reads it, although its file is as it was
    book.edit("data/one.csv", "data-1", "data-2")
    ran, _ = book.build()
    assert ran == {"02_two"}
    assert "data-2" in book.page("02_two")
    assert book.records("01_one") == ["constant-2"]

    # nothing: nothing runs, and the pages that were removed are there again
    ran, said = book.build()
    assert ran == set()
    assert "executing" not in said
    assert "constant-2" in book.page("01_one")
    assert book.records("02_two") == ["data-2"]


def test_a_failing_cell_stops_every_build(tmp_path: Path) -> None:
    """It is named with its chapter, cell and source, and is not forgotten by the next build."""
    book = Book(tmp_path)
    broken = "\n```{code-cell} ipython3\nhalf = 1 / 0\n```\n"
    book.write("book/chapters/02_two.md", FILES["book/chapters/02_two.md"] + broken)
    for expected in ({"01_one", "02_two"}, {"02_two"}):
        ran, said = book.build(status=1)
        assert ran == expected
        assert "book/chapters/02_two.md: code cell 2, line 23 failed" in said
        assert "half = 1 / 0" in said
        assert "ZeroDivisionError" in said


def test_a_warning_and_a_repeated_id_stop_every_build(tmp_path: Path) -> None:
    """A page that is not read again must not let its warning be forgotten."""
    book = Book(tmp_path)
    book.edit("book/index.md", "(one)", "(nowhere)")
    book.edit(
        "book/chapters/01_one.md",
        "VALUE)\n",
        "VALUE)\n```\n\n" + "```{code-cell} ipython3\nShown('01-value', 'again')\n",
    )
    for _ in range(2):
        _, said = book.build(status=1)
        assert "nowhere" in said
        assert "code cell 1 (line 19) and code cell 2 (line 26) both show an item called" in said


STATE = """\
import json, os, random, sys, threading, warnings, logging
import pandas, numpy, scipy.stats, matplotlib, seaborn, matplotlib.pyplot as plt
import statsmodels.formula.api
from IPython import get_ipython
pandas_options = {k: repr(pandas.get_option(k)) for k in pandas._config.config._registered_options}
skip = {"MPLBACKEND", "JPY_PARENT_PID", "JPY_SESSION_NAME", "OLDPWD", "PWD", "_"}
print(json.dumps({
    "pandas": pandas_options,
    "matplotlib": {k: repr(v) for k, v in matplotlib.rcParams.items()},
    "numpy": repr(numpy.get_printoptions()), "errors": repr(numpy.geterr()),
    "warnings": sorted({repr(f) for f in warnings.filters}),
    "path": sys.path, "cwd": os.getcwd(), "main": __name__,
    "flags": repr(sys.flags), "argv0": sys.argv[0], "stdin": sys.stdin.read(),
    "threads": sorted(t.name.split("-")[0] for t in threading.enumerate()),
    "handlers": repr([type(h).__name__ for h in logging.getLogger().handlers]),
    "environment": sorted(k for k in os.environ if k not in skip),
    "backend": os.environ["MPLBACKEND"], "shell": type(get_ipython()).__name__,
    "interactive": plt.isinteractive(), "columns": os.get_terminal_size is not None,
}, indent=1))
"""
CELLS = [
    STATE,
    "pandas.DataFrame({'a': numpy.arange(3) / 7, 'b': list('xyz')})",
    "print(pandas.DataFrame(numpy.arange(300).reshape(2, 150)))",
    "fig, ax = plt.subplots(); ax.plot([1, 2])\nwarnings.warn('seen once')",
    "numpy.random.default_rng(3).normal(size=4)",
    "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)']).returncode",
    "1 / 0",
]


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked under Linux only")
def test_a_forked_kernel_can_t_tell(tmp_path: Path) -> None:
    """Its surroundings and its outputs are those of a kernel started afresh, byte for byte."""
    script = tmp_path / "run.py"
    script.write_text(
        f"import json, sys; sys.path.insert(0, {str(ROOT / 'book/_extensions')!r})\n"
        "from pathlib import Path\nimport nbformat, execution, kernels\n"
        "from nbclient import NotebookClient\n"
        f"execution.prepare_surroundings(Path({str(tmp_path)!r}))\n"
        f"cells = {CELLS!r}\n"
        "names = frozenset(['numpy', 'pandas', 'scipy.stats', 'seaborn', 'matplotlib.pyplot',\n"
        "                   'statsmodels.formula.api', 'frictionless', 'markdown_it'])\n"
        "server = kernels.ForkServer(kernels.importable_ahead(names), Path.cwd())\n"
        "assert server.refused == '', server.refused\n"
        "def run(kind):\n"
        "    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c, id=f'c{i}')\n"
        "                                         for i, c in enumerate(cells)])\n"
        "    NotebookClient(nb, kernel_manager_class=kind, kernel_name='python3',\n"
        "                   shutdown_kernel='immediate', record_timing=False, allow_errors=True,\n"
        "                   extra_arguments=['--log-level=ERROR']).execute()\n"
        "    return [cell.outputs for cell in nb.cells]\n"
        "kinds = (kernels.FreshKernel, kernels.forked_from(server), kernels.forked_from(server))\n"
        "print('RESULT' + json.dumps([run(kind) for kind in kinds]))\n"
        "server.close()\n",
        "utf-8",
    )
    run = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    text = run.stdout.partition("RESULT")[2]
    fresh, *forked = json.loads(re.sub(r"ipykernel_\d+", "ipykernel_N", text))
    assert any("image/png" in output.get("data", {}) for output in fresh[3])
    for outputs in forked:
        for ours, theirs in zip(outputs, fresh, strict=True):
            assert ours == theirs
