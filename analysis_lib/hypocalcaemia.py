"""Who is at risk of severe hypocalcaemia: alkaline phosphatase and the first fall of PTH."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analysis_lib.cohort import Cohort, analysis_frame
from analysis_lib.errors import DataError, MissingColumnError
from analysis_lib.logistic import LogisticFit, fit, fit_many
from analysis_lib.logistic.intervals import profile_odds_ratio
from analysis_lib.logistic.resampling import percentiles, placed

if TYPE_CHECKING:
    import pandas as pd

OUTCOME = "severe_hypocalcaemia"
TERMS = {
    "log2_alp_baseline": "baseline ALP, per doubling",
    "pth_halvings_day_1": "fall of PTH by day 1, per halving",
}
"""Columns of :func:`predictor_frame`, and what one unit of each is."""


def predictor_frame(cohort: Cohort) -> pd.DataFrame:
    """Return what was known of each patient by the first day, beside what followed.

    Only the fall of PTH up to the first day is taken: it precedes the lowest calcium, or falls
    on the same day. A fall up to a later visit would come after what it is to explain.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.

    Returns
    -------
    DataFrame
        The columns of ``analysis_frame``, in its order, and: ``pth_day_1_pg_ml``, PTH at the
        visit ``day_1``, missing if not measured; ``pth_halvings_day_1``, logarithm to base two of
        PTH at baseline over PTH on the first day. Missing if either is, and where one of them is
        zero.
    """
    import numpy as np

    frame = analysis_frame(cohort)
    labs = cohort.labs
    first = labs[labs["analyte"].eq("pth") & labs["visit"].eq("day_1")].dropna(subset=["value"])
    day_1 = frame["patient_id"].map(first.groupby("patient_id")["value"].last()).astype("Float64")
    frame["pth_day_1_pg_ml"] = day_1
    ratio = (frame["pth_baseline_pg_ml"] / day_1).where(day_1.gt(0))
    frame["pth_halvings_day_1"] = np.log2(ratio.where(ratio.gt(0)))
    return frame


def associations(
    frame: pd.DataFrame,
    *,
    outcome: str = OUTCOME,
    terms: Mapping[str, str] = TERMS,
    draws: int,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    """Fit each term alone and all together, with Wald, profile and bootstrap limits.

    Logistic regression by maximum likelihood. A patient without the outcome or without any one of
    the terms is left out of all fits, so that these differ in their terms only. The bootstrap
    draws patients with replacement. Where the likelihood of a draw has no maximum, a term that
    separates counts as infinite; such draws are counted. With few events the estimate is on
    average too far from one, and percentiles carry that bias a second time.

    Parameters
    ----------
    frame : DataFrame
        One row a patient, as from :func:`predictor_frame`.
    outcome : str
        Boolean column.
    terms : mapping of str to str
        Columns, and what one unit of each is in words.
    draws : int
        Bootstrap samples, at least 100.
    seed : int
        For the samples; all fits use the same ones.
    level : float
        Confidence level, in (0, 1).

    Returns
    -------
    DataFrame
        One row a fit and term: ``stage`` (alone, together); ``term``; ``words``; ``n``,
        ``events``, ``left_out``; ``log_odds_ratio`` and ``se``; ``odds_ratio``, an OddsRatio with
        Wald limits; ``profile``, the same with limits from the profile of the likelihood;
        ``boot_lower``, ``boot_upper``, percentile limits of the odds ratio, 0 or infinite where
        there is none; ``draws``; ``lost``, draws without a maximum.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    DataError
        If there is no maximum in the patients themselves (nobody with the outcome, or nobody
        without; a term that does not vary; separation), or no term; or fewer than 100 draws.
    """
    import numpy as np
    import pandas as pd

    used = complete_cases(frame, outcome, list(terms))
    if draws < 100:
        raise DataError(f"{draws} draws of a bootstrap; percentiles need at least 100")
    n = len(used)
    y = used[outcome].to_numpy(dtype=float)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    rows: list[dict[str, Any]] = []
    stages = [("alone", [term]) for term in terms]
    stages += [("together", list(terms))] if len(terms) > 1 else []
    for stage, chosen in stages:
        x, model = maximum(used, chosen, y)
        again = fit_many(x, y, weights=weights)
        drawn = placed(again, x, y, weights, penalty="none")
        drawn = drawn[~np.isnan(drawn).any(axis=1)]  # else nobody in the draw has it, or everybody
        lows, highs = np.exp(percentiles(drawn, level))
        for place, term in enumerate(chosen, start=1):
            rows.append(
                {
                    "stage": stage,
                    "term": term,
                    "words": terms[term],
                    "n": n,
                    "events": int(y.sum()),
                    "left_out": len(frame) - n,
                    "log_odds_ratio": model.coefficients[place],
                    "se": model.standard_errors[place],
                    "odds_ratio": model.odds_ratio(term, level),
                    "profile": profile_odds_ratio(
                        x, y, names=model.names, name=term, penalty="none", level=level
                    ),
                    "boot_lower": float(lows[place]),
                    "boot_upper": float(highs[place]),
                    "draws": draws,
                    "lost": draws - int(again.converged.sum()),
                }
            )
    return pd.DataFrame(rows)


def complete_cases(frame: pd.DataFrame, outcome: str, terms: Sequence[str]) -> pd.DataFrame:
    """Return the patients with the outcome and all terms; errors as :func:`associations`."""
    if not terms:
        raise DataError("no term to fit; name at least one column of the frame")
    absent = [name for name in [*terms, outcome] if name not in frame]
    if absent:
        raise MissingColumnError(
            f"no column {', '.join(map(repr, absent))}; give a frame as from predictor_frame"
        )
    used = frame[[*terms, outcome]].dropna()
    if used.empty:
        raise DataError(f"none of {len(frame)} patients has {', '.join([*terms, outcome])}")
    return used


def maximum(used: pd.DataFrame, terms: Sequence[str], y: Any) -> tuple[Any, LogisticFit]:
    """Return design and fit; DataError if the likelihood has no maximum."""
    import numpy as np

    x = np.column_stack([np.ones(len(used)), used[list(terms)].to_numpy(dtype=float)])
    model = fit(x, y, names=["intercept", *terms])
    if model.status != "converged":
        raise DataError(
            f"{model.warnings[0]} ({', '.join(terms)}; {int(y.sum())} events in {len(y)} patients)"
        )
    return x, model
