"""Each chapter has the shape that readers rely on."""

import ast
import re
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "book/chapters").glob("*.md"))
SECTIONS = [
    "What was published", "Method", "Result", "Against the paper", "What could change it",
    "Limits", "Try it", "Take away",
]  # fmt: skip
VISIBLE_LINES = 15


def cells(chapter, kind):
    return [cell for cell in jupytext.read(chapter).cells if cell.cell_type == kind]


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


def test_there_are_chapters():
    assert len(CHAPTERS) >= 3


def test_the_sections_stand_in_their_order(chapter):
    text = "\n".join(cell.source for cell in cells(chapter, "markdown"))
    found = [title for title in re.findall(r"^## (.+)$", text, re.M) if title in SECTIONS]
    assert found == SECTIONS
    number = int(chapter.stem[:2])
    assert re.search(rf"^# {number} · .+\?$", text, re.M), "the title is a question, numbered"
    for aim in ("**Time:**", "**Needs:**", "**You will be able to:**", "**Data:**"):
        assert aim in text


def test_the_method_says_when_not_to_use_it(chapter):
    text = "\n".join(cell.source for cell in cells(chapter, "markdown"))
    method = text.split("\n## Method")[1].split("\n## ")[0]
    assert "*When not to use it:*" in method


def test_boxes_open_and_close_the_chapter(chapter):
    sources = [cell.source for cell in cells(chapter, "code")]
    assert any('box="In plain words"' in source for source in sources[:3])
    assert 'box="Take away"' in sources[-1]
    assert 'box="Solutions"' in sources[-2]


def test_every_exercise_has_a_solution(chapter):
    text = "\n".join(cell.source for cell in cells(chapter, "markdown"))
    exercises = re.findall(r"^(\d)\. \*\*(Recall|Apply|Criticise)\.\*\*", text, re.M)
    solutions = re.findall(r"^\s+(\d)\. ", cells(chapter, "code")[-2].source, re.M)
    assert [number for number, _ in exercises] == solutions
    assert {kind for _, kind in exercises} == {"Recall", "Apply", "Criticise"}


def test_code_is_short_and_lives_in_the_library(chapter):
    for cell in cells(chapter, "code"):
        tree = ast.parse(cell.source)
        for node in ast.walk(tree):
            assert not isinstance(node, ast.FunctionDef | ast.ClassDef), cell.source
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names]
                assert not any(
                    name.split(".")[0] in ("warnings", "matplotlib", "seaborn") for name in names
                ), f"plots and warning filters belong in the library:\n{cell.source}"
        if "hide-input" not in cell.metadata.get("tags", []) and "hide-cell" not in (
            cell.metadata.get("tags", [])
        ):
            assert len(cell.source.splitlines()) <= VISIBLE_LINES, cell.source


def test_ids_carry_the_number_of_the_chapter_and_are_used_once(chapter):
    ids = [
        id for cell in cells(chapter, "code") for id in re.findall(r'\bid="([^"]+)"', cell.source)
    ]
    assert ids
    assert all(id.startswith(chapter.stem[:2] + "-") for id in ids)
    assert len(ids) == len(set(ids))
