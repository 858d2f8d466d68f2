"""What a chapter's outputs depend on besides its own cells.

Read from the source, without running anything: the modules of ``analysis_lib`` that the chapter
imports, what those import in turn, the data files that they declare, the lock file and the
version of Python. A module that reads data says so in a constant at its top::

    READS = ("data/datapackage.json", "data/published/*.csv")

To see what a chapter reaches, and through what::

    python book/_extensions/dependencies.py book/chapters/02_slug.md
"""

from __future__ import annotations

import ast
import functools
import hashlib
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LIBRARY = "analysis_lib"
LOCK = "requirements.txt"
EVERYTHING = f"{LIBRARY}.*"

_CELL = re.compile(r"^(`{3,})\{code-cell\}[^\n]*\n(.*?)^\1`*[ ]*$", re.M | re.S)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[^\n]*\n)+)", re.M | re.S)


@dataclass(frozen=True)
class Imports:
    """What one piece of source imports and reads."""

    library: tuple[str, ...]
    """Dotted names in ``analysis_lib``, each a module or a name inside one."""
    other: tuple[str, ...]
    """Everything else, such as ``scipy.stats``."""
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Reach:
    """All that a chapter reaches: files and packages, each with what led there."""

    modules: dict[str, str]
    files: dict[Path, str]
    packages: frozenset[str]


def code_cells(text: str) -> list[str]:
    """Return the code cells of a MyST notebook, without their options."""
    return [_OPTIONS.sub("", match[2], count=1) for match in _CELL.finditer(text)]


def _statements(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    """Walk a tree, but not into ``if TYPE_CHECKING``, which never runs."""
    for node in nodes:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from _statements(node.orelse)
            continue
        yield node
        inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        for group in (inner, *(getattr(node, "handlers", ()), getattr(node, "cases", ()))):
            for child in group:
                yield from _statements([child] if isinstance(child, ast.stmt) else child.body)


def _names(node: ast.AST, package: str) -> Iterator[str]:
    """Yield what an import statement names; a star, or the bare library, means everything."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield EVERYTHING if alias.name == LIBRARY else alias.name
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1] + ([base] if base else []))
        yield from (f"{base}.{alias.name}" for alias in node.names)


@functools.cache
def imports(source: str, package: str = "") -> Imports:
    """Read the imports and the ``READS`` of a piece of source that lives in ``package``."""
    body = ast.parse(source).body
    names = {name for node in _statements(body) for name in _names(node, package)}
    reads: list[str] = []
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        if any(isinstance(target, ast.Name) and target.id == "READS" for target in targets):
            value = ast.literal_eval(node.value)  # type: ignore[attr-defined]
            reads += [value] if isinstance(value, str) else list(value)
    inside = {name for name in names if name.split(".")[0] == LIBRARY}
    return Imports(tuple(sorted(inside)), tuple(sorted(names - inside)), tuple(reads))


def chapter_imports(text: str) -> Imports:
    """Read the imports of a chapter; one that can't be parsed counts as importing everything."""
    cells = [re.sub(r"^[ \t]*[%!].*$", "pass", cell, flags=re.M) for cell in code_cells(text)]
    try:
        return imports("\n".join(cells))
    except SyntaxError:
        return Imports((EVERYTHING,), (), ())


def module_files(root: Path, name: str) -> dict[str, Path]:
    """Return the modules, packages included, that importing a dotted name runs."""
    if name == EVERYTHING:
        return {
            ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
            for path in sorted((root / LIBRARY).rglob("*.py"))
        }
    found: dict[str, Path] = {}
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:end])
        path = next(
            (p for p in (place / "__init__.py", place.with_suffix(".py")) if p.is_file()), None
        )
        if path is None and parts[end - 1] == "*" and end > 1:
            return {**found, **module_files(root, EVERYTHING)}
        if path is None:
            break  # a name inside the module before it
        found[".".join(parts[:end])] = path
    return found


def reach(root: Path, chapter: Path) -> Reach:
    """Follow a chapter's imports through the library."""
    modules: dict[str, str] = {}
    files: dict[Path, str] = {}
    packages: set[str] = set()
    start = chapter_imports(chapter.read_text("utf-8"))
    queue = [("this chapter", start)]
    while queue:
        origin, found = queue.pop(0)
        packages.update(found.other)
        for pattern in found.reads:
            for path in sorted(root.glob(pattern)) or [root / pattern]:
                files.setdefault(path, origin)
        for name in found.library:
            for module, path in module_files(root, name).items():
                if module in modules:
                    continue
                modules[module] = origin
                files.setdefault(path, module)
                package = module if path.name == "__init__.py" else module.rpartition(".")[0]
                queue.append((module, imports(path.read_text("utf-8"), package)))
    files.setdefault(root / LOCK, "every chapter")
    return Reach(modules, files, frozenset(packages))


def digest(root: Path, chapter: Path) -> str:
    """Return a digest that changes when anything that the chapter reaches changes."""
    total = hashlib.sha256(platform.python_version().encode())
    for path in sorted(reach(root, chapter).files):
        content = path.read_bytes() if path.is_file() else b"not there"
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def explain(root: Path, chapter: Path) -> str:
    """Say in plain text what a chapter reaches, and through what."""
    found = reach(root, chapter)
    lines = [f"{chapter.name} depends on, besides its own cells (key {digest(root, chapter)}):"]
    lines += [f"  Python {platform.python_version()}"]
    for path, origin in sorted(found.files.items(), key=lambda item: str(item[0])):
        via = found.modules.get(origin, origin) if path.suffix == ".py" else origin
        there = "" if path.is_file() else "  (not there)"
        lines.append(f"  {path.relative_to(root).as_posix():<45} through {via}{there}")
    return "\n".join(lines)


if __name__ == "__main__":
    repository = Path(__file__).resolve().parents[2]
    chapters = [Path(argument).resolve() for argument in sys.argv[1:]]
    for page in chapters or sorted((repository / "book/chapters").glob("*.md")):
        print(explain(repository, page))
