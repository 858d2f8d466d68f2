"""From a name in a chapter's code to its documentation, and from there to its source."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from codelinks import imported, link

SITE = Path(__file__).parents[2] / "_build/html/book"
CELL = (
    "```{code-cell}\nfrom analysis_lib import units\nfrom analysis_lib.report import say as tell\n"
)


def code(*spans):
    return f'<div class="highlight-ipython3"><pre>{"".join(spans)}</pre></div>'


def n(name):
    return f'<span class="n">{name}</span>'


DOT, EQUALS = '<span class="o">.</span>', '<span class="o">=</span>'
NAMES = {"units": "lib.units", "tell": "lib.report.say"}
TARGETS = {"lib.units": "l.html#u", "lib.units.convert": "l.html#c", "lib.report.say": "l.html#s"}


def test_names_are_taken_from_the_imports():
    text = CELL + "import pandas as pd\nfrom functools import partial\n```\n"
    assert imported(text) == {
        "units": "analysis_lib.units", "tell": "analysis_lib.report.say"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "links"),
    [
        ([n("tell")], {"tell": "l.html#s"}),
        ([n("units"), DOT, n("convert")], {"convert": "l.html#c"}),
        ([n("units"), DOT, n("nothing")], {"units": "l.html#u"}),
        ([n("other"), DOT, n("tell")], {}),
        ([n("units"), EQUALS, n("x")], {}),
        ([n("x")], {}),
    ],
)
def test_a_known_name_is_linked_and_no_other(spans, links):
    linked = BeautifulSoup(link(code(*spans), NAMES, TARGETS), "html.parser")
    assert {a.text: a["href"] for a in linked.find_all("a")} == links
    assert linked.text == BeautifulSoup(code(*spans), "html.parser").text


def test_code_outside_cells_is_left_alone():
    other = '<div class="highlight-sh"><pre><span class="n">tell</span></pre></div>'
    assert link(other, NAMES, TARGETS) == other


@pytest.mark.parametrize("page", sorted(SITE.glob("chapters/*.html")), ids=lambda p: p.stem)
def test_each_item_of_a_chapter_leads_to_source_in_two_clicks(page):
    """Any sentence, table or figure: its cell names a function that the reference documents."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    library = (SITE / "reference/library.html").read_text("utf-8")
    items = soup.select(".bk-item[id]")
    assert len(items) > 5
    for item in items:
        cell = item.find_parent("div", class_="cell")
        hrefs = [a["href"] for a in cell.select("a.bk-code-link")]
        assert hrefs, f"the code of {item['id']} is not linked"
        for href in hrefs:
            assert f'id="{href.partition("#")[2]}"' in library


def test_the_reference_shows_the_source():
    library = (SITE / "reference/library.html").read_text("utf-8")
    assert len(re.findall(r'class="viewcode-link"', library)) > 40
