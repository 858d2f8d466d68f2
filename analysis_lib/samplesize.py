"""How many patients a prediction model needs, and what a given number of patients can carry.

The criteria of Riley and colleagues for a binary outcome: the overall risk known well enough, the
predictions near enough to the truth on average, and little overfitting, said in two ways.
Overfitting depends on how strong the model is going to be, which has to be assumed: see
:mod:`analysis_lib.model_strength`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, get_args

from analysis_lib.errors import DataError
from analysis_lib.model_strength import count, inside, room_above
from analysis_lib.results import Result, number, percent

if TYPE_CHECKING:
    import pandas as pd

Criterion = Literal["overall_risk", "prediction_error", "shrinkage", "optimism"]

CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
IN_WORDS: dict[Criterion, str] = {
    "overall_risk": "overall risk, margin of error",
    "prediction_error": "mean error of a predicted risk",
    "shrinkage": "shrinkage of the effects",
    "optimism": "optimism of Nagelkerke's R²",
}
"""What each criterion limits, as a table writes it."""

CHECKED_PARAMETERS = (4, 30)
"""Parameters for which the formula for the mean error stands: the fewest of the models it was found
with, and the most it is recommended for."""
Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """What is asked of a model; the defaults are those of Riley and colleagues.

    ``overall_risk``: half-width of the 95 % interval of the overall risk. ``prediction_error``:
    mean absolute difference between predicted and true risk. ``shrinkage``: the least expected
    one. ``optimism``: the largest expected fall of Nagelkerke's R² in new patients. All are
    fractions in (0, 1); a DataError names the one that is not.
    """

    overall_risk: float = 0.05
    prediction_error: float = 0.05
    shrinkage: float = 0.90
    optimism: float = 0.05

    def __post_init__(self) -> None:
        """Refuse a target outside (0, 1)."""
        for name in CRITERIA:
            inside(getattr(self, name), f"target {name}")


RECOMMENDED = Targets()


# ---- the four criteria ---------------------------------------------------------------------------


def minimum_sample_size(
    parameters: int, outcome_share: float, cox_snell: float, *, targets: Targets = RECOMMENDED
) -> pd.DataFrame:
    """Return the patients that each criterion asks for, and which of them decides.

    Parameters
    ----------
    parameters : int
        Candidate parameters, at least 1: every term looked at, not only those kept.
    outcome_share : float
        Expected share with the outcome, in (0, 1).
    cox_snell : float
        Expected Cox-Snell R² in *new* patients, above 0 and below the largest possible one.
    targets : Targets
        What is asked.

    Returns
    -------
    DataFrame
        One row a criterion: ``criterion``, one of ``CRITERIA``; ``words``; ``target``; ``n``
        patients; ``events`` expected among them, not rounded; ``events_per_parameter``;
        ``decides``, true for the largest n; ``note``, missing unless the formula is used beyond
        what it was made for.

    Notes
    -----
    A minimum, and on average: one study of this size may overfit more than another. The outcome is
    taken as known for all; patients lost come on top. For the mean error the rarer of outcome
    and non-outcome counts.

    Raises
    ------
    CountError
        If ``parameters`` is no count of at least 1.
    DataError
        If a share or R² lies outside its range, or a model of this strength can't miss a target.

    References
    ----------
    Riley RD et al. Stat Med 2019;38:1276-1296. Riley RD et al. BMJ 2020;368:m441.
    van Smeden M et al. Stat Methods Med Res 2019;28:2455-2474 (the mean error).
    """
    import pandas as pd

    p, share = count(parameters, "parameters"), inside(outcome_share, "outcome share")
    top = room_above(cox_snell, share)
    at_optimism = cox_snell / (cox_snell + targets.optimism * top)
    needed: dict[Criterion, float] = {
        "overall_risk": share * (1 - share) * (Z / targets.overall_risk) ** 2,
        "prediction_error": math.exp(
            (_rare(share) + 0.504 * math.log(p) - math.log(targets.prediction_error)) / 0.544
        ),
        "shrinkage": p / _overfitting(targets.shrinkage, cox_snell, "shrinkage"),
        "optimism": p / _overfitting(at_optimism, cox_snell, "optimism"),
    }
    frame = pd.DataFrame(
        {
            "criterion": CRITERIA,
            "words": [IN_WORDS[name] for name in CRITERIA],
            "target": [getattr(targets, name) for name in CRITERIA],
            # A whole number, up to rounding, is enough as it is.
            "n": [math.ceil(needed[name] - 1e-9) for name in CRITERIA],
        }
    )
    frame["events"] = frame["n"] * share
    frame["events_per_parameter"] = frame["events"] / p
    frame["decides"] = frame["n"].eq(frame["n"].max())
    fewest, most = CHECKED_PARAMETERS
    beyond = (
        None if fewest <= p <= most else f"{p} parameters: the formula is for {fewest} to {most}"
    )
    frame["note"] = pd.Series(
        [beyond if name == "prediction_error" else None for name in CRITERIA], dtype="string"
    )
    return frame


@dataclass(frozen=True, kw_only=True)
class Expected(Result):
    """What to expect of a model with so many parameters from so many patients, on average.

    ``overall_risk`` (half-width), ``prediction_error``, ``shrinkage`` and ``optimism`` are those of
    :class:`Targets`; ``apparent`` is the Cox-Snell R² the model will show in its own patients and
    ``adjusted`` the one in new patients; ``events_per_parameter`` counts expected events.
    """

    n: int
    parameters: int
    overall_risk: float
    prediction_error: float
    shrinkage: float
    optimism: float
    apparent: float
    adjusted: float
    events_per_parameter: float

    def faces(self) -> dict[str, str]:
        """Format codes: "" (shrinkage), "margin", "error", "shrinkage", "optimism", "epp"."""
        faces = {
            "margin": percent(self.overall_risk),
            "error": percent(self.prediction_error),
            "shrinkage": number(self.shrinkage, 2),
            "optimism": number(self.optimism, 2),
            "epp": number(self.events_per_parameter, 1),
        }
        return {"": f"shrinkage {faces['shrinkage']}"} | faces


def expected(n: int, parameters: int, outcome_share: float, cox_snell: float) -> Expected:
    """Return what ``n`` patients give: the criteria of :func:`minimum_sample_size`, turned round.

    Arguments and errors as there; ``n`` is a count of at least 2.
    """
    patients, p = count(n, "patients", least=2), count(parameters, "parameters")
    share = inside(outcome_share, "outcome share")
    top = room_above(cox_snell, share)
    from scipy.optimize import brentq

    def excess(shrinkage: float) -> float:
        """What overfitting of this size would take, above what there is; falls with shrinkage."""
        return (shrinkage - 1) * math.log1p(-cox_snell / shrinkage) - p / patients

    low = cox_snell * (1 + 1e-12)
    shrinkage = float(brentq(excess, low, 1.0, xtol=1e-14, rtol=1e-13)) if excess(low) > 0 else low
    return Expected(
        n=patients,
        parameters=p,
        overall_risk=Z * math.sqrt(share * (1 - share) / patients),
        prediction_error=math.exp(_rare(share) + 0.504 * math.log(p) - 0.544 * math.log(patients)),
        shrinkage=shrinkage,
        optimism=cox_snell * (1 / shrinkage - 1) / top,
        apparent=cox_snell / shrinkage,
        adjusted=cox_snell,
        events_per_parameter=patients * share / p,
    )


def affordable_parameters(
    n: int, outcome_share: float, cox_snell: float, *, targets: Targets = RECOMMENDED
) -> pd.DataFrame:
    """Return how many candidate parameters ``n`` patients can carry, by each criterion.

    Arguments and errors as for :func:`minimum_sample_size`.

    Returns
    -------
    DataFrame
        One row a criterion that counts parameters (the overall risk does not): ``criterion``,
        ``words``, ``target``; ``room``, the number as it comes, and ``parameters``, the whole
        number in it: 0 means not even one.
    """
    import pandas as pd

    patients, share = count(n, "patients", least=2), inside(outcome_share, "outcome share")
    top = room_above(cox_snell, share)
    at_optimism = cox_snell / (cox_snell + targets.optimism * top)
    room: dict[Criterion, float] = {
        "prediction_error": math.exp(
            (math.log(targets.prediction_error) + 0.544 * math.log(patients) - _rare(share)) / 0.504
        ),
        "shrinkage": patients * _overfitting(targets.shrinkage, cox_snell, "shrinkage"),
        "optimism": patients * _overfitting(at_optimism, cox_snell, "optimism"),
    }
    return pd.DataFrame(
        {
            "criterion": list(room),
            "words": [IN_WORDS[name] for name in room],
            "target": [getattr(targets, name) for name in room],
            "room": list(room.values()),
            "parameters": [math.floor(value + 1e-9) for value in room.values()],
        }
    )


# ---- parts ---------------------------------------------------------------------------------------


def _rare(share: float) -> float:
    """The part of the mean error's formula that the data fix (van Smeden 2019)."""
    return -0.508 + 0.259 * math.log(min(share, 1 - share))


def _overfitting(shrinkage: float, cox_snell: float, target: str) -> float:
    """Parameters a patient that bring the shrinkage down to this."""
    if cox_snell / shrinkage >= 1:
        raise DataError(
            f"Cox-Snell R² {cox_snell:g} can't miss the target for {target}: the apparent R² would "
            "reach 1. Ask for more, or expect less of the model."
        )
    return (shrinkage - 1) * math.log1p(-cox_snell / shrinkage)
