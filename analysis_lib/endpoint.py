"""The primary endpoint: who reached the target PTH, by which target, when, and who is counted.

Three choices make one share: the target, the time, and what is done with those who have no value
at that time. None has a default. Each rule for missing values answers a question of its own:

- ``last_value``: what was the last PTH known by then, whenever it was measured?
- ``complete_cases``: which share of those measured at that time reached the target?
- ``failure``: which share of all was alive, without a transplant, measured, and at target?
- ``imputed``: which share of those alive and without a transplant would have been at target, had
  all been measured? Nobody is given a PTH after death; after a transplant PTH is no longer that of
  a patient on dialysis, and is not made up either. Those lost count as alive: nothing else is
  known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from analysis_lib.cohort import Cohort, course
from analysis_lib.contradictions import DAYS_PER_MONTH
from analysis_lib.errors import CountError, DataError
from analysis_lib.imputation import impute, pooled_proportion
from analysis_lib.proportions import Method, interval
from analysis_lib.published import claim
from analysis_lib.published import targets as ranges
from analysis_lib.results import span

if TYPE_CHECKING:
    import pandas as pd

Rule = Literal["last_value", "complete_cases", "failure", "imputed"]
Time = float | Literal["end"]
State = Literal["observed", "missed", "lost", "transplant", "dead", "not_due"]

STATES: tuple[State, ...] = get_args(State)
RULES: dict[Rule, str] = {
    "last_value": "last value",
    "complete_cases": "complete cases",
    "failure": "missing as failure",
    "imputed": "multiple imputation",
}
ENDED = {"death": "dead", "transplant": "transplant"}
FEW = 0.5
"""A neighbouring visit at which fewer than this share have a value is left out of imputation."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A range of PTH in pg/mL, both ends included; ``lower`` is None where there is none.

    ``label`` names it with its ends, without the unit.
    """

    key: str
    label: str
    lower: float | None
    upper: float

    def reached(self, values: Any) -> Any:
        """Whether values lie in the range; one below its lower end does not."""
        return (values <= self.upper) & (values >= (self.lower or 0.0))

    def below(self, values: Any) -> Any:
        """Whether values lie below the lower end: over-suppression. Never, where there is none."""
        return values < (self.lower or 0.0)


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How values are imputed.

    ``m`` tables are filled, each after ``burn_in`` cycles through all columns with gaps, so that it
    no longer depends on what stood in the gaps at the start; ``seed`` fixes all draws.
    """

    m: int
    burn_in: int
    seed: int


@cache
def definitions() -> tuple[Target, ...]:
    """Return the study's target and the ranges of the guidelines, in pg/mL.

    KDIGO's range is in multiples of the upper limit of the assay, and stands once for each limit.
    """
    study = claim("target_definition").number
    found = [Target(key="study", label=f"Study: up to {study:.0f}", lower=None, upper=study)]
    for row in ranges().astype(object).where(lambda frame: frame.notna(), None).to_dict("records"):
        limit = row["assay_upper_limit_pg_ml"]
        low, high = (float(row[end]) * (limit or 1.0) for end in ("lower", "upper"))
        key = str(row["guideline"]).lower() + (f"_{limit:.0f}" if limit else "")
        label = f"{row['guideline']}: {span(low, high, 0)}"
        found.append(Target(key=key, label=label, lower=low, upper=high))
    return tuple(found)


def states(cohort: Cohort, *, time: Time, window_months: float) -> pd.DataFrame:
    """Return what is known of each patient's PTH at a time after the ablation.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    time : float or "end"
        Months after the ablation; "end" takes each patient's last value, whenever that was.
    window_months : float
        A value counts for ``time`` if it was measured at most this far from it. Of several the
        nearest is taken, of two as near the earlier. Not used at "end".

    Returns
    -------
    DataFrame
        One row a patient: ``patient_id``; ``state``; ``value`` and ``day``, missing unless
        observed; ``last_value`` and ``last_day``, the last after baseline up to the end of the
        window, or the value observed. States, the first that holds:

        - ``not_due``: follow-up ended with the study before ``time``, or the ablation is too
          recent for ``time`` to lie before the last contact with anybody, however follow-up
          ended. Values in the window do not change that: being measured must not decide who
          counts.
        - ``dead``, ``transplant``: before ``time``. A value shortly before is not one at ``time``.
        - ``observed``: a value in the window.
        - ``lost``: follow-up ended before ``time`` for another reason, or for none recorded.
        - ``missed``: followed to ``time``, and no value.

        At "end" everybody with a value after baseline is observed, and the others missed.

    Raises
    ------
    DataError
        If ``time`` is not after the ablation, or the window reaches back to it.
    """
    import numpy as np
    import pandas as pd

    measured = course(cohort, "pth").dropna(subset=["day", "value"])
    measured = measured[measured["visit"].ne("baseline")].astype({"day": float, "value": float})
    measured = measured.sort_values("day", kind="stable")
    patients = cohort.patients.set_index("patient_id")
    out = pd.DataFrame(index=patients.index)
    if time == "end":
        last = measured.groupby("patient_id")[["value", "day"]].last().reindex(out.index)
        out["state"] = np.where(last["value"].notna(), "observed", "missed")
        out[["value", "day"]] = out[["last_value", "last_day"]] = last
        return out.reset_index()
    if not 0 <= window_months < time:
        raise DataError(
            f"time is {time} and the window {window_months} months: a time lies after the "
            "ablation, and its window is shorter than it."
        )
    middle, half = time * DAYS_PER_MONTH, window_months * DAYS_PER_MONTH
    near = measured[(measured["day"] - middle).abs() <= half]
    near = near.assign(away=(near["day"] - middle).abs()).sort_values(["away", "day"])
    there = near.groupby("patient_id")[["value", "day"]].first().reindex(out.index)
    until = measured[measured["day"] <= middle + half]
    last = until.groupby("patient_id")[["value", "day"]].last().reindex(out.index)

    followed = patients["followup_months"].astype(float)
    start = pd.to_datetime(patients["ablation_date"])
    contact = (start + pd.to_timedelta(followed * DAYS_PER_MONTH, unit="D")).max()
    short = followed < time
    reason = patients["followup_end"].fillna("lost").astype(str)
    not_due = (short & reason.eq("study_end")) | (
        start + pd.to_timedelta(middle, unit="D") > contact
    )
    gone = short & reason.isin(list(ENDED))
    out["state"] = np.select(
        [not_due, gone, there["value"].notna(), short], [
            "not_due", reason.map(ENDED).fillna("").to_numpy(), "observed", "lost"
        ], "missed",
    )  # fmt: skip
    seen = out["state"].eq("observed")
    out[["value", "day"]] = there.where(seen)
    out[["last_value", "last_day"]] = there.where(seen, last)
    return out.reset_index()


def endpoint(
    cohort: Cohort,
    *,
    targets: Sequence[Target],
    times: Sequence[Time],
    rules: Sequence[Rule],
    window_months: float,
    method: Method,
    draws: Draws,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the share that reached the target, for each target, time and rule.

    Parameters
    ----------
    cohort : Cohort
        The cohort, as loaded.
    targets, times, rules : sequences
        See :func:`definitions`, :func:`states` and ``RULES``; rows come in their order.
    window_months : float
        See :func:`states`.
    method : Method
        Interval of every share but an imputed one, which is pooled on the logit scale.
    draws : Draws
        How to impute.

    Returns
    -------
    DataFrame
        ``target``, ``label``, ``time``, ``rule``; ``events`` at target and ``below`` its lower
        end, of ``n`` patients (means over tables where values are imputed; ``below`` is missing
        where the target has no lower end); ``imputed``, patients without a value of their own
        among them; ``out_not_due``, ``out_dead``, ``out_transplant``, ``out_lost`` and
        ``out_missed``, patients left out of ``n``: with them ``n`` adds up to all; ``estimate``,
        ``lower``, ``upper``; ``missing_information``, missing where nothing was imputed;
        ``method``. Limits are not-a-number where nobody or everybody is at target in a table.

    Raises
    ------
    DataError
        If a rule is unknown, nothing is asked for, a time or rule comes twice, a time or window
        can't be, or no PTH at all lies in the window of a time at which gaps are to be filled.
    CountError
        If nobody is left under a rule.
    """
    import pandas as pd

    unknown = [rule for rule in rules if rule not in RULES]
    if unknown or not (targets and times and rules):
        raise DataError(
            f"{len(targets)} targets, {len(times)} times, rules {list(rules)}: give at least one "
            f"of each; rules are {', '.join(RULES)}."
        )
    if len(set(times)) < len(times) or len(set(rules)) < len(rules):
        raise DataError(f"times {list(times)}, rules {list(rules)}: give each of them once.")
    rows = []
    for time in times:
        known = states(cohort, time=time, window_months=window_months)
        tables: list[pd.Series] | None = None
        if "imputed" in rules:
            tables = imputed_values(cohort, known, time=time, draws=draws)
        for target in targets:
            for rule in rules:
                rows.append(
                    {"target": target.key, "label": target.label, "time": time, "rule": rule}
                    | _row(known, target, rule, tables, method, level)
                )
    return pd.DataFrame(rows)


def _row(
    known: pd.DataFrame,
    target: Target,
    rule: Rule,
    tables: list[pd.Series] | None,
    method: Method,
    level: float,
) -> dict[str, Any]:
    state = known["state"]
    counted = {
        "last_value": state.ne("not_due") & known["last_value"].notna(),
        "complete_cases": state.eq("observed"),
        "failure": state.ne("not_due"),
        "imputed": state.isin(["observed", "lost", "missed"]),
    }[rule]
    n = int(counted.sum())
    if not n:
        raise CountError(f"nobody is left under the rule {rule!r}: choose another time or rule")
    values = known["last_value" if rule == "last_value" else "value"][counted]
    filled = [values] if rule != "imputed" or tables is None else [t[counted] for t in tables]
    events = [int(target.reached(each).sum()) for each in filled]
    below = sum(int(target.below(each).sum()) for each in filled) / len(filled)
    row: dict[str, Any] = {
        "events": sum(events) / len(events),
        "below": float("nan") if target.lower is None else below,
        "n": n,
        "imputed": int(values.isna().sum()) if rule == "imputed" else 0,
    }
    for name in STATES[1:]:
        row[f"out_{name}"] = int((state.eq(name) & ~counted).sum())
    row |= {"estimate": row["events"] / n, "lower": float("nan"), "upper": float("nan")}
    row["missing_information"] = float("nan")
    if len(events) == 1:
        one = interval(events[0], n, method=method, denominator="patients", level=level)
        return row | {"lower": one.lower, "upper": one.upper, "method": one.method}
    try:
        pooled = pooled_proportion(events, n, denominator="patients", level=level)
    except CountError:  # nobody or everybody at target in a table: no log odds
        return row | {"method": "not pooled: nobody or everybody is at target"}
    row["missing_information"] = pooled.logit.missing_information
    return row | {
        "estimate": pooled.estimate, "lower": pooled.lower, "upper": pooled.upper,
        "method": pooled.method,
    }  # fmt: skip


def imputed_values(
    cohort: Cohort, known: pd.DataFrame, *, time: Time, draws: Draws
) -> list[pd.Series]:
    """Return PTH at a time with the gaps of the living filled, once for each table.

    In the model, besides PTH at that time: PTH and alkaline phosphatase at baseline, PTH at the
    two planned visits before and the one after, alkaline phosphatase and calcium at the visit
    planned nearest, age and glands; PTH and alkaline phosphatase as logarithms. A column in which
    fewer than half have a value, or all the same one, is left out. One table comes back, as it is,
    if there is no gap. Of the dead, those with a transplant and those not due nothing is filled.
    """
    import numpy as np
    import pandas as pd

    living = known["state"].isin(["observed", "lost", "missed"]).to_numpy()
    value = known["value"].astype(float)
    if time == "end" or not value[living].isna().any():
        return [value]
    wide = {  # one value a visit: a pivot table would average, in six times the time
        name: course(cohort, name).pivot(index="patient_id", columns="month", values="value")  # noqa: PD010
        for name in ("pth", "alp", "calcium")
    }
    planned = wide["pth"].columns.to_numpy(dtype=float)
    planned = planned[planned > 0]
    if not value[living].notna().any():
        raise DataError(
            f"No PTH counts for month {time:g}, so there is nothing to fill gaps from. Visits are "
            f"planned at months {', '.join(f'{month:.3g}' for month in planned)}: choose one of "
            "these, or a wider window."
        )
    here = planned[np.abs(planned - time).argmin()]
    ids, nobody = known["patient_id"], pd.Series(dtype=float)
    logarithms = {
        "now": value,
        "pth": ids.map(wide["pth"].get(0.0, nobody)),
        "alp": ids.map(wide["alp"].get(0.0, nobody)),
        "alp_here": ids.map(wide["alp"][here]),
    }
    for month in [*planned[planned < here][-2:], *planned[planned > here][:1]]:
        logarithms[f"pth_{month:.2f}"] = ids.map(wide["pth"][month])
    model = (
        pd.DataFrame(logarithms)
        .astype(float)
        .apply(np.log)
        .assign(
            calcium_here=ids.map(wide["calcium"][here]).astype(float),
            age=ids.map(cohort.patients.set_index("patient_id")["age_years"]).astype(float),
            glands=ids.map(cohort.glands.groupby("patient_id").size()).fillna(0).astype(float),
        )[living]
    )
    used = model.notna().mean().ge(FEW) & model.nunique().gt(1)
    used["now"] = True
    filled = impute(model.loc[:, used], m=draws.m, burn_in=draws.burn_in, seed=draws.seed)
    # Rounded, since a PTH of 300 must not come back as 300 and a trace.
    return [np.exp(table["now"]).round(6).reindex(value.index) for table in filled]
