"""Builds a simulated cohort that is compatible with every published figure.

Margins by construction: each column is drawn from a declared distribution and adjusted until its
published statistic holds as printed. Associations by permutation: values are then exchanged within
columns until the regression prints as published (:mod:`analysis_lib.permutation`). What the
abstract leaves open is a :class:`~analysis_lib.scenario.Scenario`.

No row stands for a person. Every figure that went in is matched by construction and is no finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis_lib.cohort import Cohort
from analysis_lib.consistency import counts_for_percentage, wald_region
from analysis_lib.errors import DataError
from analysis_lib.exchanges import exchange, shaken
from analysis_lib.logistic import fit_many
from analysis_lib.permutation import (
    Goal,
    columns_of,
    nearest,
    prints,
    shuffle_unrelated,
    youden_order,
)
from analysis_lib.published import claim
from analysis_lib.records import tables
from analysis_lib.scenario import CANDIDATES, DEFAULT, SEED, Scenario
from analysis_lib.trajectories import course

Floats = NDArray[np.float64]
DRAWS, SEARCHES, STARTS, ROUNDS, BY_CHANCE = 5, 6, 384, 20, 3
"""How long a scenario is tried: fresh draws of the margins; searches in each, the first from the
nearest of so many random starts, the others from the nearest so far, shaken; rounds of exchanges in
each, of which in the very first search some are by chance."""


class IncompatibleScenarioError(DataError):
    """A scenario that can't be met: ``claim_id`` resists, ``closest`` says how close it came."""

    def __init__(self, claim_id: str, closest: str) -> None:
        self.claim_id, self.closest = claim_id, closest
        super().__init__(
            f"this scenario can't be met: {claim_id} resists; the closest was {closest}. "
            "Change n_above, failures_above or the columns that enter, or take another seed."
        )


@dataclass(frozen=True, kw_only=True)
class Build:
    """A cohort with the record of its search: one row a round, nearest so far."""

    cohort: Cohort
    scenario: Scenario
    seed: int
    trace: tuple[dict[str, float], ...] = field(repr=False)


def build(scenario: Scenario = DEFAULT, seed: int = SEED, *, draws: int = DRAWS) -> Cohort:
    """Build a cohort; the same scenario and seed give the same cohort.

    ``draws`` is how often the margins are drawn anew before a scenario counts as one that can't
    be met; a cohort that is found is the same for any number.

    Raises
    ------
    IncompatibleScenarioError
        If the scenario can't be met. Margins hold by construction, the regression by the test of
        the search; ``python -m analysis_lib build`` also has :mod:`analysis_lib.verify` look at
        every claim before it writes a file.
    """
    return trace(scenario, seed, draws=draws).cohort


def trace(scenario: Scenario = DEFAULT, seed: int = SEED, *, draws: int = DRAWS) -> Build:
    """Build a cohort and keep the record of the search; errors as in :func:`build`."""
    rng = np.random.default_rng(seed)
    n = claim("cohort_participants").count
    (reached,) = counts_for_percentage(claim("target_reached").value, n)
    record: list[dict[str, float]] = []
    log_odds = None
    if scenario.failure_per_doubling:
        per_doubling = scenario.failure_per_doubling * scenario.pth_log_sd / math.log(2)
        log_odds = per_doubling * _rank_scores(n)
    for _ in range(draws):
        failed = youden_order(
            rng, n, scenario.n_above, n - reached, scenario.failures_above, log_odds=log_odds
        )
        if failed is None:
            raise IncompatibleScenarioError(
                "predictor_pth_cutoff",
                f"no order of {n - reached} failures, {scenario.failures_above} of them among the "
                f"{scenario.n_above} highest values, in which the cut-off is Youden's",
            )
        columns = draw_columns(rng, scenario, n)
        if associate(rng, scenario, columns, failed, record):
            break
    else:
        best = min(record, key=lambda row: row["distance"])
        raise IncompatibleScenarioError(
            "predictor_only_one" if best["prints"] else "predictor_pth_or",
            f"odds ratio {best['odds_ratio']:.2f} with standard error "
            f"{best['standard_error']:.3f}, the p-values of the other columns "
            f"{best['short']:.2f} standard errors beyond their thresholds, "
            f"after {len(record)} rounds",
        )
    fill(rng, scenario, columns, failed)
    return Build(
        cohort=tables(rng, columns, course_of=_courses(rng, scenario, columns)),
        scenario=scenario,
        seed=seed,
        trace=tuple(record),
    )


# ---- margins -------------------------------------------------------------------------------------


def draw_columns(rng: np.random.Generator, scenario: Scenario, n: int) -> dict[str, Any]:
    """Draw the baseline columns, in descending order of PTH, each with its published margin."""
    cutoff = claim("predictor_pth_cutoff").number
    log_pth = np.sort(rng.normal(0, scenario.pth_log_sd, n))[::-1]
    pth = np.round(np.exp(log_pth - log_pth[scenario.n_above - 1]) * cutoff)
    pth[scenario.n_above :] = np.minimum(pth[scenario.n_above :], cutoff - 1)
    columns: dict[str, Any] = {
        "pth": np.clip(pth, 420, 4900),
        "age_years": _ages(rng, n),
        "sex_male": _split(rng, n, scenario.share_male),
        "haemodialysis": _split(rng, n, scenario.share_haemodialysis),
        "parathyroidectomy": _split(rng, n, scenario.share_parathyroidectomy),
        "recurrent": _split(rng, n, scenario.share_recurrent),
        "microwave": _split(rng, n, scenario.share_microwave),
        "dialysis_vintage_years": np.round(
            np.clip(rng.gamma(4.5, scenario.vintage_mean_years / 4.5, n), 0.5, 32), 1
        ),
        "n_glands": _gland_counts(rng, n, claim("cohort_glands").count),
        "max_diameter_mm": np.round(
            np.clip(rng.lognormal(math.log(scenario.diameter_mean_mm) - 0.05, 0.31, n), 6.5, 42), 1
        ),
        "calcium": np.round(
            np.clip(rng.normal(scenario.calcium_mean_mmol_l, 0.19, n), 2.05, 3.05), 2
        ),
        "phosphorus": np.round(
            np.clip(rng.normal(scenario.phosphorus_mean_mmol_l, 0.45, n), 1.1, 3.4), 2
        ),
        "alp": np.round(
            np.clip(
                rng.lognormal(math.log(scenario.alp_median_u_l), scenario.alp_log_sd, n), 45, 2600
            )
        ),
    }
    latent = _with_rank_correlation(rng, n, scenario.alp_pth_correlation, 1)[0]
    columns["alp"] = np.sort(columns["alp"])[latent.argsort().argsort()]
    return columns


def _split(rng: np.random.Generator, n: int, share: float) -> Floats:
    return rng.permutation((np.arange(n) < round(share * n)).astype(float))


def _ages(rng: np.random.Generator, n: int) -> Floats:
    mean, sd = claim("cohort_age_mean"), claim("cohort_age_sd")
    while True:
        drawn = rng.normal(size=n)
        drawn = (drawn - drawn.mean()) / drawn.std(ddof=1)
        ages: Floats = np.clip(np.round(mean.number + sd.number * drawn), 19, 84)
        if f"{ages.mean():.0f}" == mean.value and f"{ages.std(ddof=1):.0f}" == sd.value:
            return ages


def _gland_counts(rng: np.random.Generator, n: int, total: int) -> Floats:
    counts = rng.choice([1.0, 2.0, 3.0, 4.0], p=[0.49, 0.34, 0.13, 0.04], size=n)
    while counts.sum() != total:
        step = math.copysign(1.0, total - counts.sum())
        one = rng.integers(n)
        if 1 <= counts[one] + step <= 4:
            counts[one] += step
    return counts


def _rank_scores(n: int) -> Floats:
    """Normal scores (n,) of descending ranks."""
    return np.array([NormalDist().inv_cdf(1 - (i + 0.5) / n) for i in range(n)])


def _with_rank_correlation(rng: np.random.Generator, n: int, r: float, times: int) -> Floats:
    """Latent scores (times, n) correlated with descending ranks."""
    scores = _rank_scores(n)
    return r * scores + math.sqrt(1 - r * r) * rng.normal(size=(times, n))


# ---- associations --------------------------------------------------------------------------------

VIEWS: dict[str, tuple[str, Callable[[Floats], Floats]]] = {
    "log2_alp": ("alp", np.log2),
}
"""Candidate to the column it is computed from, and how; the others are columns themselves."""


def associate(
    rng: np.random.Generator,
    scenario: Scenario,
    columns: dict[str, Any],
    failed: NDArray[Any],
    record: list[dict[str, float]],
) -> bool:
    """Exchange values within columns until the regression prints as published; say if it does.

    Changes ``columns`` in place and appends to the record of the search, one row a round.
    """
    printed, p = claim("predictor_pth_or"), claim("predictor_pth_p")
    lower, upper = printed.limits
    goal = Goal(
        estimate=printed.value,
        lower=lower,
        upper=upper,
        p=p.value,
        region=wald_region(printed.value, lower, upper, p=p.value),
        screening_level=scenario.screening_level,
    )
    outcome = failed.astype(float)
    exposure = (columns["pth"] >= claim("predictor_pth_cutoff").number).astype(float)
    for name in CANDIDATES[:-1]:
        source, view = VIEWS.get(name, (name, np.asarray))
        if name not in scenario.entering:
            shuffled = shuffle_unrelated(
                rng, view(columns[source]), outcome, scenario.screening_level
            )
            columns[source] = _reorder(columns[source], view(columns[source]), shuffled)
    if not scenario.entering:
        crude = fit_many(columns_of(exposure), outcome)
        raise IncompatibleScenarioError(
            "predictor_pth_or",
            f"odds ratio {math.exp(crude.coefficients[0, 1]):.2f} with standard error "
            f"{crude.standard_errors[0, 1]:.3f}, the only one there is without another column",
        )
    starts = np.stack([_starts(rng, scenario, columns, name) for name in scenario.entering], axis=2)
    at, score = nearest(starts, exposure, outcome, goal)
    closest, found, done = (score.distance, starts[at]), starts[at], False
    for _ in range(SEARCHES):
        search = record[-1]["search"] + 1 if record else 0
        chance = 0 if search else BY_CHANCE
        for moved, score, met in exchange(
            rng, found, exposure, outcome, goal, rounds=ROUNDS, by_chance=chance
        ):
            found, done = moved, met
            closest = min(closest, (score.distance, moved), key=lambda pair: pair[0])
            record.append(
                {
                    "search": search,
                    "round": len(record),
                    "distance": score.distance,
                    "odds_ratio": math.exp(score.log_odds_ratio),
                    "standard_error": score.standard_error,
                    "short": score.short,
                    "prints": float(prints(score, goal)),
                }
            )
        if done:
            for name, column in zip(scenario.entering, found.T, strict=True):
                source, view = VIEWS.get(name, (name, np.asarray))
                columns[source] = _reorder(columns[source], view(columns[source]), column)
            return True
        found = shaken(rng, closest[1])
    return False


def _starts(
    rng: np.random.Generator, scenario: Scenario, columns: dict[str, Any], name: str
) -> Floats:
    """Orders of a column to start from: at random, or as correlated with PTH as assumed."""
    source, view = VIEWS.get(name, (name, np.asarray))
    values = view(columns[source])
    if source == "alp":
        n = len(values)
        latent = _with_rank_correlation(rng, n, scenario.alp_pth_correlation, STARTS)
        return np.sort(values)[latent.argsort(axis=1).argsort(axis=1)]
    return rng.permuted(np.repeat(values[None], STARTS, axis=0), axis=1)


def _reorder(source: Floats, seen: Floats, wanted: Floats) -> Floats:
    """Bring a column into the order in which its view was wanted."""
    ordered: Floats = np.empty_like(source)
    ordered[wanted.argsort(kind="stable")] = source[seen.argsort(kind="stable")]
    return ordered


# ---- what happened afterwards --------------------------------------------------------------------


def fill(
    rng: np.random.Generator, scenario: Scenario, columns: dict[str, Any], failed: NDArray[Any]
) -> None:
    """Add follow-up, the end of PTH, hypocalcaemia and paralysis to the columns."""
    n = len(failed)
    target = claim("target_definition").number
    columns["followup_months"] = _followup(rng, scenario, n)
    reached = np.exp(rng.normal(math.log(scenario.pth_end_median_pg_ml), 0.6, n))
    relapsed = target + 15 + target * np.exp(rng.normal(0, 0.7, n))
    share = 1 - np.clip(rng.normal(scenario.first_day_fall, 0.04, n), 0.55, 0.985)
    first, end = columns["pth"] * share, np.where(failed, relapsed, reached)
    # Some failures never come down: glands that were missed, or not quite destroyed.
    able = rng.permutation(np.flatnonzero(failed & (columns["pth"] > 2.5 * target)))
    never = able[: round(scenario.share_never_controlled * failed.sum())]
    first[never] = columns["pth"][never] * rng.uniform(0.42, 0.70, len(never))
    end[never] = first[never] * rng.uniform(0.9, 1.3, len(never))
    end = np.where(failed, np.minimum(end, columns["pth"] * 0.95), np.clip(end, 8, target))
    end = np.round(end)
    columns["pth_end"] = np.where(failed, np.maximum(end, target + 1), end)
    relapse = np.setdiff1d(np.flatnonzero(failed), never)
    lowered = np.minimum(0.8 * columns["pth_end"][relapse], 0.9 * target)
    first[relapse] = np.minimum(first[relapse], lowered)
    columns["pth_first"] = np.round(np.maximum(first, 4))
    urge = (
        scenario.hypocalcaemia_per_sd_alp * _standard(np.log(columns["alp"]))
        + scenario.hypocalcaemia_per_sd_fall
        * _standard(np.log(columns["pth"] / columns["pth_first"]))
        + rng.gumbel(size=n)
    )
    severe = claim("severe_hypocalcaemia_count").count
    columns["calcium_lowest"] = _lowest_calcium(rng, scenario, columns["calcium"], urge, severe)
    columns["severe_hypocalcaemia"] = (
        columns["calcium_lowest"] < scenario.hypocalcaemia_threshold_mmol_l
    )
    paralysed = rng.permutation(n)
    persistent = claim("nerve_paralysis_count").count
    columns["nerve_paralysis"] = np.full(n, "none", dtype=object)
    columns["nerve_paralysis"][paralysed[:persistent]] = "persistent"
    columns["nerve_paralysis"][
        paralysed[persistent : persistent + scenario.transient_paralyses]
    ] = "transient"
    columns["study_end"] = _split(rng, n, scenario.share_followed_to_end).astype(bool)


def _followup(rng: np.random.Generator, scenario: Scenario, n: int) -> Floats:
    """Follow-up times with exactly the published median."""
    median = claim("cohort_followup").number
    months = np.sort(rng.lognormal(0, scenario.followup_spread, n))
    middle = months[(n - 1) // 2 : n // 2 + 1].mean()
    return rng.permutation(np.round(np.clip(months / middle * median, 6.5, 112), 1))


def _lowest_calcium(
    rng: np.random.Generator, scenario: Scenario, baseline: Floats, urge: Floats, severe: int
) -> Floats:
    """Lowest early calcium from one continuous distribution, the threshold between two ranks.

    Who has the strongest urge falls lowest, so that ``severe`` patients fall below.
    """
    threshold = scenario.hypocalcaemia_threshold_mmol_l
    drawn = np.sort(rng.normal(0, 0.17, len(urge)))
    drawn += threshold - drawn[severe - 1 : severe + 1].mean()
    lowest = np.empty_like(drawn)
    lowest[np.argsort(-urge)] = drawn
    below = math.floor(threshold * 100 - 1e-6) / 100
    above = math.ceil(threshold * 100 - 1e-9) / 100
    is_severe = lowest < threshold
    lowest = np.minimum(np.round(lowest, 2), baseline - 0.02)
    kept: Floats = np.where(is_severe, np.clip(lowest, 1.42, below), np.maximum(lowest, above))
    return np.round(kept, 2)


def _standard(values: Floats) -> Floats:
    centred: Floats = (values - values.mean()) / values.std()
    return centred


def _courses(
    rng: np.random.Generator, scenario: Scenario, columns: dict[str, Any]
) -> Callable[[int, int], Any]:
    def one(index: int, last_day: int) -> Any:
        return course(
            rng,
            scenario,
            baseline={
                name: float(columns[name][index])
                for name in ("pth", "calcium", "phosphorus", "alp")
            },
            pth_first=float(columns["pth_first"][index]),
            pth_end=float(columns["pth_end"][index]),
            calcium_lowest=float(columns["calcium_lowest"][index]),
            last_day=last_day,
        )

    return one
