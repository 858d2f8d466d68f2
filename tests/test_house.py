"""The house is in order: what the files at the top say is there, is there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import build
import pytest
import yaml

import analysis_lib

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md"]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):(?!=)", MAKEFILE, re.M))


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def code(page: str) -> list[str]:
    """Every line of code on a page: fenced blocks and inline spans."""
    text = read(page)
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return [line for block in fenced for line in block.splitlines()] + re.findall(
        r"`([^`\n]+)`", rest
    )


def called(command: str) -> list[str]:
    """The targets that a shell line asks make for."""
    found = []
    for part in re.split(r"&&|;|\|", command.split(" #")[0]):
        name, *words = part.split() or [""]
        if name == "make":
            found += [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, list[str]]:
    """Each pinned ``name==version`` of the lock with its hashes."""
    pins: dict[str, list[str]] = {}
    for entry in re.split(
        r"^(?=\S)", re.sub(r"^#.*\n", "", read("requirements.txt"), flags=re.M), flags=re.M
    ):
        if entry.strip():
            pins[entry.split()[0]] = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry)
    return pins


def dry_run(target: str) -> str:
    """What make would do for a target."""
    if shutil.which("make") is None:
        pytest.skip("make is not here")
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))
    }
    ran = subprocess.run(
        ["make", "--no-print-directory", "-n", target],
        cwd=ROOT, env=clean, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


# ---- what the pages name exists ------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_each_target_that_a_page_names_exists(page: str) -> None:
    names = {name for line in code(page) for name in called(line)}
    assert names, f"{page} names no make target; is this test still reading it right?"
    assert names <= TARGETS


def test_each_target_is_explained_by_make_help() -> None:
    explained = set(re.findall(r"^([a-z][a-z-]*):.*## \S", MAKEFILE, re.M))
    assert {"need-uv"} == TARGETS - explained
    phony = re.search(r"^\.PHONY: (help .*)$", MAKEFILE, re.M)
    assert phony is not None
    assert set(phony[1].split()) == TARGETS


@pytest.mark.parametrize("page", PAGES)
def test_each_path_that_a_page_names_exists(page: str) -> None:
    text = read(page)
    folder = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#\s]+)\)", text)
    missing = [link for link in links if "://" not in link and not (folder / link).exists()]

    tops = r"(?:book|analysis_lib|data|tests|\.ci|\.github)/[\w./-]*\w/?"
    roots = r"[A-Z][\w-]+\.(?:md|cff)|requirements\.(?:in|txt)|pyproject\.toml|_(?:config|toc)\.yml"
    words = [word for line in code(page) for word in line.replace("\\", "/").split()]
    paths = {word for word in words if re.fullmatch(f"{tops}|{roots}", word)}
    new = {"04_who_was_treated"}  # the chapter that CONTRIBUTING pretends to add
    missing += [path for path in paths if Path(path).stem not in new and not (ROOT / path).exists()]
    assert not missing
    assert paths, f"{page} names no path; is this test still reading it right?"


def test_each_line_of_the_layout_exists() -> None:
    layout = re.search(r"^## Layout\n+```text\n(.*?)^```", read("README.md"), re.M | re.S)
    assert layout is not None
    paths = [line.split()[0] for line in layout[1].splitlines()]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(paths) >= 8


@pytest.mark.parametrize(
    "path",
    [
        "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "CITATION.cff", "LICENSE",
        "LICENSE-CONTENT", "Makefile", "_config.yml", "_toc.yml", "requirements.in",
        "requirements.txt", "pyproject.toml", "book/index.md", "book/chapters", "book/scripts",
        "book/references.bib", "book/_static", "book/_extensions", "analysis_lib/__init__.py",
        "data/published/claims.csv", "data/published/evidence.csv", "data/README.md",
        "tests/lib", "tests/chapters", "tests/site", "tests/reference_r",
    ],
)  # fmt: skip
def test_the_agreed_layout_is_there(path: str) -> None:
    assert (ROOT / path).exists()


# ---- one lock ------------------------------------------------------------------------------------


def test_everything_in_the_lock_is_pinned_and_hashed() -> None:
    pins = locked()
    assert len(pins) > 50
    assert [
        pin
        for pin, hashes in pins.items()
        if not re.fullmatch(r"[a-z0-9-]+==\S+", pin) or not hashes
    ] == []


def test_everything_we_chose_is_in_the_lock() -> None:
    pins = set(locked())
    names = {pin.split("==")[0] for pin in pins}
    chosen = [line.split("#")[0].strip() for line in read("requirements.in").splitlines()]
    chosen = [entry for entry in chosen if entry]
    assert [e for e in chosen if canonical(re.split(r"[\s=<>!~;\[]", e)[0]) not in names] == []
    assert [e for e in chosen if re.fullmatch(r"[\w.-]+==\S+", e) and e.lower() not in pins] == []
    needs = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    assert [e for e in needs if canonical(re.split(r"[\s=<>!~;\[]", e)[0]) not in names] == []


def test_the_lock_names_no_address() -> None:
    text = read("requirements.txt")
    assert "://" not in text
    assert not re.search(
        r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", text, re.M
    )


@pytest.mark.parametrize(
    "path",
    ["Makefile", "README.md", "CONTRIBUTING.md", ".binder/postBuild", ".github/workflows/book.yml"],
)
def test_nothing_is_installed_past_the_lock(path: str) -> None:
    allowed = {"--require-hashes -r requirements.txt", "--no-deps --no-build-isolation -e ."}
    text = read(path)
    asked = {found.strip() for found in re.findall(r"\bpip3? install\b([^\n`]*)", text)}
    # `make lock-check` only asks what would be installed.
    asked = {found for found in asked if not found.startswith("--dry-run --require-hashes ")}
    assert asked <= allowed
    assert not re.search(r"\b(uv sync|uv add|conda install|pipx)\b", text)


def test_binder_installs_the_lock() -> None:
    lines = read(".binder/requirements.txt").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-r ../requirements.txt"]
    assert sorted(entry.name for entry in (ROOT / ".binder").iterdir()) == [
        "postBuild",
        "requirements.txt",
        "runtime.txt",
    ]


def test_the_dev_container_uses_make_alone() -> None:
    container = json.loads(read(".devcontainer/devcontainer.json"))
    commands = {key: value for key, value in container.items() if key.endswith("Command")}
    assert list(commands) == ["postCreateCommand"]
    targets = called(commands["postCreateCommand"])
    assert commands["postCreateCommand"].split() == ["make", *targets]
    assert "set-up" in targets
    assert set(targets) <= TARGETS


def test_the_workflow_runs_what_we_run() -> None:
    jobs = yaml.safe_load(read(".github/workflows/book.yml"))["jobs"]
    runs = [step["run"] for step in jobs["test"]["steps"] if "run" in step]
    assert ".ci/run" in runs
    assert {name for run in runs for name in called(run)} <= TARGETS
    pythons = {row["python"] for row in jobs["test"]["strategy"]["matrix"]["include"]}
    assert {"3.11", "3.12", "3.13"} <= pythons
    assert jobs["publish"]["needs"] == "test"
    for job in jobs.values():
        for step in job["steps"]:
            assert not step.get("continue-on-error")
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1"))


def test_the_workflow_does_on_windows_what_the_readme_says() -> None:
    jobs = yaml.safe_load(read(".github/workflows/book.yml"))["jobs"]
    runs = [step["run"] for step in jobs["windows"]["steps"] if "run" in step]
    said = code("README.md")
    assert [run for run in runs if run not in said] == []
    assert len(runs) >= 5


# ---- the checks check ----------------------------------------------------------------------------


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci/run"
    if os.name == "posix":
        assert os.access(script, os.X_OK)
    lines = [line for line in read(".ci/run").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-1] == "make test"


def test_make_test_leaves_nothing_out() -> None:
    did = dry_run("test")
    order = [
        "-m ruff check .", "-m ruff format --check .", "-m mypy", "pairs.py --check",
        "book/_extensions/build.py", "-m pytest",
    ]  # fmt: skip
    places = [did.find(step) for step in order]
    assert -1 not in places
    assert places == sorted(places)


def test_no_recipe_of_a_check_hides_a_failure() -> None:
    for target in ("book", "test", "check"):
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.M)
        assert recipe is not None
        for line in recipe[1].splitlines():
            assert not re.search(r"\|\| *(true|:)|^\t@?-|;\s*true\b", line), line
    assert not re.search(r"^(\.IGNORE|MAKEFLAGS)\b", MAKEFILE, re.M)


def test_every_warning_of_the_build_is_fatal() -> None:
    assert build.OPTIONS == ("-W", "-n", "--keep-going")


def test_the_site_is_removed_when_its_frame_changed_and_only_then(tmp_path: Path) -> None:
    (tmp_path / "book/_static").mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text("root: a\n")
    site = tmp_path / "_build/html"

    def stale() -> bool:
        site.mkdir(parents=True, exist_ok=True)
        return build.remove_stale_site(tmp_path)

    assert stale()  # nothing is known of what it was built from
    assert not site.exists()
    assert not stale()
    assert site.exists()
    (tmp_path / "_toc.yml").write_text("root: b\n")
    assert stale()
    assert not site.exists()
    (tmp_path / "book/_static/new.css").write_text("")
    assert stale()
    (tmp_path / "book/_static/new.css").unlink()
    assert stale()
    assert not stale()


# ---- one version ---------------------------------------------------------------------------------


def test_the_versions_agree() -> None:
    citation = yaml.safe_load(read("CITATION.cff"))
    top = re.search(r"^## \[([^\]]+)\] - (\S+)", read("CHANGELOG.md"), re.M)
    assert top is not None
    assert str(citation["version"]) == analysis_lib.__version__ == top[1]
    assert str(citation["preferred-citation"]["version"]) == analysis_lib.__version__
    assert str(citation["date-released"]) == top[2]


def test_both_licences_are_whole() -> None:
    assert "MIT License" in read("LICENSE")
    content = read("LICENSE-CONTENT")
    for part in (
        "Attribution 4.0 International Public",
        *(f"Section {n} -- " for n in range(1, 9)),
    ):
        assert part in content
