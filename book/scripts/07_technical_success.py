# ---
# jupyter:
#   # Generated from book/chapters/07_technical_success.md by `make pairs`. Edit that, not this.
#   jupytext:
#     cell_metadata_filter: all
#     notebook_metadata_filter: kernelspec,jupytext,myst,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# (technical-success)=
# # 7 · What does a complete technical success tell?

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

from analysis_lib import cohort, consistency, verify
from analysis_lib.clustered_proportions import (
    clustered_interval,
    observed_design_effect,
)
from analysis_lib.clustering import (
    design_effect,
    effective_members,
    intracluster_correlation,
)
from analysis_lib.clusters import cluster_sizes
from analysis_lib.errors import DataError
from analysis_lib.figures import glands as pictures
from analysis_lib.figures.estimates import estimates
from analysis_lib.glands import (
    LARGE_MM,
    MOST_GLANDS,
    limits_by_correlation,
    readings_of_success,
)
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.proportions import interval
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import level_text, percent
from analysis_lib.tables import table
from analysis_lib.zero_events import upper_limit

patients = claim("cohort_participants").count
glands = claim("cohort_glands").count
(reached,) = consistency.counts_for_percentage(
    claim("target_reached").value, patients
)
by_patient = upper_limit(patients, method="exact", denominator="patients")
by_gland = upper_limit(glands, method="exact", denominator="glands")
shipped = cohort.load()

# %% tags=["hide-input"]
show(
    say(
        """
        A technical success of {success} says that no failure was seen. It does not say that none
        can happen. No failure in {by_patient:n} patients excludes, at a level of {level}, only that
        more than {by_patient:upper} fail. For {by_gland:n} glands the limit is {by_gland:upper},
        provided that the glands of a patient fail independently of each other; if they share a
        fate, and all patients run the same risk, it lies between the two. The abstract does not say what was counted,
        how, or when. And a gland destroyed is not a target reached: that was {target}.
        """,
        id="07-in-plain-words",
        status="derived",
        box="In plain words",
        success=claim("technical_success"),
        by_patient=by_patient,
        by_gland=by_gland,
        level=level_text(by_patient.level),
        target=claim("target_reached"),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** interval, variance; [what the study published](#adds-up)
# - **You will be able to:** give an upper limit for what was not seen; ask for the denominator of a
#   percentage; say what glands of one patient cost in certainty; tell technical from clinical success
# - **Data:** published figures for the limits; simulated glands, built to fit the published figures,
#   for what needs rows
# :::
#
# ## What was published

# %% tags=["hide-input"]
show(
    printed(
        [
            "technical_success",
            "cohort_participants",
            "cohort_glands",
            "target_reached",
        ],
        id="07-claims",
        caption="What does the abstract print on technical success?",
    )
)

# %% [markdown]
# Technical success is one of the secondary endpoints of the study {cite:p}`index`. Its definition,
# the time at which it was judged, its denominator and the counting of sessions are not stated.
#
# ## The data
#
# The limits below need two counts only, and both are printed. What needs rows is shown on the simulated
# cohort: who has how many glands, how large they are, who had a second session.

# %%
people = cohort.analysis_frame(shipped)
rows = shipped.glands.dropna(subset=["max_diameter_mm"])
owner = rows["patient_id"]
sizes = cluster_sizes(owner)
shares = people.groupby("n_glands", as_index=False).agg(
    patients=("patient_id", "size"),
    glands=("n_glands", "sum"),
    again=("sessions", lambda sessions: int((sessions > 1).sum())),
)

# %% tags=["hide-input"]
show(
    table(
        shares,
        {
            "n_glands": "Glands of a patient",
            "patients": "Patients",
            "glands": "Glands",
            "again": "Patients with a second session",
        },
        id="07-glands",
        status="simulated",
        caption="How are the glands shared among the simulated patients?",
        notes=["Glands are those that were treated."],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {sizes:singles} of {sizes:clusters} patients have one gland. Only
        the total of {sizes:members} glands is published; how they are shared is an assumption of
        Chapter 3. So is the second session, which only patients with several glands could be given,
        with a chance that grows with their number. Diameters are missing for {missing} glands. Every gland is
        ablated completely: it was built so.
        """,
        id="07-glands-say",
        status="simulated",
        sizes=sizes,
        missing=len(shipped.glands) - len(rows),
    )
)

# %% [markdown]
# ## Method
#
# 1. **The denominator first.** A percentage counts something. Patients, glands and sessions give
#    different percentages of the same treatment.
# 2. **An upper limit for what was not seen.** If a share $p$ fails, nobody of $n$ fails with a chance
#    of $(1 - p)^n$. The exact limit is the share at which this chance is down to $0.05$. Three
#    divided by $n$ comes close to it {cite:p}`hanley1983`. All of the doubt lies on one side, so the
#    limit is one-sided; a two-sided interval spends half of it on a lower limit that is zero anyway.
# 3. **A prior instead.** A beta distribution says what was believed before. The data turn it into a
#    posterior, and its quantile is the limit. With no event, the prior decides a good deal.
# 4. **Glands in patients.** Glands of one patient share the disease, the neck and the operator. The
#    *intracluster correlation* says how alike they are: zero if no more than glands of different
#    patients, one if they all share one fate. It is estimated by analysis of variance, for a size as for
#    a yes or no {cite:p}`ridout1999`.
# 5. **What it costs.** The *design effect* $1 + (m - 1)\rho$ multiplies the variance. Here $\rho$ is
#    the correlation and $m$ the mean number of glands of the patient whom a gland belongs to: with $m_i$
#    glands in patient $i$ it is $m = \sum m_i^2 / \sum m_i$. If all patients have as many glands, $m$
#    is that number; if not, $m$ is larger than the mean {cite:p}`eldridge2006`.
# 6. **Without a failure** no correlation can be estimated. It has to be assumed. If failures are
#    beta-binomial within patients {cite:p}`skellam1948`, the chance of none is known for any
#    correlation: for one gland $1 - p$, for two of a patient $(1 - p)(1 - p(1 - \rho))$, and so on.
#    The exact limit follows from it as before.
# 7. **Intervals that respect the patients.** The *ratio estimator* divides events by glands, and takes
#    its variance from patients. The *cluster bootstrap* draws patients, with all their glands.
#    *Generalised estimating equations* (GEE) estimate the share and the correlation together
#    {cite:p}`liang1986`.
#
# A gland without an outcome is refused by all of these. Leave it out, or count it as a failure, and say
# which.
#
# *When not to use it:* where a failure could not have been seen. A limit for what was not seen
# presupposes that everybody was looked at in a way that would have shown it.
#
# ## Result
#
# ### What may still be true if no failure was seen?

# %%
members = {"patients": patients, "glands": glands}
one_sided = {
    "Rule of three": {"method": "rule_of_three"},
    "Exact": {"method": "exact"},
    "Bayes, uniform prior": {"method": "bayes", "prior": (1, 1)},
    "Bayes, Jeffreys prior": {"method": "bayes", "prior": (0.5, 0.5)},
}
limits = {
    name: {
        unit: upper_limit(n, denominator=unit, **how)
        for unit, n in members.items()
    }
    for name, how in one_sided.items()
}

# %%
two_sided = {"Exact, two-sided": "exact", "Wilson, two-sided": "wilson"}
limits |= {
    name: {
        unit: interval(0, n, method=method, denominator=unit)
        for unit, n in members.items()
    }
    for name, method in two_sided.items()
}

# %% tags=["hide-input"]
frame = pd.DataFrame(
    [
        {
            "method": name,
            "patients": found["patients"],
            "glands": found["glands"],
        }
        for name, found in limits.items()
    ]
)
show(
    table(
        frame,
        {
            "method": "Method",
            "patients": f"None of {patients} patients",
            "glands": f"None of {glands} glands",
        },
        faces=dict.fromkeys(members, lambda found: percent(found.upper, 2)),
        id="07-limits",
        status="derived",
        caption="How large may the share of failures still be?",
        notes=[
            f"Upper limits at a level of {level_text(by_patient.level)}.",
            "One-sided unless it says two-sided. Glands are taken as independent here.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        If patients were counted, up to {exact:upper} may fail: one in {one_in:.0f}. The rule of
        three needs no computer and gives nearly the same; so does a uniform prior. The prior of
        Jeffreys gives {jeffreys:upper}: it holds shares near zero for likely
        from the start, and without a failure nothing speaks against it. A two-sided interval has
        a higher end for the same level. If glands were counted, all limits are lower, because there
        are more of them. Is that more knowledge? Only if the
        glands of a patient are independent.
        """,
        id="07-limits-say",
        status="derived",
        exact=limits["Exact"]["patients"],
        one_in=1 / limits["Exact"]["patients"].upper,
        jeffreys=limits["Bayes, Jeffreys prior"]["patients"],
    )
)

# %% [markdown]
# ### What if the glands of a patient share a fate?
#
# One would like to estimate how alike they are. Where nothing failed, that is refused.

# %%
try:
    intracluster_correlation(
        shipped.glands["complete_ablation"],
        shipped.glands["patient_id"],
        denominator="glands",
        seed=7,
    )
except DataError as error:
    refusal = error

# %% tags=["hide-input"]
show(
    say(
        """
        The answer is: *{refusal}*. This holds for the glands of the study as for the simulated
        ones. So the correlation is assumed, from zero to one.
        """,
        id="07-refusal",
        status="simulated",
        refusal=str(refusal).split(". ")[0],
    )
)

# %%
by_correlation = limits_by_correlation(
    glands, patients, correlations=np.linspace(0, 1, 21).round(2)
)
show(
    pictures.limit_by_correlation(
        by_correlation,
        patients=by_patient,
        glands=by_gland,
        id="07-correlation",
        status="derived",
        caption="How large may the share of failed glands be, if glands of a "
        "patient are alike?",
    )
)

# %% tags=["hide-input"]
gap = by_correlation["uneven"] - by_correlation["even"]
show(
    say(
        """
        The limit runs from that of {by_gland:n} glands to that of {by_patient:n} patients, and
        stays in that range for every correlation from zero to one, as long as all patients run the
        same risk. If all glands of a patient share one fate, a second gland tells
        nothing new, and only the patients count. How the glands are shared among the patients is
        not stated: evenly, or single ones in most and many in a few. If nobody had more than {most} glands treated, it moves the limit by at most {gap:.2f}
        percentage points. Whoever prints the limit of the glands alone has assumed a correlation
        of zero. The cautious choice is that of the patients.
        """,
        id="07-correlation-says",
        status="derived",
        by_gland=by_gland,
        by_patient=by_patient,
        most=MOST_GLANDS,
        gap=100 * float(gap.max()),
    )
)

# %% [markdown]
# ### How alike are the glands of one patient?
#
# To see what clustering does, one needs an outcome that varies. Size is one. Glands above 1.7 cm were
# a risk factor for palsy of the recurrent laryngeal nerve in another series {cite:p}`wei2024`.

# %%
above = LARGE_MM
show(
    pictures.sizes_in_patients(
        rows,
        above=above,
        id="07-sizes",
        status="simulated",
        caption="Are the glands of one patient alike in size? Orange diamonds: "
        "above the dashed line.",
    )
)

# %%
large = rows["max_diameter_mm"] > above
alike = {
    name: intracluster_correlation(values, owner, denominator="glands", seed=7)
    for name, values in (("size", rows["max_diameter_mm"]), ("large", large))
}

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the correlation of diameters within patients is {size}; that of
        being large is {large}. Neither is a finding, and the second is too high, as the next
        section shows. The largest gland of each patient was drawn from a
        log-normal distribution, and each further gland was made a random part of it. So glands of
        one patient are alike, and further glands are smaller. What real glands do is not in the
        abstract.
        """,
        id="07-sizes-say",
        status="simulated",
        size=alike["size"],
        large=alike["large"],
    )
)

# %% [markdown]
# ### What does it do to an interval?

# %%
naive = interval(
    int(large.sum()), len(large), method="wilson", denominator="glands"
)
aware = {
    method: clustered_interval(
        large, owner, method=method, denominator="glands", seed=7
    )
    for method in ("ratio", "bootstrap", "gee")
}

# %%
labelled = {
    "Naive (Wilson)": naive,
    "Ratio estimator": aware["ratio"],
    "Bootstrap": aware["bootstrap"],
    "GEE": aware["gee"],
}
shown = pd.DataFrame(labelled.values()).assign(label=list(labelled))
shown["group"] = np.where(
    shown["method"].eq(naive.method), "Glands independent", "Glands in patients"
)

# %%
show(
    estimates(
        shown,
        id="07-intervals",
        status="simulated",
        caption="Which share of glands is large, and how sure is that?",
        xlabel=f"Glands above {above:.0f} mm, %",
        scale="percent",
        heading="Share (interval)",
        carry=["method", "events", "n"],
    )
)

# %%
expected = design_effect(sizes.weighted, alike["large"].estimate)
observed = observed_design_effect(large, owner)
independent = effective_members(sizes.members, observed)
several = owner.map(owner.value_counts()).gt(1)
among = intracluster_correlation(
    large[several], owner[several], denominator="glands", seed=7
).estimate
mended = design_effect(sizes.weighted, among)
wider = (aware["ratio"].upper - aware["ratio"].lower) / (
    naive.upper - naive.lower
)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {naive:percent} of glands are large. The intervals that know of
        the patients are wider; that of the ratio estimator by {wider:percent0}. From the correlation one
        expects a design effect of {expected:.2f}; seen in the variance itself it is
        {observed:.2f}. The correlation was too high: single glands are more often large here, and
        analysis of variance takes that gap between patients for likeness within them. Among
        patients with several glands it is {among:.2f}, and with that the formula gives
        {mended:.2f}. So {sizes:members} glands tell about as much as {independent:.0f} independent ones. The effect
        is modest because so many patients have a single gland. GEE gives a slightly higher share,
        because it gives patients with many glands less weight than their glands would have; more on
        that below.
        """,
        id="07-intervals-say",
        status="simulated",
        naive=naive,
        wider=wider - 1,
        expected=expected,
        observed=observed,
        among=among,
        mended=mended,
        sizes=sizes,
        independent=independent,
    )
)

# %% [markdown]
# ### What if a second session counts?
#
# A second session can mean two things. The sides of the neck may have been treated on two days, as
# planned. Or the first session left something behind. In the second case, success *after the first
# session* is lower. Terminology for tumour ablation keeps them apart: primary efficacy is what the
# first course achieves, secondary efficacy includes repeated ablation {cite:p}`ahmed2014`.

# %%
readings = readings_of_success(shipped)
readings["result"] = [
    interval(row.events, row.n, method="exact", denominator=row.denominator)
    for row in readings.itertuples()
]
readings["count"] = [format(found, "count") for found in readings["result"]]
readings["share"] = [format(found, "percent") for found in readings["result"]]

# %% tags=["hide-input"]
show(
    table(
        readings,
        {
            "reading": "Success is counted in",
            "count": "Successes",
            "share": "Share",
        },
        carry=["denominator", "sessions", "events", "n", "left_out"],
        id="07-sessions",
        status="simulated",
        caption="How high is technical success, by how sessions are counted?",
        notes=[
            "After the first session: a second session is taken as a sign that the first left "
            "something. Sessions are recorded by patient, so for glands there is a range: one "
            "gland was left, or all of the patient's.",
        ],
    )
)

# %% tags=["hide-input"]
counted = readings["result"].tolist()
show(
    say(
        """
        {again} patients of this simulated cohort had a second session. Counted after the first,
        {first:percent} of patients would be a success, and between {least:percent} and
        {most:percent} of glands: with the same treatment and the same patients. How often it was
        repeated in the study is not in the abstract; here it is an assumption.
        """,
        id="07-sessions-say",
        status="simulated",
        again=counted[0].events - counted[1].events,
        first=counted[1],
        least=counted[4],
        most=counted[3],
    )
)

# %% [markdown]
# ### Did success of the needle mean success of the treatment?
#
# No rows are needed for this table. If technical success was complete, in patients or in glands,
# whoever missed the target was a technical success.

# %%
crossed = pd.DataFrame(
    {
        "technical": ["yes", "no"],
        "reached": [reached, 0],
        "missed": [patients - reached, 0],
    }
)

# %% tags=["hide-input"]
show(
    table(
        crossed,
        {
            "technical": "Technical success",
            "reached": "Target reached",
            "missed": "Target missed",
        },
        id="07-crossed",
        status="derived",
        caption="Did technical success go with the target PTH?",
        notes=[
            f"Patients, {patients} in all. The counts follow from "
            f"{claim('technical_success')} and {claim('target_reached')}; "
            "the simulated cohort gives the same table.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        All {missed} patients who missed the target count as technical successes. With an empty
        row there is nothing to compare: technical success tells nothing about who will reach the
        target. It may be needed. It is not enough.
        """,
        id="07-crossed-says",
        status="derived",
        missed=patients - reached,
    )
)

# %% [markdown]
# The gap is not special to this study. A series of primary disease defined technical success as
# complete ablation on contrast-enhanced ultrasound right afterwards. It reports that for all beside a
# clinical success in fewer than two thirds, and leaves the denominator of the latter open
# {cite:p}`ni2021`.
#
# What a full percentage may hide, whatever its denominator:
#
# - **Definition and time.** "No enhancement left" right afterwards is one thing, the same a month later
#   is another, and shrinkage is something else again. A later look can find what an early one can't.
# - **Treated and present glands.** A gland that was not seen, or was left because it lay on the nerve, is
#   in no denominator.
# - **Who was chosen.** Patients in whom ablation looked difficult may have gone to surgery.
# - **Procedures that were stopped.** Whether these count is a matter of definition.
# - **Technical and clinical.** The endpoint of the patient is PTH: see
#   [Chapter 5](#target-reached).
#
# ## Against the paper

# %% tags=["hide-input"]
proof = verify.verify(shipped)
show(
    against_the_paper(
        [
            *from_verification(
                proof,
                only=[
                    "technical_success",
                    "cohort_participants",
                    "cohort_glands",
                ],
            ),
            cannot_compare(
                "technical_success",
                "not stated",
                quantity="what technical success counts",
                ours=f"{patients} patients or {glands} glands",
                reason="both give the printed percentage",
            ),
            cannot_compare(
                "technical_success",
                "not stated",
                quantity="its definition and time",
                reason="in the simulated cohort: no enhancement left in any treated gland",
                status="simulated",
            ),
            cannot_compare(
                "technical_success",
                "not stated",
                quantity="how sessions were counted",
                ours=f"{counted[1]:percent} after the first",
                reason="patients, if a second session means that the first left something",
                status="simulated",
            ),
            cannot_compare(
                "technical_success",
                "not stated",
                quantity="an interval for technical success",
                ours=f"at least {percent(1 - by_patient.upper)}",
                reason="exact and one-sided, patients; of glands more, if they are independent",
            ),
        ],
        id="07-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# The cohort was built so that every gland is a success. That it finds so proves nothing.
#
# ## What could change it
#
# ### One failure that went unseen

# %%
# The upper end of a two-sided 90 % interval is the one-sided limit at 95 %.
overlooked = pd.DataFrame({"failures": [0, 1, 2]})
for unit, n in members.items():
    overlooked[unit] = [
        interval(failures, n, method="exact", denominator=unit, level=0.9)
        for failures in overlooked["failures"]
    ]

# %% tags=["hide-input"]
show(
    table(
        overlooked,
        {
            "failures": "Failures after all",
            "patients": f"Limit, of {patients} patients",
            "glands": f"Limit, of {glands} glands",
        },
        faces={"patients": "upper", "glands": "upper"},
        id="07-overlooked",
        status="derived",
        caption="What if a failure was not seen, or was left out?",
        notes=["Exact upper limits, one-sided at the level used above."],
    )
)

# %% tags=["hide-input"]
one = overlooked.loc[1, "patients"]
show(
    say(
        """
        A single overlooked failure raises the limit from {none:upper} to {one:upper} of patients.
        At the end of the scale one patient matters: the strength of the claim rests on how
        carefully failures were looked for.
        """,
        id="07-overlooked-says",
        status="derived",
        none=by_patient,
        one=one,
    )
)

# %% [markdown]
# ### Only some patients at risk

# %%
many = shares[shares["n_glands"] >= 3]
of_them = upper_limit(
    int(many["patients"].sum()), method="exact", denominator="patients"
)
of_all_glands = of_them.upper * float(many["glands"].sum()) / glands

# %% tags=["hide-input"]
show(
    say(
        """
        So far every patient ran the same risk. Suppose that in this simulated cohort only the
        {of_them:n} patients with three or more glands could fail, each with all glands at once.
        No failure in {of_them:n} leaves a limit of {of_them:upper} of them, which is
        {of_all_glands:percent} of all glands: beyond the {by_patient:upper} that was the limit of
        patients. A percentage without failures can't tell who was at risk.
        """,
        id="07-some-at-risk",
        status="simulated",
        of_them=of_them,
        of_all_glands=of_all_glands,
        by_patient=by_patient,
    )
)

# %% [markdown]
# ### Whose share is it?
#
# Glands weigh the same in one question, patients in another. If patients with many glands have
# other glands than those with one, the answers differ, and no method is wrong: they estimate
# different things {cite:p}`williamson2003`.

# %%
per_patient = large.groupby(owner).any()
whose = {
    "a gland": aware["ratio"],
    "a gland, by GEE": aware["gee"],
    "a gland of a random patient": clustered_interval(
        large, owner, method="cluster_mean", denominator="glands"
    ),
    "at least one gland of a patient": interval(
        int(per_patient.sum()),
        len(per_patient),
        method="wilson",
        denominator="patients",
    ),
}

# %%
show(
    estimates(
        pd.DataFrame(whose.values()).assign(label=list(whose)),
        id="07-whose",
        status="simulated",
        caption="Four questions about large glands: how often is it large?",
        xlabel=f"Above {above:.0f} mm, %",
        scale="percent",
        heading="Share (interval)",
        carry=["method", "denominator", "events", "n"],
    )
)

# %% tags=["hide-input"]
alone = owner.map(owner.value_counts()).eq(1)
show(
    say(
        """
        In this simulated cohort a gland is large in {gland:percent}, a gland of a randomly chosen
        patient in {random:percent}, and {any:percent} of patients have at least one. Single glands
        are large in {single:percent}, those that have company in {company:percent}: the
        simulation made every further gland smaller than the first. A paper that prints one of these
        without its question can't be compared with another.
        """,
        id="07-whose-says",
        status="simulated",
        gland=whose["a gland"],
        random=whose["a gland of a random patient"],
        any=whose["at least one gland of a patient"],
        single=float(large[alone].mean()),
        company=float(large[~alone].mean()),
    )
)

# %% [markdown]
# ## Limits
#
# The upper limits take every member as at the same risk, and as a random draw from those to be
# treated. A retrospective series of chosen patients is neither. The study was done in several centres
# {cite:p}`index`: patients of one operator may share a fate as glands of one patient do, and with the
# centres not stated nothing can be done about it. The beta-binomial model is one way to turn a
# correlation into a chance; for up to two glands a patient every other way gives the same limit, for more it
# need not. The correlations of sizes, the sharing of glands and the second sessions are those of the simulation. The
# bootstrap interval of a correlation is rough where half of the patients have a single gland, as such
# patients say nothing about likeness within.
#
# ## Try it
#
# 1. **Recall.** Why do two hundred glands without failure tell less than two hundred patients?
# 2. **Apply.** How many patients without a failure would it take to exclude, by the exact one-sided limit,
#    that one in a hundred fails?
# 3. **Criticise.** Somebody assumes a correlation of one, divides the glands by the design effect, and
#    finds a limit above that of the patients. What went wrong?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
rare = 0.01
enough = next(
    n
    for n in range(1, 10_000)
    if upper_limit(n, method="exact", denominator="patients").upper <= rare
)
left = effective_members(sizes.members, design_effect(sizes.weighted, 1))
too_high = upper_limit(round(left), method="exact", denominator="glands")
show(
    say(
        """
        1. Glands of one patient may share a fate. If they do so fully, only their patients count.
        2. {enough} patients. The rule of three would have said {rule:.0f}.
        3. With the sizes of this simulated cohort {glands} glands shrink to {left}, fewer than
           the {patients} patients, and the limit is {too_high:upper} instead of
           {by_patient:upper}. The design effect is about the variance of a share in which each
           gland weighs the same. That wastes information if glands of a patient are copies of each
           other. The exact limit counts each patient once.
        """,
        id="07-solutions",
        status="simulated",
        box="Solutions",
        enough=enough,
        rule=3 / rare,
        glands=sizes.members,
        left=round(left),
        patients=patients,
        too_high=too_high,
        by_patient=by_patient,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - No failure in {by_patient:n} patients is compatible with a true share of failures of up to
          {by_patient:upper}. Print the denominator, and an upper limit for what was not seen.
        - Counted in glands the limit is {by_gland:upper}, if they are independent. If they share a
          fate, and all patients run the same risk, it lies between the two, and the data can't say
          where.
        - {missed} patients missed the target in spite of technical success: it is no clinical
          success.
        """,
        id="07-take-away",
        status="derived",
        box="Take away",
        by_patient=by_patient,
        by_gland=by_gland,
        missed=patients - reached,
    )
)
