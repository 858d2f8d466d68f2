"""Do printed figures agree with each other? Arithmetic on rounded numbers, exactly.

A printed number stands for every number that rounds to it. Both ends of that range are counted
in, since authors differ in how they round a half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from analysis_lib.errors import CountError, DataError, ImpossiblePercentageError
from analysis_lib.results import Result, p_value, span

Range = tuple[float, float]
Point = tuple[float, float]


def rounding_range(printed: str) -> tuple[Fraction, Fraction]:
    """Return the smallest and the largest number that print like this ("87.3": 87.25 to 87.35).

    DataError if the text is no decimal number.
    """
    try:
        value = Fraction(printed)
    except (ValueError, ZeroDivisionError):
        raise DataError(
            f"{printed!r} is no printed decimal number; give its digits as text, e.g. '87.3'"
        ) from None
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
    return value - half, value + half


def counts_for_percentage(printed: str, n: int) -> tuple[int, ...]:
    """Return every whole number of events out of ``n`` whose percentage prints like this.

    Parameters
    ----------
    printed : str
        The percentage as printed, its decimals kept: "87.3", "1.0".
    n : int
        Denominator, at least 1.

    Returns
    -------
    tuple of int
        One count or more, in ascending order.

    Raises
    ------
    CountError
        If ``n`` is below 1.
    ImpossiblePercentageError
        If no count gives the percentage; the message names the two nearest ones.

    References
    ----------
    Brown NJL, Heathers JAJ. The GRIM test. Soc Psychol Personal Sci 2017;8:363-369 (the same
    idea for means of whole numbers).
    """
    if n < 1:
        raise CountError(f"denominator {n} is below 1; give the number of patients assessed")
    low, high = rounding_range(printed)
    counts = range(max(0, math.ceil(low * n / 100)), min(n, math.floor(high * n / 100)) + 1)
    if not counts:
        below = min(n - 1, max(0, math.floor(low * n / 100)))
        near = " and ".join(f"{k}/{n} = {100 * k / n:.3f} %" for k in (below, below + 1))
        raise ImpossiblePercentageError(
            f"no count out of {n} gives {printed} %; the nearest are {near}. "
            "Check the denominator: patients may be missing from it."
        )
    return tuple(counts)


def fractions_for_percentage(printed: str, n_min: int, n_max: int) -> list[tuple[int, int]]:
    """Return every (events, n) with ``n`` in the given range whose percentage prints like this."""
    found = []
    for n in range(n_min, n_max + 1):
        try:
            found += [(events, n) for events in counts_for_percentage(printed, n)]
        except ImpossiblePercentageError:
            continue
    return found


def share_of_possible_percentages(n: int, decimals: int) -> float:
    """Return which share of all percentages with so many decimals ``n`` patients can give at all.

    A check that nothing could fail says nothing: the smaller this share, the more a percentage
    that does fit is worth.
    """
    scale: int = 100 * 10**decimals
    printed = {math.floor(Fraction(k * scale, n) + Fraction(1, 2)) for k in range(n + 1)}
    return len(printed) / (scale + 1)


@dataclass(frozen=True, kw_only=True)
class WaldRegion(Result):
    """All pairs (log odds ratio, standard error) that would be printed as the paper prints.

    ``vertices`` are the corners of a convex polygon, counter-clockwise; none if the printed
    figures contradict each other. ``level`` is that of the interval.
    """

    vertices: tuple[Point, ...]
    level: float

    @property
    def consistent(self) -> bool:
        """Whether any pair fits."""
        return bool(self.vertices)

    @property
    def odds_ratio(self) -> Range:
        """Smallest and largest odds ratio that fit; not-a-number when none does."""
        low, high = self._extent([b for b, _ in self.vertices])
        return math.exp(low), math.exp(high)

    @property
    def standard_error(self) -> Range:
        """Smallest and largest standard error of the log odds ratio that fit."""
        return self._extent([s for _, s in self.vertices])

    @property
    def z(self) -> Range:
        """Smallest and largest ratio of estimate to standard error.

        The ratio runs monotonically along an edge, so that the corners hold its extremes.
        """
        return self._extent([b / s for b, s in self.vertices])

    @property
    def p_value(self) -> Range:
        """Smallest and largest two-sided p-value of the Wald test."""
        low, high = sorted(abs(z) for z in self.z)
        return math.erfc(high / math.sqrt(2)), math.erfc(low / math.sqrt(2))

    @property
    def area(self) -> float:
        """Area of the polygon."""
        shifted = self.vertices[1:] + self.vertices[:1]
        return (
            sum(
                x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(self.vertices, shifted, strict=True)
            )
            / 2
        )

    @property
    def centre(self) -> Point:
        """Mean of the corners: a typical pair that fits."""
        k = len(self.vertices) or math.nan
        return sum(b for b, _ in self.vertices) / k, sum(s for _, s in self.vertices) / k

    def _extent(self, values: list[float]) -> Range:
        return (min(values), max(values)) if values else (math.nan, math.nan)

    def faces(self) -> dict[str, str]:
        """Format codes: "", "or", "se", "p"."""
        low, high = self.p_value
        faces = {
            "or": span(*self.odds_ratio, 2),
            "se": span(*self.standard_error, 3),
            "p": f"{p_value(low)} to {p_value(high)}",
        }
        return faces | {"": f"odds ratio {faces['or']}, standard error {faces['se']}"}


def wald_region(
    estimate: str, lower: str, upper: str, *, p: str | None = None, level: float = 0.95
) -> WaldRegion:
    """Return every log odds ratio and standard error that round to what is printed.

    Assumes a Wald interval and a Wald test: estimate plus or minus a multiple of its standard
    error on the log scale. Each printed figure then gives two straight lines in the plane of log
    odds ratio and standard error, and the answer is the polygon between them. An empty polygon
    says that the figures contradict each other, or that they are not Wald figures.

    Parameters
    ----------
    estimate, lower, upper, p : str
        Odds ratio, its limits and its two-sided p-value, digits as printed.
    level : float
        Confidence level of the interval, in (0, 1).

    Raises
    ------
    DataError
        If a figure is no number, a limit can round to zero, or the odds ratio rounds to 1, where
        its direction is unknown.
    """
    from statistics import NormalDist

    if not 0 < level < 1:
        raise DataError(f"level {level} lies outside (0, 1); for a 95 % interval give 0.95")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    logs = {
        name: _log_range(text)
        for name, text in (("estimate", estimate), ("lower", lower), ("upper", upper))
    }
    if logs["estimate"][0] <= 0 <= logs["estimate"][1]:
        raise DataError(f"odds ratio {estimate} may be 1: its direction is unknown")
    lines: list[tuple[float, float, float]] = []  # (u, v, w): u * b + v * s <= w
    for name, slope in (("estimate", 0.0), ("lower", -z), ("upper", z)):
        low, high = logs[name]
        lines += [(-1.0, -slope, -low), (1.0, slope, high)]
    if p is not None:
        sign = math.copysign(1.0, logs["estimate"][0])
        p_low, p_high = (float(end) for end in rounding_range(p))
        z_low = -NormalDist().inv_cdf(min(p_high, 1.0) / 2)
        lines.append((-sign, z_low, 0.0))
        if p_low > 0:
            lines.append((sign, NormalDist().inv_cdf(p_low / 2), 0.0))
    # A box that holds whatever the first two lines leave: no interval here is that wide.
    b_low, b_high = logs["estimate"]
    corners = [(b_low, 0.0), (b_high, 0.0), (b_high, 100.0), (b_low, 100.0)]
    for line in lines:
        corners = _cut(corners, line)
    return WaldRegion(vertices=tuple(corners), level=level)


def _log_range(printed: str) -> Range:
    low, high = rounding_range(printed)
    if low <= 0:
        raise DataError(f"{printed} may stand for zero, which no odds ratio or limit can be")
    return math.log(low), math.log(high)


def _cut(corners: list[Point], line: tuple[float, float, float]) -> list[Point]:
    """Cut a convex polygon along a line and keep the side where u * b + v * s <= w."""
    u, v, w = line
    kept: list[Point] = []
    for (b0, s0), (b1, s1) in zip(corners, corners[1:] + corners[:1], strict=True):
        over0, over1 = u * b0 + v * s0 - w, u * b1 + v * s1 - w
        if over0 <= 0:
            kept.append((b0, s0))
        if over0 * over1 < 0:
            t = over0 / (over0 - over1)
            kept.append((b0 + t * (b1 - b0), s0 + t * (s1 - s0)))
    return kept


def plug_in_p_value(estimate: str, lower: str, upper: str, *, level: float = 0.95) -> float:
    """Return the two-sided Wald p-value that the printed digits give, taken as exact.

    The standard error is a half of the interval's width on the log scale, over the critical value.
    """
    from statistics import NormalDist

    width = math.log(float(upper) / float(lower))
    z = 2 * math.log(float(estimate)) / width * NormalDist().inv_cdf(0.5 + level / 2)
    return math.erfc(abs(z) / math.sqrt(2))


def geometric_centre(lower: str, upper: str) -> Range:
    """Return the range of odds ratios in the middle of the limits, on the log scale.

    A Wald interval has its estimate there; a printed estimate outside this range belongs to
    another kind of interval.
    """
    ends = [_log_range(lower), _log_range(upper)]
    return (
        math.exp((ends[0][0] + ends[1][0]) / 2),
        math.exp((ends[0][1] + ends[1][1]) / 2),
    )
