"""What a standard error says about a study: its power, and how far a finding may mislead.

The question is put the other way round: not what the data say of the effect, but what a study
with this standard error would print if the true effect were so and so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from analysis_lib.errors import CountError, DataError
from analysis_lib.results import Result, number, percent

if TYPE_CHECKING:
    import pandas as pd

NORMAL = NormalDist()


@dataclass(frozen=True, kw_only=True)
class DesignAnalysis(Result):
    """Power and errors of a Wald test of a log odds ratio.

    ``power`` is the probability of a significant result; ``type_s`` that a significant result has
    the wrong direction; ``exaggeration`` (type M) is how many times larger than the truth a
    significant log odds ratio is on average; ``printed_odds_ratio`` is that average as an odds
    ratio; ``smallest_significant`` is the odds ratio below which nothing is significant.
    """

    true_odds_ratio: float
    log_se: float
    level: float
    power: float
    type_s: float
    exaggeration: float
    printed_odds_ratio: float
    smallest_significant: float

    def faces(self) -> dict[str, str]:
        """Format codes: "", "true", "power", "type_s", "exaggeration", "printed", "smallest"."""
        faces = {
            "true": number(self.true_odds_ratio, 1),
            "power": percent(self.power, 0),
            "type_s": percent(self.type_s, 1),
            "exaggeration": number(self.exaggeration, 1),
            "printed": number(self.printed_odds_ratio, 1),
            "smallest": number(self.smallest_significant, 1),
        }
        return faces | {"": f"power {faces['power']}, exaggeration {faces['exaggeration']}"}


def design_analysis(
    true_odds_ratio: float, log_se: float, *, level: float = 0.95
) -> DesignAnalysis:
    """Return power, type S and type M error for a true odds ratio and a standard error.

    Parameters
    ----------
    true_odds_ratio : float
        Above 0 and not 1: with no effect there is no direction to get wrong.
    log_se : float
        Standard error of the log odds ratio, above 0.
    level : float
        A result is significant when its interval at this level leaves out 1.

    Notes
    -----
    Closed form: a significant estimate is a normal variable cut at plus and minus the critical
    value. It takes the standard error as known; with few events the standard error varies with
    the estimate, and the exaggeration may differ.

    Raises
    ------
    DataError
        If an argument lies outside its range.

    References
    ----------
    Gelman A, Carlin J. Perspect Psychol Sci 2014;9:641-651.
    Lu J, Qiu Y, Deng A. Br J Math Stat Psychol 2019;72:1-17.
    """
    if true_odds_ratio <= 0 or true_odds_ratio == 1:
        raise DataError(f"true odds ratio {true_odds_ratio} must be above 0 and not 1")
    if not log_se > 0:
        raise DataError(f"standard error {log_se} must be above 0")
    if not 0 < level < 1:
        raise DataError(f"level {level} lies outside (0, 1); for a 95 % interval give 0.95")
    critical = NORMAL.inv_cdf(0.5 + level / 2)
    effect = math.log(true_odds_ratio)
    ratio = abs(effect) / log_se
    right, wrong = _beyond(critical - ratio), _beyond(critical + ratio)
    power = right + wrong
    mean_size = (
        ratio * (right - wrong) + NORMAL.pdf(critical - ratio) + NORMAL.pdf(critical + ratio)
    ) / power
    exaggeration = mean_size / ratio
    return DesignAnalysis(
        true_odds_ratio=true_odds_ratio,
        log_se=log_se,
        level=level,
        power=power,
        type_s=wrong / power,
        exaggeration=exaggeration,
        printed_odds_ratio=math.exp(effect * exaggeration),
        smallest_significant=math.exp(critical * log_se),
    )


def _beyond(z: float) -> float:
    """Upper tail of the normal distribution, exact far out where 1 - cdf is not."""
    return math.erfc(z / math.sqrt(2)) / 2


def events_per_variable(events: int, non_events: int, max_variables: int) -> pd.DataFrame:
    """Return events per variable for models with one variable up to ``max_variables``.

    The limiting count is the smaller of events and non-events. Columns: ``variables``,
    ``events_per_variable``. The ratio is a rough guide, not a criterion: it ignores the size of
    the effects and how common the outcome is.

    Raises
    ------
    CountError
        If a count is negative, or ``max_variables`` is below 1.

    References
    ----------
    Peduzzi P et al. J Clin Epidemiol 1996;49:1373-1379.
    van Smeden M et al. BMC Med Res Methodol 2016;16:163.
    """
    import pandas as pd

    if min(events, non_events) < 0 or max_variables < 1:
        raise CountError(
            f"{events} events, {non_events} non-events, {max_variables} variables: counts can't be "
            "negative, and a model has at least one variable"
        )
    limiting = min(events, non_events)
    variables = range(1, max_variables + 1)
    return pd.DataFrame(
        {"variables": variables, "events_per_variable": [limiting / k for k in variables]}
    )
