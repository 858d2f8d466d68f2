"""Members in clusters, such as the glands of patients: checked, counted, and drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis_lib.errors import DataError
from analysis_lib.results import Result, number


@dataclass(frozen=True, kw_only=True)
class ClusterSizes(Result):
    """How many members the clusters have.

    ``members`` in ``clusters``; ``singles`` clusters have one member, the largest has
    ``largest``. Three averages, equal where all clusters are of one size: ``mean``, members over
    clusters; ``weighted``, the mean size of the cluster that a member belongs to, which enters
    the design effect; ``anova``, which enters the intracluster correlation. ``cv`` is the
    coefficient of variation of the sizes, with the number of clusters as divisor.
    """

    clusters: int
    members: int
    singles: int
    largest: int
    mean: float
    cv: float
    weighted: float
    anova: float

    def faces(self) -> dict[str, str]:
        """Format codes: "", "mean", "weighted", "cv", "clusters", "members", "singles"."""
        return {
            "": f"{self.members} in {self.clusters} clusters",
            "clusters": str(self.clusters),
            "members": str(self.members),
            "singles": str(self.singles),
            "mean": number(self.mean, 2),
            "weighted": number(self.weighted, 2),
            "cv": number(self.cv, 2),
        }


def cluster_sizes(clusters: Any) -> ClusterSizes:
    """Count the members of each cluster.

    Parameters
    ----------
    clusters : sequence
        To which cluster each member belongs; none may be missing.

    Raises
    ------
    DataError
        If a member has no cluster, or there are fewer than two clusters.

    References
    ----------
    Kish L. Survey sampling. Wiley 1965.
    Donner A, Klar N. Design and analysis of cluster randomization trials. Arnold 2000.
    """
    _, codes = members_of([0.0] * len(list(clusters)), clusters)
    n = np.bincount(codes).astype(float)
    k, total, squares = len(n), n.sum(), (n**2).sum()
    return ClusterSizes(
        clusters=k,
        members=int(total),
        singles=int((n == 1).sum()),
        largest=int(n.max()),
        mean=float(total / k),
        cv=float(n.std() / n.mean()),
        weighted=float(squares / total),
        anova=float((total - squares / total) / (k - 1)),
    )


def extreme_sizes(members: int, clusters: int, *, largest: int) -> tuple[list[int], list[int]]:
    """Return the most even and the most uneven way to share members among clusters.

    Each cluster has at least one and at most ``largest`` members.

    Raises
    ------
    DataError
        If there is no way to share them.
    """
    if not clusters <= members <= clusters * largest:
        raise DataError(
            f"{members} members can't be shared among {clusters} clusters of one to {largest}."
        )
    each, more = divmod(members, clusters)
    even = [each] * (clusters - more) + [each + 1] * more
    full, rest = divmod(members - clusters, largest - 1) if largest > 1 else (0, 0)
    uneven = ([1] * clusters)[: clusters - full - (rest > 0)]
    uneven += [1 + rest] * (rest > 0) + [largest] * full
    return even, uneven


def members_of(values: Any, clusters: Any) -> tuple[Any, Any]:
    """Return the values as floats, and for each the place of its cluster, counted from 0.

    Parameters
    ----------
    values : sequence
        One value a member: a number, or true and false.
    clusters : sequence
        To which cluster each member belongs, such as ``patient_id``.

    Raises
    ------
    DataError
        If the lengths differ, a value or a cluster is missing, a value is no number, or there
        are fewer than two clusters.
    """
    import pandas as pd

    rows = pd.DataFrame({"value": pd.Series(list(values)), "cluster": pd.Series(list(clusters))})
    if len(list(values)) != len(list(clusters)):
        raise DataError(
            f"{len(list(values))} values, but {len(list(clusters))} cluster names; give one each."
        )
    absent = rows.isna().any(axis=1)
    if absent.any():
        raise DataError(
            f"{absent.sum()} of {len(rows)} members have no value or no cluster, the first in "
            f"place {absent.idxmax()}; leave them out, or give them a value, and say which."
        )
    try:
        x = rows["value"].astype(float).to_numpy()
    except (TypeError, ValueError):
        raise DataError("a value is no number; give numbers, or true and false.") from None
    codes, names = pd.factorize(rows["cluster"])
    if len(names) < 2:
        raise DataError(
            f"{len(names)} cluster: nothing can be said about clusters without a second one."
        )
    return x, codes


def refuse_without_pairs(codes: Any) -> None:
    """Refuse clusters of one member each: no two members can be compared within one."""
    if np.bincount(codes).max() < 2:
        raise DataError(
            f"all {len(codes)} clusters have one member: how alike members of a cluster are can't "
            "be seen. Members are then independent; use analysis_lib.proportions.interval."
        )


def refuse_without_variation(x: Any) -> None:
    """Refuse values that are all the same."""
    if np.ptp(x) == 0:
        raise DataError(
            f"all {len(x)} members have the value {x[0]:g}: without variation there is no "
            "correlation within clusters, and no variance to widen. If nothing failed, assume a "
            "correlation and use analysis_lib.zero_events.upper_limit_in_clusters."
        )


def resampled(clusters: int, *, resamples: int, seed: int) -> Any:
    """Return how often each cluster is drawn, one row a resample: clusters with replacement."""
    if resamples < 200:
        raise DataError(f"{resamples} resamples give no interval; take 2000, at least 200.")
    rng = np.random.default_rng(seed)
    return rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples).astype(float)
