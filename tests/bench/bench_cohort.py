"""Times what the simulated cohort costs: building it, verifying it, loading it, and its memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 15
AIM = 2.0
# In a process of its own, so that nothing else counts: the largest resident size of one build.
MEMORY = """
import resource, sys
from analysis_lib.compatible import build
build(seed=1)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (2**20 if sys.platform == "darwin" else 2**10))
"""


def row(name: str, text: str) -> None:
    """Print a line of the table."""
    print(f"{name:<44}{text}", flush=True)


def seconds(action: object, *arguments: object) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    action(*arguments)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    """Time builds over seeds, and what is done with a cohort."""
    from analysis_lib import cohort
    from analysis_lib.compatible import build
    from analysis_lib.scenario import DEFAULT
    from analysis_lib.verify import verify

    build(DEFAULT, 0)  # imports and tables read
    times = sorted(seconds(build, DEFAULT, seed) for seed in range(1, SEEDS + 1))
    median = statistics.median(times)
    verdict = "within" if median <= AIM else "MISSES"
    row("one cohort, median", f"{median:8.2f} s  over {SEEDS} seeds; {verdict} the aim of {AIM} s")
    row("one cohort, fastest and slowest", f"{times[0]:8.2f} s  to {times[-1]:.2f} s")
    shipped = cohort.load()
    row("load and check the shipped cohort", f"{seconds(cohort.load):8.2f} s")
    row("verify it", f"{seconds(verify, shipped):8.2f} s")
    if sys.platform != "win32":
        peak = subprocess.run(
            [sys.executable, "-c", MEMORY], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        row("memory of a process that builds one", f"{float(peak):8.0f} MB")


if __name__ == "__main__":
    main()
