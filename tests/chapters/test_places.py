"""Each place that the ledger names is an output of that chapter: rename one, and this fails."""

import re
from pathlib import Path

import pytest

from analysis_lib.places import checklists, places, unstated

ROOT = Path(__file__).parents[2]
EVERY = sorted({*places()["place"], *unstated()["place"], *checklists()["place"].dropna()})


def test_there_are_places():
    assert len(EVERY) > 30


@pytest.mark.parametrize("place", EVERY)
def test_a_place_is_an_output_of_its_chapter(place):
    stem, _, item = place.partition("#")
    source = ROOT / f"book/chapters/{stem}.md"
    assert source.is_file(), f"no chapter {stem}"
    known = re.findall(r'\bid="([^"]+)"', source.read_text("utf-8"))
    assert item in known, f"{stem} shows no {item!r}; correct data/ledger"
