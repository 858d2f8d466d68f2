"""Times thousands of small logistic regressions against loops of other programs.

Fits are those of a bootstrap (one design, weights that count), and those of cohorts that differ in
the order of one column (a design each), by maximum likelihood and with Firth's penalty. Two sets of
resamples are timed, with all peers: of a design in which none separates, and of one with a rare
column, in which many do. Peers are statsmodels, R's glm.fit, a plain NumPy loop, and
firthmodels. All take turns within each round, and a line gives the median of the rounds; the ratio
is that of medians. Peak memory is taken with 100,000 and a million fits.

A wanted ratio that is missed makes the exit status 1. One that could not be measured, because a
peer is not here, is said at the end. firthmodels is not among the packages of this book. Put it
into an environment of its own, and name the Python of that one:

    python3 -m venv /tmp/firthmodels
    /tmp/firthmodels/bin/pip install firthmodels
    FIRTHMODELS_PYTHON=/tmp/firthmodels/bin/python make bench

With --smoke everything runs once on a few fits. That shows that it runs, and no more.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels.api as sm

from analysis_lib.logistic import fit_many
from analysis_lib.logistic.profile import profile_many

N, P = 102, 4
SIZES = 2000, 100, 7, (100_000, 1_000_000)
"""Fits, those that slow peers fit, rounds, and fits whose memory is taken."""
SEED = 20240229
"""Of all sets, kept from the first version of this file on."""
WANTED = {"statsmodels": 50, "r": 25, "firthmodels": 30, "plain": 10}
"""How many times as long as ours each peer should take at least."""
PEERS = {
    "statsmodels": "statsmodels Logit in a loop",
    "r": "glm.fit of R in a loop",
    "firthmodels": "firthmodels in a loop",
    "plain": "plain NumPy in a loop",
}
FIRTHMODELS_CODE = """
import sys, time, warnings
import numpy as np
from firthmodels import FirthLogisticRegression
warnings.simplefilter("ignore")
x, y, weights = (np.loadtxt(f"{name}.csv", delimiter=",", ndmin=2) for name in "xyw")
weights = weights.astype(int)
def loop():
    for w in weights:
        rows, outcome = np.repeat(x[:, 1:], w, axis=0), np.repeat(y[:, 0], w)
        FirthLogisticRegression(gtol=1e-8, xtol=1e-8, max_iter=100).fit(rows, outcome)
weights, kept = weights[:2], weights
loop()  # whatever a first call compiles or loads
weights = kept
start = time.perf_counter()
loop()
print(time.perf_counter() - start)
"""
R_CODE = """
d <- as.matrix(read.csv("x.csv", header = FALSE)); y <- scan("y.csv", quiet = TRUE)
w <- as.matrix(read.csv("w.csv", header = FALSE))
tight <- glm.control(epsilon = 1e-10)
cat(system.time(for (i in seq_len(nrow(w)))
  suppressWarnings(glm.fit(d, y, w[i, ], family = binomial(), control = tight)))[["elapsed"]])
"""


def seconds(task: Callable[[], Any]) -> float:
    """Return the wall time of one run."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def row(name: str, value: float, remark: str = "") -> None:
    """Print a line of the table."""
    print(f"{name:<50}{value:9.3f} s  {remark}", flush=True)


def example(fits: int) -> tuple[Any, Any, Any, Any, Any]:
    """Return a design, one with a rare column, outcomes, weights, and designs shuffled by a column.

    The rare column marks two of the events and twenty others. A resample without either separates,
    which happens to about one in seven.
    """
    rng = np.random.default_rng(SEED)
    x = np.c_[np.ones(N), rng.normal(size=(N, P - 1))]
    y = (rng.random(N) < 1 / (1 + np.exp(2.2 - x[:, 1]))).astype(float)
    weights = rng.multinomial(N, np.ones(N) / N, size=fits)
    designs = np.broadcast_to(x, (fits, N, P)).copy()
    designs[:, :, 1] = rng.permuted(designs[:, :, 1], axis=1)
    marked = np.r_[np.flatnonzero(y)[:2], np.flatnonzero(y == 0)[:20]]
    rare = np.c_[x[:, :3], np.isin(np.arange(N), marked)]
    return x, rare, y, weights, designs


def statsmodels_loop(x: Any, y: Any, weights: Any) -> None:
    """Fit one after the other, a row repeated as often as it was drawn."""
    for w in weights:
        model = sm.Logit(np.repeat(y, w), np.repeat(x, w, axis=0))
        # Where a resample separates, the information may become singular on the way.
        with contextlib.suppress(np.linalg.LinAlgError):
            model.fit(method="newton", tol=1e-10, disp=False, warn_convergence=False)


def plain_firth_loop(x: Any, y: Any, weights: Any) -> None:
    """Fit one after the other as anyone would write it in NumPy."""
    for w in weights:
        b = np.zeros(P)
        for _ in range(50):
            p = 1 / (1 + np.exp(-x @ b))
            v = w * p * (1 - p)
            inverse = np.linalg.inv(x.T @ (v[:, None] * x))
            h = v * ((x @ inverse) * x).sum(axis=1)
            step = inverse @ (x.T @ (w * (y - p) + h * (0.5 - p)))
            step *= min(1, 5 / np.abs(step).max())
            b += step
            if np.abs(step).max() < 1e-8:
                break


def other_seconds(command: list[str], x: Any, y: Any, weights: Any) -> float:
    """Return the seconds that another program prints for its loop, its start not counted."""
    with tempfile.TemporaryDirectory() as folder:
        for name, values in (("x", x), ("y", y), ("w", weights)):
            np.savetxt(Path(folder) / f"{name}.csv", values, delimiter=",")
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"{command[0]} failed:\n{run.stderr}")
    return float(run.stdout)


def firthmodels_python() -> str | None:
    """Return the Python that has firthmodels: the one that was named, or this one."""
    named = os.environ.get("FIRTHMODELS_PYTHON")
    return named or (sys.executable if importlib.util.find_spec("firthmodels") else None)


def floor_seconds(x: Any, firth: bool) -> float:
    """Return the time of the arithmetic that no evaluation of a fit can do without.

    That is the product that gives the linear predictors, their exponentials, a reciprocal, and the
    products that give score and information; with Firth's penalty also the leverages. In cache.
    """
    rows = 256
    rng = np.random.default_rng(0)
    block, gamma = rng.normal(size=(rows, N)), rng.normal(size=(rows, P))
    products, forms = rng.normal(size=(N, P * (P + 1) // 2)), rng.normal(size=(rows, 10))

    def once() -> None:
        np.matmul(gamma, x.T, out=block)
        np.exp(block, out=block)
        np.reciprocal(block, out=block)
        _ = block @ x, block @ products
        if firth:
            _ = forms @ products.T

    once()
    return statistics.median(seconds(once) for _ in range(100)) / rows


def bytes_a_second() -> float:
    """Return how fast one core reads memory that no cache holds."""
    array = np.ones(1 << 25)  # 256 MB
    array.sum()
    return array.nbytes / statistics.median(seconds(array.sum) for _ in range(5))


def peak_megabytes(x: Any, y: Any, fits: int) -> tuple[float, float]:
    """Return the peak of memory during the fits, and what the results themselves take."""
    rng, weights = np.random.default_rng(1), np.empty((fits, N), dtype=np.int8)
    for first in range(0, fits, 1000):
        part = weights[first : first + 1000]
        part[:] = rng.multinomial(N, np.ones(N) / N, size=len(part))
    tracemalloc.start()
    result = fit_many(x, y, weights=weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6, sum(value.nbytes for value in vars(result).values()) / 1e6


def judged(took: dict[tuple[str, str], float], ours: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return which wanted ratios were missed, and which could not be measured.

    ``took`` holds seconds by (task, set); ``ours`` names the task that each peer is held against.
    """
    missed, absent = [], []
    for peer, task in ours.items():
        for name in dict.fromkeys(name for _, name in took):
            if (peer, name) not in took:
                absent.append(f"{PEERS[peer]}, {name}")
                continue
            ratio = took[peer, name] / took[task, name]
            if not ratio >= WANTED[peer]:
                missed.append(f"{PEERS[peer]}, {name}: {ratio:.1f} times ours, not {WANTED[peer]}")
    return missed, absent


OURS = {"statsmodels": "none", "r": "none", "firthmodels": "firth", "plain": "firth"}


def main() -> int:
    """Print the tables; return 1 if a wanted ratio was missed."""
    parser = argparse.ArgumentParser(description="Time thousands of logistic regressions.")
    parser.add_argument("--smoke", action="store_true", help="a few fits, to see that all runs")
    smoke = parser.parse_args().smoke
    fits_count, loop, rounds, most = (100, 5, 1, (1000, 10_000)) if smoke else SIZES
    warnings.simplefilter("ignore")  # those of the peers, on a resample that separates
    x, rare, y, weights, designs = example(fits_count)
    outcomes = (np.random.default_rng(2).random((fits_count // 2, N)) < 0.13).astype(float)
    few, scale = weights[:loop], fits_count / loop
    python = firthmodels_python()
    tasks: dict[tuple[str, str], Callable[[], float]] = {}
    sets = {"none separates": x, "a rare column": rare}
    for name, design in sets.items():

        def many(penalty: Any, design: Any = design) -> float:
            return seconds(lambda: fit_many(design, y, weights=weights, penalty=penalty))

        def peer(loop_of: Any, design: Any = design) -> float:
            return scale * seconds(lambda: loop_of(design, y, few))

        def other(command: list[str], drawn: Any, factor: float, design: Any = design) -> float:
            return factor * other_seconds(command, design, y, drawn)

        tasks["none", name] = partial(many, "none")
        tasks["firth", name] = partial(many, "firth")
        tasks["statsmodels", name] = partial(peer, statsmodels_loop)
        tasks["plain", name] = partial(peer, plain_firth_loop)
        if shutil.which("Rscript"):
            command = ["Rscript", "--no-init-file", "-e", R_CODE]
            tasks["r", name] = partial(other, command, weights, 1.0)
        if python:
            tasks["firthmodels", name] = partial(
                other, [python, "-c", FIRTHMODELS_CODE], few, scale
            )
    more: dict[str, Callable[[], float]] = {
        "floor none": lambda: floor_seconds(x, firth=False),
        "floor firth": lambda: floor_seconds(x, firth=True),
        "stack": lambda: seconds(lambda: fit_many(designs, y)),
        "profile": lambda: seconds(lambda: profile_many(x, outcomes, column=1, penalty="firth")),
    }
    for name in sets:
        tasks["none", name](), tasks["firth", name]()
    more["stack"](), more["profile"]()
    seen = [
        ({key: task() for key, task in tasks.items()}, {key: task() for key, task in more.items()})
        for _ in range(rounds)
    ]
    took = {key: statistics.median(one[key] for one, _ in seen) for key in tasks}
    also = {key: statistics.median(one[key] for _, one in seen) for key in more}
    speed = bytes_a_second()

    print(f"{fits_count} fits, n = {N}, {P} coefficients; medians of {rounds} rounds; seed {SEED}")
    for name, design in sets.items():
        apart = fit_many(design, y, weights=weights).separated
        print(f"\nResamples, {name}: {apart.sum()} of {fits_count} separated, ", end="")
        print(f"{apart[:loop].sum()} of the {loop} that slow peers fit (scaled)")
        for penalty, title in (("none", "likelihood"), ("firth", "Firth")):
            ours = took[penalty, name]
            fits = fit_many(design, y, weights=weights, penalty=penalty)
            counts = np.unique(fits.status, return_counts=True)
            status = ", ".join(f"{count} {what}" for what, count in zip(*counts, strict=True))
            row(f"{title}, ours", ours, f"{1e6 * ours / fits_count:.0f} µs a fit; {status}")
            # The first evaluation is at a start that all share: no exponential a fit.
            evaluations = int(fits.iterations.sum()) - (fits_count if penalty == "none" else 0)
            floor = also[f"floor {penalty}"] * evaluations
            remark = f"{evaluations / fits_count:.1f} evaluations a fit; we take {ours / floor:.1f}"
            row("  floor: exp, reciprocal and products alone", floor, f"{remark} times this")
            # Of what belongs to one fit only its weights must come from memory; all else is shared
            # or made and used in cache.
            size = 8 * N * evaluations
            traffic = size / speed
            remark = f"{size / 1e6:.0f} MB at {speed / 1e9:.1f} GB/s, {100 * traffic / floor:.0f} %"
            row("  memory traffic: weights, once an evaluation", traffic, f"{remark} of the floor")
            for rival, label in PEERS.items():
                if OURS[rival] != penalty:
                    continue
                if (rival, name) not in took:
                    print(f"  {label}: NOT HERE, NOT TIMED")
                    continue
                ratio = took[rival, name] / ours
                remark = f"{ratio:.0f} times ours (wanted: {WANTED[rival]})"
                row(f"  {label}", took[rival, name], remark)
    print()
    row("designs with one column shuffled, likelihood", also["stack"])
    row(f"{len(outcomes)} outcomes, Firth, profile limits of one column", also["profile"])
    for count in most:
        peak, results = peak_megabytes(x, y, count)
        remark = f"MB at the peak, {peak - results:.1f} beside the results"
        print(f"{f'memory of {count} fits':<50}{peak:9.1f} {remark}", flush=True)

    missed, absent = judged(took, OURS)
    for line in missed:
        print(f"MISSED: {line}", file=sys.stderr)
    for line in absent:
        print(f"NOT MEASURED: {line}", file=sys.stderr)
    if not python:
        print(f"\nfirthmodels is not here. To time it:\n{INSTALL}", file=sys.stderr)
    if smoke:
        print("A smoke run: the ratios mean nothing.", file=sys.stderr)
        return 0
    return 1 if missed else 0


INSTALL = (__doc__ or "").split("name the Python of that one:\n")[-1].split("With --smoke")[0]


if __name__ == "__main__":
    sys.exit(main())
