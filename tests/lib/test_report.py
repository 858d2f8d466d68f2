"""Sentences, tables and figures: what is shown, in each of the three places it is read."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis_lib import figures, ledger
from analysis_lib.errors import DataError, MissingColumnError, UnknownClaimError
from analysis_lib.proportions import interval
from analysis_lib.report import RECORD_MIME, say, show
from analysis_lib.tables import table

ROOT = Path(__file__).parents[2]
TARGET = interval(89, 102, method="exact", denominator="patients")


def sentence(**changes):
    arguments = {"id": "02-x", "status": "derived", "target": TARGET}
    return say("Reached by **{target:count}**, {target}.", **(arguments | changes))


def test_a_sentence_takes_its_numbers_from_results_and_carries_them():
    shown = sentence()
    assert shown.text().startswith("Reached by 89 of 102 patients, 87.3")
    assert shown.text().endswith("[derived]")
    html = BeautifulSoup(shown.html(), "html.parser")
    assert html.find(id="r-02-x").strong.text == "89 of 102 patients"
    assert html.find(class_="bk-status").text == "derived"
    bundle = shown._repr_mimebundle_()
    assert bundle[RECORD_MIME]["results"]["target"]["events"] == 89
    assert bundle[RECORD_MIME]["status"] == "derived"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"other": 1}, r"quotes \['target'\] but was given \['other', 'target'\]"),
        ({"status": "guessed"}, "'guessed'; use one of published, derived, simulated"),
        ({"id": "adds-up"}, "not of the form 'NN-name'"),
        ({"id": "02"}, "not of the form 'NN-name'"),
    ],
)
def test_a_sentence_refuses_what_it_can_not_stand_for(changes, message):
    with pytest.raises(DataError, match=message):
        sentence(**changes)


def test_a_number_without_a_result_is_refused():
    with pytest.raises(DataError, match=r"quotes \['n', 'target'\] but was given \['target'\]"):
        say("{target} of {n}", id="02-x", status="derived", target=TARGET)


def test_lists_keep_their_lines_in_the_terminal():
    shown = say("- one {n}\n- two\n  and more", id="02-x", status="derived", box="Box", n=1)
    assert shown.text().splitlines() == ["Box:", "- one 1", "- two and more [derived]"]
    assert BeautifulSoup(shown.html(), "html.parser").ul.find_all("li")[1].text == "two\nand more"


def test_text_in_a_sentence_is_not_taken_for_markup():
    shown = say("{label}", id="02-x", status="derived", label="<script>alert(1)</script>")
    assert "<script" not in shown.html()


def test_show_prints_in_a_terminal(capsys):
    show(sentence())
    assert capsys.readouterr().out.startswith("Reached by 89 of 102 patients")


def test_show_is_rich_in_jupyter():
    code = (
        "from IPython.testing.globalipapp import start_ipython; ip = start_ipython()\n"
        "from IPython.utils.capture import capture_output\n"
        "from analysis_lib.report import say, show\n"
        "with capture_output() as shown:\n"
        "    show(say('{n}', id='02-x', status='derived', n=1))\n"
        "print(sorted(shown.outputs[0].data))\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout
    assert RECORD_MIME in out
    assert "text/html" in out


FRAME = pd.DataFrame(
    {"name": ["a & b", "c"], "share": [0.1234, None], "n": [10, 20], "fit": [TARGET, TARGET]}
)
COLUMNS = {"name": "Name", "share": "Share", "n": "Patients", "fit": "Fit"}


def small_table(**changes):
    arguments = {
        "id": "02-t",
        "status": "published",
        "caption": "How many?",
        "faces": {"share": "percent"},
        "notes": ["A note."],
    }
    return table(FRAME, COLUMNS, **(arguments | changes))


def test_a_table_has_caption_scopes_notes_and_marked_missing_values():
    html = BeautifulSoup(small_table().html(), "html.parser")
    assert html.caption.text.startswith("How many?")
    assert [th["scope"] for th in html.thead.find_all("th")] == ["col"] * 4
    assert [th.text for th in html.tbody.find_all("th", scope="row")] == ["a & b", "c"]
    assert [td.text for td in html.tbody.find_all("td")][:2] == ["12.3\u00a0%", "10"]
    assert html.tbody.find_all("tr")[1].find_all("td")[0].text == "not stated"
    assert html.find(class_="bk-notes").text == "A note."
    region = html.find(role="region")
    assert region["aria-label"] == "Table: How many?"
    assert region["tabindex"] == "0"


def test_a_table_carries_its_unrounded_values_as_csv_named_after_its_status():
    link = BeautifulSoup(small_table().html(), "html.parser").find("a")
    assert link["data-file"] == link["download"] == "02-t.published.csv"
    csv = base64.b64decode(link["href"].partition("base64,")[2]).decode()
    assert csv.splitlines()[0].startswith("name,share,n,fit_events,fit_n,fit_estimate,")
    assert csv.splitlines()[1].startswith(f"a & b,0.1234,10,89,102,{89 / 102},")
    assert "warnings" not in csv.splitlines()[0]


def test_a_table_can_carry_columns_that_it_does_not_show():
    carried = table(FRAME, {"name": "Name"}, id="02-t", status="derived", caption="?", carry=["n"])
    assert carried.headers == ("Name",)
    assert carried.csv.splitlines()[0] == "name,n"
    assert carried.results["rows"][0]["n"] == 10


def test_a_table_reads_well_in_the_terminal():
    lines = small_table().text().splitlines()
    assert lines[0] == "How many? [published]"
    assert lines[-1] == "A note."
    assert re.match(r"Name +Share +Patients", lines[1])


def test_a_table_names_the_column_it_lacks():
    with pytest.raises(MissingColumnError, match=r"table '02-t': no column \['age'\]"):
        table(FRAME, {"age": "Age"}, id="02-t", status="derived", caption="?")


def drawing(id="02-f", data=FRAME):
    with figures.canvas(2.0) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=figures.COLOURS["blue"])
        axes.set_xlabel("Something")
        return figures.finish(
            figure, data[["name", "n"]], id=id, status="derived", caption="What?", alt="A line."
        )


def test_a_figure_is_one_picture_with_words():
    html = BeautifulSoup(drawing().html(), "html.parser")
    picture = html.find("svg")
    assert picture["role"] == "img"
    assert picture["aria-label"] == "A line."
    assert picture.parent["tabindex"] == "0", "a wide picture scrolls by keyboard too"
    assert html.figcaption.text.startswith("What?")
    assert html.find("a")["data-file"] == "02-f.derived.csv"


def test_a_figure_follows_the_theme_and_keeps_its_text():
    svg = drawing().svg
    assert "var(--bk-blue, #0b62a8)" in svg
    assert not set(re.findall(r"#[0-9a-f]{6}", re.sub(r"var\([^;\"]*\)", "", svg))) - {"#000000"}
    assert ">Something</text>" in svg


def test_a_figure_is_the_same_bits_each_time_and_its_ids_are_its_own():
    assert drawing().svg == drawing().svg
    first, second = (set(re.findall(r'\bid="([^"]+)"', drawing(id).svg)) for id in ("02-f", "02-g"))
    assert first
    assert not first & second
    used = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", drawing().svg))
    assert used <= first


def test_a_simulated_picture_says_so_within_itself_and_below_the_drawing():
    plain = drawing()
    data = pd.DataFrame({"x": [1]})
    with figures.canvas(2.0) as (figure, axes):
        axes.plot([0, 1], [0, 1], color=figures.COLOURS["blue"])
        axes.set_xlabel("Something")
        marked = figures.finish(
            figure, data, id="02-f", status="simulated", caption="What?", alt="A line."
        )
    assert ">simulated</text>" in marked.svg
    assert ">simulated</text>" not in plain.svg
    size = r'height="([\d.]+)pt" viewBox="0 0 [\d.]+ ([\d.]+)"'
    (before,), (after,) = re.findall(size, plain.svg), re.findall(size, marked.svg)
    assert float(after[0]) == float(after[1]) > float(before[1])
    assert float(re.search(r'<text x="[\d.]+" y="([\d.]+)" text-anchor="end"', marked.svg)[1]) > (
        float(before[1])
    )


def test_drawing_leaves_matplotlib_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    drawing()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("value", "extra", "verdict"),
    [
        (87.3, {}, "same"),
        (87.26, {}, "same"),
        (87.9, {}, "differs"),
        (87.9, {"possible": (87.0, 88.0)}, "within rounding"),
        (87.9, {"possible": (87.5, 88.0)}, "differs"),
        (87.3, {"by_construction": True}, "by construction"),
    ],
)
def test_verdicts(value, extra, verdict):
    entry = ledger.compare(
        "target_reached", value, ours=str(value), status="derived", reason="why", **extra
    )
    assert entry.verdict == verdict
    assert f"{entry:published}" == "87.3\u00a0%"


def test_a_matched_figure_is_never_called_the_same():
    entry = ledger.compare(
        "target_reached",
        87.3,
        ours="87.3",
        status="simulated",
        reason="built so",
        by_construction=True,
    )
    assert entry.verdict == "by construction"


def test_what_is_not_stated_has_no_published_figure_and_verdicts_can_not_be_made_up():
    entry = ledger.cannot_compare("target_reached", "not stated", reason="no interval")
    assert f"{entry:published}" == "not stated"
    with pytest.raises(DataError, match="needs numbers; use compare"):
        ledger.cannot_compare("target_reached", "same", reason="I say so")
    with pytest.raises(UnknownClaimError):
        ledger.compare("nothing", 1.0, ours="1", status="derived", reason="?")


def test_the_ledger_table_explains_the_verdicts_it_uses():
    entry = ledger.cannot_compare("target_reached", "not stated", reason="no interval")
    shown = ledger.against_the_paper([entry], id="02-l", status="derived")
    assert shown.notes == (f"not stated: {ledger.MEANING['not stated']}",)
    assert shown.record()["results"]["rows"][0]["claim_id"] == "target_reached"
    assert "target_reached" in shown.csv


def test_some_claims_of_a_verification_come_in_the_order_asked_for():
    proof = pd.DataFrame(
        {
            "claim_id": ["cohort_glands", "target_reached"],
            "found": ["174", "87.3 %"],
            "holds": [True, True],
            "reason": ["counted", "counted"],
        }
    )
    entries = ledger.from_verification(proof, only=["target_reached", "cohort_glands"])
    assert [entry.claim.claim_id for entry in entries] == ["target_reached", "cohort_glands"]
    assert {entry.verdict for entry in entries} == {"by construction"}
    with pytest.raises(DataError, match="no claim nerve_paralysis_count"):
        ledger.from_verification(proof, only=["nerve_paralysis_count"])


def test_printed_claims_say_what_they_leave_open():
    shown = ledger.printed(["target_reached", "cohort_glands"], id="02-p", caption="What?")
    assert shown.status == "published"
    assert shown.cells[0][1:] == ("87.3\u00a0%", "count and interval not stated")
    assert shown.cells[1][2] == "–"


def test_a_table_can_lead_to_other_chapters_and_become_cards():
    data = pd.DataFrame(
        {"name": ["a", "b"], "where": ["chapter 2", "–"], "to": ["02_x.md#r-02-y", None]}
    )
    shown = table(
        data, {"name": "Name", "where": "Where"}, id="02-t", status="derived", caption="?",
        links={"where": "to"}, stacked=True,
    )  # fmt: skip
    html = BeautifulSoup(shown.html(), "html.parser")
    (link,) = html.select("a.bk-place")
    assert (link.text, link["href"]) == ("chapter 2", "02_x.md#r-02-y")
    assert [td["data-label"] for td in html.select("tbody td")] == ["Where", "Where"]
    assert "02_x" not in shown.text()
    plain = BeautifulSoup(small_table().html(), "html.parser")
    assert not plain.select("[data-label], tbody [role]")
    with pytest.raises(MissingColumnError, match="no column"):
        table(
            data, {"name": "Name"}, id="02-t", status="derived", caption="?", links={"name": "url"}
        )
