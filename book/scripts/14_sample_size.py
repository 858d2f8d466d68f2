# ---
# jupyter:
#   # Generated from book/chapters/14_sample_size.md by `make pairs`. Edit that, not this.
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
# (sample-size)=
# # 14 · How many patients would it take?

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

from analysis_lib import cohort, logistic, precision
from analysis_lib.consistency import counts_for_percentage, wald_region
from analysis_lib.design_analysis import design_analysis, events_per_variable
from analysis_lib.figures import samplesize as pictures
from analysis_lib.ledger import against_the_paper, cannot_compare, printed
from analysis_lib.model_strength import (
    UNKNOWN_MODEL,
    c_from_cox_snell,
    cox_snell_from_c,
    cox_snell_from_nagelkerke,
    strength_of_fit,
)
from analysis_lib.odds_ratio import critical_value
from analysis_lib.power import (
    group_risks,
    planned,
    planned_se,
    simulate,
    size_by_hsieh,
    size_for_power,
)
from analysis_lib.prediction import CANDIDATES
from analysis_lib.proportions import interval
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import number, percent
from analysis_lib.samplesize import (
    affordable_parameters,
    expected,
    minimum_sample_size,
)
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table
from analysis_lib.zero_events import upper_limit

n = claim("cohort_participants").count
(reached,) = counts_for_percentage(claim("target_reached").value, n)
failures = n - reached
share = failures / n
candidates = len(CANDIDATES)
groups = {"exposed": DEFAULT.n_above / n, "outcome": share}
strength = cox_snell_from_nagelkerke(UNKNOWN_MODEL, share)
half_width, wanted = 0.05, 0.80

target = interval(reached, n, method="wilson", denominator="patients")
doubled = planned(n, 2.0, **groups)
for_doubled = size_for_power(2.0, **groups, power=wanted)
for_model = minimum_sample_size(candidates, share, strength)
here = expected(n, candidates, share, strength)

# %% tags=["hide-input"]
show(
    say(
        """
        It depends on what the study is for. To know a share, {n} patients are a fair number: for
        the {target:percent} who reached the target, the interval is {target:interval}. To find a risk factor that doubles the odds of failure takes about {for_doubled}
        patients; {n} find it {doubled:power} of the time, and then print an odds ratio of
        {doubled:printed} on average. To choose among {candidates} candidates and
        predict a patient's risk takes about {for_model}. What runs short is not the patients. It
        is the {failures} failures.
        """,
        id="14-in-plain-words",
        status="derived",
        box="In plain words",
        n=n,
        target=target,
        for_doubled=for_doubled,
        doubled=doubled,
        candidates=candidates,
        for_model=int(for_model["n"].max()),
        failures=failures,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** what a confidence interval and an odds ratio are; the figures of [chapter 2](#adds-up)
# - **You will be able to:** say how many patients a share, a risk factor or a prediction model
#   needs; say what a study of a given size can carry; answer someone who computes power afterwards
# - **Data:** published figures and assumptions that are listed. What rests on drawn studies, or on
#   the simulated cohort, says *simulated*.
# :::
#
# ## What was published

# %% tags=["hide-input"]
show(
    printed(
        [
            "cohort_participants",
            "target_reached",
            "severe_hypocalcaemia_count",
            "nerve_paralysis_count",
            "hypocalcaemia_comorbidity",
            "predictor_only_one",
            "predictor_pth_or",
        ],
        id="14-claims",
        caption="Which figures of the abstract does this chapter build on?",
    )
)

# %% [markdown]
# The abstract does not mention a sample size calculation {cite:p}`index`. That is no reproach: a
# retrospective study takes the patients there are. But readers may still ask what so many patients
# can tell.
#
# ## The data

# %% tags=["hide-input"]
show(
    say(
        """
        Only one whole number of patients gives the printed share: {reached} of {n} reached the
        target, so {failures} did not. For a regression on failure, those {failures} are the
        sample. All else that a calculation needs has to be assumed.
        """,
        id="14-failures",
        status="derived",
        reached=reached,
        n=n,
        failures=failures,
    )
)

# %%
ratios = (1.5, 2.0, 3.0, 5.0)
assumed = {
    "Half-width that is good enough": f"{100 * half_width:.0f} points",
    "Chance to find the risk factor (power)": percent(wanted, 0),
    "Share of patients above the PTH cut-off": percent(groups["exposed"], 0),
    "True odds ratios to look at": ", ".join(f"{x:g}" for x in ratios),
    "Candidate predictors": str(candidates),
    "Strength of the model, as Nagelkerke R²": percent(UNKNOWN_MODEL, 0),
}

# %% tags=["hide-input"]
reasons = [
    "a choice: the reader may want another",
    "usual; there is nothing special about it",
    "not stated; what the simulated cohort of chapter 3 assumes",
    "from modest to about what was printed",
    "not stated; those that the simulated cohort screens, one parameter each",
    "recommended when nothing is known of the model",
]
show(
    table(
        pd.DataFrame(
            {"what": list(assumed), "value": assumed.values(), "why": reasons}
        ),
        {"what": "Assumption", "value": "Value", "why": "Why"},
        id="14-assumptions",
        status="derived",
        caption="What does this chapter assume?",
    )
)

# %% [markdown]
# ## Method
#
# **A share.** With so many patients, how wide is its interval? Patients are whole, so the share
# that can be observed jumps a little whenever a patient is added, and the width of the interval
# jumps with it. A size may be enough and the next one not. The size to plan with is the one *from
# which on* every larger one is enough. Two intervals are used: Wilson's {cite:p}`wilson1927`, and
# the exact one {cite:p}`clopper1934`, whose coverage never falls below its level; it is wider and
# so needs more patients.
#
# **One risk factor.** The standard error of a log odds ratio follows from the four counts to be
# expected: failures and successes, above and below the cut-off. With a true odds ratio it gives
# three chances {cite:p}`gelman2014`:
#
# - *power*: to find a significant result;
# - *type M error*, the exaggeration: how many times too large a significant result is on average;
# - *type S error*: that a significant result points the wrong way.
#
# The formula takes the standard error as fixed. With few failures it is not. So studies are drawn
# as well, thousands of them, and a logistic regression is fitted to each.
#
# **A prediction model.** Four demands, each with its own number of patients
# {cite:p}`riley2019,riley2020`:
#
# 1. The overall risk is known to within five percentage points {cite:p}`riley2020`.
# 2. A predicted risk is wrong by no more than five points on average {cite:p}`riley2020,vansmeden2019`.
# 3. The effects need to be shrunk by no more than a tenth. In new patients effects come out weaker
#    than in those they were estimated from; the *shrinkage* $S$ is the factor.
# 4. The apparent R² is too good by no more than 0.05 {cite:p}`riley2019`.
#
# With many candidates the third decides. With $P$ candidate parameters it asks for
#
# $$n = \frac{P}{(S - 1)\,\ln(1 - R^2 / S)},$$
#
# $R^2$ being Cox and Snell's, in new patients. The same formula turned round tells what shrinkage
# to expect from the patients one has. How strong the model will be is not known beforehand; when
# nothing is known, a Nagelkerke R² of 0.15 is suggested {cite:p}`riley2020`. Candidates count, not only those that were kept: a variable
# that was tried and dropped has used up its share of the data.
#
# *When not to use it:* when the study is done and its result known. To put the printed odds ratio
# in as if it were true, and to compute the power from it, says nothing that the p-value has not
# said already {cite:p}`hoenig2001`. Such post-hoc power is not evidence, neither for an effect nor
# against one. In this chapter the true odds ratios are assumed, and the question is what a study
# of this size would print.
#
# The tests hold these formulas to the published examples and to R.
#
# ## Result
#
# ### The first aim: to know a share

# %%
names = {"wilson": "Wilson", "exact": "Exact"}
curves = pd.concat(
    precision.widths(reached / n, range(30, 1001), method=method).assign(
        method=name
    )
    for method, name in names.items()
)

# %%
show(
    pictures.half_widths(
        curves,
        study=(n, (target.upper - target.lower) / 2),
        target=half_width,
        id="14-half-widths",
        status="derived",
        caption="How well is the share that reached the target known?",
    )
)

# %%
hypocalcaemia = claim("severe_hypocalcaemia_count").events
shares = {"target reached": reached, "severe hypocalcaemia": hypocalcaemia}
precise = pd.DataFrame(
    [(label, half) for label in shares for half in (0.10, half_width, 0.03)],
    columns=["outcome", "half"],
)
for method in names:
    precise[method] = [
        precision.size_for_half_width(shares[label] / n, half, method=method)
        for label, half in zip(precise["outcome"], precise["half"], strict=True)
    ]

# %% tags=["hide-input"]
rows = precise.assign(
    points=[f"{100 * half:.0f} points" for half in precise["half"]],
    **{
        name: [f"{size:first} ({size})" for size in precise[method]]
        for method, name in names.items()
    },
)
show(
    table(
        rows,
        {
            "outcome": "Outcome",
            "points": "Half-width",
            "Wilson": "Wilson",
            "Exact": "Exact",
        },
        carry=["half", "wilson", "exact"],
        id="14-precision",
        status="derived",
        caption="How many patients give an interval that is narrow enough?",
        notes=[
            "The first size that is enough, and in brackets the one from which on every larger "
            "one is, too.",
            "Half-width: half of the distance between the limits, in percentage points. The share "
            "is taken to come out as it did in the study.",
        ],
    )
)

# %% tags=["hide-input"]
by = precise[precise["half"] == half_width].set_index("outcome")
show(
    say(
        """
        With {n} patients the half-width for the target is {half:.1f} points. Five points take
        {target} patients by Wilson's interval and {exact} by the exact one. Severe hypocalcaemia
        is nearer to one half, where a share is hardest to know: {hypocalcaemia} patients. Where
        two sizes differ, one patient more can make the interval wider; plan with the larger. For this first aim the study is somewhat small, and not far off.
        """,
        id="14-precision-says",
        status="derived",
        n=n,
        half=50 * (target.upper - target.lower),
        target=by.loc["target reached", "wilson"],
        exact=by.loc["target reached", "exact"],
        hypocalcaemia=by.loc["severe hypocalcaemia", "wilson"],
    )
)

# %% [markdown]
# ### Rare harms
#
# A harm may be real and not show in a study. How many patients must one treat to have a good
# chance to see it at least once?

# %%
rare = pd.DataFrame({"share": [0.05, 0.02, 0.01, 0.005, 0.001]})
rare["seen"] = 1 - (1 - rare["share"]) ** n
rare["to_see"] = rare["share"].map(precision.size_to_see_one)
rare["to_exclude"] = rare["share"].map(precision.size_for_upper_limit)

# %% tags=["hide-input"]
show(
    table(
        rare,
        {
            "share": "True share",
            "seen": f"Seen with {n}",
            "to_see": "Patients to see it",
            "to_exclude": "Patients to rule it out",
        },
        id="14-rare",
        status="derived",
        caption="How many patients does it take to see a rare harm?",
        faces={"share": "percent", "seen": "percent0"},
        notes=[
            f"Seen with {n}: the chance that so many patients show it at least once. To see it: "
            f"with a chance of {percent(0.95, 0)}. To rule it out: patients without it, after whom "
            "the exact one-sided upper limit lies at or below the share.",
        ],
    )
)

# %% tags=["hide-input"]
silent = claim("hypocalcaemia_comorbidity")
show(
    say(
        """
        The last two columns agree, and must: the patients with whom a harm would hardly stay
        unseen are those whose silence rules it out. A harm that strikes one patient in a hundred
        shows at least once among {n} patients with a chance of {seen:percent0}. The study saw
        one paralysis; it may as well have seen none, or two. And that none of the {silent}
        patients with severe hypocalcaemia came to serious harm is compatible with a true share of
        up to {limit:upper} (exact, one-sided).
        """,
        id="14-rare-says",
        status="derived",
        n=n,
        seen=float(rare.set_index("share").loc[0.01, "seen"]),
        silent=silent.denominator,
        limit=upper_limit(
            silent.denominator, method="exact", denominator="patients"
        ),
    )
)

# %% [markdown]
# ### The second aim: to tell one risk factor

# %%
grid = np.unique([n, *np.geomspace(60, 2000, 90).astype(int)])
formula = pd.DataFrame(
    [
        (x, m, found.power, found.exaggeration)
        for x in ratios
        for m in grid
        for found in [planned(int(m), x, **groups)]
    ],
    columns=["odds_ratio", "n", "power", "exaggeration"],
)

# %%
drawn = [
    simulate(m, x, **groups, studies=10_000, seed=14)
    for x in ratios
    for m in (n, 250, 600, 1500)
]
columns = ["odds_ratio", "n", "power", "exaggeration"]
marks = pd.DataFrame([[getattr(d, c) for c in columns] for d in drawn])
marks.columns = columns

# %%
show(
    pictures.power_and_exaggeration(
        formula,
        marks,
        study=n,
        power=wanted,
        id="14-power",
        status="simulated",
        caption="Would the study find a risk factor, and print it rightly?",
    )
)

# %%
odds = pd.DataFrame({"odds_ratio": ratios})
odds["formula"] = [planned(n, x, **groups) for x in ratios]
odds["drawn"] = [d for d in drawn if d.n == n]
odds["risks"] = [group_risks(x, **groups) for x in ratios]
odds["wald"] = [size_for_power(x, **groups, power=wanted) for x in ratios]
odds["hsieh"] = [size_by_hsieh(x, **groups, power=wanted) for x in ratios]
for what in ("power", "exaggeration", "type_s"):
    odds[what] = [
        f"{format(row.formula, what)} / {format(row.drawn, what)}"
        for row in odds.itertuples()
    ]

# %% tags=["hide-input"]
odds["risk"] = [f"{percent(a, 0)} / {percent(b, 0)}" for a, b in odds["risks"]]
odds["name"] = [number(x, 1) for x in ratios]
show(
    table(
        odds,
        {
            "name": "True odds ratio",
            "risk": "Risk above / below",
            "power": "Power: formula / drawn",
            "exaggeration": "Times too large: formula / drawn",
            "type_s": "Wrong direction: formula / drawn",
            "wald": "Patients",
        },
        carry=["formula", "drawn", "hsieh"],
        id="14-odds-ratios",
        status="simulated",
        caption="What would a study of this size print, if the odds ratio were so and so?",
        notes=[
            f"Drawn: {drawn[0]:studies} studies for each odds ratio, each fitted by logistic "
            "regression. A study without an estimate counts as not significant.",
            "Times too large, wrong direction: among significant results, on the log scale. "
            f"Patients: for a power of {percent(wanted, 0)}.",
        ],
    )
)

# %% tags=["hide-input"]
by = odds.set_index("odds_ratio")
small, five = by.loc[2.0], by.loc[5.0]
show(
    say(
        """
        A risk factor that doubles the odds is missed by most studies of {n} patients: they find
        it {power:power} of the time. Those that find it print it {larger:exaggeration} times too
        large on the log scale, which is an odds ratio of {larger:printed} on average, as nothing
        below {larger:smallest} can be significant. To find it four times in five takes {wald}
        patients; a formula that compares the two risks directly gives {hsieh}. An odds ratio of five is another matter: {five:power}. Formula and drawn
        studies differ by a few points here, since with {failures} failures the standard error
        depends on the estimate; {none:no_estimate} of the drawn studies with an odds ratio of
        five have no estimate at all, as nobody failed on one side. The
        formula is too pessimistic about the wrong direction: an odds ratio below one would rest
        on very few failures, and is seldom significant.
        """,
        id="14-odds-ratios-say",
        status="simulated",
        n=n,
        power=small["formula"],
        larger=small["formula"],
        wald=int(small["wald"]),
        hsieh=int(small["hsieh"]),
        five=five["formula"],
        failures=failures,
        none=five["drawn"],
    )
)

# %%
printed_or, printed_p = claim("predictor_pth_or"), claim("predictor_pth_p")
region = wald_region(printed_or.value, *printed_or.limits, p=printed_p.value)
se = region.centre[1]
plain_se = planned_se(n, printed_or.number, **groups)

# %% tags=["hide-input"]
show(
    say(
        """
        These numbers are on the kind side. The published odds ratio was adjusted, and its
        standard error is {se:.2f}; a plain comparison with an odds ratio of that size, and this
        split of the patients, would have {plain:.2f}.
        """,
        id="14-kind",
        status="derived",
        se=se,
        plain=plain_se,
    )
)

# %% [markdown]
# What the published standard error itself implies is the matter of chapter 12.
#
# ### Why not compute the power from the printed result?

# %%
post_hoc = design_analysis(printed_or.number, se)
just = design_analysis(float(np.exp(critical_value(0.95) * se)), se)

# %% tags=["hide-input"]
show(
    say(
        """
        Take the printed odds ratio as true, and the power comes out as {power:power}. That number
        adds nothing: it follows from the p-value alone. Whatever the study, a result with a
        p-value of exactly {edge:.2f} has a post-hoc power of {just:power}; a smaller p-value gives
        more, a larger one less. It can't tell whether the odds ratio is true. And if the printed
        odds ratio is exaggerated, as significant results of small studies are, the post-hoc
        power is exaggerated with it.
        """,
        id="14-post-hoc",
        status="derived",
        power=post_hoc,
        edge=0.05,
        just=just,
    )
)

# %% [markdown]
# ### The third aim: to build a prediction model

# %%
needs = {
    f"{candidates} candidates": for_model,
    "One predictor, chosen beforehand": minimum_sample_size(1, share, strength),
}
bars = pd.concat(frame.assign(group=name) for name, frame in needs.items())[
    ["group", "words", "n"]
].rename(columns={"words": "label"})

# %%
show(
    pictures.needed(
        bars,
        study=n,
        id="14-riley",
        status="derived",
        caption="How many patients does a prediction model need?",
    )
)

# %%
alone = expected(n, 1, share, strength)
criteria = for_model.assign(
    here=[getattr(here, name) for name in for_model["criterion"]],
    alone=[getattr(alone, name) for name in for_model["criterion"]],
)
room = affordable_parameters(n, share, strength)

# %% tags=["hide-input"]
show(
    table(
        criteria,
        {
            "words": "Demand",
            "target": "Limit",
            "n": "Patients",
            "events": "Failures",
            "events_per_parameter": "Each",
            "here": f"With {candidates}",
            "alone": "With 1",
        },
        carry=["criterion", "decides"],
        id="14-criteria",
        status="derived",
        caption=f"What do {candidates} candidates ask for, and what does the study give?",
        faces={
            "target": ".2f",
            "events": ".0f",
            "events_per_parameter": ".1f",
            "here": ".3f",
            "alone": ".3f",
        },
        strong="decides",
        notes=[
            "Failures: among so many patients. Each: failures for each candidate. "
            f"With {candidates}, with 1: what the {n} patients of the study give, with so many "
            "candidates and with one predictor chosen beforehand.",
            "In bold: the demand that decides. Shrinkage should be at least its limit, the others "
            "at most. Errors and limits are fractions, not percentages.",
        ],
    )
)

# %% tags=["hide-input"]
by = room.set_index("criterion")
per = events_per_variable(failures, reached, candidates).set_index("variables")
show(
    say(
        """
        With {candidates} candidates the study has {epv:.1f} failures for each. Effects estimated
        so would have to be shrunk to {here:shrinkage} of their size to hold in new patients:
        {noise:percent0} of what the model seems to explain is noise. Predicted risks would be off
        by {points:.1f} percentage points on average, when the overall risk is {share:percent}. So
        many candidates ask for {needed} patients and {events:.0f} failures. Turned round: {n} patients carry
        {error} parameters by the second demand, {optimism} by the fourth, and by the third,
        strictly, not even one (there is room for {room:.2f}). One predictor that was fixed beforehand, with its cut-off,
        is about what {failures} failures can bear.
        """,
        id="14-criteria-say",
        status="derived",
        candidates=candidates,
        epv=float(per.loc[candidates, "events_per_variable"]),
        here=here,
        noise=1 - here.shrinkage,
        points=100 * here.prediction_error,
        share=share,
        needed=int(for_model["n"].max()),
        events=float(for_model["events"].max()),
        n=n,
        error=int(by.loc["prediction_error", "parameters"]),
        optimism=int(by.loc["optimism", "parameters"]),
        room=float(by.loc["shrinkage", "room"]),
        failures=failures,
    )
)

# %% [markdown]
# The model that was printed has one predictor. But it was not fixed beforehand: one was left over
# from several, and how its cut-off was found is not stated. Both use up data. [Chapter
# 2](#adds-up) lists what is open, and chapter 11 what a cut-off chosen from the data costs.
#
# ### The three aims side by side

# %%
aims = {
    "know the share that reached the target": precise["wilson"].iloc[1].settled,
    "find a risk factor that doubles the odds": for_doubled,
    "find one with an odds ratio of five": int(odds["wald"].iloc[-1]),
    f"build a model from {candidates} candidates": int(for_model["n"].max()),
}
aims = pd.DataFrame({"aim": list(aims), "needed": list(aims.values())})
aims["times"] = aims["needed"] / n
aims["failures"] = aims["needed"] * share

# %% tags=["hide-input"]
show(
    table(
        aims,
        {
            "aim": "Aim",
            "needed": "Patients",
            "failures": "Failures",
            "times": "Times this study",
        },
        id="14-aims",
        status="derived",
        caption="How many patients would it take, for each aim?",
        faces={"times": ".1f", "failures": ".0f"},
        notes=["Under the assumptions listed above."],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        The same {n} patients are not far from enough for one question, and too few by a factor
        of {times:.1f} for another. "Was the study large enough?" has no answer until one says for what.
        """,
        id="14-aims-say",
        status="derived",
        n=n,
        times=float(aims["times"].max()),
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        [
            cannot_compare(
                "cohort_participants",
                "not stated",
                quantity="sample size calculation",
                ours=f"{for_doubled} for an odds ratio of two",
                reason="the abstract mentions none; the paper was not seen",
            ),
            cannot_compare(
                "target_reached",
                "not stated",
                quantity="precision of the share that reached the target",
                ours=f"{target:interval}",
                reason="printed without an interval",
            ),
            cannot_compare(
                "predictor_only_one",
                "not stated",
                quantity="failures per candidate predictor",
                ours=f"{here:epp} if there were {candidates}",
                reason="how many candidates there were is not in the abstract",
            ),
            cannot_compare(
                "predictor_pth_or",
                "not derivable",
                quantity="true odds ratio above the cut-off",
                reason="one study's estimate is no truth to plan with",
            ),
        ],
        id="14-against-the-paper",
        status="derived",
    )
)

# %% [markdown]
# Nothing here says that the study should have been planned otherwise. It says what its figures can
# bear.
#
# ## What could change it
#
# ### A stronger model

# %%
unknown = f"{percent(UNKNOWN_MODEL, 0)} of the largest R²"
strengths = {unknown: strength} | {
    f"C = {c}": cox_snell_from_c(c, share) for c in (0.65, 0.7, 0.75, 0.8, 0.85)
}
stronger = pd.DataFrame({"name": strengths, "r2": strengths})
stronger["name"] = stronger.index
stronger["c"] = [c_from_cox_snell(r2, share) for r2 in stronger["r2"]]
stronger["needed"] = [
    minimum_sample_size(candidates, share, r2)["n"].max()
    for r2 in stronger["r2"]
]
stronger["shrinkage"] = [
    expected(n, candidates, share, r2).shrinkage for r2 in stronger["r2"]
]

# %% tags=["hide-input"]
stronger["room"] = [
    affordable_parameters(n, share, r2)["parameters"].min()
    for r2 in stronger["r2"]
]
show(
    table(
        stronger,
        {
            "name": "Assumed",
            "c": "C",
            "r2": "R²",
            "needed": "Patients",
            "shrinkage": "Shrinkage",
            "room": "Parameters",
        },
        id="14-stronger",
        status="derived",
        caption="Does a stronger model need fewer patients?",
        faces={"c": ".2f", "r2": ".3f", "shrinkage": ".2f"},
        notes=[
            "C: the C statistic, the chance that a patient whose treatment fails has a higher predicted "
            "risk than one whose treatment does not. R²: Cox and Snell's.",
            f"Patients: needed for {candidates} candidates. Shrinkage: with {n} patients and so "
            f"many candidates. Parameters: as many as {n} patients carry, by the strictest demand.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        It does. Of the strengths listed none brings {candidates} candidates within reach of {n}
        patients: the least is {least}. Nor do {n} patients carry more than {room} under any of
        them.
        """,
        id="14-stronger-says",
        status="derived",
        candidates=candidates,
        n=n,
        least=int(stronger["needed"].min()),
        room=int(stronger["room"].max()),
    )
)

# %% [markdown]
# For strong models the third demand is itself too mild: in simulations with a C statistic of 0.85
# at least half as many patients again were needed {cite:p}`pavlou2024`.
#
# ### Another share above the cut-off, another fit

# %%
above = pd.DataFrame({"exposed": [0.1, 0.25, 0.5]})
above["needed"] = [
    size_for_power(2.0, exposed=q, outcome=share, power=wanted)
    for q in above["exposed"]
]
firth = simulate(n, 2.0, **groups, studies=10_000, seed=14, penalty="firth")

# %% tags=["hide-input"]
by = above.set_index("exposed")["needed"]
show(
    say(
        """
        To find a doubling of the odds takes {half} patients if half of them lie above the
        cut-off, {quarter} if a quarter do, and {tenth} if a tenth do. A cut-off far
        from the middle is dear. Firth's penalised regression, the usual remedy for few failures, gives every
        study an estimate, but no more power: by Wald's test, {firth:power} of the drawn
        studies find the doubled odds, against {plain:power} without it.
        No method replaces failures that were not observed.
        """,
        id="14-above-says",
        status="simulated",
        half=int(by[0.5]),
        quarter=int(by[0.25]),
        tenth=int(by[0.1]),
        firth=firth,
        plain=small["drawn"],
    )
)

# %% [markdown]
# ### The strength seen in the simulated cohort
#
# If one has data, one can see how strong a model *seems*. The apparent R² of all candidates
# together is corrected for their number {cite:p}`vanhouwelingen1990`.

# %%
frame = cohort.analysis_frame(cohort.load())
x = frame[list(CANDIDATES)].astype(float)
x.insert(0, "intercept", 1.0)
y = frame["treatment_failure"].astype(float)
every = logistic.fit(x, y, names=list(x))
nothing = logistic.fit(x[["intercept"]], y, names=["intercept"])
gain = 2 * (every.log_likelihood - nothing.log_likelihood)
seen = strength_of_fit(gain, n=len(frame), parameters=candidates)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the {candidates} candidates together seem to explain an R² of
        {seen:apparent}. Corrected for their number, {seen:adjusted} is left, a shrinkage of
        {seen:shrinkage}; assumed above were {strength:.2f}. That the cut-off was chosen to fit is
        not even counted here, so the correction is too kind. The cohort was made to match the
        published odds ratio, and the rest of it rests on assumptions: the number shows how the
        correction works, and nothing about the study.
        """,
        id="14-seen-says",
        status="simulated",
        candidates=candidates,
        seen=seen,
        strength=strength,
    )
)

# %% [markdown]
# ## Limits
#
# - All of it rests on the assumptions in the table. They are plausible, and they are not the study's.
# - The calculations are for patients with a known outcome. Those lost to follow-up come on top.
# - One outcome at the end of follow-up is counted as if all had been followed alike. Chapter 4
#   shows how unlike follow-up was in the simulated cohort.
# - The sizes for a model are minima, met on average. One study of that size may still do worse.
# - Whether a predictor is *useful* is another question than whether it can be found.
#
# ## Try it
#
# 1. **Recall.** Why do candidates that were dropped from a model count when its size is planned?
# 2. **Apply.** From how many patients on does the exact interval of the share that reached the target
#    have a half-width of seven percentage points?
# 3. **Apply.** A new study wants three candidates and expects a C statistic of three quarters. How
#    many patients, and which demand decides?
# 4. **Criticise.** A reviewer asks the authors of a study with a result that is not significant to
#    report its power, computed from the result. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
size = precision.size_for_half_width(reached / n, 0.07, method="exact")
three = minimum_sample_size(3, share, cox_snell_from_c(0.75, share))
show(
    say(
        """
        1. Because they were chosen with the same data. A variable that had looked good by chance
           would have been kept; the more are tried, the likelier one does.
        2. From {size} on; the first size that is enough is {size:first}.
        3. {three} patients; what decides is the {what}.
        4. That it is the p-value in other clothes. The interval says what the study can't rule
           out. Power belongs to planning, with an effect that would matter.
        """,
        id="14-solutions",
        status="derived",
        box="Solutions",
        size=size,
        three=int(three["n"].max()),
        what=three.set_index("n").loc[three["n"].max(), "words"],
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - For a share, {n} patients are not far from enough: {settled} would bring the half-width
          of its interval down to five points.
        - For one risk factor they find only large effects: a doubling of the odds takes
          {for_doubled} patients; {n} find it {doubled:power} of the time, and then print an odds
          ratio of {doubled:printed} on average.
        - For a model with {candidates} candidates it takes {for_model}. With {failures} failures,
          effects shrink to {here:shrinkage} in new patients; one predictor, fixed beforehand, is
          what they can bear.
        """,
        id="14-take-away",
        status="derived",
        box="Take away",
        n=n,
        settled=precise["wilson"].iloc[1],
        for_doubled=for_doubled,
        doubled=doubled,
        candidates=candidates,
        for_model=int(for_model["n"].max()),
        failures=failures,
        here=here,
    )
)
