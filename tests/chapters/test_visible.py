"""What a reader sees without unfolding anything runs by itself.

The first cell is folded because it only imports and loads; every other folded cell only lays out
what was computed in sight. So the first cell and the visible ones must run on their own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "book/chapters").glob("*.md"))
FOLDED = {"hide-input", "hide-cell", "remove-input", "remove-cell"}


def visible(chapter: Path) -> list[str]:
    """Return the source of the first code cell and of all that are not folded."""
    cells = [cell for cell in jupytext.read(chapter).cells if cell.cell_type == "code"]
    return [
        cell.source
        for index, cell in enumerate(cells)
        if index == 0 or not FOLDED & set(cell.metadata.get("tags", []))
    ]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_visible_cells_alone_run(chapter: Path, tmp_path: Path) -> None:
    """In a fresh process, from another folder, and with something to see."""
    sources = visible(chapter)
    assert len(sources) > 1, "nothing but the first cell is in sight"
    script = tmp_path / "visible.py"
    script.write_text("\n\n".join(sources), "utf-8")
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
