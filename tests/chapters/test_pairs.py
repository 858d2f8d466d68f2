"""Both halves of each chapter hold the same cells, and whatever breaks that is reported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pairs
import pytest

ROOT = Path(__file__).resolve().parents[2]

CHAPTER = """\
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

(a-chapter)=
# Does it hold?

```{code-cell} ipython3
:tags: [hide-input]

answer = 42
```

Prose between cells, with $x^2$ and “quotes”.

```{code-cell} ipython3
answer + 1
```
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one chapter and its script."""
    (tmp_path / "book/chapters").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "book/chapters/01_a.md").write_text(CHAPTER, "utf-8")
    assert list(pairs.mend(tmp_path)) == ["wrote book/scripts/01_a.py"]
    return tmp_path


def test_the_book_s_own_pairs_agree(capsys: pytest.CaptureFixture[str]) -> None:
    """The pairs of this repository."""
    status = pairs.main(["--check"], ROOT)
    assert status == 0, capsys.readouterr().err


def test_mending_is_done_once(repository: Path) -> None:
    """A second run writes nothing, and the check is content."""
    assert list(pairs.mend(repository)) == []
    assert pairs.main(["--check"], repository) == 0


def test_file_times_do_not_matter(repository: Path) -> None:
    """A fresh checkout has times in any order."""
    (repository / "book/chapters/01_a.md").touch()
    assert list(pairs.problems(repository)) == []
    (repository / "book/scripts/01_a.py").touch()
    assert list(pairs.problems(repository)) == []


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ("answer = 42", "answer = 41", "cell 2"),
        ('tags=["hide-input"]', 'tags=["hide-output"]', "cell 2"),
        ("Prose between", "Poetry between", "cell 3"),
        ("# %%\nanswer + 1", "# %% [markdown]\n# answer + 1", "cell 4"),
    ],
)
def test_a_broken_script_is_reported_with_cell_and_command(
    repository: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, cell: str
) -> None:
    """Source, tags, prose and type of a cell each count."""
    script = repository / "book/scripts/01_a.py"
    text = script.read_text("utf-8")
    assert old in text
    script.write_text(text.replace(old, new), "utf-8")
    assert pairs.main(["--check"], repository) == 1
    said = capsys.readouterr().err
    assert f"{cell} differs" in said
    assert "book/chapters/01_a.md" in said
    assert "make pairs" in said


def test_a_missing_or_extra_cell_is_reported(repository: Path) -> None:
    """One half may not be longer."""
    script = repository / "book/scripts/01_a.py"
    script.write_text(script.read_text("utf-8") + "\n# %%\nanswer + 2\n", "utf-8")
    (problem,) = pairs.problems(repository)
    assert "cell 5 differs" in problem
    assert "(no cell)" in problem


def test_files_of_no_chapter_are_reported(repository: Path) -> None:
    """A script without its chapter, a chapter without its script, a stray notebook."""
    (repository / "book/scripts/01_a.py").rename(repository / "book/scripts/09_gone.py")
    (repository / "book/chapters/01_a.ipynb").write_text("{}", "utf-8")
    said = "\n".join(pairs.problems(repository))
    assert "has no script book/scripts/01_a.py; run `make pairs`" in said
    assert "09_gone.py has no book/chapters/09_gone.md" in said
    assert "book/chapters/01_a.ipynb would be built instead" in said


def test_what_jupyter_would_change_is_shown(repository: Path) -> None:
    """A chapter whose header Jupyter would rewrite is shown with the difference, and mended."""
    chapter = repository / "book/chapters/01_a.md"
    chapter.write_text(CHAPTER.replace("Python 3 (ipykernel)", "Python 3"), "utf-8")
    (problem,) = pairs.problems(repository)
    assert "would change when it is saved in Jupyter" in problem
    assert "+  display_name: Python 3 (ipykernel)" in problem
    assert list(pairs.mend(repository)) == ["wrote book/chapters/01_a.md"]
    assert chapter.read_text("utf-8") == CHAPTER


def test_the_script_says_where_it_comes_from_and_no_version(repository: Path) -> None:
    """The header names the chapter, and nothing that another jupytext would change."""
    text = (repository / "book/scripts/01_a.py").read_text("utf-8")
    head = text.partition("# %%")[0]
    assert "Generated from book/chapters/01_a.md by `make pairs`" in head
    assert "jupytext_version:" not in head


@pytest.mark.filterwarnings("ignore")
def test_saving_in_jupyter_changes_nothing(repository: Path) -> None:
    """Jupyter itself, with the pyproject's pairing, opens a chapter and saves both halves."""
    from jupyter_server.services.contents.largefilemanager import LargeFileManager
    from jupytext.sync_contentsmanager import build_sync_jupytext_contents_manager_class

    manager = build_sync_jupytext_contents_manager_class(LargeFileManager)()
    manager.root_dir = str(repository)
    model = manager.get("book/chapters/01_a.md")
    model["content"]["metadata"]["kernelspec"] = dict(pairs.KERNEL)
    model["content"]["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}
    manager.save(model, "book/chapters/01_a.md")
    assert (repository / "book/chapters/01_a.md").read_text("utf-8") == CHAPTER
    assert list(pairs.problems(repository)) == []


def test_code_cells_are_formatted_and_cells_that_are_no_plain_python_stay(tmp_path: Path) -> None:
    notebook = pairs.jupytext.reads("```{code-cell}\nx = [1,2]\n```\n", "md:myst")
    notebook.cells = [
        type(notebook.cells[0])(cell_type="code", metadata={}, source=source)
        for source in ("import re\nimport os\nx = [1,2]", "y = {'a':\n 1}")
    ]
    pairs.tidy(notebook, tmp_path / "x.py")
    assert [cell.source for cell in notebook.cells] == [
        "import os\nimport re\n\nx = [1, 2]",
        'y = {"a": 1}',
    ]
    notebook.cells[0].source = "%timeit x = [1,2]"
    pairs.tidy(notebook, tmp_path / "x.py")
    assert notebook.cells[0].source == "%timeit x = [1,2]"
