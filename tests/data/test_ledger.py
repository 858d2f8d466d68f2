"""The ledger's tables: complete, in their own words, and refused when broken."""

import re
from pathlib import Path

import pytest

from analysis_lib.errors import DataError, InvalidTableError
from analysis_lib.places import address, chapter, checklists, places, unstated
from analysis_lib.published import claims

ROOT = Path(__file__).parents[2]
LETTERS = {
    "STROBE": {1: "ab", 6: "ab", 12: "abcde", 13: "abc", 14: "abc", 16: "abc"},
    "TRIPOD+AI": {
        3: "abc", 5: "ab", 6: "abc", 8: "abc", 9: "abc", 12: "abcdefg", 18: "abcdef", 20: "abc",
        23: "ab", 27: "abc",
    },
}  # fmt: skip
ITEMS = {"STROBE": 22, "TRIPOD+AI": 27}


def test_every_claim_has_one_place_in_the_order_of_the_claims():
    assert list(places().index) == list(claims().index)


def test_what_a_conclusion_hangs_on_is_listed():
    rows = unstated()
    assert {
        "covariates", "entry_threshold", "cutoff_origin", "hypocalcaemia_threshold",
        "visit_schedule", "success_denominator", "centres", "modality_split",
    } <= set(rows["unstated_id"])  # fmt: skip
    assert set(rows["claim_id"]) <= set(claims().index)
    assert (rows["book"].eq("left open") == rows["status"].isna()).all()


@pytest.mark.parametrize("name", ITEMS)
def test_a_checklist_is_whole_and_in_order(name):
    rows = checklists()
    expected = [
        f"{number}{letter}"
        for number in range(1, ITEMS[name] + 1)
        for letter in LETTERS[name].get(number, [""])
    ]
    assert rows.loc[rows["checklist"] == name, "item"].tolist() == expected


def test_topics_are_short_and_in_our_own_words():
    """A topic names a matter; the checklists' own items are sentences that tell what to do."""
    for topic in checklists()["topic"]:
        assert len(topic.split()) <= 7, topic
        assert not re.match(r"(describe|give|report|explain|state|provide|specify)\b", topic, re.I)


def test_what_the_book_reports_has_a_place_and_nothing_else_has(tmp_path):
    text = (ROOT / "data/ledger/checklists.csv").read_text("utf-8")
    path = tmp_path / "checklists.csv"
    for old, new in (
        (",met,what it is in risks,", ",not,what it is in risks,"),
        ("10_multivariable#10-risk", ""),
    ):
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(InvalidTableError, match=r"row 29, column 'place': the book has"):
            checklists(path)


def test_a_place_that_is_none_is_refused(tmp_path):
    text = (ROOT / "data/ledger/places.csv").read_text("utf-8")
    path = tmp_path / "places.csv"
    path.write_text(text.replace("04_who_was_treated#04-flow", "chapter 4", 1), "utf-8")
    with pytest.raises(InvalidTableError, match="column 'place'"):
        places(path)


def test_a_place_reads_as_a_chapter_and_leads_to_an_output():
    assert chapter("02_adds_up#02-counts") == "chapter 2"
    assert address("02_adds_up#02-counts") == "02_adds_up.md#r-02-counts"
    for wrong in ("02_adds_up", "02_adds_up#03-counts", "adds_up#adds-up"):
        with pytest.raises(DataError, match="is no place; write chapter and id"):
            address(wrong)
