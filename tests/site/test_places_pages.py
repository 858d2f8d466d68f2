"""The ledger on the built pages: each place is there, each link leads to it, no verdict differs."""

import functools
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis_lib.places import checklists, places, unstated

SITE = Path(__file__).parents[2] / "_build/html"
CHAPTERS = SITE / "book/chapters"
LEDGER = "17_the_ledger"
EVERY = sorted({*places()["place"], *unstated()["place"], *checklists()["place"].dropna()})


@functools.cache
def soup(stem):
    page = CHAPTERS / f"{stem}.html"
    assert page.is_file(), f"there is no page {stem}: run make book first"
    return BeautifulSoup(page.read_text("utf-8"), "html.parser")


def records(stem):
    text = (SITE / f"_results/{stem}.json").read_text("utf-8")
    return {item["id"]: item for item in json.loads(text)["items"]}


@pytest.mark.parametrize("place", EVERY)
def test_a_place_stands_on_the_page_of_its_chapter(place):
    stem, _, item = place.partition("#")
    assert soup(stem).find(id=f"r-{item}"), f"{stem} shows no {item}"


def test_the_page_links_to_every_place():
    links = {a["href"] for a in soup(LEDGER).select("a.bk-place")}
    assert links == {place.replace("#", ".html#r-") for place in EVERY}


@pytest.mark.parametrize("stem", ["02_adds_up", "03_compatible_cohort"])
def test_the_ledger_says_what_the_chapters_say(stem):
    """Verdicts of the comparison of printed figures, and those on the simulated rows."""
    found = {
        row["claim_id"]: row
        for item in records(LEDGER).values()
        for row in (item["results"].get("rows") or [])
        if isinstance(row, dict) and "verdict" in row and "claim_id" in row and "place" in row
        if row["verdict"] != "not stated"
    }
    assert set(found) == set(places().index)
    table = records(stem)[f"{stem[:2]}-against-the-paper"]
    compared = 0
    for row in table["results"]["rows"]:
        mine = found.get(row["claim_id"])
        tested = ("same", "within rounding", "differs")
        if mine is None or row["verdict"] == "not stated":
            continue
        if (mine["verdict"] in tested) != (stem == "02_adds_up"):
            continue
        assert row["verdict"] == mine["verdict"], row["claim_id"]
        compared += 1
    assert compared >= 4
