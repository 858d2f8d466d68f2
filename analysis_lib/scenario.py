"""What the abstract leaves open, and what the simulated cohort assumes instead.

Each field of :class:`Scenario` is one assumption, with a default, a plausible range and the source
that makes it plausible. Nothing here is a finding about the study.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis_lib.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

REN = "Ren et al., preprint rs-1145358, Table 1"
CANDIDATES = (
    "age_years",
    "sex_male",
    "dialysis_vintage_years",
    "n_glands",
    "max_diameter_mm",
    "calcium",
    "phosphorus",
    "log2_alp",
    "pth_high",
)
"""Candidate predictors, in the order in which the univariable table lists them."""


def _assume(default: Any, low: Any, high: Any, meaning: str, source: str) -> Any:
    return field(
        default=default,
        metadata={"low": low, "high": high, "meaning": meaning, "source": source},
    )


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One set of assumptions; with a seed it fixes a cohort.

    Shares are fractions in [0, 1]; the other units are in the names. DataError names a field that
    lies outside its range, and what the range is.
    """

    n_above: int = _assume(
        40, 28, 43, "patients whose baseline PTH is at or above the cut-off",
        "not stated; series of first treatments have means of 1400 to 2400 pg/mL",
    )  # fmt: skip
    failures_above: int = _assume(
        10, 9, 10, "treatment failures among them",
        "not stated; crude odds ratios near the published one",
    )  # fmt: skip
    failure_per_doubling: float = _assume(
        0.0, 0.0, 1.5,
        "log odds ratio of failure per doubling of PTH on either side of the cut-off; at 0 all "
        "above it are alike, and all below it: a step",
        "not stated; the printed odds ratio says nothing of it",
    )  # fmt: skip
    screening_level: float = _assume(
        0.10, 0.05, 0.20, "p-value below which a candidate enters the multivariable model",
        "not stated; 0.05 to 0.20 are in use",
    )  # fmt: skip
    entering: tuple[str, ...] = _assume(
        ("log2_alp", "n_glands"), None, None,
        "candidates that enter the model besides PTH, in order of entry",
        "not stated; both are plausible predictors, and some adjustment there must have been",
    )  # fmt: skip
    pth_log_sd: float = _assume(
        0.42, 0.30, 0.55, "standard deviation of log PTH at baseline",
        "SD 830 at mean 1865 (Zeng 2020) is about 0.42 on the log scale",
    )  # fmt: skip
    share_male: float = _assume(
        0.58, 0.45, 0.66, "share of men", f"61.7 % ({REN}); 54 % (Zhuo 2019)"
    )
    share_haemodialysis: float = _assume(
        0.83, 0.75, 0.95, "share on haemodialysis", f"81 % ({REN}); 85 % (Kritmetapak 2020)"
    )
    vintage_mean_years: float = _assume(
        7.8, 6.0, 11.0, "mean time on dialysis", f"7.77, SD 3.60 ({REN}); 8.6 (Jofré 2003)"
    )
    share_parathyroidectomy: float = _assume(
        0.60, 0.30, 0.85, "share treated by surgery before, the others by ablation", "not stated"
    )
    share_recurrent: float = _assume(
        0.65, 0.40, 0.85, "share with recurrent rather than persistent disease", "not stated"
    )
    share_microwave: float = _assume(
        0.65, 0.20, 0.90, "share treated with microwaves", "not stated; both are in use"
    )
    diameter_mean_mm: float = _assume(
        16.0, 13.0, 20.0, "mean largest diameter of the largest gland",
        "14.9, SD 5.5, over all glands (Zhuo 2019); 20.3 for the largest (Ren)",
    )  # fmt: skip
    calcium_mean_mmol_l: float = _assume(
        2.50, 2.35, 2.64, "mean corrected calcium at baseline",
        "2.62, SD 0.25 (PMC7248609); lower where calcimimetics are used",
    )  # fmt: skip
    phosphorus_mean_mmol_l: float = _assume(
        2.10, 1.90, 2.30, "mean phosphorus at baseline", "2.23, SD 0.55 (Jofré 2003)"
    )
    alp_median_u_l: float = _assume(
        260.0, 180.0, 420.0, "median alkaline phosphatase at baseline",
        "no mean found; cut-offs of 420 (Kritmetapak 2020), 566 U/L (Zeng 2020) mark high values",
    )  # fmt: skip
    alp_log_sd: float = _assume(
        0.65, 0.45, 0.80, "standard deviation of log alkaline phosphatase", "no source found"
    )
    alp_pth_correlation: float = _assume(
        0.50, 0.30, 0.71, "rank correlation of alkaline phosphatase and PTH at baseline",
        "r = 0.71 (Kritmetapak 2020)",
    )  # fmt: skip
    hypocalcaemia_threshold_mmol_l: float = _assume(
        1.875, 1.75, 2.0, "calcium below which hypocalcaemia is called severe",
        "1.875 (Wei 2020), 1.8 and 2.0 in others; the study's own is not stated",
    )  # fmt: skip
    hypocalcaemia_per_sd_alp: float = _assume(
        0.9, 0.0, 1.5,
        "severe hypocalcaemia per SD of log alkaline phosphatase, complementary log-log scale",
        "associated in Zeng 2020, Ho 2017 and Kritmetapak 2020; size not stated",
    )  # fmt: skip
    hypocalcaemia_per_sd_fall: float = _assume(
        0.5, 0.0, 1.5,
        "severe hypocalcaemia per SD of the log fall in PTH, complementary log-log scale",
        "plausible: hungry bone follows the fall; not found in Ho 2017",
    )  # fmt: skip
    followup_spread: float = _assume(
        0.62, 0.40, 0.80, "standard deviation of log follow-up time", "only the median is stated"
    )
    share_followed_to_end: float = _assume(
        0.80, 0.60, 0.95, "share whose follow-up is to end with the study; fewer do in the rows, "
        "as a short follow-up of an early patient can't end so",
        "not stated; losses, transplants and deaths are usual over years on dialysis",
    )  # fmt: skip
    share_missed: float = _assume(
        0.12, 0.02, 0.30, "share of scheduled visits that were missed", "not stated"
    )
    first_day_fall: float = _assume(
        0.90, 0.80, 0.95, "median share by which PTH has fallen on the first day",
        "1865 to 146 pg/mL after one session (Zeng 2020)",
    )  # fmt: skip
    share_never_controlled: float = _assume(
        0.30, 0.0, 0.6, "share of failures whose PTH never fell to the target",
        "72 % below 300 pg/mL within 7 days (Wei 2020); 903 on day 1 in later failures (Peng)",
    )  # fmt: skip
    pth_end_median_pg_ml: float = _assume(
        130.0, 80.0, 200.0, "median PTH at the end of follow-up where the target is reached",
        "some goals have a lower end; how many were suppressed below it is not stated",
    )  # fmt: skip
    transient_paralyses: int = _assume(
        7, 0, 14, "patients with a nerve paralysis that passed",
        "not stated; voice changes of any duration in 5 to 27 % (chapter 16)",
    )  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse what lies outside the declared ranges."""
        for assumption in dataclasses.fields(self):
            value, low, high = (
                getattr(self, assumption.name),
                assumption.metadata["low"],
                assumption.metadata["high"],
            )
            if low is not None and not (isinstance(value, int | float) and low <= value <= high):
                raise DataError(
                    f"{assumption.name} is {value!r}; its plausible range is {low} to {high} "
                    f"({assumption.metadata['source']})"
                )
        unknown = set(self.entering) - set(CANDIDATES) | ({"pth_high"} & set(self.entering))
        if unknown or len(self.entering) != len(set(self.entering)):
            raise DataError(f"entering {self.entering!r}: take each once, from {CANDIDATES[:-1]}")

    def to_dict(self) -> dict[str, Any]:
        """Return the assumptions as plain data."""
        return {**dataclasses.asdict(self), "entering": list(self.entering)}

    def to_json(self) -> str:
        """Return the assumptions as JSON, one a line."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Scenario:
        """Return the scenario that :meth:`to_json` wrote; DataError for a field that is none."""
        data = json.loads(text)
        unknown = set(data) - {assumption.name for assumption in dataclasses.fields(cls)}
        if unknown:
            raise DataError(f"a scenario has no {', '.join(sorted(unknown))}; see assumptions()")
        return cls(**{**data, "entering": tuple(data.get("entering", cls.entering))})


DEFAULT = Scenario()
SEED = 20261124
"""Scenario and seed of the shipped cohort."""


def assumptions() -> pd.DataFrame:
    """Return every assumption, one a row: name, meaning, default, low, high, source."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"name": assumption.name, "default": assumption.default, **assumption.metadata}
            for assumption in dataclasses.fields(Scenario)
        ]
    )[["name", "meaning", "default", "low", "high", "source"]]


FIXED = (
    ("the cut-off is where sensitivity and specificity add up to the most, and only there; so the "
     "patient with the lowest PTH above it is a failure",
     "a study of primary disease chose its PTH threshold so (Liu Y, Eur Radiol 2022); not stated"),
    ("all candidates but those that enter fail the screening",
     "the abstract names one independent predictor and no others"),
    ("the candidates: age, sex, time on dialysis, glands, largest gland, calcium, phosphorus, "
     "alkaline phosphatase, PTH", "usual in such studies; not stated"),
    ("maximum likelihood, Wald intervals and tests, no missing covariates", "usual; not stated"),
    ("one to four glands a patient, half with one", "174 glands in 102 patients fix the mean only"),
    ("largest diameter log-normal, ellipsoid volume about half of a sphere's",
     "6 to 31 mm (Zhuo 2019)"),
    ("PTH rises with the logarithm of time after the first day, over each patient's own follow-up: "
     "whether treatment fails does not depend on how long one is followed",
     "a slow rise until 24 months (Hu 2019); a rebound after one month (Qian group)"),
    ("calcium is lowest on the first day in a quarter, in the second week in the others, of whose "
     "fall half is there on the first day; half recovered a month later",
     "1.8 to 1.9 mmol/L on day 1 (Zeng 2020); lowest after two weeks (Ho 2017, surgery)"),
    ("phosphorus falls by a quarter to a half within days and returns in part",
     "stable between days 4 and 14 (Ho 2017, surgery)"),
    ("alkaline phosphatase rises for some two weeks, then falls towards normal",
     "rises after surgery (Kang 2015, Ho 2017); falls at once in one ablation series (Hu 2019)"),
    ("the less PTH was brought down, the nearer calcium, phosphorus and alkaline phosphatase come "
     "back to where they were", "plausible: bone and kidney follow PTH; no source read"),
    ("nobody misses the first day or the last visit, and the last visit has a PTH; other visits "
     "are missed by chance alone", "not stated; this is easier than a clinic"),
    ("follow-up ends for all by the end of August 2024", "a year after the last ablation"),
)  # fmt: skip
"""Assumptions that no scenario varies: what, and why."""


Ranges = Mapping[str, tuple[float, float]]
"""Assumption to the lowest and the highest value that it takes."""


def ranges() -> dict[str, tuple[float, float]]:
    """Return the declared range of every assumption that has one."""
    return {
        assumption.name: (assumption.metadata["low"], assumption.metadata["high"])
        for assumption in dataclasses.fields(Scenario)
        if assumption.metadata["low"] is not None
    }


def draw(seed: int, within: Ranges | None = None) -> Scenario:
    """Draw a scenario: each assumption uniform over its range, counts included.

    The columns that enter the model stay as in the default scenario. ``within`` narrows the range
    of the assumptions that it names; each takes one random number whatever its range, so that the
    others stay as they were.

    Raises
    ------
    DataError
        If ``within`` names no assumption with a range, or reaches beyond the declared one.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    whole = ranges()
    for name, (low, high) in (within or {}).items():
        if name not in whole or not whole[name][0] <= low <= high <= whole[name][1]:
            raise DataError(
                f"{name} within {low} to {high}: give an assumption with a range, and a part of "
                f"it, which is {whole.get(name, 'none')}"
            )
    values: dict[str, Any] = {}
    for assumption in dataclasses.fields(Scenario):
        if assumption.name not in whole:
            continue
        low, high = (within or {}).get(assumption.name, whole[assumption.name])
        share = float(rng.random())
        if isinstance(assumption.default, int):
            values[assumption.name] = min(int(high), int(low) + int(share * (high - low + 1)))
        else:
            digits = 3 - math.floor(math.log10(max(abs(high), 1e-9)))
            drawn = round(low + share * (high - low), digits)
            values[assumption.name] = min(high, max(low, drawn))
    return Scenario(**values)
