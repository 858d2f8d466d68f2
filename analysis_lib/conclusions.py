"""What is concluded from a cohort: measures of its analysis, and statements that they bear or not.

The same for every cohort of an ensemble (:mod:`analysis_lib.ensemble`). Measures come from the
procedures of chapters 5 to 13; a statement holds where its measure lies on the named side of a
limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from analysis_lib.cohort import Cohort
from analysis_lib.consistency import rounding_range
from analysis_lib.cutoff import choose
from analysis_lib.endpoint import RULES, Draws, Target, definitions, endpoint
from analysis_lib.hypocalcaemia import TERMS, predictor_frame
from analysis_lib.logistic.profile import Profiles, profile_many
from analysis_lib.maximal_chi_square import exact
from analysis_lib.prediction import CANDIDATES, PREDICTOR
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import Fitted, prepare
from analysis_lib.published import claim
from analysis_lib.results import percent
from analysis_lib.thresholds import choose_many
from analysis_lib.validation import optimism, resample

if TYPE_CHECKING:
    import pandas as pd

RESAMPLES, CHOICES = 50, 500
"""Bootstrap resamples of the whole procedure in each cohort, and of the choice of the cut-off
alone: few, as cohorts are many."""
MONTH, WINDOW = 12.0, 3.0
"""When the endpoint is looked at besides the end of follow-up, and how far a value may be off."""
INNER = 0.10
"""Least share of patients on either side of a cut-off that is searched for."""
Basis = Literal["built", "bound", "assumed", "open"]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One number of each cohort.

    ``scale`` is "log" where differences are ratios. ``basis`` is "built" where every compatible
    cohort has the same by construction; "bound" where the printed regression leaves it little
    room; "assumed" where an assumption puts it in directly, as with all that happens after
    treatment; else "open".
    """

    key: str
    words: str
    scale: Literal["plain", "log", "percent"] = "plain"
    basis: Basis = "open"


MEASURES = (
    Measure(key="reached_study", words="share at the study's target at the end", scale="percent",
            basis="built"),
    Measure(key="reached_kdoqi", words="share within the range of KDOQI at the end",
            scale="percent", basis="assumed"),
    Measure(key="reached_kdigo_65", words="share within the range of KDIGO at the end",
            scale="percent", basis="assumed"),
    Measure(key="reached_jsdt", words="share within the range of JSDT at the end",
            scale="percent", basis="assumed"),
    *(
        Measure(key=f"year_{rule}", words=f"share at target after a year, {words}",
                scale="percent", basis="assumed")
        for rule, words in RULES.items()
    ),
    Measure(key="crude", words="odds ratio above the cut-off, alone (Firth)", scale="log"),
    Measure(key="adjusted", words="odds ratio above the cut-off, adjusted (Firth)", scale="log",
            basis="bound"),
    Measure(key="adjusted_lower", words="its lower profile limit", scale="log", basis="bound"),
    Measure(key="doubling", words="odds ratio per doubling of PTH, uncut (Firth)", scale="log"),
    Measure(key="p_doubling", words="its p-value (penalised likelihood ratio)"),
    Measure(key="p_search", words="p-value of the best cut-off, corrected for the search"),
    Measure(key="cutoff_again", words="resamples that choose the same cut-off", scale="percent"),
    Measure(key="cutoff_span", words="highest over lowest of the middle nine tenths of the "
            "cut-offs chosen in resamples", scale="log"),
    Measure(key="pth_enters", words="resamples whose model has PTH in it", scale="percent"),
    Measure(key="c_apparent", words="C statistic of the whole procedure, apparent"),
    Measure(key="c_corrected", words="C statistic of the whole procedure, corrected"),
    Measure(key="slope_corrected", words="calibration slope of the whole procedure, corrected"),
    Measure(key="alp_hypocalcaemia", words="odds ratio of severe hypocalcaemia per doubling of "
            "ALP (Firth)", scale="log", basis="assumed"),
    Measure(key="p_alp_hypocalcaemia", words="its p-value", basis="assumed"),
    Measure(key="fall_hypocalcaemia", words="odds ratio of severe hypocalcaemia per halving of "
            "PTH on the first day (Firth)", scale="log", basis="assumed"),
    Measure(key="p_fall_hypocalcaemia", words="its p-value", basis="assumed"),
)  # fmt: skip
"""In the order of the columns of an ensemble."""


def measure(cohort: Cohort, *, seed: int) -> dict[str, float]:
    """Analyse a cohort; return a number for each of ``MEASURES``, not-a-number where none exists.

    Parameters
    ----------
    cohort : Cohort
        With failures and successes, and both sides of the published cut-off.
    seed : int
        Of resampling and imputation.
    """
    frame = predictor_frame(cohort)
    found = dict.fromkeys((one.key for one in MEASURES), math.nan)
    return found | _endpoints(cohort, seed) | _predictors(frame, seed) | _hypocalcaemia(frame)


def _endpoints(cohort: Cohort, seed: int) -> dict[str, float]:
    targets = {target.key: target for target in definitions()}
    draws = Draws(m=3, burn_in=3, seed=seed)

    def shares(chosen: list[Target], time: float | Literal["end"], rules: list[str]) -> list[float]:
        table = endpoint(
            cohort, targets=chosen, times=[time], rules=rules, window_months=WINDOW,  # type: ignore[arg-type]
            method="wilson", draws=draws,
        )  # fmt: skip
        return [float(share) for share in table["estimate"]]

    ends = [targets[key] for key in ("study", "kdoqi", "kdigo_65", "jsdt")]
    found = {
        f"reached_{target.key}": share
        for target, share in zip(ends, shares(ends, "end", ["last_value"]), strict=True)
    }
    year = shares([targets["study"]], MONTH, list(RULES))
    return found | {f"year_{rule}": share for rule, share in zip(RULES, year, strict=True)}


def _predictors(frame: pd.DataFrame, seed: int) -> dict[str, float]:
    pth = frame["pth_baseline_pg_ml"].to_numpy(dtype=float)
    failed = frame["treatment_failure"].to_numpy(dtype=float)
    high = frame[PREDICTOR].to_numpy(dtype=float)
    covariates = frame[["log2_alp_baseline", "n_glands"]].to_numpy(dtype=float)
    alone = _firth(failed, high, np.log2(pth))
    adjusted = _firth(failed, np.column_stack([high, *covariates.T]))
    found = {
        "crude": float(np.exp(alone.estimate[0])),
        "adjusted": float(np.exp(adjusted.estimate[0])),
        "adjusted_lower": float(np.exp(adjusted.lower[0])),
        "doubling": float(np.exp(alone.estimate[1])),
        "p_doubling": float(alone.p_value[1]),
    }
    chosen = choose_many(pth, failed == 1, np.ones((1, len(pth))), rule="youden", inner=0.0)
    lowest = choose(pth, failed, rule="minimal_p", direction="higher", inner=INNER).criterion
    found["p_search"] = float(exact(pth, int(failed.sum()), [lowest], inner=INNER)[0])
    road = prepare(
        Procedure(
            candidates=tuple("pth" if name == PREDICTOR else name for name in CANDIDATES),
            outcome="treatment_failure", cut="pth", cutoff="youden", screening=0.10,
            penalty="flic",
        ),
        frame.assign(pth=pth),
    )  # fmt: skip
    drawn = resample(road, road.y, resamples=RESAMPLES, seed=seed)
    corrected = optimism(drawn)
    entered = cast(Fitted, drawn.fits).entered[drawn.good, -1]
    counts = np.random.default_rng(seed).multinomial(
        len(pth), np.full(len(pth), 1 / len(pth)), size=CHOICES
    )
    cutoffs = choose_many(pth, failed == 1, counts, rule="youden", inner=0.0)
    cutoffs = cutoffs[np.isfinite(cutoffs)]
    low, top = np.quantile(cutoffs, (0.05, 0.95), method="inverted_cdf")
    return found | {
        "cutoff_again": float((cutoffs == chosen[0]).mean()),
        "cutoff_span": float(top / low),
        "pth_enters": float(entered.mean()),
        "c_apparent": corrected["c_statistic"].apparent,
        "c_corrected": corrected["c_statistic"].corrected,
        "slope_corrected": corrected["slope"].corrected,
    }


def _hypocalcaemia(frame: pd.DataFrame) -> dict[str, float]:
    severe = frame["severe_hypocalcaemia"].to_numpy(dtype=float)
    terms = frame[list(TERMS)].to_numpy(dtype=float, na_value=math.nan)
    known = np.isfinite(terms).all(axis=1)
    fits = _firth(severe[known], *terms[known].T)
    return {
        f"{key}{name}_hypocalcaemia": float(value)
        for key, values in (("", np.exp(fits.estimate)), ("p_", fits.p_value))
        for name, value in zip(("alp", "fall"), values, strict=True)
    }


def _firth(outcome: np.ndarray, *columns: np.ndarray) -> Profiles:
    """Profiles of the first column of each design: one column, or several side by side (n, k)."""
    ones = np.ones((len(outcome), 1))
    stack = [np.column_stack([ones, column]) for column in columns]
    return profile_many(np.stack(stack), outcome, column=1, penalty="firth")


# ---- statements ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """A statement that a cohort bears or not: ``measure`` at least, or below, ``limit``.

    ``said`` tells whose it is: the study's (which says no more than its abstract), a critic's, or
    one that this book adds.
    """

    key: str
    words: str
    said: Literal["study", "critic", "book"]
    measure: str
    relation: Literal[">=", "<"]
    limit: float

    @property
    def sentence(self) -> str:
        """Its words, with the limit written into them."""
        return self.words.format(limit=f"{self.limit:g}", share=percent(self.limit, 0))

    def holds(self, values: pd.Series[float]) -> pd.Series[bool]:
        """Whether it holds, for each value; missing where the value is."""
        held = values >= self.limit if self.relation == ">=" else values < self.limit
        return held.astype("boolean").where(values.notna())


PRINTED = float(rounding_range(claim("predictor_pth_or").value)[0])
"""The least odds ratio that is printed as the study's."""

CONCLUSIONS = (
    Conclusion(key="most_reach", said="study", measure="reached_study", relation=">=", limit=0.8,
               words="At least {share} end at or below the study's target"),
    Conclusion(key="high_pth", said="study", measure="adjusted_lower", relation=">=", limit=1.0,
               words="PTH above the cut-off goes with failure, by Firth's penalty: its interval "
               "leaves out one"),
    Conclusion(key="uncut", said="book", measure="p_doubling", relation="<", limit=0.05,
               words="PTH goes with failure without any cut-off (p below {limit})"),
    Conclusion(key="stays", said="book", measure="pth_enters", relation=">=", limit=0.9,
               words="PTH is in the model of at least {share} of resamples"),
    Conclusion(key="exaggerated", said="critic", measure="adjusted", relation="<", limit=PRINTED,
               words="Few events exaggerate: Firth's odds ratio is below the printed one"),
    Conclusion(key="search", said="critic", measure="p_search", relation=">=", limit=0.05,
               words="Corrected for the search of a cut-off, PTH is not significant (p at least "
               "{limit})"),
    Conclusion(key="jumps", said="critic", measure="cutoff_again", relation="<", limit=0.5,
               words="The cut-off jumps: fewer than {share} of resamples choose it again"),
    Conclusion(key="discriminates", said="critic", measure="c_corrected", relation="<", limit=0.7,
               words="Corrected, the model tells failures apart poorly (C below {limit})"),
    Conclusion(key="extreme", said="critic", measure="slope_corrected", relation="<", limit=0.8,
               words="Corrected, its risks are too extreme (slope below {limit})"),
    Conclusion(key="kdoqi_half", said="critic", measure="reached_kdoqi", relation="<", limit=0.5,
               words="Fewer than {share} end within the range of KDOQI"),
    Conclusion(key="year_all", said="critic", measure="year_failure", relation="<", limit=0.8,
               words="A missing value counted as failure, fewer than {share} are at target after "
               "a year"),
    Conclusion(key="year_imputed", said="book", measure="year_imputed", relation=">=", limit=0.8,
               words="Gaps filled, at least {share} are at target after a year"),
    Conclusion(key="alp", said="book", measure="p_alp_hypocalcaemia", relation="<", limit=0.05,
               words="Alkaline phosphatase goes with severe hypocalcaemia (p below {limit})"),
    Conclusion(key="fall", said="book", measure="p_fall_hypocalcaemia", relation="<", limit=0.05,
               words="The fall of PTH on the first day goes with severe hypocalcaemia (p below "
               "{limit})"),
)  # fmt: skip
"""What the study says, what a critic may say of it, and what this book adds.

The limits are ours: usual ones, where there are any. Firth's odds ratio is held against the
printed one, since any other limit would lie inside the little room that the printed one leaves.
"""


def judge(members: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return in which share of compatible cohorts each conclusion holds.

    Parameters
    ----------
    members : DataFrame
        One row a compatible cohort, with the columns of ``MEASURES``.
    level : float
        Of the interval, which is Wilson's and counts cohorts: it shrinks with their number and
        says nothing of patients.

    Returns
    -------
    DataFrame
        ``key``, ``words``, ``said``, ``measure``; ``basis`` of the measure; ``held`` of ``n``
        cohorts that have the measure, their ``share``, ``lower``, ``upper``.
    """
    import pandas as pd

    from analysis_lib.proportions import interval

    basis = {one.key: one.basis for one in MEASURES}
    rows = []
    for one in CONCLUSIONS:
        held = one.holds(members[one.measure]).dropna()
        share = interval(
            int(held.sum()), len(held), method="wilson", denominator="cohorts", level=level
        )
        rows.append(
            {
                "key": one.key, "words": one.sentence, "said": one.said, "measure": one.measure,
                "basis": basis[one.measure], "held": share.events, "n": share.n,
                "share": share.estimate, "lower": share.lower, "upper": share.upper,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
