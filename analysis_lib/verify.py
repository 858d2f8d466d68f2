"""Do the rows of a cohort show what the abstract prints? Every claim, recomputed from the rows.

An independent check: it shares no code with what builds the simulated cohort. Models are fitted
by statsmodels, paired tests are those of SciPy.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from analysis_lib.cohort import Cohort, analysis_frame
from analysis_lib.contradictions import SUFFIXES
from analysis_lib.errors import DataError
from analysis_lib.prediction import CANDIDATES, NAMES, PREDICTOR, listed, published_model
from analysis_lib.published import Claim, claim, claims
from analysis_lib.results import NBSP, number, p_value

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What the rows say about one claim.

    ``found`` is written like the claim. ``value`` is unrounded; none for a date or a text.
    ``holds`` is none where no rows can show the claim.
    """

    found: str
    value: float | None
    holds: bool | None
    reason: str


def verify(
    cohort: Cohort,
    *,
    severe_below: float = 1.875,
    screening: float = 0.10,
    alpha: float = 0.05,
    candidates: Sequence[str] = CANDIDATES,
) -> pd.DataFrame:
    """Recompute every published claim from the rows of a cohort.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    severe_below : float
        Calcium in mmol/L below which hypocalcaemia is severe. In a simulated cohort the flag and
        the lowest calcium of the first days must agree; an observed flag is taken as it is.
    screening, alpha : float
        Levels of the univariable screening and of the multivariable model.
    candidates : sequence of str
        Columns of the analysis frame that are screened; ``pth_high`` must be among them.

    Returns
    -------
    DataFrame
        One row a claim, in the order of ``claims.csv``: ``claim_id``; ``quantity``;
        ``published``, as printed; ``found``, written the same way; ``value``, unrounded (missing
        for dates and texts); ``holds`` (missing where no rows can show the claim); ``reason``.
        A figure holds if it prints as the paper's does, however a half is rounded.
    """
    import pandas as pd

    evidence = _Evidence(
        cohort=cohort,
        frame=analysis_frame(cohort),
        severe_below=severe_below,
        screening=screening,
        alpha=alpha,
        candidates=tuple(candidates),
    )
    rows = []
    for claim_id in claims().index:
        record = claim(str(claim_id))
        if claim_id not in CHECKS:
            raise DataError(f"no check of claim {claim_id!r}; add one to analysis_lib.verify")
        finding = CHECKS[str(claim_id)](record, evidence)
        rows.append(
            {
                "claim_id": record.claim_id,
                "quantity": record.quantity,
                "published": format(record),
                "found": finding.found,
                "value": finding.value,
                "holds": finding.holds,
                "reason": finding.reason,
            }
        )
    return pd.DataFrame(rows).astype(
        {
            "claim_id": "string",
            "quantity": "string",
            "published": "string",
            "found": "string",
            "value": "Float64",
            "holds": "boolean",
            "reason": "string",
        }
    )


def failed(table: pd.DataFrame) -> list[str]:
    """Return the claims that do not hold; those that no rows can show are not among them."""
    return [str(claim_id) for claim_id in table.loc[table["holds"].eq(False), "claim_id"]]


# ---- one check a claim ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Evidence:
    """The rows, what follows from them, and the settings of the check."""

    cohort: Cohort
    frame: pd.DataFrame
    severe_below: float
    screening: float
    alpha: float
    candidates: tuple[str, ...]

    @functools.cached_property
    def model(self) -> pd.DataFrame:
        return published_model(
            self.frame,
            candidates=self.candidates,
            screening=self.screening,
            alpha=self.alpha,
        )

    @functools.cached_property
    def independent(self) -> list[str]:
        return [str(term) for term in self.model.loc[self.model["independent"].eq(True), "term"]]

    @functools.cached_property
    def fitted(self) -> dict[str, Any] | None:
        """The row of baseline PTH in the multivariable model, if it came that far."""
        joint = self.model[self.model["stage"].eq("multivariable")]
        rows = joint[joint["term"].eq(PREDICTOR)].to_dict("records")
        return {str(key): value for key, value in rows[0].items()} if rows else None

    @functools.cached_property
    def why_not(self) -> str:
        """Why the multivariable model says nothing about baseline PTH."""
        alone = self.model[self.model["stage"].eq("univariable")]
        rows = alone[alone["term"].eq(PREDICTOR)].to_dict("records")
        if not rows:
            return f"{NAMES[PREDICTOR]} is not among the candidates"
        note = self.fitted["note"] if self.fitted else rows[0]["note"]
        if note:
            return f"no estimate: {note}"
        return (
            f"{NAMES[PREDICTOR]} did not pass the screening: {_p_text(rows[0]['p'])} alone, "
            f"level {self.screening:g}"
        )

    @functools.cached_property
    def terms(self) -> str:
        """What stood in the multivariable model, and who was left out of it."""
        joint = self.model[self.model["stage"].eq("multivariable")]
        if joint.empty:
            return "no term passed the screening"
        text = f"with {listed(joint['term'].tolist())}"
        left_out = int(joint["left_out"].max())
        return text + (f"; {left_out} patients left out for a missing value" if left_out else "")


Check = Callable[[Claim, _Evidence], Finding]
CHECKS: dict[str, Check] = {}
"""Claim to the function that recomputes it."""


def _checks(*claim_ids: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(claim_ids, check))
        return check

    return register


def _prints_as(value: float, printed: str) -> bool:
    """Whether a value prints so, whichever way a half is rounded. Written out here on purpose:
    the builder has its own."""
    half_a_digit = Decimal(5) * Decimal(10) ** -(len(printed.partition(".")[2]) + 1)
    return math.isfinite(value) and abs(Decimal(value) - Decimal(printed)) < half_a_digit


def _figure(record: Claim, value: float, reason: str, *, also: bool = True) -> Finding:
    """A finding about one number; ``also`` is what must be true besides."""
    text = number(value, record.decimals or 0)
    unit = f"{NBSP}{record.unit}" if record.unit else ""
    return Finding(
        found=text + unit,
        value=value if math.isfinite(value) else None,
        holds=_prints_as(value, record.value) and also,
        reason=reason,
    )


def _p_text(p: float, decimals: int | None = None) -> str:
    text = p_value(p) if decimals is None else number(p, decimals)
    return f"p {text}" if text.startswith("<") else f"p ={NBSP}{text}"


def _share(flags: pd.Series[bool]) -> str:
    return f"{int(flags.fillna(False).sum())} of {len(flags)}"


@_checks("design_window_start", "design_window_end")
def _window(record: Claim, evidence: _Evidence) -> Finding:
    """Months compare like their texts; the window need not be filled to its ends."""
    months = evidence.frame["ablation_date"].dropna().dt.strftime("%Y-%m")
    start = record.claim_id.endswith("start")
    if months.empty:
        return Finding(found="no date", value=None, holds=False, reason="no ablation has a date")
    outside = int((months < record.value if start else months > record.value).sum())
    return Finding(
        found=str(months.min() if start else months.max()),
        value=None,
        holds=not outside,
        reason=f"{outside} of {len(months)} ablations lie {'before' if start else 'after'} "
        f"{record.value}",
    )


@_checks("design_setting")
def _setting(record: Claim, evidence: _Evidence) -> Finding:
    return Finding(
        found="not in the rows",
        value=None,
        holds=None,
        reason="rows have neither a centre nor a design; no rows can show this",
    )


@_checks("design_population")
def _population(record: Claim, evidence: _Evidence) -> Finding:
    course = evidence.frame["disease_course"].isin(["recurrent", "persistent"])
    earlier = evidence.frame["earlier_treatment"].isin(["parathyroidectomy", "ablation"])
    fits = course & earlier
    return Finding(
        found=f"{_share(fits)} patients",
        value=float(fits.mean()),
        holds=bool(fits.all()),
        reason=f"{_share(course)} with recurrent or persistent disease, {_share(earlier)} after "
        "parathyroidectomy or ablation",
    )


@_checks("cohort_participants")
def _participants(record: Claim, evidence: _Evidence) -> Finding:
    return _figure(record, len(evidence.cohort.patients), "rows of patients")


@_checks("cohort_glands")
def _glands(record: Claim, evidence: _Evidence) -> Finding:
    return _figure(record, len(evidence.cohort.glands), "rows of glands")


@_checks("cohort_age_mean", "cohort_age_sd")
def _age(record: Claim, evidence: _Evidence) -> Finding:
    ages = evidence.frame["age_years"].dropna().astype(float)
    value = ages.mean() if record.statistic == "mean" else ages.std(ddof=1)
    return _figure(
        record,
        float(value),
        f"{'mean' if record.statistic == 'mean' else 'SD'} of {len(ages)} ages",
    )


@_checks("cohort_followup")
def _followup(record: Claim, evidence: _Evidence) -> Finding:
    months = evidence.frame["followup_months"].dropna().astype(float)
    return _figure(record, float(months.median()), f"median of {len(months)} patients")


@_checks("target_definition")
def _target_definition(record: Claim, evidence: _Evidence) -> Finding:
    return Finding(
        found="not in the rows",
        value=None,
        holds=None,
        reason="a definition: rows are judged by it, and can't show it",
    )


@_checks("target_reached")
def _target_reached(record: Claim, evidence: _Evidence) -> Finding:
    reached = evidence.frame["target_reached"]
    known = reached.dropna()
    share = 100 * float(known.mean()) if len(known) else math.nan
    lost = len(reached) - len(known)
    reason = f"{int(known.sum())} of {len(known)} patients with a PTH after baseline"
    return _figure(
        record,
        share,
        reason + (f"; {lost} have none, so the denominator is not the whole cohort's" * bool(lost)),
        also=not lost,
    )


@_checks("change_pth", "change_calcium", "change_phosphorus", "change_alp")
def _change(record: Claim, evidence: _Evidence) -> Finding:
    """Last value against baseline, by two paired tests; both must be significant."""
    import numpy as np
    from scipy import stats

    analyte = record.claim_id.removeprefix("change_")
    unit = SUFFIXES[analyte]
    names = [f"{analyte}_baseline_{unit}", f"{analyte}_end_{unit}"]
    pairs = evidence.frame[names].dropna().astype(float)
    before, after = (pairs[name].to_numpy() for name in names)
    if len(pairs) < 2 or np.all(after == before):
        reason = f"{len(pairs)} patients with both values, or no change at all"
        return Finding(found="not estimable", value=None, holds=False, reason=reason)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # constant differences; their p-value is judged below
        t_test = float(stats.ttest_rel(after, before).pvalue)
        wilcoxon = float(stats.wilcoxon(after, before).pvalue)
    mean = float(np.mean(after - before))
    p = max(t_test, wilcoxon)
    direction = "lower" if mean < 0 else "higher"
    size = number(abs(mean), 0 if abs(mean) >= 10 else 2)
    return Finding(
        found=_p_text(p) if mean < 0 else f"{direction}, {_p_text(p)}",
        value=p if math.isfinite(p) else None,
        holds=mean < 0 and p < record.number,
        reason=f"mean {size} {direction} in {len(pairs)} pairs; paired t test {_p_text(t_test)}, "
        f"Wilcoxon {_p_text(wilcoxon)}; the larger p-value counts",
    )


@_checks("technical_success")
def _technical_success(record: Claim, evidence: _Evidence) -> Finding:
    """The paper leaves the denominator open, so it must hold with either."""
    flags = {
        "patients": evidence.cohort.patients["technical_success"],
        "glands": evidence.cohort.glands["complete_ablation"],
    }
    shares = {
        name: 100 * float(column.fillna(False).mean()) if len(column) else math.nan
        for name, column in flags.items()
    }
    reason = ", ".join(f"{_share(column)} {name}" for name, column in flags.items())
    lowest = min(shares.values(), key=lambda share: (not math.isnan(share), share))
    return _figure(record, lowest, reason)


@_checks("nerve_paralysis_count", "nerve_paralysis_percent")
def _nerve_paralysis(record: Claim, evidence: _Evidence) -> Finding:
    return _count_or_percent(record, evidence.frame["nerve_paralysis"].eq("persistent"))


@_checks("severe_hypocalcaemia_count", "severe_hypocalcaemia_percent")
def _severe_hypocalcaemia(record: Claim, evidence: _Evidence) -> Finding:
    """In a simulated cohort, calcium must say the same as the flag."""
    flags = evidence.frame["severe_hypocalcaemia"]
    finding = _count_or_percent(record, flags)
    if evidence.cohort.status != "simulated":
        return finding
    low = evidence.frame["calcium_nadir_30d_mmol_l"] < evidence.severe_below
    disagree = flags.fillna(False) != low.fillna(False)
    text = "calcium agrees with every flag"
    if disagree.any():
        first = evidence.frame.loc[disagree, "patient_id"].iloc[0]
        text = f"calcium contradicts {int(disagree.sum())} flags, the first that of {first}"
    return Finding(
        found=finding.found,
        value=finding.value,
        holds=bool(finding.holds) and not disagree.any(),
        reason=f"{finding.reason}; {text}",
    )


def _count_or_percent(record: Claim, flags: pd.Series[bool]) -> Finding:
    count = int(flags.fillna(False).sum())
    share = 100 * count / len(flags) if len(flags) else math.nan
    return _figure(record, count if record.statistic == "count" else share, f"{_share(flags)}")


@_checks("hypocalcaemia_comorbidity")
def _sequelae(record: Claim, evidence: _Evidence) -> Finding:
    severe = int(evidence.frame["severe_hypocalcaemia"].fillna(False).sum())
    count = int(evidence.frame["hypocalcaemia_sequelae"].fillna(False).sum())
    return _figure(
        record,
        count,
        f"{count} of {severe} patients with severe hypocalcaemia",
        also=severe == record.denominator,
    )


@_checks("predictor_pth_cutoff")
def _cutoff(record: Claim, evidence: _Evidence) -> Finding:
    """Every observed value is tried as a cut-off; whole numbers keep ties exact."""
    import numpy as np

    rows = evidence.frame[["pth_baseline_pg_ml", "treatment_failure"]].dropna()
    pth = rows["pth_baseline_pg_ml"].to_numpy(dtype=float)
    failure = rows["treatment_failure"].to_numpy(dtype=bool)
    events, others = int(failure.sum()), int((~failure).sum())
    if not events or not others:
        reason = f"{events} of {len(rows)} patients failed; no cut-off tells anything"
        return Finding(found="not estimable", value=None, holds=False, reason=reason)
    thresholds = np.unique(pth)
    above = pth[:, None] >= thresholds
    scores = above[failure].sum(axis=0) * others - above[~failure].sum(axis=0) * events
    best = thresholds[scores == scores.max()]
    first = float(best[0])
    same = bool(np.array_equal(pth >= first, pth >= record.number))
    youden = number(int(scores.max()) / (events * others), 3)
    reason = f"sensitivity plus specificity less one is {youden}, "
    reason += f"the highest of {len(thresholds)} cut-offs"
    if len(best) > 1:
        reason += f"; so high at {len(best)} of them"
    elif not same:
        reason += "; it parts the patients otherwise than the printed one"
    return _figure(record, first, reason, also=len(best) == 1 and same)


@_checks("predictor_pth_or")
def _odds_ratio(record: Claim, evidence: _Evidence) -> Finding:
    row = evidence.fitted
    if row is None or row["note"]:
        return Finding(found="not estimable", value=None, holds=False, reason=evidence.why_not)
    decimals = record.decimals or 0
    low, high = (number(row[key], decimals) for key in ("lower", "upper"))
    return Finding(
        found=f"{number(row['odds_ratio'], decimals)} (95{NBSP}% CI {low}{NBSP}to{NBSP}{high})",
        value=row["odds_ratio"],
        holds=all(
            _prints_as(row[key], printed)
            for key, printed in zip(
                ("odds_ratio", "lower", "upper"), (record.value, *record.limits), strict=True
            )
        ),
        reason=f"multivariable logistic regression {evidence.terms}",
    )


@_checks("predictor_pth_p")
def _p(record: Claim, evidence: _Evidence) -> Finding:
    row = evidence.fitted
    if row is None or row["note"]:
        return Finding(found="not estimable", value=None, holds=False, reason=evidence.why_not)
    return Finding(
        found=_p_text(row["p"], record.decimals),
        value=row["p"],
        holds=_prints_as(row["p"], record.value),
        reason=f"Wald test in the multivariable model {evidence.terms}",
    )


@_checks("predictor_only_one")
def _only_one(record: Claim, evidence: _Evidence) -> Finding:
    """The one independent predictor must be baseline PTH."""
    names = listed(evidence.independent)
    reason = f"independent at level {evidence.alpha:g}: {names}; {evidence.terms}"
    if not evidence.independent and (evidence.fitted is None or evidence.fitted["note"]):
        reason += f"; {evidence.why_not}"
    return _figure(
        record,
        len(evidence.independent),
        reason,
        also=evidence.independent == [PREDICTOR],
    )
