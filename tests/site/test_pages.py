"""Audits of the built book: whole, reachable for everybody, and asking no third party."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dependencies
import pairs
import pytest
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build/html"
SOURCES = ("_config.yml", "_toc.yml", "book/**/*.md", "analysis_lib/**/*.py", "data/**/*")


@pytest.fixture(scope="module", autouse=True)
def site() -> Path:
    """The built book, which must be there and newer than what it is built from."""
    finished = SITE / "searchindex.js"
    if not finished.is_file():
        pytest.fail("there is no book in _build/html: run make book first")
    found = [path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()]
    newer = [path for path in found if path.stat().st_mtime > finished.stat().st_mtime]
    if newer:
        pytest.fail(f"{newer[0].relative_to(ROOT)} is newer than the book: run make book first")
    return SITE


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    """Parse a page once."""
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def names() -> list[str]:
    """Name the pages, for one test each; a placeholder where there are none."""
    found = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    return [name for name in found if not name.startswith("_static/")] or ["index.html"]


page = pytest.mark.parametrize("name", names())
REMOTE = re.compile(r"^(?:[a-z]+:)?//", re.I)


def text_of(tag: Tag) -> str:
    """Return the words of an element as one line."""
    return " ".join(tag.get_text(" ").split())


@page
def test_no_third_party_is_asked(name: str) -> None:
    """Scripts, styles, images and fonts come from the site itself; so do addresses in scripts."""
    asked = [
        tag[attribute]
        for tag in soup(SITE / name).find_all(True)
        for attribute in ("src", "href", "srcset", "poster", "data", "action")
        if tag.has_attr(attribute)
        and tag.name not in ("a", "area")
        and "canonical" not in tag.get("rel", [])
        and REMOTE.match(tag[attribute])
    ]
    for tag in soup(SITE / name).find_all(["script", "style"]):
        asked += re.findall(r"""(?:["'(]|@import\s+)(?:https?:)?//[\w.-]+""", tag.get_text())
    assert not asked


def test_no_style_sheet_asks_a_third_party(site: Path) -> None:
    """Nor does ``url(...)`` or ``@import`` in a style sheet."""
    for path in site.rglob("*.css"):
        found = re.findall(
            r"""(?:url\(|@import)\s*["']?(?:https?:)?//[^"')]*""", path.read_text("utf-8")
        )
        assert not found, path


def test_mathjax_is_here_and_source_maps_are_not(site: Path) -> None:
    """A page with a formula loads the copy beside it, with its fonts."""
    assert (site / "_static/mathjax/tex-mml-chtml.js").is_file()
    assert list((site / "_static/mathjax/output/chtml/fonts/woff-v2").glob("*.woff"))
    assert not list(site.rglob("*.map"))


@page
def test_language_title_and_one_heading(name: str) -> None:
    """A page says its language, its title and what it is about, once."""
    html = soup(SITE / name)
    assert html.html
    assert html.html.get("lang")
    assert html.title
    assert text_of(html.title)
    assert [text_of(h1) for h1 in html.find_all("h1")].__len__() == 1


@page
def test_images_have_words(name: str) -> None:
    """An image has an alternative that is not a file name, a path or a hash."""
    for tag in soup(SITE / name).select('img, svg[role="img"]'):
        words = str(tag.get("alt" if tag.name == "img" else "aria-label", "")).strip()
        assert words, str(tag)[:200]
        assert not re.search(r"\.(?:png|svg|jpe?g)$|^\S*/\S*$|[0-9a-f]{16}", words), words


@page
def test_tables_have_captions_and_scopes(name: str) -> None:
    """Each table of data says what it shows and what its headers head."""
    for table in soup(SITE / name).find_all("table"):
        if table.get("role") == "presentation":
            continue
        assert table.caption, f"a table without a caption: {text_of(table)[:80]}"
        assert text_of(table.caption)
        heads = table.find_all("th")
        assert heads, f"a table without headers: {text_of(table)[:80]}"
        for head in heads:
            assert head.get("scope") in ("col", "row", "colgroup", "rowgroup"), str(head)
            assert text_of(head), f"an empty header in {text_of(table.caption)!r}"


@page
def test_links_lead_somewhere_and_say_where(name: str) -> None:
    """Internal links and anchors exist, and every link has words."""
    here = SITE / name
    for link in soup(here).find_all("a", href=True):
        parts = urlsplit(link["href"])
        named = link.get("aria-label") or link.get("title") or link.find("img", alt=True)
        assert text_of(link) or named, f"a link without words: {link}"
        if parts.scheme or parts.netloc:
            continue
        target = (here.parent / unquote(parts.path)).resolve() if parts.path else here
        assert target.is_file(), f"{link['href']} does not exist"
        if parts.fragment and target.suffix == ".html":
            assert unquote(parts.fragment) in anchors(target), f"{link['href']} has no such anchor"


@functools.cache
def anchors(path: Path) -> frozenset[str]:
    """Return the ids of a page."""
    return frozenset(tag["id"] for tag in soup(path).find_all(id=True))


@page
def test_ids_are_unique(name: str) -> None:
    """An id names one element, else links and labels go astray."""
    found = Counter(str(tag["id"]) for tag in soup(SITE / name).find_all(id=True))
    assert [key for key, count in found.items() if count > 1] == []


@page
def test_names_repaired_on_the_server(name: str) -> None:
    """What the theme leaves nameless, or names twice, is right without a script."""
    html = soup(SITE / name)
    assert not html.select("button.search-button-field[aria-label]")
    assert not html.select(".theme-switch[title]")
    assert not html.select("summary[aria-label]")
    assert not html.select(".sidebar-primary-items__start:not([role])")


@page
def test_nothing_broke_while_it_was_made(name: str) -> None:
    """No traceback, no error box, no unresolved reference is shown to a reader."""
    html = soup(SITE / name)
    assert "Traceback (most recent call last)" not in html.get_text()
    assert not html.select(".cell_output .stderr, .problematic, .system-message")


@page
def test_downloads_are_files(name: str) -> None:
    """Data that came inside an output is a file of the site."""
    for link in soup(SITE / name).select("a[data-file]"):
        assert not link["href"].startswith("data:"), link["data-file"]
        assert link.get("download") == link["data-file"]
        target = (SITE / name).parent / link["href"]
        assert target.resolve() == (SITE / "_downloads" / link["data-file"]).resolve()
        assert target.stat().st_size


@pytest.mark.parametrize("chapter", pairs.chapters(ROOT), ids=lambda path: path.stem)
def test_records_are_those_of_the_sources(chapter: Path) -> None:
    """Each chapter has its records, made from the library and the data that are here now."""
    content = json.loads((SITE / f"_results/{chapter.stem}.json").read_text("utf-8"))
    assert content["chapter"] == chapter.stem
    assert content["source_digest"] == dependencies.digest(ROOT, chapter)
    found = [item["id"] for item in content["items"]]
    assert found
    assert len(found) == len(set(found))
    assert {item["status"] for item in content["items"]} <= {"published", "derived", "simulated"}
    html = soup(SITE / f"book/chapters/{chapter.stem}.html")
    assert {f"r-{name}" for name in found} <= anchors(SITE / f"book/chapters/{chapter.stem}.html")
    order = [tag["id"] for tag in html.select("[id^=r-]")]
    assert [name for name in order if name.removeprefix("r-") in found] == [f"r-{n}" for n in found]
