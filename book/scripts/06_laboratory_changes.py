# ---
# jupyter:
#   # Generated from book/chapters/06_laboratory_changes.md by `make pairs`. Edit that, not this.
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
# (laboratory-changes)=
# # 6 · What happened to PTH, calcium, phosphorus and alkaline phosphatase?

# %% tags=["hide-input"]
import math

import numpy as np
import pandas as pd

from analysis_lib import change, cohort, verify
from analysis_lib.contradictions import SUFFIXES
from analysis_lib.effect_size import effect_sizes, smallest_significant
from analysis_lib.figures import regression_to_mean as pictures
from analysis_lib.figures.courses import Panel, courses
from analysis_lib.figures.estimates import estimates
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.mixed import visit_model
from analysis_lib.published import claim
from analysis_lib.regression_to_mean import (
    expected_fall,
    remeasure,
    source_of,
)
from analysis_lib.report import say, show
from analysis_lib.results import number, span
from analysis_lib.scenario import FIXED
from analysis_lib.tables import table
from analysis_lib.units import convert
from analysis_lib.visits import visit_means

NAMES = {
    "pth": "PTH",
    "calcium": "Calcium",
    "phosphorus": "Phosphorus",
    "alp": "ALP",
}
UNITS = {
    "pth": "pg/mL",
    "calcium": "mmol/L",
    "phosphorus": "mmol/L",
    "alp": "U/L",
}
DECIMALS = {"pth": 0, "calcium": 2, "phosphorus": 2, "alp": 0}
CLAIMS = [f"change_{analyte}" for analyte in NAMES]

shipped = cohort.load()
patients = cohort.analysis_frame(shipped)
course = {analyte: cohort.course(shipped, analyte) for analyte in NAMES}
wide = {
    analyte: rows.pivot_table(
        index="patient_id", columns="visit", values="value", aggfunc="first"
    )
    for analyte, rows in course.items()
}
at_end = {
    analyte: change.complete_pairs(
        patients, f"{analyte}_baseline_{unit}", f"{analyte}_end_{unit}"
    )
    for analyte, unit in SUFFIXES.items()
}
percent = {
    analyte: change.as_percent(change.geometric_ratio(pairs))
    for analyte, pairs in at_end.items()
}

# %% tags=["hide-input"]
show(
    say(
        """
        The study reports that all four values were lower after ablation, each with {p}. It does
        not say by how much. In this simulated cohort a typical PTH fell by {pth:percent0} and
        alkaline phosphatase by {alp:percent0}; phosphorus fell by {phosphorus:percent0} and
        calcium by {calcium:percent0}. These sizes were put into the simulation and are no
        findings. What can be learnt here is how to report such changes: the size first, on a
        scale that fits, at a stated time, and what of it would have come without treatment.
        """,
        id="06-in-plain-words",
        status="simulated",
        box="In plain words",
        p=claim("change_pth"),
        **{name: -fall.estimate / 100 for name, fall in percent.items()},
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** mean, standard deviation, interval; [how the cohort was made](#compatible-cohort)
# - **You will be able to:** report a paired change with its size; choose between difference and ratio;
#   say what an effect size depends on; read a mixed model over visits; recognise regression to the
#   mean
# - **Data:** simulated patients. Shapes over time and sizes of change are assumptions of the simulation.
# :::
#
# ## What was published

# %% tags=["hide-input"]
show(
    printed(
        CLAIMS,
        id="06-published",
        caption="What does the abstract say about the four laboratory values?",
    )
)

# %% tags=["hide-input"]
least = smallest_significant(claim("cohort_participants").count)
show(
    say(
        """
        That is a direction and a threshold of significance. With {n} pairs it takes little to pass
        it: a paired t test is significant as soon as the mean change is {least:.2f} standard
        deviations of the changes, whatever the unit. Whether a patient would notice such a change
        is another question, and the abstract does not let one ask it.
        """,
        id="06-significant-is-not-large",
        status="derived",
        n=claim("cohort_participants").count,
        least=least,
    )
)

# %% [markdown]
# ## The data
#
# Each patient has a value before the ablation and, at the planned visits, afterwards. The *end* is the
# last value that was measured. It mixes times: one patient's end is another's middle.

# %%
months = patients["pth_end_day"].astype(float) * 12 / 365.25
last = months.quantile([0, 0.25, 0.5, 0.75, 1]).to_list()
due = course["pth"].groupby("visit").size()
seen = course["pth"].groupby("visit")["value"].count()

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort all {n} patients have all four values before and at some time
        afterwards, so nobody is left out of a comparison with the end. The last PTH was measured
        after {shortest:.0f} to {longest:.0f} months, at the median after {middle:.0f}. At a fixed
        visit some are missing: by the visit after a year, {ended} patients had already ended
        their follow-up, and {missed} of the {due} others have no PTH.
        """,
        id="06-who-has-values",
        status="simulated",
        n=min(pairs.n for pairs in at_end.values()),
        shortest=last[0],
        middle=last[2],
        longest=last[4],
        ended=len(patients) - int(due["month_12"]),
        due=int(due["month_12"]),
        missed=int(due["month_12"] - seen["month_12"]),
    )
)

# %% [markdown]
# The abstract gives no value at any visit, so the simulation assumed shapes. Every curve below has its
# shape, and its size, from there.

# %%
shapes = pd.DataFrame(FIXED, columns=["assumption", "source"])
about = ("PTH rises", "calcium", "phosphorus", "alkaline", "the less PTH")
shapes = shapes[shapes["assumption"].str.startswith(about)]

# %% tags=["hide-input"]
show(
    table(
        shapes,
        {"assumption": "Assumed shape", "source": "What makes it plausible"},
        id="06-shapes",
        status="simulated",
        caption="Which shapes over time were assumed?",
    )
)

# %% [markdown]
# The sources don't agree on everything. After surgery, alkaline phosphatase rises for weeks; in one
# series of ablation it was lower at once. The simulation follows surgery, with a rise of some two
# weeks. Nothing on this page can tell which is true after ablation. The last row ties the four values
# together: calcium, phosphorus and alkaline phosphatase follow how far PTH came down because the
# simulation says so.
#
# ## Method
#
# - **Pairs.** The change is after minus before, in patients who have both values. Who lacks one is left
#   out and counted. That is fair only if a value is missing for no reason connected with it.
# - **Difference.** The mean change with its t interval, and the paired t test. Beside it the
#   Hodges-Lehmann estimate {cite:p}`hodges1963`: take the mean of each change with itself and with every
#   other, and of all these the median. Its interval and the Wilcoxon signed-rank test rest on ranks, so
#   that a few extreme patients don't move them much. It is the median change only where changes are
#   symmetric.
# - **Ratio.** PTH and alkaline phosphatase spread over powers of ten, and fall in proportion. There the
#   change is taken on logarithms and carried back: a ratio of geometric means
#   {cite:p}`blandaltman1996`, written as a change in percent.
# - **Effect sizes.** $d_z$ is the mean change divided by the standard deviation of the changes; $d_{av}$
#   divides by the spread of the patients instead {cite:p}`lakens2013`. Their intervals come from the
#   non-central t distribution, for $d_{av}$ approximately {cite:p}`algina2003`. The rank-biserial
#   correlation is the share of the rank sum that rose, minus the share that fell.
# - **All visits at once.** A linear mixed model on logarithms: visit as a category, and a level of their
#   own for each patient {cite:p}`laird1982`, fitted by restricted maximum likelihood. It keeps patients who
#   miss a visit. Intervals use robust standard errors {cite:p}`liang1986` and the normal distribution.
# - **Four endpoints.** Holm's adjustment {cite:p}`holm1979` keeps the chance of any false finding among
#   the four at the level of one. Order the p-values. Multiply the smallest by the number of tests, the
#   next by one less, and so on. None may become smaller than the one before it, or larger than one.
# - **Regression to the mean.** Somebody who is chosen for a high first value is expected to fall, without
#   treatment, by $1 - r$ times the distance between the mean of the chosen and the mean of all
#   {cite:p}`barnett2005`. Here $r$ is the correlation of two measurements of one person.
#
# The tests hold the first four to R, and the mixed model to lme4 {cite:p}`bates2015`.
#
# *When not to use it:* a comparison of before and after has no control group. It can't tell treatment
# from the course of the disease, from other drugs, or from regression to the mean. And one mean change
# is the wrong summary for a value that falls and then recovers {cite:p}`matthews1990`.
#
# ## Result
#
# ### How did the four values run?

# %%
target = claim("target_definition")
panels = [
    Panel(
        title=f"{name}, {UNITS[analyte]}",
        rows=course[analyte],
        scale="log" if analyte in ("pth", "alp") else "linear",
        decimals=DECIMALS[analyte],
        line=(target.number, "target") if analyte == "pth" else None,
    )
    for analyte, name in NAMES.items()
]

# %%
show(
    courses(
        panels,
        id="06-courses",
        status="simulated",
        caption="How did the four values run in each patient and on average?",
        fewest=20,
    )
)

# %% tags=["hide-input"]
means = {
    analyte: visit_means(
        course[analyte],
        scale="log" if analyte in ("pth", "alp") else "linear",
    ).set_index("visit")["estimate"]
    for analyte in NAMES
}
first_year = {name: found[:"month_12"] for name, found in means.items()}
lowest = {name: found.idxmin() for name, found in first_year.items()}
highest = first_year["alp"].idxmax()
show(
    say(
        """
        Four different stories. PTH falls within a day, from {pth_0:.0f} to {pth_1:.0f} pg/mL, and
        has reached {pth_12:.0f} after a year. Calcium takes longer to fall: from {ca_0:.2f} mmol/L
        to {ca_1:.2f} on the first day; of the means up to a year, that of {ca_when} is the lowest,
        {ca_low:.2f}, and that of a year is {ca_12:.2f}. Phosphorus has its lowest mean at
        {p_when}. Alkaline phosphatase first rises, from {alp_0:.0f} U/L to its highest mean,
        {alp_high:.0f} at {alp_when}, and has come down to {alp_12:.0f} after a year. All of this
        is the assumed shape. Of the second week, where the simulation puts the lowest calcium of
        most patients and the highest alkaline phosphatase, the visits show nothing. The later
        means are those of fewer patients: here chance alone tells who they are, in a clinic hardly.
        """,
        id="06-courses-say",
        status="simulated",
        pth_0=means["pth"]["baseline"],
        pth_1=means["pth"]["day_1"],
        pth_12=means["pth"]["month_12"],
        ca_0=means["calcium"]["baseline"],
        ca_1=means["calcium"]["day_1"],
        ca_when=lowest["calcium"].replace("_", " "),
        ca_low=means["calcium"][lowest["calcium"]],
        ca_12=means["calcium"]["month_12"],
        p_when=lowest["phosphorus"].replace("_", " "),
        alp_0=means["alp"]["baseline"],
        alp_when=highest.replace("_", " "),
        alp_high=means["alp"][highest],
        alp_12=means["alp"]["month_12"],
    )
)

# %% [markdown]
# ### How much lower, and when?

# %%
a_year = {
    analyte: change.complete_pairs(values, "baseline", "month_12")
    for analyte, values in wide.items()
}
moments = {"end": at_end, "one year": a_year}
rows = [
    {"when": when, "analyte": analyte, "pairs": pairs[analyte]}
    for analyte in NAMES
    for when, pairs in moments.items()
]

# %%
for row in rows:
    pairs, name = row["pairs"], row["analyte"]
    written = {"unit": UNITS[name], "decimals": DECIMALS[name]}
    row["mean"] = change.mean_change(pairs, **written)
    row["middle"] = change.median_change(pairs, **written)
    row["percent"] = change.as_percent(change.geometric_ratio(pairs))
changes = pd.DataFrame(rows)
changes["what"] = changes["analyte"].map(NAMES) + ", " + changes["when"]
changes["n"] = [pairs.n for pairs in changes["pairs"]]
end = changes[changes["when"].eq("end")].set_index("analyte")

# %% tags=["hide-input"]
show(
    table(
        changes,
        {
            "what": "Value, time",
            "n": "Pairs",
            "mean": "Mean change",
            "middle": "Hodges-Lehmann",
            "percent": "Geometric mean",
        },
        id="06-changes",
        status="simulated",
        caption="By how much did each value change, at the end and after a year?",
        notes=[
            "ALP: alkaline phosphatase. CI: confidence interval. Pairs: patients with both values.",
            "Geometric mean: change of the geometric mean in percent. End: last value measured.",
            "Hodges-Lehmann: median of the means of any two changes.",
        ],
    )
)

# %% tags=["hide-input"]
fell = {name: int((pairs.change < 0).sum()) for name, pairs in at_end.items()}
show(
    say(
        """
        In this simulated cohort PTH fell in {pth_fell} of {n} patients and alkaline phosphatase in
        {alp_fell}. For phosphorus and calcium mean and Hodges-Lehmann
        estimate agree. For alkaline phosphatase they do not: the mean change is {alp}, the other
        {alp_middle:estimate}. A few patients with very high values before pull the mean down.
        The end and the fixed visit agree closely here, because the assumed curves are nearly
        flat after a year. A real cohort need not be so kind.
        """,
        id="06-changes-say",
        status="simulated",
        pth_fell=fell["pth"],
        alp_fell=fell["alp"],
        n=at_end["pth"].n,
        alp=end.loc["alp", "mean"],
        alp_middle=end.loc["alp", "middle"],
    )
)

# %% [markdown]
# ### Why logarithms for PTH and alkaline phosphatase?

# %%
by_start = pd.DataFrame(
    {"before": at_end["alp"].before, "after": at_end["alp"].after}
)
by_start["third"] = pd.qcut(
    by_start["before"], 3, labels=["lowest", "middle", "highest"]
)
thirds = by_start.groupby("third", observed=True)[["before", "after"]].mean()
thirds["fall"] = thirds["before"] - thirds["after"]
share = float(thirds.loc["highest", "fall"] / thirds["fall"].sum())

# %% tags=["hide-input"]
show(
    say(
        """
        Because the same treatment takes more away where there was more. In the third of patients
        with the lowest alkaline phosphatase it fell by {low:.0f} U/L on average, in the highest
        third by {high:.0f}: {share:percent0} of the whole fall comes from a third of the patients.
        The mean change describes hardly anybody. The ratio weighs all patients alike: a typical
        value fell by {percent:percent0}. The geometric mean of PTH before was {geometric:.0f}
        pg/mL, its mean {mean:.0f}; the first is close to the median of {median:.0f}.
        """,
        id="06-logarithms",
        status="simulated",
        low=float(thirds.loc["lowest", "fall"]),
        high=float(thirds.loc["highest", "fall"]),
        share=share,
        percent=-percent["alp"].estimate / 100,
        geometric=means["pth"]["baseline"],
        mean=float(at_end["pth"].before.mean()),
        median=float(np.median(at_end["pth"].before)),
    )
)

# %% [markdown]
# On logarithms the change is the same for high and low values if they fall in proportion. For calcium
# and phosphorus, which vary by a fraction of themselves, both scales say the same.
#
# ### Which effect size can be trusted?

# %%
sizes = {NAMES[name]: effect_sizes(at_end[name]) for name in NAMES}
sizes |= {
    f"{NAMES[name]}, logarithms": effect_sizes(at_end[name].logs())
    for name in ("pth", "alp")
}
compared = pd.concat(sizes, names=["label"]).reset_index("label")

# %% tags=["hide-input"]
IN_TABLE = {"d_z": "d_z", "d_av": "d_av", "rank_biserial": "rank-biserial"}
written = compared.assign(
    text=[
        f"{number(row.estimate, 2)} "
        + (
            "(no interval)"
            if math.isnan(row.lower)
            else f"({span(row.lower, row.upper, 2)})"
        )
        for row in compared.itertuples()
    ]
)
laid_out = written.pivot_table(
    index="label", columns="measure", values="text", aggfunc="first"
)
laid_out = laid_out.loc[list(sizes)].reset_index()
show(
    table(
        laid_out,
        {"label": "Value", **IN_TABLE},
        id="06-effect-sizes",
        status="simulated",
        caption="What do three effect sizes make of the same changes, from baseline to the end?",
        notes=[
            "ALP: alkaline phosphatase. In brackets: confidence interval. No interval: everybody "
            "changed in one direction.",
            "d_z: mean change / standard deviation of the changes. d_av: mean change / spread of "
            "the patients.",
        ],
    )
)

# %% tags=["hide-input"]
plain = {
    name: effect_sizes(at_end[name]).set_index("measure") for name in NAMES
}
logs = effect_sizes(at_end["alp"].logs()).set_index("measure")
show(
    say(
        """
        By d_z the change of calcium, {ca_percent:estimate}, is larger than that of alkaline
        phosphatase, {alp_percent:estimate}: {ca_dz} against {alp_dz}. For d_z divides by the spread
        of the changes, and that is wide in alkaline phosphatase, where a few patients start very
        high. On logarithms the same change has {log_dz}. d_z also grows with the correlation of
        before and after: it is {r_alp:.2f} for alkaline phosphatase, {r_ca:.2f} for calcium and
        {r_pth:.2f} for PTH. d_av does not use it, but would double had the patients been half as
        different before and after.
        The rank-biserial correlation is near its limit for all four and can't tell them apart.
        """,
        id="06-effect-sizes-say",
        status="simulated",
        ca_percent=percent["calcium"],
        alp_percent=percent["alp"],
        ca_dz=number(plain["calcium"].loc["d_z", "estimate"], 2),
        alp_dz=number(plain["alp"].loc["d_z", "estimate"], 2),
        log_dz=number(logs.loc["d_z", "estimate"], 2),
        r_alp=at_end["alp"].correlation,
        r_ca=at_end["calcium"].correlation,
        r_pth=at_end["pth"].correlation,
    )
)

# %% [markdown]
# So: report the change in its unit, or the ratio, with an interval. A clinician can weigh that. An effect
# size may stand beside it where different units have to share a table; then say which one, on which
# scale. No rule of thumb for *small* or *large* fits a treatment that removes the gland.
#
# ### What does a model of all visits add?

# %%
until = {
    analyte: rows[rows["month"].le(36)] for analyte, rows in course.items()
}
models = {
    analyte: visit_model(rows, scale="log", errors="robust")
    for analyte, rows in until.items()
}

# %%
shown = ("day_1", "week_1", "month_3", "month_12", "month_36")
against_baseline = pd.concat(
    model.visits.assign(
        group=NAMES[analyte],
        label=model.visits["visit"].str.replace("_", " "),
        count=model.visits["n"].astype(str),
    )[model.visits["visit"].isin(shown)]
    for analyte, model in models.items()
)

# %%
show(
    estimates(
        against_baseline,
        id="06-visits",
        status="simulated",
        caption="How do geometric means at a visit compare with baseline?",
        xlabel="Times baseline (log scale)",
        scale="log",
        heading="ratio (interval)",
        decimals=2,
        line=(1.0, "as before"),
        carry=["visit", "n"],
    )
)

# %% tags=["hide-input"]
model = models["pth"]
logged = at_end["pth"].logs()
show(
    say(
        """
        The numbers before each ratio are patients with a value at that visit. Of {fits} models
        {converged} converged, with {remarks} warnings. For PTH the model used {values} values of
        {n} patients; {missing} visits without a value cost nobody their place. After a year it
        gives {mixed} times baseline, where the {paired:n} complete pairs give {paired}. In this
        simulation values are missing by pure chance, so both are fair and there is little to
        gain. Where patients stay away because they do badly, the two would part. One assumption
        of the model fails here: log PTH has a standard deviation of {sd_0:.2f} at baseline and of
        {sd_1:.2f} at the end, not one for all visits.
        """,
        id="06-visits-say",
        status="simulated",
        converged=sum(fit.converged for fit in models.values()),
        fits=len(models),
        remarks=sum(len(fit.remarks) for fit in models.values()),
        values=model.n_values,
        n=model.n_patients,
        missing=model.missing,
        mixed=model.estimate("month_12"),
        sd_0=logged.before.std(ddof=1),
        sd_1=logged.after.std(ddof=1),
        paired=change.geometric_ratio(a_year["pth"]),
    )
)

# %% [markdown]
# The model assumes that values are missing at random: given the patient's other values, the missing
# one is no surprise. It also assumes one residual variance and equal correlation between all visits. The
# robust standard errors allow for a breach of that in the intervals. The complete pairs need no such
# assumption. They need a stronger one about who is missing: nothing, not even the other values, may
# tell.
#
# ### Two falls of calcium

# %%
calcium = pd.DataFrame(
    {"visit": ["day_1", "week_1", "month_1", "month_3", "month_12"]}
)
calcium["pairs"] = [
    change.complete_pairs(wide["calcium"], "baseline", visit)
    for visit in calcium["visit"]
]
calcium["mean"] = [
    change.mean_change(pairs, unit="mmol/L", decimals=2)
    for pairs in calcium["pairs"]
]

# %% tags=["hide-input"]
calcium["label"] = calcium["visit"].str.replace("_", " ")
calcium["n"] = [pairs.n for pairs in calcium["pairs"]]
show(
    table(
        calcium,
        {"label": "Visit", "n": "Pairs", "mean": "Mean change of calcium"},
        id="06-calcium",
        status="simulated",
        caption="How far below its baseline was calcium, and when?",
        notes=[
            "CI: confidence interval. Pairs: patients with both values. Corrected calcium."
        ],
    )
)

# %% tags=["hide-input"]
falls = calcium.set_index("visit")["mean"]
show(
    say(
        """
        The early fall, {early:estimate} after a week, is expected: bone takes calcium up
        (hungry bone). It becomes a complication where it goes deep or is felt; chapter 8
        counts that. The late fall, {late:estimate} after a year, is an aim where calcium was high:
        less of it is drawn from bone. The late mean is about {share:percent0} of the early one. A
        single sentence, that calcium was lower, covers both and tells neither. When the early fall
        is deepest, and when it ends, are assumptions here.
        """,
        id="06-calcium-says",
        status="simulated",
        early=falls["week_1"],
        late=falls["month_12"],
        share=falls["month_12"].estimate / falls["week_1"].estimate,
    )
)

# %% [markdown]
# ### Four endpoints, four tests

# %%
p_values = {
    analyte: max(end.loc[analyte, "mean"].p_value,
                 end.loc[analyte, "middle"].p_value)
    for analyte in NAMES
}  # fmt: skip
adjusted = dict(
    zip(p_values, change.holm(list(p_values.values())), strict=True)
)
none_true = 1 - (1 - 0.05) ** len(NAMES)

# %% tags=["hide-input"]
show(
    say(
        """
        If none of four independent values changed, at least one of four tests would be significant
        with probability {none_true:percent0}. Holm's adjustment prevents that. Here the largest
        adjusted p-value, of t test and signed-rank test whichever is larger, is {p:p}: it changes
        nothing. That is no finding either. With changes this large, {n} patients leave no doubt,
        and the p-value has stopped carrying information. The sizes above have not.
        """,
        id="06-holm",
        status="simulated",
        none_true=none_true,
        p=max(adjusted.values()),
        n=at_end["pth"].n,
    )
)

# %% [markdown]
# ### Would they have fallen anyway?
#
# Patients were not chosen at random. Suppose they were treated because values were high. A measured value is
# partly the patient's level and partly the day. Whoever is chosen for a high value was, on average, on a
# high day, and the next day will be an average one. This is regression to the mean
# {cite:p}`barnett2005`. Here is a population whom nobody treats.

# %%
limits = {
    "pth": math.log(800),
    "calcium": convert(9.5, "calcium", "mg/dL", "mmol/L"),
    "phosphorus": convert(5.5, "phosphorus", "mg/dL", "mmol/L"),
}
chosen = {name: at_end[name] for name in limits}
chosen["pth"] = at_end["pth"].logs()
sources = {
    name: source_of(pairs.before.mean(), sd=pairs.before.std(ddof=1),
                    threshold=limits[name])
    for name, pairs in chosen.items()
}  # fmt: skip

# %% [markdown]
# The thresholds are those of a guideline: phosphorus above 5.5 mg/dL and calcium above 9.5 mg/dL, the
# upper ends of its ranges on dialysis, and PTH above 800 pg/mL, where surgery is advised if drugs fail
# {cite:p}`kdoqi2003`. That each of them was the reason for treatment is an assumption, and a harsh one
# for calcium and phosphorus: it looks for a bad case. The population has the spread of the simulated
# patients, and the mean with which those above the threshold have the mean of the simulated patients.
# Their spread is then smaller than that of the patients.

# %%
together = 0.6
people = remeasure(sources["phosphorus"], together, people=400, seed=6)
show(
    pictures.remeasured(
        people,
        limits["phosphorus"],
        unit="mmol/L",
        decimals=2,
        id="06-untreated",
        status="simulated",
        caption="What happens to a high phosphorus that nobody treats?",
    )
)

# %% tags=["hide-input"]
picked = people[people["chosen"]]
show(
    say(
        """
        Of {people} people, {picked} were above the threshold. Their mean fell from {first:.2f} to
        {second:.2f} mmol/L, by {fall:.2f}; the formula expects {expected:.2f}, and
        the rest is chance. The mean of everybody was {all_first:.2f} and {all_second:.2f}. Two measurements of one person were assumed to correlate
        with r = {together}. With a closer correlation they fall less, with r = {none} all the way
        to the mean of everybody.
        """,
        id="06-untreated-says",
        status="simulated",
        people=len(people),
        picked=len(picked),
        first=float(picked["first"].mean()),
        all_first=float(people["first"].mean()),
        all_second=float(people["second"].mean()),
        second=float(picked["second"].mean()),
        fall=float((picked["first"] - picked["second"]).mean()),
        expected=expected_fall(sources["phosphorus"], together),
        together=together,
        none=0,
    )
)

# %% [markdown]
# How much of the fall in the cohort could that be?

# %%
could_be = pd.DataFrame(
    [
        (NAMES[name], r, expected_fall(source, r) / -chosen[name].change.mean())
        for name, source in sources.items()
        for r in np.linspace(0, 1, 21)
    ],
    columns=["analyte", "correlation", "share"],
)

# %%
show(
    pictures.shares(
        could_be,
        id="06-shares",
        status="simulated",
        caption="Which share of the fall could be regression to the mean?",
    )
)

# %% tags=["hide-input"]
half = could_be[np.isclose(could_be["correlation"], 0.5)]
half = half.set_index("analyte")["share"]
show(
    say(
        """
        If patients had been chosen so, and two untreated measurements correlate with r = {r}, regression to the mean would be
        {phosphorus:percent0} of the fall of phosphorus and {calcium:percent0} of that of calcium,
        but {pth:percent0} of that of PTH, on the log scale. PTH falls much too far for it. For the
        other two a comparison of before and after can't exclude that a good part would have come
        anyway. Above a hundred per cent it would be more than the whole fall. Alkaline phosphatase is
        not drawn: no threshold for it would be more than a guess. For calcium the upper end of the
        range was taken, as the simulated patients with their mean of {ca_mean:.2f} mmol/L can't
        have been chosen for values above {ca_act:.2f}, where the guideline first acts. Nor can a
        threshold have been the only rule: {below} of the {n} simulated patients had a lower
        phosphorus.
        """,
        id="06-shares-say",
        status="simulated",
        r=0.5,
        phosphorus=half["Phosphorus"],
        calcium=half["Calcium"],
        pth=half["PTH"],
        ca_mean=at_end["calcium"].before.mean(),
        ca_act=convert(10.2, "calcium", "mg/dL", "mmol/L"),
        below=int((at_end["phosphorus"].before < limits["phosphorus"]).sum()),
        n=at_end["phosphorus"].n,
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
unsaid = [
    cannot_compare(
        f"change_{analyte}",
        "not stated",
        status="simulated",
        quantity=f"mean change of {name if name.isupper() else name.lower()}",
        ours=format(end.loc[analyte, "mean"]),
        reason="the size was put into the simulation",
    )
    for analyte, name in NAMES.items()
] + [
    cannot_compare(
        "change_pth",
        "not stated",
        status="simulated",
        quantity=quantity,
        ours=ours,
        reason=reason,
    )
    for quantity, ours, reason in (
        (
            "test behind the p-values",
            "paired t, signed rank",
            "either is usual",
        ),
        ("time of the mean change", "end, and a year", "the end mixes times"),
        ("adjustment for four endpoints", "Holm", "changes nothing here"),
    )
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=CLAIMS) + unsaid,
        id="06-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# The cohort was built so that all four values are significantly lower. That they are confirms nothing.
#
# ## What could change it

# %%
two_years = {
    analyte: change.complete_pairs(values, "baseline", "month_24")
    for analyte, values in wide.items()
}
plain_errors = {
    analyte: visit_model(rows, scale="log", errors="model")
    for analyte, rows in until.items()
}

# %%
choices = [
    (NAMES[analyte], label, result, result.n)
    for analyte in NAMES
    for label, result in (
        ("end, pairs", change.geometric_ratio(at_end[analyte])),
        ("one year, pairs", change.geometric_ratio(a_year[analyte])),
        ("one year, model", models[analyte].estimate("month_12")),
        ("same, its own errors", plain_errors[analyte].estimate("month_12")),
        ("two years, pairs", change.geometric_ratio(two_years[analyte])),
    )
]

# %% tags=["hide-input"]
options = pd.DataFrame(
    [
        (
            group,
            label,
            *(getattr(result, end) for end in ("estimate", "lower", "upper")),
            str(n),
        )
        for group, label, result, n in choices
    ],
    columns=["group", "label", "estimate", "lower", "upper", "count"],
)
show(
    estimates(
        options.assign(strong=options["label"].eq("end, pairs")),
        id="06-choices",
        status="simulated",
        caption="Does the change depend on time point, method or standard error?",
        xlabel="Times baseline (log scale)",
        scale="log",
        heading="ratio (interval)",
        decimals=2,
        line=(1.0, "as before"),
        carry=["count"],
    )
)

# %% tags=["hide-input"]
widths = {
    name: (
        models[name].at("month_12")["se"]
        / plain_errors[name].at("month_12")["se"]
    )
    for name in NAMES
}
show(
    say(
        """
        Hardly, in this cohort. What changes is the width: for PTH, robust standard errors are
        {pth:.2f} times those that the model works out from its own assumptions, for alkaline
        phosphatase {alp:.2f} times. The model shares one scatter among visits that differ in it.
        A change within the first month would be another matter: after a week, by the same model,
        calcium is {ca_week:estimate} and alkaline phosphatase {alp_week:estimate} times baseline.
        """,
        id="06-choices-say",
        status="simulated",
        pth=widths["pth"],
        alp=widths["alp"],
        ca_week=models["calcium"].estimate("week_1"),
        alp_week=models["alp"].estimate("week_1"),
    )
)

# %% [markdown]
# Regression to the mean depends on what is assumed of the population.

# %%
wider = pd.DataFrame(
    [
        (NAMES[name], factor, source_of(
            pairs.before.mean(), sd=factor * pairs.before.std(ddof=1),
            threshold=limits[name],
        ))
        for name, pairs in chosen.items()
        for factor in (1.0, 1.25, 1.5)
    ],
    columns=["value", "factor", "source"],
)  # fmt: skip
falls = wider["value"].map(
    {NAMES[k]: -v.change.mean() for k, v in chosen.items()}
)
wider["share"] = [expected_fall(s, together) for s in wider["source"]] / falls

# %% tags=["hide-input"]
wider["mean"] = [
    f"{number(math.exp(source.mean), 0)} pg/mL"
    if value == "PTH"
    else f"{number(source.mean, 2)} mmol/L"
    for value, source in zip(wider["value"], wider["source"], strict=True)
]
wider["chosen"] = [source.share_chosen for source in wider["source"]]
show(
    table(
        wider,
        {
            "value": "Value",
            "factor": "Spread",
            "mean": "Mean of all",
            "chosen": "Chosen",
            "share": "Share of the fall",
        },
        id="06-wider",
        status="simulated",
        caption="What if the population spreads wider than the treated patients?",
        faces={"factor": ".2f", "chosen": "percent0", "share": "percent0"},
        notes=[
            f"Correlation of two measurements: {together}. Spread: times that of the treated. Chosen: share of all who are above "
            "the threshold. Share of the fall: on the log scale for PTH; above a hundred per cent, "
            "it is more than the whole fall."
        ],
    )
)

# %% tags=["hide-input"]
widest = wider[wider["factor"].eq(1.5)].set_index("value")
show(
    say(
        """
        A wider spread needs a lower mean for the chosen to have the same mean, so they regress further. For
        PTH the share reaches {pth:percent0} at most here. For calcium the widest spread would need
        people with a mean of {calcium_mean}, below the guideline's range from {lowest:.2f} mmol/L:
        then a threshold of calcium can't have been the rule. How patients were chosen, the
        abstract does not say. Wherever a choice rests on several measurements instead of one,
        regression to the mean is smaller.
        """,
        id="06-wider-says",
        status="simulated",
        pth=widest.loc["PTH", "share"],
        calcium_mean=widest.loc["Calcium", "mean"],
        lowest=convert(8.4, "calcium", "mg/dL", "mmol/L"),
    )
)

# %% [markdown]
# ## Limits
#
# - **No control group.** Neither this chapter nor the abstract compares with anybody untreated.
# - **Sizes and shapes are assumed.** The abstract fixes a direction and a p-value, four times. A thousand
#   other courses would fit as well.
# - **Missing by chance, because we said so.** In the simulation a missed visit and the end of follow-up
#   depend on nothing. In a clinic they do.
# - **PTH runs over each patient's own follow-up.** Whether it ends above the target does not depend on
#   how long a patient was followed, so at a given month it has risen further in those followed briefly.
#   The late means, of those followed for long, don't tell how it would have gone on in the others.
# - **That the values go together is assumed.** The less PTH came down, the nearer the other three
#   return to where they were. No source was read for how near.
# - **How much more high starters fall is assumed too.** The simulation draws each later level partly
#   from the value before. Nothing here can measure regression to the mean; it can only show its size under
#   stated assumptions.
# - **Other drugs.** Calcimimetics, vitamin D and phosphate binders act on these values. The abstract says
#   nothing of them, and the cohort has none.
# - **The model is coarse.** One level per patient, one scatter for all visits. Robust errors mend the
#   intervals, not the estimates. At late visits with few patients these intervals are too narrow.
#
# ## Try it
#
# 1. **Recall.** A paper says that calcium was significantly lower, and nothing else. What do you ask for
#    first?
# 2. **Apply.** How much lower was phosphorus at one month than before, and is that the change which a
#    patient should be told to expect after a year?
# 3. **Apply.** Another paper's four p-values are four in a thousand, two in a hundred, three in a hundred
#    and one in five. Which stay below one in twenty after Holm's adjustment?
# 4. **Criticise.** A review ranks the four values by $d_z$ and concludes that ablation works better on
#    calcium than on alkaline phosphatase. What is wrong?
# 5. **Criticise.** A clinic treats everybody whose phosphorus is above a threshold, and finds it lower a
#    month later in most. What would you want to see before you believe in the treatment?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
four = [0.004, 0.02, 0.03, 0.2]
after_holm = change.holm(four)
month = {
    visit: change.mean_change(
        change.complete_pairs(wide["phosphorus"], "baseline", visit),
        unit="mmol/L",
        decimals=2,
    )
    for visit in ("month_1", "month_12")
}
show(
    say(
        """
        1. The size of the change with its interval, and the time at which it was measured.
        2. It was {early} at one month, and {late:estimate} after a year. The early change is
           deeper; that it recovers in part is an assumed shape.
        3. From {a}, {b}, {c} and {d} one gets {pa:p}, {pb:p}, {pc:p} and {pd:p}:
           {kept} of {all} stays below the limit, where {before} were below it unadjusted.
        4. The measure d_z divides by the spread of the changes, which is large for alkaline phosphatase
           because a few patients start very high. The typical change is {alp:estimate} there
           and {calcium:estimate} in calcium.
        5. A group that was chosen alike and not treated, or at least several values before the
           treatment: chosen by one high value, people fall untreated.
        """,
        id="06-solutions",
        status="simulated",
        box="Solutions",
        early=month["month_1"],
        late=month["month_12"],
        **dict(zip("abcd", four, strict=True)),
        **dict(zip(("pa", "pb", "pc", "pd"), after_holm, strict=True)),
        kept=sum(p < 0.05 for p in after_holm),
        before=sum(p < 0.05 for p in four),
        all=len(four),
        alp=percent["alp"],
        calcium=percent["calcium"],
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Say how much and when. In this simulated cohort a typical PTH changed by {pth:estimate},
          calcium by {calcium}, from baseline to the end; the published abstract gives direction
          and significance only.
        - With {n} pairs, {least:.2f} standard deviations of the changes are significant. Report the
          change in its unit, or the ratio; effect sizes depend on who was chosen.
        - Without a control group, part of a fall may be regression to the mean. If patients had
          been chosen by one value above a threshold, and two untreated values correlate with
          r = {r}, it would be {phosphorus_share:percent0} of the fall of phosphorus here, and
          {pth_share:percent0} of that of PTH.
        """,
        id="06-take-away",
        status="simulated",
        box="Take away",
        pth=percent["pth"],
        calcium=end.loc["calcium", "mean"],
        n=at_end["pth"].n,
        least=least,
        phosphorus_share=half["Phosphorus"],
        pth_share=half["PTH"],
        r=0.5,
    )
)
