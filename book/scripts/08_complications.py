# ---
# jupyter:
#   # Generated from book/chapters/08_complications.md by `make pairs`. Edit that, not this.
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
# (what-went-wrong)=
# # 8 · What went wrong, and how badly?

# %% tags=["hide-input"]
import math

import pandas as pd

from analysis_lib import benefit_harm as balance
from analysis_lib import cohort, compatible, complications, grading, verify
from analysis_lib import hypocalcaemia as risk
from analysis_lib import hypocalcaemia_scales as scales
from analysis_lib.consistency import counts_for_percentage
from analysis_lib.figures import complications as pictures
from analysis_lib.figures.courses import Panel, courses
from analysis_lib.figures.estimates import estimates
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.proportions import interval, posterior
from analysis_lib.published import claim
from analysis_lib.rare_events import (
    chance_of_at_most,
    chance_of_none,
    members_for_one,
)
from analysis_lib.report import say, show
from analysis_lib.results import level_text
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table
from analysis_lib.zero_events import upper_limit

shipped = cohort.load()
patients = risk.predictor_frame(shipped)
severe = claim("severe_hypocalcaemia_count")
palsy = claim("nerve_paralysis_count")
treated = claim("cohort_participants").count
built_with = DEFAULT.hypocalcaemia_threshold_mmol_l
definitions = complications.by_threshold(
    patients, complications.thresholds(), method="wilson"
)
seen = definitions.query("called == 'severe hypocalcaemia'")
groups = balance.outcomes(patients)
hundred = balance.out_of_hundred(groups["patients"].to_dict())
exact = interval(palsy.count, treated, method="exact", denominator="patients")
flagged = patients["severe_hypocalcaemia"].astype(bool)

# %% tags=["hide-input"]
show(
    say(
        """
        Two harms are reported: severe hypocalcaemia in {severe} of {n} patients, and one nerve
        paralysis that stayed. Neither the calcium that counts as severe nor the meaning of
        *major* is in the abstract. In this simulated cohort the definitions in use call between
        {fewest} and {most} of the same patients severe. And one paralysis in {n} fits true
        shares up to {palsy:upper}. Of a hundred simulated patients, {unharmed} reached the target
        without either harm; the abstract alone does not fix that number.
        """,
        id="08-in-plain-words",
        status="simulated",
        box="In plain words",
        severe=severe,
        n=treated,
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        palsy=exact,
        unharmed=hundred[0],
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** the idea of an interval; [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** ask for the definition behind *severe*; grade a complication by four
#   schemes and say what you assumed; say what one event, and what none, can tell; set benefit
#   against harm in the same patients
# - **Data:** published counts, what follows from them, and simulated patients. Each number says which.
# :::
#
# ## What was published

# %%
claims = [
    "severe_hypocalcaemia_count",
    "severe_hypocalcaemia_percent",
    "hypocalcaemia_comorbidity",
    "nerve_paralysis_count",
    "nerve_paralysis_percent",
]
show(printed(claims, id="08-claims", caption="Which harms are reported?"))

# %% [markdown]
# The abstract calls these complications *major* and gives calcium as the treatment
# {cite:p}`index`. It names no grading scheme. Nothing is said of voice changes that passed, of when
# calcium was lowest, or of what treatment took besides calcium.
#
# ## The data
#
# Definitions of low calcium and the grades of four schemes are [tables of this book](#data-dictionary):
# each row has its source. The calcium itself is simulated.

# %%
lowest = complications.lowest(shipped)
values = lowest["measured"].value_counts().sort_index()

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {n} of {all} patients have a calcium between the ablation and
        day {days}; {fewer} have fewer than {most} values. The lowest of them is what counts here.
        Who is measured more often has a lower lowest value, by chance alone.
        """,
        id="08-data",
        status="simulated",
        n=len(lowest),
        all=len(patients),
        days=cohort.NADIR_DAYS,
        most=int(values.index.max()),
        fewer=int(values[values.index < values.index.max()].sum()),
    )
)

# %% [markdown]
# ## Method
#
# - **By definition.** Each patient's lowest calcium up to the end of the first month, corrected for
#   albumin, is held against each threshold. Only the number is judged. What else belongs to a definition,
#   such as symptoms or calcium by vein, is not in the rows. Who has no value is counted apart. Counts under
#   different definitions are never added up.
# - **Grades.** Each scheme is applied as far as the abstract tells what was done. What had to be
#   assumed is written beside the grade.
# - **Rare events.** Exact, Wilson and Bayesian intervals {cite:p}`brown2001`; the chance of what was
#   seen if the true share were another; upper limits where nothing was seen {cite:p}`hanley1983`.
# - **Predictors.** Logistic regression with two terms: baseline alkaline phosphatase (ALP) and the
#   fall of PTH *up to the first day*. That fall comes before the lowest calcium, or on the same
#   day. A fall up to the end of follow-up would explain the past by the future. Beside the usual
#   interval stands a bootstrap: patients are drawn again, with replacement, and both models refitted.
# - **Benefit and harm together.** How many had the benefit $B$ and how many any harm $H$ is known;
#   how many had both is not. It lies between two bounds {cite:p}`frechet1935`, and each count between them
#   is possible:
#
# $$\max(0, B + H - n) \le \text{both} \le \min(B, H)$$
#
# *When not to use it:* a threshold applied to the lowest of a few values says nothing about how the
# patient felt. With one event, no comparison of groups and no search for predictors is possible.
#
# ## Result
#
# ### How many, by which definition?

# %%
definitions["built"] = definitions["threshold_mmol_l"].eq(built_with)
definitions["printed"] = [
    f"{row.threshold:g} {row.unit}" for row in definitions.itertuples()
]
definitions["below"] = [f"{share:events}" for share in definitions["share"]]

# %% tags=["hide-input"]
show(
    table(
        definitions,
        {
            "label": "Definition",
            "called": "A value below is",
            "threshold_mmol_l": "mmol/L",
            "corrected": "For albumin",
            "also": "Also asked, or enough",
            "events": f"Below, of {treated}",
        },
        id="08-definitions",
        status="simulated",
        caption="Which calcium is called severe, or low, and how many are below it?",
        faces={
            "threshold_mmol_l": ".3f",
            "corrected": lambda word: word.replace("_", " "),
        },
        carry=[
            "printed",
            "source",
            "doi",
            "pmid",
            "citation_key",
            "n",
            "missing",
        ],
        strong="built",
        missing="–",
        notes=[
            "Definitions are published, converted where printed in mg/dL; the last column is "
            "simulated. Missing values: "
            f"{int(definitions['missing'].max())}.",
            "Bold: the threshold that the simulation was built with. Its count equals the "
            "published one by construction; the others follow from the simulation.",
            "CTCAE: Common Terminology Criteria for Adverse Events. KDOQI: Kidney Disease "
            "Outcomes Quality Initiative; its range is no definition of severity.",
        ],
    )
)

# %% [markdown]
# The definitions differ in the calcium itself, in whether it is corrected for albumin, and in what
# else they ask. Some take a drip of calcium as proof.

# %%
rows = definitions.assign(
    label=definitions["label"] + ", " + definitions["printed"],
    estimate=[share.estimate for share in definitions["share"]],
    lower=[share.lower for share in definitions["share"]],
    upper=[share.upper for share in definitions["share"]],
    strong=definitions["built"],
    count=definitions["below"] + " / " + definitions["n"].astype(str),
)

# %%
show(
    estimates(
        rows,
        id="08-by-definition",
        status="simulated",
        scale="percent",
        caption="What share of the same patients is below each threshold?",
        xlabel="Patients below the threshold, %",
        heading="% (interval)",
        line=(severe.count / treated, "the published share"),
    )
)

# %% tags=["hide-input"]
ctcae = grading.calcium_grades(patients).value_counts()
moderate = int(grading.calcium_grades(patients)[flagged].eq("2").sum())
show(
    say(
        """
        The same {n} simulated patients give {fewest} to {most} cases of severe hypocalcaemia,
        depending on whose definition is used. By CTCAE {three} have grade 3, {four} grade 4 and
        {two} grade 2; the other {rest} are normal or grade 1, which only the laboratory's lower limit can
        part. Of the {severe} whom this cohort calls severe, {moderate} are *moderate* by CTCAE.
        The published {share} can't be set beside another series before both thresholds are known.
        The intervals are those that a real study with these counts would print. They say nothing
        of the spread between definitions.
        """,
        id="08-definitions-say",
        status="simulated",
        n=len(patients),
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        two=int(ctcae["2"]),
        three=int(ctcae["3"]),
        four=int(ctcae["4"]),
        rest=int(ctcae[grading.NOT_GRADED]),
        severe=int(flagged.sum()),
        moderate=moderate,
        share=claim("severe_hypocalcaemia_percent"),
    )
)

# %% [markdown]
# ### When was calcium lowest, and when was it back?

# %%
calcium = cohort.course(shipped, "calcium")
ids = set(patients.loc[flagged, "patient_id"])
panel = Panel(
    title="Corrected calcium, mmol/L",
    rows=calcium,
    scale="linear",
    decimals=2,
    line=(built_with, "the threshold of this cohort"),
)

# %%
show(
    courses(
        [panel],
        id="08-courses",
        status="simulated",
        fewest=40,
        marked=(ids, "severe hypocalcaemia"),
        caption="How does calcium run after the ablation?",
    )
)

# %% [markdown]
# Calcium falls at once, stays low for a week or two, and settles below where it began. That is the
# course that was assumed, and not one that was seen.

# %%
kdoqi = definitions.set_index("definition_id").loc["kdoqi-2003"]
year = cohort.month("month_12")
back = complications.recovery(
    shipped, ids, at_least=built_with, method="exact"
).query("0 < month <= @year")
back["normal"] = complications.recovery(
    shipped, ids, at_least=kdoqi["threshold_mmol_l"], method="exact"
).query("0 < month <= @year")["recovered"]
back["visit"] = back["visit"].str.replace("_", " ")

# %% tags=["hide-input"]
show(
    table(
        back,
        {
            "visit": "Visit",
            "due": "Still followed",
            "n": "With a value",
            "recovered": "No longer severe",
            "normal": "In the range of KDOQI",
        },
        id="08-recovery",
        status="simulated",
        caption="Of those with severe hypocalcaemia, who was back when?",
        carry=["share"],
        notes=[
            f"No longer severe: at or above {built_with:g} mmol/L at that visit. KDOQI: at or "
            f"above its lower end, {kdoqi['printed']}. Missed visits count on neither side.",
        ],
    )
)

# %% tags=["hide-input"]
first = lowest["visit"].eq("day_1")
show(
    say(
        """
        In this cohort calcium was lowest on the first day in {first} of {n} patients, but in
        {tied} of them a later value was just as low. A month after the ablation
        {recovered} of {measured} were no longer severe, and {normal} had reached the guideline's
        range; after three months it was {normal3} of {measured3}.
        """,
        id="08-course-says",
        status="simulated",
        first=int(first.sum()),
        n=len(lowest),
        tied=int((first & lowest["tied"].gt(1)).sum()),
        recovered=int(back.set_index("visit").loc["month 1", "recovered"]),
        measured=int(back.set_index("visit").loc["month 1", "n"]),
        normal=int(back.set_index("visit").loc["month 1", "normal"]),
        normal3=int(back.set_index("visit").loc["month 3", "normal"]),
        measured3=int(back.set_index("visit").loc["month 3", "n"]),
    )
)

# %% [markdown]
# The shape is assumed, and a nephrologist would object to it:
#
# - **Too sudden, then too flat.** Here calcium is at its floor on the first day and stays there into the
#   second week. After surgery it goes on falling for about two weeks {cite:p}`ho2017`.
# - **Nobody looks when it matters.** The assumed schedule has no visit in the second week, just when the
#   assumed trough comes. A real nadir between visits is not seen.
# - **Nobody is treated.** No row says who was given calcium. In a clinic the lowest value is what
#   treatment let happen.
# - **All end alike.** Where calcium settles is drawn without regard to how low it had been.
#
# ### Who is at risk?

# %%
steps = definitions.query("grade in ['2', '3']")
lines = dict(zip(steps["label"], steps["threshold_mmol_l"], strict=True))
lines["this cohort"] = built_with
show(
    pictures.nadirs(
        patients,
        lines,
        strong="this cohort",
        id="08-nadirs",
        status="simulated",
        caption="How low does calcium fall, by alkaline phosphatase before?",
    )
)

# %% [markdown]
# Calcium runs on through the lines. A patient just above one and a patient just below it have had almost the
# same, and are counted as different; two far apart on one side are counted as equal. Cutting a measured value in
# two throws information away {cite:p}`altman2006`.

# %%
found = risk.associations(patients, draws=2000, seed=8)
found["wald"] = [f"{ratio:interval}" for ratio in found["odds_ratio"]]
found["p"] = [ratio.p_value for ratio in found["odds_ratio"]]
found["ratio"] = [ratio.estimate for ratio in found["odds_ratio"]]
found["boot"] = [
    f"{row.boot_lower:.1f} to {row.boot_upper:.1f}"
    for row in found.itertuples()
]

# %% tags=["hide-input"]
show(
    table(
        found,
        {
            "words": "Term",
            "stage": "In the model",
            "ratio": "Odds ratio",
            "wald": "Wald interval",
            "boot": "Bootstrap interval",
            "p": "p (Wald)",
        },
        id="08-predictors",
        status="simulated",
        caption="Which patients have severe hypocalcaemia in the simulated cohort?",
        faces={"ratio": ".1f", "p": "p"},
        carry=["log_odds_ratio", "se", "n", "events", "left_out", "lost"],
        notes=[
            f"{found['n'].iloc[0]} patients, {found['events'].iloc[0]} of them with severe "
            f"hypocalcaemia; {found['left_out'].iloc[0]} without a PTH on the first day are left "
            f"out of all fits. Bootstrap: {found['draws'].iloc[0]} samples, percentiles; "
            f"{found['lost'].max()} samples without a maximum of the likelihood.",
            "ALP: alkaline phosphatase. PTH: parathyroid hormone.",
        ],
    )
)

# %% [markdown]
# The bootstrap intervals reach further up than the usual ones. That is how few events show.

# %%
together = found.query("stage == 'together'").set_index("term")
assumed = scales.per_sd(
    patients,
    {
        "log2_alp_baseline": DEFAULT.hypocalcaemia_per_sd_alp,
        "pth_halvings_day_1": DEFAULT.hypocalcaemia_per_sd_fall,
    },
)
assumed["words"] = assumed["term"].map(
    {"log2_alp_baseline": "log ALP", "pth_halvings_day_1": "log fall of PTH"}
)

# %% tags=["hide-input"]
show(
    table(
        assumed,
        {
            "words": "Per standard deviation of",
            "assumed": "Put in",
            "cloglog": "Came out, same scale",
            "logit": "As a log odds ratio",
        },
        id="08-assumed",
        status="simulated",
        caption="What did the simulation put in, and what do the rows give back?",
        faces={"assumed": ".2f"},
        carry=["sd", "n"],
        notes=[
            "Same scale: a binomial model with the complementary log-log link. The simulation "
            "adds a Gumbel variable to a score, and the highest scores become severe; its "
            "coefficients belong to that link. A log odds ratio is then somewhat larger.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Doubling ALP goes with an odds ratio of {alp}, halving PTH by the first day with {fall},
        each with the other held. **Both associations were put in by the scenario.** That they
        come out says that the code works, and nothing about patients. With {events} events for
        two terms the intervals are wide; the bootstrap has the longer upper ends, and is the more
        careful of the two here. Alone, halving PTH shows less, {alone}: in these rows it goes
        along with a slightly lower ALP, and an odds ratio grows when another strong term is held.
        """,
        id="08-predictors-say",
        status="simulated",
        alp=together.loc["log2_alp_baseline", "odds_ratio"],
        fall=together.loc["pth_halvings_day_1", "odds_ratio"],
        events=int(found["events"].iloc[0]),
        alone=format(found["odds_ratio"].iloc[1], "estimate"),
    )
)

# %% [markdown]
# ### What does one paralysis tell?

# %%
glands = claim("cohort_glands").count
by_method = {
    "exact": exact,
    "Wilson": interval(1, treated, method="wilson", denominator="patients"),
    "Jeffreys": interval(1, treated, method="jeffreys", denominator="patients"),
    "uniform prior": posterior(
        1, treated, prior=(1, 1), denominator="patients"
    ),
}
by_member = {
    f"{n} nerves": interval(1, n, method="exact", denominator="nerves")
    for n in (treated, glands)
}

# %% tags=["hide-input"]
rows = pd.DataFrame(
    [
        {
            "group": group,
            "label": label,
            "estimate": share.estimate,
            "lower": share.lower,
            "upper": share.upper,
            "count": f"{share.events} / {share.n}",
        }
        for group, shares in (
            ("Patients", by_method),
            ("Nerves at risk", by_member),
        )
        for label, share in shares.items()
    ]
)
show(
    estimates(
        rows,
        id="08-paralysis",
        status="derived",
        scale="percent",
        caption="Which true shares of persistent paralysis fit the one that was seen?",
        xlabel="Persistent paralysis, %",
        heading="% (interval)",
    )
)

# %% [markdown]
# The methods roughly agree on the upper end, and hardly on the lower one. A prior counts like patients seen
# before; with one event, the uniform one moves the estimate. Counting nerves instead of patients can make the
# share smaller, and changes nothing for the patient.

# %%
shares = pd.DataFrame({"share": [0.001, 0.005, 0.01, 0.02, 0.03, 0.05]})
shares["none"] = [
    chance_of_at_most(0, treated, share=share) for share in shares["share"]
]
shares["at_most_one"] = [
    chance_of_at_most(1, treated, share=share) for share in shares["share"]
]
shares["needed"] = [
    members_for_one(share, chance=0.95) for share in shares["share"]
]

# %% tags=["hide-input"]
show(
    table(
        shares,
        {
            "share": "If the true share were",
            "none": f"None in {treated}",
            "at_most_one": f"At most one in {treated}",
            "needed": "Patients to see one",
        },
        id="08-chances",
        status="derived",
        caption="How often would a study of this size see no paralysis?",
        faces={
            "share": "percent",
            "none": "percent0",
            "at_most_one": "percent0",
        },
        notes=[
            "Chances, if patients are independent and all have the same risk. Patients to see one: "
            f"so many that at least one is seen with a chance of {level_text(0.95)}.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        One paralysis in {n} patients fits a true share from {low} in ten thousand to one in
        {high}. At the observed share one would treat {n} patients to expect one more; at the
        upper limit {soon}, at the lower one some {late}. With a Jeffreys prior, the chance
        that the next {n} patients show none is {none:percent0}. A clinic that has seen none in
        {n} should not conclude that it does better: were the true share one in a hundred, that
        would happen with a chance of {luck:percent0}.
        """,
        id="08-paralysis-says",
        status="derived",
        n=treated,
        low=f"{10_000 * exact.lower:.1f}",
        high=math.ceil(1 / exact.upper),
        soon=math.ceil(1 / exact.upper),
        late=int(round(1 / exact.lower, -2)),
        none=chance_of_none(1, treated, further=treated, prior=(0.5, 0.5)),
        luck=chance_of_at_most(0, treated, share=0.01),
    )
)

# %% [markdown]
# A patient asks about the patient: the denominator is patients. An operator may ask about the nerve,
# and each treated side of the neck puts one at risk. How many sides were treated is not stated.
# At least one in each patient, at most one for each gland: the figure shows both ends, with the
# exact method.

# %%
sides = shipped.glands["location"].str.extract("^(left|right)_")[0]
nerves = shipped.glands.assign(side=sides).dropna(subset=["side"])
at_risk = len(nerves.drop_duplicates(["patient_id", "side"]))
passed = int(patients["nerve_paralysis"].eq("transient").sum())

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort {at_risk} sides were treated. {ectopic} ectopic glands have no
        side. The cohort also has {passed} paralyses that passed. That number is an assumption: the abstract
        is silent. In other series that counted them, voice changes of any duration are far more
        frequent than lasting ones.
        """,
        id="08-sides",
        status="simulated",
        at_risk=at_risk,
        ectopic=int(sides.isna().sum()),
        passed=passed,
    )
)

# %% [markdown]
# ### No sequelae among those with severe hypocalcaemia

# %%
none = claim("hypocalcaemia_comorbidity")
one_sided = upper_limit(severe.count, method="exact", denominator="patients")
rule = upper_limit(severe.count, method="rule_of_three", denominator="patients")
two_sided = interval(0, severe.count, method="exact", denominator="patients")

# %% tags=["hide-input"]
show(
    say(
        """
        None of {n} patients came to serious harm from low calcium. A true share of up to
        {one:upper} would still give that result in one study of twenty (exact, one-sided); the rule of three
        gives {rule:upper}, and the exact two-sided interval ends at {two:upper}. *None seen* is
        not *none possible*: one in {inverse} such patients is not excluded. What counts
        as serious is not stated.
        """,
        id="08-sequelae",
        status="derived",
        n=none.denominator,
        one=one_sided,
        rule=rule,
        two=two_sided,
        inverse=math.ceil(1 / two_sided.upper),
    )
)

# %% [markdown]
# ### How grave is that, and by which scheme?
#
# Surgeons grade by the treatment that a complication needed {cite:p}`dindo2004`. Interventional
# radiologists have two schemes {cite:p}`sacks2003,filippiadis2017`. Oncology grades laboratory values
# by their number {cite:p}`ctcae403`.

# %%
grades = grading.gradings()
grades["called"] = grades["grade"] + grades["severity"].map(
    ", {}".format, na_action="ignore"
).fillna("")
grades["taken"] = grades["assumed"].map({True: "yes", False: "no"})

# %% tags=["hide-input"]
show(
    table(
        grades,
        {
            "complication": "Complication",
            "scheme": "Scheme",
            "called": "Grade",
            "condition": "If",
            "taken": "Assumed here",
            "unstated": "Not stated",
        },
        id="08-gradings",
        status="derived",
        caption="Which grade would each complication have, and on what condition?",
        carry=["grade", "severity", "rule", "citation_key"],
        strong="assumed",
        notes=[
            "Assumed here (bold): a judgement of this book, which goes no further than what the "
            "abstract tells. By CTCAE no grade is assumed, as no threshold is stated; its heading "
            "for nerves was not among what was read.",
            "SIR: Society of Interventional Radiology, the older letters. CIRSE: Cardiovascular and "
            "Interventional Radiological Society of Europe. The CSV has each rule in our words.",
        ],
    )
)

# %% [markdown]
# For each complication the grade turns on a fact that one line of the paper could give.

# %%
bars = grading.graded(patients)
show(
    pictures.grade_bars(
        bars,
        id="08-grades",
        status="simulated",
        caption="What does each scheme make of the same patients?",
    )
)

# %% tags=["hide-input"]
majors = bars[bars["severity"].eq("major")].groupby("reading")["patients"].sum()
show(
    say(
        """
        If calcium was all, low calcium has the lightest grade of surgeons. In this simulated
        cohort the letters of SIR call {light} patient *major*, or {heavy}, depending on a single
        fact: whether calcium took a stay in hospital. For low calcium, *major* does not follow from
        what the abstract tells, by any of the four. It needs a fact, or a scheme, that is not stated.
        """,
        id="08-grades-say",
        status="simulated",
        light=int(majors["calcium is nominal therapy"]),
        heavy=int(majors["calcium took a long stay"]),
    )
)

# %% [markdown]
# ### Benefit against harm, in the same patients

# %%
target = claim("target_reached")
(reached,) = counts_for_percentage(target.value, treated)
bounds = balance.joint_bounds(
    treated, benefit=reached, harms=[severe.count, palsy.count]
)
harmed = groups["harm"].ne(balance.NO_HARM)
joint = groups.groupby(["target_reached", harmed])["patients"].sum()
cells = pd.DataFrame(list(bounds), columns=["reached", "harmed"])
cells["bounds"] = list(bounds.values())
cells["patients"] = [joint[cell] for cell in bounds]
cells["share"] = cells["patients"] / treated

# %% tags=["hide-input"]
cells["target"] = cells["reached"].map({True: "reached", False: "not reached"})
cells["harm"] = cells["harmed"].map({True: "one or both", False: "neither"})
cells["possible"] = [f"{cell:percent}" for cell in cells["bounds"]]
show(
    table(
        cells,
        {
            "target": "Target",
            "harm": "Harm",
            "bounds": "Possible (derived)",
            "possible": "Per cent (derived)",
            "patients": "This cohort (simulated)",
            "share": "Per cent",
        },
        id="08-joint",
        status="simulated",
        caption=f"How many of {treated} patients had the benefit, the harm, or both?",
        faces={"share": "percent"},
        notes=[
            "Harm: severe hypocalcaemia or persistent paralysis. Possible: every count in the "
            "range fits the published margins, and no other does. The count that reached the "
            "target is derived from the printed percentage.",
        ],
    )
)

# %% [markdown]
# The margins leave the cell that matters most, benefit without harm, open.

# %%
show(
    pictures.icons(
        groups,
        id="08-hundred",
        status="simulated",
        caption="What happens to a hundred people like the simulated patients?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        From the published margins alone, between {low} and {high} of {n} patients reached the
        target with neither severe hypocalcaemia nor persistent paralysis. If benefit and harm had
        nothing to do with each other, one would expect {apart:.1f}; in this simulated cohort it
        is {here}. In other patients with the same margins it may be any number in the range. What
        a clinician would want to tell a patient can't be had from margins. It takes one more line
        in a table, which a paper could print.
        """,
        id="08-joint-says",
        status="simulated",
        low=bounds[True, False].lowest,
        high=bounds[True, False].highest,
        n=treated,
        apart=reached
        * (1 - int(groups.loc[harmed, "patients"].sum()) / treated),
        here=int(joint[True, False]),
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "severe_hypocalcaemia_count",
        "not stated",
        status="simulated",
        quantity="threshold of severe hypocalcaemia",
        ours=f"{seen['events'].min()} to {seen['events'].max()} patients, by definition",
        reason="definitions in use differ; the simulation assumes one of them",
    ),
    cannot_compare(
        "severe_hypocalcaemia_count",
        "not stated",
        quantity="scheme behind the word major",
        reason="calcium alone is light in some schemes and major in others",
    ),
    cannot_compare(
        "severe_hypocalcaemia_count",
        "not stated",
        quantity="when calcium was lowest, and for how long",
        reason="the course in this chapter is assumed",
    ),
    cannot_compare(
        "hypocalcaemia_comorbidity",
        "not stated",
        quantity="dose, route and duration of calcium; stay in hospital",
        reason="three of four schemes need them",
    ),
    cannot_compare(
        "nerve_paralysis_count",
        "not stated",
        status="simulated",
        quantity="paralyses that passed",
        ours=f"{passed}, assumed",
        reason="only the persistent one is reported",
    ),
    cannot_compare(
        "nerve_paralysis_percent",
        "not stated",
        quantity="interval of the share",
        ours=format(exact, "interval"),
        reason="exact; patients as denominator",
    ),
    cannot_compare(
        "target_reached",
        "not stated",
        quantity="target reached without either harm",
        ours=f"{bounds[True, False]} patients",
        reason="the margins bound it and do not fix it",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims) + open_questions,
        id="08-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# ## What could change it
#
# **The threshold.** It decides not only how many, but also what predicts them.

# %%
limits = sorted(set(definitions["threshold_mmol_l"].round(3)) | {built_with})
cuts = scales.by_cut(patients, limits)
cuts = cuts[cuts["events"].ge(10).fillna(True)]
cuts = cuts.drop_duplicates(["events", "term"], keep="last")
alp = cuts.query("term == 'log2_alp_baseline'").reset_index(drop=True)
pth = cuts.query("term == 'pth_halvings_day_1'").reset_index(drop=True)
wide = alp.assign(odds_ratio_pth=pth["odds_ratio"], z_pth=pth["z"])
wide["cut"] = wide["threshold"].map("below {:g}".format, na_action="ignore")
wide["cut"] = wide["cut"].fillna("not cut (linear model)")

# %% tags=["hide-input"]
show(
    table(
        wide,
        {
            "cut": "Lowest calcium, mmol/L",
            "events": "Patients below",
            "odds_ratio": "ALP, per doubling",
            "z": "z of ALP",
            "odds_ratio_pth": "PTH, per halving",
            "z_pth": "z of PTH",
        },
        id="08-cuts",
        status="simulated",
        caption="What becomes of the predictors if calcium is cut elsewhere, or not at all?",
        faces={
            "z": lambda z: f"{abs(z):.1f}",
            "z_pth": lambda z: f"{abs(z):.1f}",
        },
        missing="–",
        notes=[
            f"Both terms together, {cuts['n'].iloc[0]} patients. z: size of estimate over standard "
            "error. Thresholds with fewer than ten patients below are left out.",
        ],
    )
)

# %% tags=["hide-input"]
uncut = wide[wide["threshold"].isna()].iloc[0]
cut = wide[wide["threshold"].eq(built_with)].iloc[0]
show(
    say(
        """
        In this simulated cohort the uncut calcium tells far more: its z for ALP is {whole:.1f},
        against {part:.1f} once it is cut where this cohort cuts it. How much is lost belongs to the
        simulation, that something is lost does not.
        """,
        id="08-cuts-say",
        status="simulated",
        whole=abs(uncut["z"]),
        part=abs(cut["z"]),
    )
)

# %% [markdown]
# **The cohort.** Other seeds give other patients with the same margins.

# %%
others = [
    balance.outcomes(cohort.analysis_frame(compatible.build(DEFAULT, seed)))
    for seed in range(1, 4)
]
unharmed = [
    int(rows.query("target_reached")["patients"].iloc[0]) for rows in others
]

# %% tags=["hide-input"]
show(
    say(
        """
        In {n} cohorts built with other seeds, {low} to {high} patients reached the target without
        either harm. The range of the margins is wider, since the scenario is the same in all of
        them.
        """,
        id="08-seeds",
        status="simulated",
        n=len(unharmed),
        low=min(unharmed),
        high=max(unharmed),
    )
)

# %% [markdown]
# ## Limits
#
# - Definitions and rules were read in papers, tables and secondary pages; for several series it was
#   not seen whether calcium was corrected. A full paper may say more.
# - A threshold on a number is not the patient. Cramps, seizures, a longer QT interval and readmission are what
#   matters, and no row has them.
# - The course of calcium, its predictors, and how harm goes along with benefit are assumed.
# - Intervals for a share take patients as independent. Patients of one operator are not.
# - Benefit is counted at the end of follow-up, harm mostly in the first weeks. A hundred small figures give both
#   the same weight; patients may not.
#
# ## Try it
#
# 1. **Recall.** Which grade of Clavien-Dindo has a hypocalcaemia that needed nothing but calcium?
# 2. **Apply.** With still only one paralysis, how many patients would bring the exact upper limit
#    below two per cent?
# 3. **Criticise.** A poster says: severe hypocalcaemia is more frequent after ablation than after surgery in two
#    series, and harmless, as no sequelae were seen. What do you ask?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
enough = next(
    n
    for n in range(treated, 10 * treated)
    if interval(1, n, method="exact", denominator="patients").upper < 0.02
)
show(
    say(
        """
        1. Grade I: electrolytes are among what that grade allows.
        2. {enough} patients.
        3. Which threshold each series used, corrected or not, and how often calcium was measured:
           with the definitions of this chapter the same patients give {fewest} to {most} cases.
           And out of how many no sequelae were seen: with none in {n}, up to {limit:percent} is possible.
        """,
        id="08-solutions",
        status="simulated",
        box="Solutions",
        enough=enough,
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        n=severe.count,
        limit=two_sided.upper,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - *Severe hypocalcaemia* is a threshold, not a thing: the same simulated patients give
          {fewest} to {most} cases by the definitions in use, and the study's own is not stated.
        - One paralysis in {n} fits true shares up to {palsy:upper}; no sequelae in {severe} fit up
          to {none:upper}.
        - Between {low} and {high} of {n} patients had the benefit without either harm. Margins do
          not say more; this simulated cohort has {here}.
        """,
        id="08-take-away",
        status="simulated",
        box="Take away",
        fewest=int(seen["events"].min()),
        most=int(seen["events"].max()),
        n=treated,
        palsy=exact,
        severe=severe.count,
        none=two_sided,
        low=bounds[True, False].lowest,
        high=bounds[True, False].highest,
        here=int(joint[True, False]),
    )
)
