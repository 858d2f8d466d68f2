"""Times thousands of small logistic regressions against loops of statsmodels and of R's glm.fit.

Fits are those of a bootstrap (one design, weights that count), and those of cohorts that differ in
the order of one column (a design each). Peak memory is taken with ten times as many fits.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import statsmodels.api as sm

from analysis_lib.logistic import fit_many
from analysis_lib.logistic.blocks import CELLS

N, P, FITS, LOOP = 102, 4, 2000, 200
R_CODE = """
d <- as.matrix(read.csv("x.csv", header = FALSE)); y <- scan("y.csv", quiet = TRUE)
w <- as.matrix(read.csv("w.csv", header = FALSE))
tight <- glm.control(epsilon = 1e-10)
cat(system.time(for (i in seq_len(nrow(w)))
  suppressWarnings(glm.fit(d, y, w[i, ], family = binomial(), control = tight)))[["elapsed"]])
"""


def best(task: Callable[[], Any], times: int = 5) -> float:
    """Return the least of some times, in seconds; a first run does not count."""
    task()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def row(name: str, seconds: float, remark: str = "") -> None:
    """Print a line of the table."""
    print(f"{name:<48}{seconds:9.3f} s  {remark}", flush=True)


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


def r_seconds(x: Any, y: Any, weights: Any) -> float | None:
    """Return what a loop of glm.fit takes in R, its start not counted; None where R is not."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, values in (("x", x), ("y", y), ("w", weights)):
            np.savetxt(Path(folder) / f"{name}.csv", values, delimiter=",")
        command = [rscript, "--no-init-file", "-e", R_CODE]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return float(run.stdout)


def floor_seconds(x: Any, evaluations: int) -> float:
    """Return the time of what no iteration can do without: an exponential and three products."""
    rows = (1 << 18) // (6 * N)
    block = np.random.default_rng(0).normal(size=(rows, N))
    products = np.ones((N, P * (P + 1) // 2))

    def once() -> None:
        np.exp(block)
        _ = block @ x, block @ products, block[:, :P] @ x.T

    return best(once, 50) * evaluations / rows


def peak_megabytes(x: Any, y: Any, fits: int) -> tuple[float, float]:
    """Return the peak of memory during the fits, and what the results themselves take."""
    weights = np.random.default_rng(1).multinomial(N, np.ones(N) / N, size=fits).astype(np.int8)
    tracemalloc.start()
    result = fit_many(x, y, weights=weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6, sum(value.nbytes for value in vars(result).values()) / 1e6


def main() -> None:
    """Print the table."""
    x, y, weights, designs = example()
    print(f"{FITS} fits, n = {N}, {P} coefficients")
    fits = fit_many(x, y, weights=weights)
    ours = best(lambda: fit_many(x, y, weights=weights))
    row(
        "bootstrap, ours",
        ours,
        f"{1e6 * ours / FITS:.0f} µs a fit; {fits.converged.sum()} converged",
    )
    evaluations = int(fits.iterations.sum()) + FITS
    floor = floor_seconds(x, evaluations)
    row(
        "  floor of its arithmetic",
        floor,
        f"exp and products alone; we take {ours / floor:.1f} times",
    )
    loop = best(lambda: statsmodels_loop(x, y, weights[:LOOP]), 1) * FITS / LOOP
    row(
        "bootstrap, statsmodels Logit in a loop",
        loop,
        f"{LOOP} fits, scaled; {loop / ours:.0f} times ours",
    )
    in_r = r_seconds(x, y, weights)
    if in_r is None:
        print("R is not here; its glm.fit is not timed.")
    else:
        row("bootstrap, glm.fit of R in a loop", in_r, f"{in_r / ours:.0f} times ours")
    stacked = best(lambda: fit_many(designs, y))
    row("designs with one column shuffled, ours", stacked, f"{1e6 * stacked / FITS:.0f} µs a fit")
    for count in (10_000, 100_000):
        peak, results = peak_megabytes(x, y, count)
        remark = f"MB at the peak, of which {results:.1f} are the results"
        print(f"{f'memory of {count} fits':<48}{peak:9.1f} {remark}", flush=True)


if __name__ == "__main__":
    main()
