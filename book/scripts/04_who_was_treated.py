# ---
# jupyter:
#   # Generated from book/chapters/04_who_was_treated.md by `make pairs`. Edit that, not this.
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
# (who-was-treated)=
# # 4 · Who was treated?

# %% tags=["hide-input"]
from statistics import NormalDist

import pandas as pd

from analysis_lib import cohort, compatible, participants, survival, verify
from analysis_lib.balance import beyond_by_chance, standard_error
from analysis_lib.baseline import Variable, differences, summarise, table_one
from analysis_lib.contradictions import DAYS_PER_MONTH
from analysis_lib.figures import patients as pictures
from analysis_lib.figures.estimates import estimates
from analysis_lib.figures.survival import curves
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.prediction import CANDIDATES, published_model
from analysis_lib.records import LAST_CONTACT
from analysis_lib.report import say, show
from analysis_lib.results import NBSP, level_text
from analysis_lib.scenario import SEED, Scenario
from analysis_lib.tables import table

shipped = cohort.load()
patients = cohort.analysis_frame(shipped)
failed = patients["treatment_failure"].astype(bool)
months = patients["followup_months"].astype(float)
groups = {"n_first": int(failed.sum()), "n_second": int((~failed).sum())}
reverse = survival.kaplan_meier(
    months, patients["followup_end"].isin(["study_end", "lost"])
)
least = NormalDist().inv_cdf((1 + reverse.level) / 2) * standard_error(**groups)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {n} patients had {glands} glands treated. Half were followed for
        {naive:.0f} months or more, by construction; had nobody died or been transplanted, half
        would have been followed for an estimated {reverse:estimate}. Treatment failed in
        {failures}. So few show large differences only: before chance is an unlikely reason, they
        and the others must lie some {least:.1f} standard deviations apart. In age that is about
        {years:.0f} years.
        """,
        id="04-in-plain-words",
        status="simulated",
        box="In plain words",
        n=len(patients),
        glands=len(shipped.glands),
        naive=float(months.median()),
        reverse=reverse.median,
        failures=int(failed.sum()),
        least=least,
        years=least * float(patients["age_years"].std()),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** mean, median and standard deviation; [how the cohort was made](#compatible-cohort)
# - **You will be able to:** read a participant flow against its rows; choose between patients and glands as
#   the denominator; measure follow-up; read a standardised difference and its interval
# - **Data:** simulated patients, built to fit the published figures. No row stands for a person.
# :::
#
# ## What was published

# %% tags=["hide-input"]
about = [
    "design_setting",
    "design_population",
    "design_window_start",
    "design_window_end",
    "cohort_participants",
    "cohort_glands",
    "cohort_age_mean",
    "cohort_age_sd",
    "cohort_followup",
]
show(
    printed(
        about,
        id="04-printed",
        caption="What does the abstract say about the patients?",
    )
)

# %% [markdown]
# That is all {cite:p}`index`. Sex, dialysis, laboratory values before treatment and losses are not in
# the abstract. The STROBE statement asks for the numbers at each stage, for the reasons why people
# dropped out, and for missing values variable by variable {cite:p}`vonelm2007`. This chapter shows
# what such a report looks like. Nearly all its numbers are assumptions, and say so.
#
# ## The data

# %%
baseline = [name for name in patients if "_baseline_" in name]
without = int(patients[baseline].isna().any(axis=1).sum())
boxes = participants.flow(shipped)
due = participants.completeness(shipped, "pth")

# %% tags=["hide-input"]
after = due[due["month"] > 0]
show(
    say(
        """
        {n} patients, {glands} glands. {without} patients lack a laboratory value before treatment:
        in this simulated cohort the baseline is complete. Visits are not. Of {due} that were due
        after the ablation, {attended} were attended, and {measured} have a PTH. Nobody is left
        out of this chapter.
        """,
        id="04-data",
        status="simulated",
        n=len(patients),
        glands=len(shipped.glands),
        without=without,
        due=int(after["due"].sum()),
        attended=int(after["attended"].sum()),
        measured=int(after["measured"].sum()),
    )
)

# %% [markdown]
# ## Method
#
# - **Unit.** A *patient* has a PTH, an outcome, a follow-up. A *gland* has a size and is ablated or
#   not. A percentage needs the unit of whatever it counts.
# - **Follow-up.** The median of all follow-up times mixes two things: how long the study watched, and
#   how soon patients died. The *reverse* Kaplan-Meier estimate separates them. Being watched no
#   longer (end of the study, loss) is the event; death censors, since it cut short a follow-up that
#   would have gone on {cite:p}`schemper1996`. A transplant can be argued either way. Both are shown.
# - **Summaries.** Mean and standard deviation where a column is roughly symmetrical, median and
#   quartiles where it is skewed, count and per cent for categories. The choice is declared column by
#   column. A test of normality would let chance choose.
# - **Missing values.** Each row states how many have a value. Percentages are of those. Nothing is
#   filled in.
# - **Differences between groups.** The standardised difference {cite:p}`austin2009`
#
#   $$ d = \frac{\bar x_1 - \bar x_0}{\sqrt{(s_1^2 + s_0^2)/2}} $$
#
#   compares failures (first) with the others. For a feature that is there or not, $\bar x$ is the
#   proportion $p$, and $s^2 = p(1-p)$. Skewed columns are compared on the log scale. For several
#   categories, $d$ is a Mahalanobis distance between two sets of proportions {cite:p}`yang2012`.
#   It has no sign, and chance alone keeps it above nought. A size below 0.1 is often taken for
#   negligible {cite:p}`austin2009`.
# - **Intervals.** The variance is close to $1/n_1 + 1/n_0 + d^2/(2(n_1+n_0))$
#   {cite:p}`hedges1985`. For the distance, a non-central chi-square distribution is inverted, as the
#   formula would exclude nought too often.
#
# The code agrees with R, among others with the package MatchIt {cite:p}`ho2011`; the tests hold it to
# that.
#
# *When not to use it:* groups defined by an outcome are not the arms of a trial. Nobody was allocated
# to fail. A difference describes who failed; it is no bias to be repaired, and to "adjust for the
# imbalance" makes no sense here. Whether a variable predicts failure is the question of chapter 9.
#
# ## Result
#
# ### Who came in, and who was there at the end?

# %%
show(
    pictures.flow_chart(
        boxes,
        id="04-flow",
        status="simulated",
        caption="Where did the patients go?",
    )
)

# %% tags=["hide-input"]
ended = boxes[boxes["step"] == "follow_up_ended"].set_index("box")["patients"]
show(
    say(
        """
        In this simulated cohort {early} of {n} patients left before the end of the study:
        {lost} lost, {transplant} with a transplant, {death} by death. Their last PTH counts
        all the same. That each has one is an assumption: in the simulation nobody misses the
        last visit. In a clinic somebody does, and then the flow has a box that is not empty.
        """,
        id="04-flow-says",
        status="simulated",
        n=len(patients),
        early=int(ended.drop("end of the study").sum()),
        lost=int(ended["lost"]),
        transplant=int(ended["transplant"]),
        death=int(ended["death"]),
    )
)

# %% [markdown]
# The top of a flow matters most for a reader who wants to know whether the patients resemble their
# own, and it is the part that no row of treated patients can show. A retrospective series begins with
# those who were treated. Who was seen and sent to surgery instead is not in the abstract.
#
# ### Patients or glands?

# %%
each = participants.glands_per_patient(patients)
show(
    pictures.glands(
        each,
        id="04-glands",
        status="simulated",
        caption="Why are patients and glands different denominators?",
    )
)

# %%
size = Variable("max_diameter_mm", "Diameter", "mean", "mm", 1)
of_patients = summarise(
    patients["max_diameter_mm"], size, denominator="patients"
)
of_glands = summarise(
    shipped.glands["max_diameter_mm"], size, denominator="glands"
)

# %% tags=["hide-input"]
one, many = each.iloc[0], each[each["n_glands"] > 2]
show(
    say(
        """
        In this simulated cohort {one:percent0} of the patients have one gland, but only
        {share:percent0} of the glands are theirs. Patients with more than two are
        {many:percent0} of the patients and hold {held:percent0} of the glands. The unit changes
        averages, too: the largest gland of a patient measures {largest:value} in the mean, a
        gland {every:value}. And glands of one patient share that patient: to count {glands}
        glands as {glands} independent observations makes an interval too narrow wherever the
        glands of a patient are alike (chapter 7).
        """,
        id="04-glands-say",
        status="simulated",
        one=float(one["patient_share"]),
        share=float(one["gland_share"]),
        many=float(many["patient_share"].sum()),
        held=float(many["gland_share"].sum()),
        largest=of_patients,
        every=of_glands,
        glands=len(shipped.glands),
    )
)

# %% [markdown]
# Only the totals are published. How the glands spread over the patients is assumed.
#
# ### How long were they followed?

# %%
ends = ["study_end", "lost", "transplant"]
ended_by = patients["followup_end"]
other = survival.kaplan_meier(months, ended_by.isin(ends))
followed = {"transplant censors": reverse, "transplant counts": other}
last = participants.last_measurement(patients)

# %%
show(
    curves(
        followed,
        id="04-reverse",
        status="simulated",
        caption="How long would patients have been followed had nobody died?",
        xlabel="Months since ablation",
        ylabel="Still followed, %",
        at_risk_times=[0, 12, 24, 36, 48, 60],
        at_risk_of=["transplant censors"],
        marks=False,
    )
)

# %% tags=["hide-input"]
until_last = last["measured_months"].astype(float)
lengths = [
    ("all times, whatever ended them", months.median(), None, None),
    ("until the last PTH", until_last.median(), None, None),
]
lengths += [
    (
        f"reverse Kaplan-Meier, {name}",
        curve.median.estimate,
        format(curve.median, "interval"),
        f"{curve.events} of {curve.n}",
    )
    for name, curve in followed.items()
]
show(
    table(
        pd.DataFrame(lengths, columns=["measure", "median", "span", "events"]),
        {
            "measure": "Measure",
            "median": "Median, months",
            "span": "Interval",
            "events": "Watching ended",
        },
        id="04-followup",
        status="simulated",
        caption="How long was follow-up, measured in four ways?",
        faces={"median": ".1f"},
        missing="–",
        notes=[
            "The first row equals the published median by construction.",
            "Watching ended: patients whose time counts as an event. Interval: where the pointwise "
            f"{level_text(reverse.level)} band of the curve crosses one half.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        The median of all times is {naive:.0f} months because the cohort was built so. The reverse
        estimate is {reverse:estimate} ({reverse:interval}) if a transplant censors, and
        {other:estimate} if it counts as the end of watching. It is the longer one because death
        and transplants cut times short that would have gone on: by the plain median, a cohort
        in which many die looks badly watched. Which of the two the abstract means is not stated.
        """,
        id="04-followup-says",
        status="simulated",
        naive=float(months.median()),
        reverse=reverse.median,
        other=other.median,
    )
)

# %% [markdown]
# The reverse estimate needs what any Kaplan-Meier estimate needs: those who die must be like the
# others in how long they would have been watched. Suppose the first patients of a series were the
# sickest. They could be followed the longest, and died the soonest. Then the estimate is wrong. Dates of
# ablation show whether it may be so, and how much harm it can do.

# %%
ablated = pd.to_datetime(patients["ablation_date"])
could = (pd.Timestamp(LAST_CONTACT) - ablated).dt.days / DAYS_PER_MONTH
gone = ended_by.isin(["death", "transplant"])
at_most = float(months.where(~gone, could).median())

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the last contact with anybody is in {year}. Those who died or were
        transplanted could have been watched until then for {gone:.0f} months at the median, those
        who were followed to the end for {stayed:.0f}. So far as these differ, the assumption does
        not hold. Had all who died or were transplanted been watched to the last day, half of the
        patients would have been followed for {at_most:.1f} months or more. That is the most it
        can be, against the estimate of {reverse:estimate}.
        """,
        id="04-could-be-watched",
        status="simulated",
        year=str(LAST_CONTACT.year),
        gone=float(could[gone].median()),
        stayed=float(could[ended_by.eq("study_end")].median()),
        at_most=at_most,
        reverse=reverse.median,
    )
)

# %% [markdown]
# ### When was PTH last measured?

# %%
show(
    pictures.last_values(
        last,
        failed,
        id="04-last-pth",
        status="simulated",
        caption="How old is the last PTH when follow-up ends?",
    )
)

# %% tags=["hide-input"]
gap = last["gap_months"].astype(float)
show(
    say(
        """
        The endpoint is judged at the end of follow-up, but a value is only as late as the last
        visit. In this simulated cohort the last PTH is {gap:.1f} months old at the median, and
        {most:.1f} at most; the assumed schedule, a visit every six months, sees to that. The end
        itself lies anywhere from {shortest:.0f} to {longest:.0f} months after the ablation: one
        word covers very different times. Chapter 5 takes that up.
        """,
        id="04-last-pth-says",
        status="simulated",
        gap=float(gap.median()),
        most=float(gap.max()),
        shortest=float(months.min()),
        longest=float(months.max()),
    )
)

# %% [markdown]
# ### Which visits are there?

# %%
show(
    pictures.visits(
        due,
        id="04-visits",
        status="simulated",
        caption="At how many of the visits that were due was PTH measured?",
    )
)

# %% tags=["hide-input"]
later = due.set_index("visit").loc["month_24"]
show(
    say(
        """
        Two things shrink these bars, and only one is missing data. After two years a visit was due
        in {due} of {n} patients. For the others follow-up had ended, and nothing was planned; whether
        that counts as missing depends on the question (chapter 5). Of those {due}, {attended} came and {measured} have a value. Over all visits after the
        ablation {missed:percent0} were missed, and another {unmeasured:percent0} were attended
        without a PTH. In the simulation a visit is missed by chance alone. In a clinic patients
        stay away because they feel well, or because they do not. Then the values that are
        there mislead, and no count shows it.
        """,
        id="04-visits-say",
        status="simulated",
        n=len(patients),
        due=int(later["due"]),
        attended=int(later["attended"]),
        measured=int(later["measured"]),
        missed=float(after["missed"].sum() / after["due"].sum()),
        unmeasured=float(after["unmeasured"].sum() / after["due"].sum()),
    )
)

# %% [markdown]
# ### What were they like before treatment?

# %%
numbers = [
    Variable("age_years", "Age", "mean", "years"),
    Variable("dialysis_vintage_years", "Dialysis", "median", "years", 1, "log"),
    Variable("max_diameter_mm", "Largest gland", "median", "mm", 1, "log"),
    Variable("pth_baseline_pg_ml", "PTH", "median", "pg/mL", 0, "log"),
    Variable("calcium_baseline_mmol_l", "Calcium", "mean", "mmol/L", 2),
    Variable("phosphorus_baseline_mmol_l", "Phosphorus", "mean", "mmol/L", 2),
    Variable("alp_baseline_u_l", "ALP", "median", "U/L", 0, "log"),
]

# %%
features = {
    "sex": ("Men", "male"),
    "dialysis_modality": ("Haemodialysis", "haemodialysis"),
    "earlier_treatment": ("Surgery before", "parathyroidectomy"),
    "disease_course": ("Recurrent disease", "recurrent"),
    "ablation_modality": ("Microwave", "microwave"),
    "sessions": ("One session", 1),
}
categories = [
    Variable(column, label, "count", levels={value: label})
    for column, (label, value) in features.items()
]

# %%
words = {1: "one", 2: "two", 3: "three", 4: "four"}
categories.append(Variable("n_glands", "Glands", "count", levels=words))
who = table_one(patients, [*numbers, *categories], group="treatment_failure")

# %% tags=["hide-input"]
values = [
    f"{row.n}/{row.denominator};{NBSP}{row.missing}" for row in who.itertuples()
]
show(
    table(
        who.assign(values=values),
        {
            "label": "Before treatment",
            "overall": f"All {len(patients)}",
            "first": f"{groups['n_first']} failures",
            "second": f"{groups['n_second']} others",
            "values": "Known; missing",
        },
        carry=[
            "missing",
            "column",
            "summary",
            "n",
            "denominator",
            "scale",
            "difference",
        ],
        id="04-table-one",
        status="simulated",
        caption="Who was treated?",
        missing="–",
        notes=[
            "Mean (SD), median (lower to upper quartile), or count (%). Known: patients with a "
            "value, and of how many; percentages are of those with one. Standardised differences and their intervals "
            "are in the CSV and in the picture below.",
            "SD: standard deviation. PTH: parathyroid hormone. ALP: alkaline phosphatase. Calcium "
            "is corrected for albumin. Largest gland: the patient's largest diameter. Dialysis: "
            "time on it.",
        ],
    )
)

# %% tags=["hide-input"]
everyone = who.drop_duplicates("column").set_index("column")["overall"]
before = everyone["pth_baseline_pg_ml"]
show(
    say(
        """
        Age is {age} years because the abstract says so, and the glands add up to the published
        number. The rest is assumed, within what the published model allows: a PTH of {pth:value}
        at the median, for example, with a middle half of {pth:spread}. Other cohorts fit the
        abstract as well.
        """,
        id="04-table-one-says",
        status="simulated",
        age=everyone["age_years"],
        pth=before,
    )
)

# %% [markdown]
# ### Do failures differ from the others?

# %%
model = published_model(patients)
entered = model.loc[model["entered"], "term"].replace(
    {"pth_high": "pth_baseline_pg_ml", "log2_alp_baseline": "alp_baseline_u_l"}
)
screened = [*CANDIDATES, "sex", "pth_baseline_pg_ml", "alp_baseline_u_l"]
rows = differences(who)
rows["group"] = "Left to chance"
rows.loc[rows["column"].isin(screened), "group"] = "Held back"
rows.loc[rows["column"].isin(entered), "group"] = "Built to differ"
rows["strong"] = rows["group"].eq("Built to differ")
rows = rows.sort_values("group", kind="stable")

# %%
show(
    estimates(
        rows,
        id="04-differences",
        status="simulated",
        caption="How far do failures lie from the others?",
        xlabel="Failure minus target reached, in standard deviations",
        scale="linear",
        heading="difference (interval)",
        decimals=2,
        line=(0, "no difference"),
        carry=["column"],
    )
)

# %% tags=["hide-input"]
small = 0.1
unbuilt = rows[~rows["strong"]]
show(
    say(
        """
        With {n_first} failures against {n_second} others a difference of nought has a standard
        error of {se:.2f}. The customary bound of {small} lies far within that: by chance alone a
        difference is beyond it with a probability of {chance:percent0}. Of the {rows} variables
        that were not built to differ, {beyond} are. The intervals show it: of these {rows},
        {told} are told from nought, and {sure} are shown to lie within the bound. The distance of
        the glands, {glands:.2f}, has no sign; chance alone would put it near {root:.2f}, the standard
        error times the root of the number of categories less one.
        """,
        id="04-differences-say",
        status="simulated",
        **groups,
        se=standard_error(**groups),
        small=small,
        chance=beyond_by_chance(small, **groups),
        rows=len(unbuilt),
        beyond=int((unbuilt["estimate"].abs() > small).sum()),
        told=int(((unbuilt["lower"] > 0) | (unbuilt["upper"] < 0)).sum()),
        sure=int(
            ((unbuilt["lower"] > -small) & (unbuilt["upper"] < small)).sum()
        ),
        glands=float(rows.set_index("column").loc["n_glands", "estimate"]),
        root=(len(words) - 1) ** 0.5 * standard_error(**groups),
    )
)

# %% [markdown]
# The headings of the picture name what the simulation did, and nothing about patients. PTH, ALP and
# glands differ because they enter the published model as it is assumed to have been; that ALP and
# glands do was chosen by this book. The candidates that were *held back* had to fail the screening.
# What was *left to chance* was drawn without a look at the outcome, except that more glands make a
# second session more likely.

# %% tags=["hide-input"]
sex = who.set_index("column").loc["sex", "difference"]
show(
    say(
        """
        "Held back" does not mean small. With {failures} failures a candidate can lie as far off as
        sex does, {sex:estimate} ({sex:interval}), and still fail the screening.
        """,
        id="04-held-back",
        status="simulated",
        sex=sex,
        failures=int(failed.sum()),
    )
)

# %% [markdown]
# ### Why no p-values?

# %% tags=["hide-input"]
alpha = 0.05
show(
    say(
        """
        A p-value says how surprising such a difference would be if there were none. It does not
        say how large the difference is: with few patients a large one passes for nothing, with many a trifle stands
        out. And {tests} variables make {tests} tests. If none differed and the tests were
        independent, at least one would fall below {alpha} with a probability of {any:percent0}.
        A standardised difference says how far apart two groups lie, in a unit that serves years,
        millimetres and percentages alike. Its interval says how well that is known.
        """,
        id="04-no-p-values",
        status="simulated",
        tests=len(rows),
        alpha=alpha,
        any=1 - (1 - alpha) ** len(rows),
    )
)

# %% [markdown]
# In a randomised trial such tests have no purpose at all: there, any difference at baseline is chance
# by design {cite:p}`senn1994`.
#
# ## Against the paper

# %% tags=["hide-input"]
proof = verify.verify(shipped)
left_open = {
    "sex": f"{everyone['sex']} men",
    "kind of dialysis": f"{everyone['dialysis_modality']} haemodialysis",
    "earlier treatment, split": f"{everyone['earlier_treatment']} surgery",
    "PTH before treatment": f"median {before:value}",
    "glands in a patient": f"one to {words[int(each['n_glands'].max())]}",
    "seen, not treated": "in no row",
    "lost, transplanted, died": ", ".join(
        str(ended[name]) for name in ("lost", "transplant", "death")
    ),
    "how follow-up was measured": "four measures, above",
    "visits attended": f"{after['attended'].sum()} of {after['due'].sum()}",
}
reasons = {
    "seen, not treated": "rows begin with treatment",
    "how follow-up was measured": "a choice, not a finding",
}
show(
    against_the_paper(
        [
            *from_verification(proof, only=about),
            *(
                cannot_compare(
                    "cohort_participants",
                    "not stated",
                    status="simulated",
                    quantity=quantity,
                    ours=ours,
                    reason=reasons.get(quantity, "assumed in the simulation"),
                )
                for quantity, ours in left_open.items()
            ),
        ],
        id="04-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# What the rows share with the abstract went into them. The rest stands alone.
#
# ## What could change it
#
# **What the unit is.** Patients or glands: shown above, for shares and for the mean size.
#
# **How follow-up is measured.** Four medians, shown above.
#
# **Which interval, and which scale.** The usual variance assumes that both groups spread alike;
# another does not {cite:p}`bonett2008`. And a skewed column can be compared without logarithms.

# %%
plain = [Variable(v.column, v.label, "mean") for v in numbers]
choices = {
    "Logs where skewed, equal variances": (numbers, "hedges_olkin"),
    "Logs where skewed, unequal variances": (numbers, "bonett"),
    "No logs, equal variances": (plain, "hedges_olkin"),
}
found = {
    name: table_one(
        patients, chosen, group="treatment_failure", interval=interval
    )["difference"]
    for name, (chosen, interval) in choices.items()
}

# %% tags=["hide-input"]
show(
    table(
        pd.DataFrame(found).assign(variable=[v.label for v in numbers]),
        {"variable": "Variable", **{name: name for name in found}},
        id="04-choices",
        status="simulated",
        caption="Do the differences depend on the interval or on the scale?",
        faces=dict.fromkeys(found, "{0:estimate} ({0:interval})".format),
        notes=["Standardised differences, failure minus target reached."],
    )
)

# %% tags=["hide-input"]
sizes = patients.groupby("treatment_failure")["max_diameter_mm"].std()
logs, _, linear = (column[1] for column in found.values())
show(
    say(
        """
        The size of the largest gland has an SD of {first:.1f} mm among the few failures and of
        {second:.1f} mm among the others. Where the smaller group varies more, the usual interval is
        too narrow; where it varies less, too wide. Without logarithms the difference in time on
        dialysis moves from {logs:estimate} to {linear:estimate}, by {moved:.2f}; the bound that is
        called negligible is {small}. Both choices have to be made before one looks.
        """,
        id="04-choices-say",
        status="simulated",
        first=float(sizes[True]),
        second=float(sizes[False]),
        logs=logs,
        linear=linear,
        moved=abs(logs.estimate - linear.estimate),
        small=small,
    )
)

# %% [markdown]
# **Which scenario.** How many are followed to the end of the study is not stated. Two other cohorts
# aim at the ends of the range that [chapter 3](#compatible-cohort) calls plausible. Fewer get there:
# a patient treated early whose follow-up is short can't have been followed to the end.

# %%
scenarios = {}
for aim in (0.60, 0.95):
    built = compatible.build(Scenario(share_followed_to_end=aim), SEED)
    frame = cohort.analysis_frame(built)
    time, end = frame["followup_months"].astype(float), frame["followup_end"]
    watched = survival.kaplan_meier(time, end.isin(["study_end", "lost"]))
    scenarios[float(end.eq("study_end").mean())] = time, watched
(low_times, low), (high_times, high) = scenarios.values()

# %% tags=["hide-input"]
show(
    say(
        """
        Where {few:percent0} are followed to the end, the reverse estimate is {low:estimate}
        ({low:interval}); where {most:percent0} are, it is {high:estimate} ({high:interval}). In
        the shipped cohort {share:percent0} are, and it was {ours:estimate}. The median of all times stays at {first:.0f}
        months in the one and {second:.0f} in the other: every compatible cohort has the published
        one, however its patients were lost. So the printed median can't tell these cohorts apart.
        With so few patients the reverse estimate hardly can either.
        """,
        id="04-scenarios",
        status="simulated",
        few=min(scenarios),
        most=max(scenarios),
        share=float(ended_by.eq("study_end").mean()),
        low=low.median,
        high=high.median,
        ours=reverse.median,
        first=float(low_times.median()),
        second=float(high_times.median()),
    )
)

# %% [markdown]
# ## Limits
#
# Apart from the counts, age and median follow-up, nothing here is about the study: the patients are
# assumed. That nobody lacks a last PTH, that baseline values are complete and that visits are missed
# by chance makes the cohort easier than any clinic. A standardised difference looks at one variable
# at a time; two groups can agree in each and differ in combination. And its unit is the spread of
# these patients: the same difference in years looks larger where all are of one age.
#
# ## Try it
#
# 1. **Recall.** In a reverse Kaplan-Meier estimate of follow-up, what is the event, and what does
#    death do?
# 2. **Apply.** Keep the ratio of failures to others. How many times as many patients would it take to
#    bring the standard error of a difference of nought down to half of the customary bound?
# 3. **Criticise.** A paper compares failures with successes in twenty variables, finds all p-values
#    above the usual threshold, and concludes that the groups were well balanced. What is wrong?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
times = (standard_error(**groups) / (small / 2)) ** 2
show(
    say(
        """
        1. Being watched no longer, by the end of the study or by loss. Death censors: it cuts
           short a follow-up that would have gone on.
        2. About {times:.0f} times as many, some {patients:,} patients. A standard error falls only
           with the root of the number.
        3. A large p-value does not show agreement; with few failures it shows that little is
           known. And groups made by the outcome were never meant to be balanced.
        """,
        id="04-solutions",
        status="simulated",
        box="Solutions",
        times=times,
        patients=round(times * len(patients) / 100) * 100,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Say what is counted: {n} patients hold {glands} glands, and in this simulated cohort
          {one:percent0} of the patients hold {share:percent0} of them.
        - Say how follow-up was measured: {naive:.0f} months as the plain median (by construction),
          {reverse:estimate} by reverse Kaplan-Meier.
        - Show differences with their intervals: with {failures} failures the standard error is
          some {se:.1f} standard deviations, and silence is not balance.
        """,
        id="04-take-away",
        status="simulated",
        box="Take away",
        n=len(patients),
        glands=len(shipped.glands),
        one=float(one["patient_share"]),
        share=float(one["gland_share"]),
        naive=float(months.median()),
        reverse=reverse.median,
        failures=int(failed.sum()),
        se=standard_error(**groups),
    )
)
