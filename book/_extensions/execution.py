"""Runs the chapters that no cache holds, several at a time, before Sphinx reads them one by one.

nbclient runs each chapter in its own kernel; threads only wait for kernels. Results go into
jupyter-cache from the main thread, under the key that myst-nb will look for (``cachekey``).
``BOOK_JOBS`` sets how many run at once: as many as there are processors by default; 0 leaves
everything to myst-nb, one after the other. ``BOOK_FORK=0`` starts every kernel afresh.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cachekey
import dependencies
import kernels
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

LOG = logging.getLogger(__name__)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Chapter:
    """A notebook to run, and how it went."""

    path: Path
    notebook: Any
    digest: str
    usual: float
    seconds: float = 0.0
    error: str = ""


def prepare_surroundings(root: Path) -> None:
    """Give every kernel the same surroundings, and the library that lies beside the book."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # no oversubscription, and the same sums everywhere
    os.environ.setdefault("COLUMNS", "80")  # else text is as wide as the builder's terminal
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(root) not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *filter(None, paths)])


def jobs() -> int:
    """Return how many chapters may run at once."""
    value = os.environ.get("BOOK_JOBS", "").strip()
    if not value:
        return os.cpu_count() or 1
    if not value.isdecimal():
        raise ExtensionError(f"BOOK_JOBS is {value!r}; set it to a whole number, or not at all.")
    return int(value)


def uncached(app: Sphinx, names: list[str], cache: Any) -> list[Chapter]:
    """Return the notebooks whose outputs no cache holds, the one that took longest first."""
    from myst_nb.core.read import create_nb_reader

    env: Any = app.env
    times = {
        record.uri: record.data.get("execution_seconds") for record in cache.list_cache_records()
    }
    todo = []
    for name, path in cachekey.notebooks(app, names).items():
        digest = dependencies.digest(cachekey.root_of(app), path)
        text = cachekey.with_inputs(path.read_text("utf-8"), digest, name)
        notebook = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text).read(text)
        if not any(cell.cell_type == "code" for cell in notebook.cells):
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            todo.append(Chapter(path, notebook, digest, times.get(str(path)) or float("inf")))
    return sorted(todo, key=lambda chapter: -chapter.usual)


def explain_failure(chapter: Chapter, exception: BaseException, root: Path) -> str:
    """Say which cell of which chapter failed, with its source and the traceback."""
    where = chapter.path.relative_to(root).as_posix()
    lines = chapter.notebook.metadata.get("source_map", [])
    cells = list(enumerate(chapter.notebook.cells))
    ran = [(i, cell) for i, cell in cells if cell.cell_type == "code" and cell.execution_count]
    broken = [(i, c) for i, c in ran if any(o.output_type == "error" for o in c.outputs)] or ran[
        -1:
    ]
    for index, cell in broken[:1]:
        number = sum(c.cell_type == "code" for _, c in cells[: index + 1])
        line = f", line {lines[index] + 1}" if index < len(lines) else ""
        outputs = [output for output in cell.outputs if output.output_type == "error"]
        trace = "\n".join(outputs[0].traceback) if outputs else repr(exception)
        return (
            f"{where}: code cell {number}{line} failed\n\n{cell.source}\n\n{_COLOUR.sub('', trace)}"
        )
    return f"{where}: the kernel failed: {exception!r}"


def run_one(chapter: Chapter, manager: Callable[[], type], timeout: int | None) -> Chapter:
    """Run a chapter in its folder; called in a thread."""
    from jupyter_cache.executors.utils import single_nb_execution

    kind = manager()
    start = time.perf_counter()
    try:
        result = single_nb_execution(
            chapter.notebook,
            cwd=str(chapter.path.parent),
            timeout=timeout,
            allow_errors=False,
            kernel_manager_class=kind,
            shutdown_kernel="immediate",
            extra_arguments=["--log-level=ERROR"],
        )
    except Exception as exception:  # a kernel that died or did not start
        failure: BaseException | None = exception
    else:
        failure = result.err
    chapter.seconds = time.perf_counter() - start
    if failure:
        chapter.error = explain_failure(chapter, failure, chapter.path.parents[2])
    return chapter


@contextmanager
def kernel_source(todo: list[Chapter], root: Path) -> Iterator[Callable[[], type]]:
    """Offer a function that gives the class of kernel managers, forked ones where that pays."""
    forks = sys.platform == "linux" and os.environ.get("BOOK_FORK") != "0" and len(todo) > 1
    if not forks:
        yield lambda: kernels.FreshKernel
        return
    reached = frozenset[str]().union(
        *(dependencies.reach(root, chapter.path).packages for chapter in todo)
    )
    server = kernels.ForkServer(kernels.importable_ahead(reached), todo[0].path.parent)
    forked = kernels.forked_from(server)
    told = threading.Event()

    def choose() -> type:
        if not server.refused:
            return forked
        if not told.is_set():
            told.set()
            LOG.info("kernels start afresh: %s", server.refused)
        return kernels.FreshKernel

    try:
        yield choose
    finally:
        server.close()


def execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Run what the cache does not hold, put it there, and stop the build if anything failed."""
    config: Any = env.mystnb_config
    limit = jobs()
    if config.execution_mode != "cache" or not limit:
        return
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    cache = get_cache(config.execution_cache_path)
    todo = uncached(app, docnames, cache)
    if not todo:
        return
    root = cachekey.root_of(app)
    workers = min(limit, len(todo))
    plural = "s" if len(todo) > 1 else ""
    LOG.info("executing %d chapter%s, %d at a time", len(todo), plural, workers)
    failed: list[str] = []
    with kernel_source(todo, root) as manager, ThreadPoolExecutor(workers) as pool:
        runs = [pool.submit(run_one, item, manager, config.execution_timeout) for item in todo]
        for count, run in enumerate(as_completed(runs), 1):
            chapter = run.result()
            if not chapter.error and dependencies.digest(root, chapter.path) != chapter.digest:
                chapter.error = f"{chapter.path.name}: its inputs changed while it ran; build again"
            outcome = " failed" if chapter.error else ""
            stem = chapter.path.stem
            LOG.info("[%d/%d] %s %.1f s%s", count, len(todo), stem, chapter.seconds, outcome)
            if chapter.error:
                failed.append(chapter.error)
                continue
            bundle = CacheBundleIn(
                chapter.notebook, str(chapter.path), data={"execution_seconds": chapter.seconds}
            )
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    if failed:
        LOG.error("\n\n".join(failed))
        raise SystemExit(1)  # an exception would bury the message under its own traceback
