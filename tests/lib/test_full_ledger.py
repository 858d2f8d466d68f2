"""The whole ledger: each claim once, the strongest comparison first, nothing built in as found."""

import dataclasses

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis_lib import cohort, full_ledger, ledger, verify
from analysis_lib.errors import DataError, ImpossiblePercentageError, MissingColumnError
from analysis_lib.figures.verdicts import verdicts
from analysis_lib.places import checklists, places, unstated
from analysis_lib.published import claims


@pytest.fixture(scope="module")
def proof():
    return verify.verify(cohort.load())


@pytest.fixture(scope="module")
def rows(proof):
    return full_ledger.full_ledger(proof)


def test_each_claim_stands_once_then_what_is_not_stated(rows):
    stated = rows[rows["verdict"] != "not stated"]
    assert list(stated["claim_id"]) == list(claims().index)
    assert list(rows["quantity"][len(stated) :]) == list(unstated()["quantity"])
    assert list(stated["place"]) == list(places()["place"])


def test_a_simulated_figure_never_confirms(rows):
    simulated = rows[rows["status"].eq("simulated") & rows["verdict"].ne("not stated")]
    assert set(simulated["verdict"]) == {"by construction"}
    derived = rows[rows["verdict"].isin(["same", "within rounding", "differs"])]
    assert set(derived["status"]) == {"derived"}
    assert set(derived["claim_id"]) == {
        *full_ledger.PAIRS, *full_ledger.PAIRS.values(), "predictor_pth_or", "predictor_pth_p",
    }  # fmt: skip


def test_a_claim_that_rows_contradict_differs(proof):
    changed = proof.copy()
    changed.loc[changed["claim_id"].eq("cohort_glands"), "holds"] = False
    rows = full_ledger.full_ledger(changed).set_index("claim_id")
    assert rows.loc["cohort_glands", "verdict"] == "differs"


def test_printed_figures_that_contradict_each_other_differ(monkeypatch):
    """Not one verdict of a comparison is built in: change the print, and it falls."""
    real = full_ledger.claim
    wrong = {
        "severe_hypocalcaemia_percent": "29.4",
        "nerve_paralysis_count": "2",
        "predictor_pth_or": "7.1",
        "predictor_pth_p": "0.20",
    }

    def misprinted(claim_id):
        record = real(claim_id)
        return dataclasses.replace(record, value=wrong.get(claim_id, record.value))

    monkeypatch.setattr(full_ledger, "claim", misprinted)
    monkeypatch.setattr(ledger, "claim", misprinted)
    found = {entry.claim.claim_id: entry.verdict for entry in full_ledger.from_figures()}
    assert set(found.values()) == {"differs"}


def test_a_percentage_that_no_count_gives_is_named(monkeypatch):
    real = full_ledger.claim

    def misprinted(claim_id):
        record = real(claim_id)
        wrong = claim_id == "severe_hypocalcaemia_percent"
        return dataclasses.replace(record, value="28.0") if wrong else record

    monkeypatch.setattr(full_ledger, "claim", misprinted)
    with pytest.raises(ImpossiblePercentageError, match=r"28\.0"):
        full_ledger.from_figures()


def test_a_claim_without_verification_or_place_is_named(proof, monkeypatch):
    with pytest.raises(DataError, match="no figure or no place for cohort_glands;"):
        full_ledger.full_ledger(proof[proof["claim_id"].ne("cohort_glands")])
    monkeypatch.setattr(full_ledger, "places", lambda: places().drop("target_reached"))
    with pytest.raises(DataError, match="no figure or no place for target_reached;"):
        full_ledger.full_ledger(proof)


def test_the_tally_counts_every_row_once_and_keeps_empty_verdicts(rows):
    counts = full_ledger.tally(rows)
    assert counts["rows"].sum() == len(rows)
    assert (counts[["derived", "simulated", "no_figure"]].sum(axis=1) == counts["rows"]).all()
    assert counts.set_index("verdict").loc["differs", "rows"] == 0
    with pytest.raises(MissingColumnError, match="no column verdict"):
        full_ledger.tally(rows.drop(columns="verdict"))


def test_the_table_links_each_row_and_is_plain_in_the_terminal(rows):
    shown = full_ledger.ledger_table(rows, id="17-x", caption="?")
    html = BeautifulSoup(shown.html(), "html.parser")
    links = [a["href"] for a in html.select("tbody a.bk-place")]
    stems = [place.replace("#", ".md#r-") for place in rows["place"]]
    assert links == stems
    assert "chapter 11" in shown.text()
    assert ".md" not in shown.text()
    assert shown.status == "simulated"
    assert full_ledger.ledger_table(
        rows[rows["status"].eq("derived")], id="17-y", caption="?"
    ).status == ("derived")


def test_cells_of_a_card_carry_the_words_of_their_header(rows):
    html = BeautifulSoup(
        full_ledger.ledger_table(rows, id="17-x", caption="?").html(), "html.parser"
    )
    heads = [th.text for th in html.select("thead th")]
    for row in html.select("tbody tr"):
        assert [td["data-label"] for td in row.find_all("td")] == heads[1:]
        assert row["role"] == "row"


def test_checklists_are_counted_and_laid_out():
    items = checklists()
    counts = full_ledger.reported(items)
    assert (counts[list(full_ledger.REPORTED)].sum(axis=1) == counts["items"]).all()
    assert counts["items"].sum() == 2 * len(items)
    shown = full_ledger.checklist_table("STROBE", id="17-x", caption="?")
    html = BeautifulSoup(shown.html(), "html.parser")
    mine = items[items["checklist"].eq("STROBE")]
    assert len(html.select("a.bk-place")) == mine["place"].notna().sum()
    assert len(shown.cells) == len(mine)
    with pytest.raises(DataError, match="no checklist 'CONSORT'; there are STROBE, TRIPOD"):
        full_ledger.checklist_table("CONSORT", id="17-x", caption="?")


def test_the_picture_says_and_carries_what_it_draws(rows):
    counts = full_ledger.tally(rows)
    drawn = verdicts(counts, id="17-f", status="simulated", caption="?")
    assert "differs: none" in drawn.alt
    for row in counts.itertuples():
        assert f"{row.verdict}: {row.rows or 'none'}" in drawn.alt
        assert f"{row.verdict},{row.rows}," in drawn.csv
        assert f">{row.verdict}</text>" in drawn.svg


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"derived": 9}, DataError, "kinds of 'same' don't add up to 1"),
        (None, MissingColumnError, "no column"),
    ],
)
def test_the_picture_refuses_counts_that_are_wrong(changes, error, words):
    counts = pd.DataFrame(
        {"verdict": ["same"], "rows": [1], "derived": [1], "simulated": [0], "no_figure": [0]}
    )
    counts = counts.drop(columns="rows") if changes is None else counts.assign(**changes)
    with pytest.raises(error, match=words):
        verdicts(counts, id="17-f", status="derived", caption="?")
