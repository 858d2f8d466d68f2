"""Times thousands of small logistic regressions against loops of other programs.

Fits are those of a bootstrap (one design, weights that count), and those of cohorts that differ in
the order of one column (a design each), by maximum likelihood and with Firth's penalty. Peers are
statsmodels, R's glm.fit, a plain NumPy loop, and firthmodels where it is installed. All take turns
within each round, and a line gives the median of the rounds; the ratio is that of medians.
Peak memory is taken with 100,000 and a million fits.
"""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import subprocess
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels.api as sm

from analysis_lib.logistic import fit_many
from analysis_lib.logistic.profile import profile_many

N, P, FITS, LOOP, ROUNDS = 102, 4, 2000, 100, 7
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


def example() -> tuple[Any, Any, Any, Any]:
    """Return a design, outcomes, weights of a bootstrap, and designs with one column shuffled."""
    rng = np.random.default_rng(20240229)
    x = np.c_[np.ones(N), rng.normal(size=(N, P - 1))]
    y = (rng.random(N) < 1 / (1 + np.exp(2.2 - x[:, 1]))).astype(float)
    weights = rng.multinomial(N, np.ones(N) / N, size=FITS)
    designs = np.broadcast_to(x, (FITS, N, P)).copy()
    designs[:, :, 1] = rng.permuted(designs[:, :, 1], axis=1)
    return x, y, weights, designs


def statsmodels_loop(x: Any, y: Any, weights: Any) -> None:
    """Fit one after the other, a row repeated as often as it was drawn."""
    for w in weights:
        sm.Logit(np.repeat(y, w), np.repeat(x, w, axis=0)).fit(
            method="newton", tol=1e-10, disp=False, warn_convergence=False
        )


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


def firthmodels_loop(x: Any, y: Any, weights: Any) -> None:
    """Fit one after the other with firthmodels."""
    from firthmodels import FirthLogisticRegression

    for w in weights:
        rows, outcome = np.repeat(x[:, 1:], w, axis=0), np.repeat(y, w)
        FirthLogisticRegression(gtol=1e-8, xtol=1e-8, max_iter=100).fit(rows, outcome)


def r_seconds(x: Any, y: Any, weights: Any) -> float:
    """Return what a loop of glm.fit takes in R, its start not counted."""
    with tempfile.TemporaryDirectory() as folder:
        for name, values in (("x", x), ("y", y), ("w", weights)):
            np.savetxt(Path(folder) / f"{name}.csv", values, delimiter=",")
        command = ["Rscript", "--no-init-file", "-e", R_CODE]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return float(run.stdout)


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


def peak_megabytes(x: Any, y: Any, fits: int) -> tuple[float, float]:
    """Return the peak of memory during the fits, and what the results themselves take."""
    rng, weights = np.random.default_rng(1), np.empty((fits, N), dtype=np.int8)
    for first in range(0, fits, 10_000):
        weights[first : first + 10_000] = rng.multinomial(N, np.ones(N) / N, size=10_000)
    tracemalloc.start()
    result = fit_many(x, y, weights=weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6, sum(value.nbytes for value in vars(result).values()) / 1e6


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")  # those of the peers, on a resample that separates
    x, y, weights, designs = example()
    rare = np.c_[
        x[:, :3], np.isin(np.arange(N), np.r_[np.flatnonzero(y)[:2], np.flatnonzero(y == 0)[:20]])
    ]
    outcomes = (np.random.default_rng(2).random((1000, N)) < 0.13).astype(float)
    few = weights[:LOOP]
    scale = FITS / LOOP
    tasks: dict[str, Callable[[], float]] = {
        "ml": lambda: seconds(lambda: fit_many(x, y, weights=weights)),
        "rare": lambda: seconds(lambda: fit_many(rare, y, weights=weights)),
        "stack": lambda: seconds(lambda: fit_many(designs, y)),
        "statsmodels": lambda: scale * seconds(lambda: statsmodels_loop(x, y, few)),
        "firth": lambda: seconds(lambda: fit_many(x, y, weights=weights, penalty="firth")),
        "plain": lambda: scale * seconds(lambda: plain_firth_loop(x, y, few)),
        "floor none": lambda: floor_seconds(x, firth=False),
        "floor firth": lambda: floor_seconds(x, firth=True),
        "profile": lambda: seconds(lambda: profile_many(x, outcomes, column=1, penalty="firth")),
    }
    if shutil.which("Rscript"):
        tasks["r"] = lambda: r_seconds(x, y, weights)
    if importlib.util.find_spec("firthmodels"):
        tasks["firthmodels"] = lambda: scale * seconds(lambda: firthmodels_loop(x, y, few))
    for name in ("ml", "rare", "stack", "firth", "profile"):
        tasks[name]()
    rounds = [{name: task() for name, task in tasks.items()} for _ in range(ROUNDS)]
    took = {name: statistics.median(one[name] for one in rounds) for name in tasks}

    def against(name: str, label: str, ours: str, wanted: int) -> None:
        if name not in took:
            print(f"{label}: not here, not timed.")
            return
        ratio = took[name] / took[ours]
        row(label, took[name], f"{ratio:.0f} times ours (wanted: {wanted})")

    print(f"{FITS} fits, n = {N}, {P} coefficients; medians of {ROUNDS} rounds")
    for ours, penalty, title in (("ml", "none", "likelihood"), ("firth", "firth", "Firth")):
        fits = fit_many(x, y, weights=weights, penalty=penalty)
        status = f"{fits.converged.sum()} converged"
        row(f"bootstrap, {title}, ours", took[ours], f"{1e6 * took[ours] / FITS:.0f} µs; {status}")
        # The first evaluation is at a start that all share: no exponential a fit.
        evaluations = int(fits.iterations.sum()) + (0 if penalty == "none" else -FITS)
        floor = took[f"floor {penalty}"] * evaluations
        remark = (
            f"{evaluations / FITS:.1f} evaluations a fit; we take {took[ours] / floor:.1f} times"
        )
        row("  floor: exp, reciprocal and products alone", floor, remark)
        if ours == "ml":
            against("statsmodels", f"  statsmodels Logit in a loop ({LOOP}, scaled)", ours, 50)
            against("r", "  glm.fit of R in a loop", ours, 25)
        else:
            against("firthmodels", f"  firthmodels in a loop ({LOOP}, scaled)", ours, 30)
            against("plain", f"  plain NumPy in a loop ({LOOP}, scaled)", ours, 10)
    share = fit_many(rare, y, weights=weights).separated.mean()
    row("bootstrap, likelihood, some separated", took["rare"], f"{100 * share:.1f} % separated")
    row("designs with one column shuffled, likelihood", took["stack"])
    row("1000 outcomes, Firth, profile limits of one column", took["profile"])
    for count in (100_000, 1_000_000):
        peak, results = peak_megabytes(x, y, count)
        remark = f"MB at the peak, {peak - results:.1f} beside the results"
        print(f"{f'memory of {count} fits':<50}{peak:9.1f} {remark}", flush=True)


if __name__ == "__main__":
    main()
