"""Many compatible cohorts, each of other assumptions, and what is concluded from each.

Member i of an ensemble draws a scenario over the declared ranges, builds a cohort for it and
analyses it (:mod:`analysis_lib.conclusions`), all from a seed of its own. So an ensemble is the
same on one core, on many, and on a cluster: members are handed out by joblib, and whatever backend
``joblib.parallel_config`` names runs them. Members that can't be built are kept and say why.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis_lib import __version__
from analysis_lib.datapackage import ROOT
from analysis_lib.errors import DataError
from analysis_lib.scenario import Ranges, draw, ranges

if TYPE_CHECKING:
    import pandas as pd

SEED = 20261124
SHIPPED = ROOT / "data/ensemble"
READS = ("data/ensemble/members.csv", "data/ensemble/about.json")
DIGITS = 6
"""Significant digits that are kept: the last bits differ between processors."""
PATIENCE = 2
"""How often a scenario's margins are drawn before it counts as one that can't be met: more would
find a few more cohorts, at twice the time."""
RECORD, TABLE, ABOUT = "members.jsonl", "members.csv", "about.json"


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """Members and where they come from.

    Attributes
    ----------
    members : DataFrame
        One row a compatible cohort, in order: ``member``, its number; ``seed``; the fields of
        :class:`~analysis_lib.scenario.Scenario` that have a range; the measures of
        :data:`~analysis_lib.conclusions.MEASURES`.
    unmet : DataFrame
        One row a scenario without a cohort: ``member``, ``seed``, the same fields; ``claim_id``,
        which claim resists; ``closest``, how close the search came.
    seed : int
        Of the whole.
    ranges : dict
        Assumption to the range over which it was drawn.
    version : str
        Of the library.
    """

    members: pd.DataFrame
    unmet: pd.DataFrame
    seed: int
    ranges: dict[str, tuple[float, float]]
    version: str = __version__

    @property
    def drawn(self) -> int:
        """Scenarios that were tried."""
        return len(self.members) + len(self.unmet)

    def within(self, narrowed: Ranges) -> Ensemble:
        """Return the members whose assumptions lie in narrower ranges.

        As assumptions are drawn independently of each other, these are what an ensemble over the
        narrower ranges would be.

        Raises
        ------
        DataError
            If a range is not part of the one drawn over, or no member is left.
        """
        for name, (low, high) in narrowed.items():
            if name not in self.ranges or not (
                self.ranges[name][0] <= low <= high <= self.ranges[name][1]
            ):
                raise DataError(
                    f"{name} within {low} to {high} is not part of what was drawn over "
                    f"({self.ranges.get(name, 'nothing')}); draw a new ensemble"
                )

        def kept(table: pd.DataFrame) -> pd.DataFrame:
            for name, (low, high) in narrowed.items():
                table = table[table[name].between(low, high)]
            return table.reset_index(drop=True)

        members = kept(self.members)
        if members.empty:
            raise DataError(f"no member lies within {dict(narrowed)}; draw a new ensemble there")
        return dataclasses.replace(
            self, members=members, unmet=kept(self.unmet), ranges={**self.ranges, **narrowed}
        )


def member(number: int, seed: int, within: Ranges | None = None) -> dict[str, Any]:
    """Draw one scenario, build its cohort and analyse it; return plain data.

    Returns
    -------
    dict
        ``member``, ``seed``, ``scenario`` (its fields with a range), and either ``measures`` or
        ``claim_id`` and ``closest``.
    """
    import numpy as np

    from analysis_lib.compatible import IncompatibleScenarioError, build
    from analysis_lib.conclusions import measure

    own = int(np.random.SeedSequence((seed, number)).generate_state(1)[0])
    scenario = draw(own, within)
    row: dict[str, Any] = {
        "member": number,
        "seed": own,
        "scenario": {name: getattr(scenario, name) for name in ranges()},
    }
    try:
        cohort = build(scenario, own, draws=PATIENCE)
    except IncompatibleScenarioError as error:
        return row | {"claim_id": error.claim_id, "closest": error.closest}
    measures = measure(cohort, seed=own)
    return row | {"measures": {key: _rounded(value) for key, value in measures.items()}}


def ensemble(
    n: int,
    seed: int = SEED,
    *,
    within: Ranges | None = None,
    jobs: int | None = None,
    folder: Path | None = None,
    progress: bool = False,
) -> Ensemble:
    """Return an ensemble of ``n`` compatible cohorts: the first that can be built.

    Parameters
    ----------
    n : int
        Compatible cohorts, at least 1. More scenarios than that are tried, as some can't be met.
    seed : int
        Of the whole; each member has its own from it.
    within : mapping, optional
        Narrower ranges of some assumptions, see :func:`analysis_lib.scenario.draw`.
    jobs : int, optional
        Processes, -1 for all cores; what ``joblib.parallel_config`` says, or one, if left out.
    folder : Path, optional
        Where each member is written down as soon as it is there. Called again with the same
        folder, the function goes on where it was stopped.
    progress : bool
        Whether to draw a progress bar on standard error.

    Raises
    ------
    DataError
        If ``n`` is less than 1, a range can't be, the folder holds an ensemble of another seed,
        ranges or version, or of 200 scenarios in a row none can be met.
    """
    from tqdm import tqdm

    if n < 1:
        raise DataError(f"n is {n}; ask for at least one compatible cohort")
    draw(0, within)  # refuses ranges that can't be, before anything is started
    about = _about(seed, within)
    done = {} if folder is None else _resume(folder, about)
    met = sum("measures" in row for row in done.values())
    record = None if folder is None else (folder / RECORD).open("a", encoding="utf-8")
    bar = tqdm(total=n, initial=min(met, n), unit="cohort", disable=not progress)
    try:
        while True:
            first = _first(done, n)
            if first is not None:
                break
            # As many as are still missing, and as many more as could not be met so far.
            missing = n - sum("measures" in row for row in done.values())
            lost = (len(done) - (n - missing)) / len(done) if done else 0.2
            if len(done) >= 200 and lost == 1:
                raise DataError(f"none of {len(done)} scenarios can be met; widen the ranges")
            extra = max(missing, 1) / max(1 - lost, 0.05)
            numbers = _unknown(done, math.ceil(extra))
            for row in _computed(numbers, seed, within, jobs):
                done[row["member"]] = row
                if record is not None:
                    record.write(json.dumps(row, allow_nan=True) + "\n")
                    record.flush()
                bar.update("measures" in row and bar.n < n)
    finally:
        bar.close()
        if record is not None:
            record.close()
    return _tables([done[number] for number in range(first)], about)


def _computed(
    numbers: list[int], seed: int, within: Ranges | None, jobs: int | None
) -> Iterator[dict[str, Any]]:
    """Members as they are finished, in any order."""
    import joblib

    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    rows: Iterator[dict[str, Any]] = parallel(
        joblib.delayed(member)(number, seed, within) for number in numbers
    )
    return rows


def _first(done: dict[int, dict[str, Any]], n: int) -> int | None:
    """How many members, without a gap, hold ``n`` compatible cohorts; None if too few do."""
    met = number = 0
    while met < n:
        if number not in done:
            return None
        met += "measures" in done[number]
        number += 1
    return number


def _unknown(done: dict[int, dict[str, Any]], count: int) -> list[int]:
    """The lowest numbers that are not there yet."""
    found: list[int] = []
    number = 0
    while len(found) < count:
        if number not in done:
            found.append(number)
        number += 1
    return found


def _about(seed: int, within: Ranges | None) -> dict[str, Any]:
    whole = {name: list(span) for name, span in {**ranges(), **(within or {})}.items()}
    return {"version": __version__, "seed": seed, "ranges": whole}


def _resume(folder: Path, about: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Members that are there already; begin a folder that is not.

    A line that was being written when the run was stopped is cut off and computed again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told, record = folder / ABOUT, folder / RECORD
    if told.exists():
        before = json.loads(told.read_text("utf-8"))
        if before != about:
            differ = [key for key in about if before.get(key) != about[key]]
            raise DataError(
                f"{folder} holds an ensemble of another {' and '.join(differ)}; "
                "take another folder, or delete this one"
            )
    told.write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    if not record.exists():
        return {}
    text = record.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        record.write_text(whole, "utf-8")
    rows = (json.loads(line) for line in whole.splitlines())
    return {row["member"]: row for row in rows}


def _tables(rows: list[dict[str, Any]], about: dict[str, Any]) -> Ensemble:
    import pandas as pd

    from analysis_lib.conclusions import MEASURES

    flat = [
        {"member": row["member"], "seed": row["seed"], **row["scenario"]}
        | row.get("measures", {})
        | {key: row[key] for key in ("claim_id", "closest") if key in row}
        for row in rows
    ]
    shared = ["member", "seed", *ranges()]
    frame = pd.DataFrame(flat).reindex(
        columns=[*shared, *(one.key for one in MEASURES), "claim_id", "closest"]
    )
    lost = frame["claim_id"].notna()
    return Ensemble(
        members=frame.loc[~lost].drop(columns=["claim_id", "closest"]).reset_index(drop=True),
        unmet=frame.loc[lost, [*shared, "claim_id", "closest"]].reset_index(drop=True),
        seed=about["seed"],
        ranges={name: (low, high) for name, (low, high) in about["ranges"].items()},
        version=about["version"],
    )


def save(found: Ensemble, folder: Path) -> list[Path]:
    """Write an ensemble as one CSV table, unmet scenarios too, and where it comes from."""
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    table, told = folder / TABLE, folder / ABOUT
    whole = pd.concat([found.members, found.unmet]).sort_values("member")
    whole.insert(0, "status", "simulated")
    draft = table.with_suffix(".csv.draft")
    whole.to_csv(draft, index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")
    draft.replace(table)
    spans = {name: list(span) for name, span in found.ranges.items()}
    about = {"version": found.version, "seed": found.seed, "ranges": spans}
    told.write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    return [table, told]


def load(folder: Path | str = SHIPPED) -> Ensemble:
    """Load an ensemble that :func:`save` wrote; the one that comes with the book if left out."""
    import pandas as pd

    table, told = Path(folder) / TABLE, Path(folder) / ABOUT
    if not (table.is_file() and told.is_file()):
        raise DataError(f"no {TABLE} with {ABOUT} in {folder}; `make ensemble` writes them")
    frame = pd.read_csv(table).drop(columns="status")
    about = json.loads(told.read_text("utf-8"))
    lost = frame["claim_id"].notna()
    names = ["member", "seed", *about["ranges"]]
    return Ensemble(
        members=frame.loc[~lost].drop(columns=["claim_id", "closest"]).reset_index(drop=True),
        unmet=frame.loc[lost, [*names, "claim_id", "closest"]].reset_index(drop=True),
        seed=about["seed"],
        ranges={name: (low, high) for name, (low, high) in about["ranges"].items()},
        version=about["version"],
    )


def as_declared(shipped: Ensemble, *, n: int, jobs: int | None = None) -> Ensemble:
    """Return an ensemble over the ranges that :mod:`analysis_lib.scenario` declares now.

    That is the shipped one, unless a range was changed there: then the shipped members inside the
    new ranges, if these are narrower and hold at least ``n``; otherwise ``n`` new cohorts.
    """
    declared = ranges()
    changed = {name: span for name, span in declared.items() if span != shipped.ranges.get(name)}
    if not changed:
        return shipped
    try:
        narrowed = shipped.within(changed)
    except DataError:
        narrowed = None
    if narrowed is not None and len(narrowed.members) >= n:
        return narrowed
    return ensemble(n, shipped.seed, jobs=jobs)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
