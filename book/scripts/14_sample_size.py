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

from analysis_lib import model_strength, power, precision, samplesize
from analysis_lib.consistency import counts_for_percentage, wald_region
from analysis_lib.design_analysis import design_analysis
from analysis_lib.figures import samplesize as pictures
from analysis_lib.ledger import against_the_paper, cannot_compare, printed
from analysis_lib.odds_ratio import critical_value
from analysis_lib.prediction import CANDIDATES
from analysis_lib.proportions import interval
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import percent
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table

n = claim("cohort_participants").count
(reached,) = counts_for_percentage(claim("target_reached").value, n)
failures = n - reached
share = failures / n
above = DEFAULT.n_above / n
candidates = len(CANDIDATES)
half_width, wanted, more = 0.05, 0.80, 10 * n

# %%
groups = {"exposed": above, "outcome": share}
tripled = power.exact_power(n, 3.0, **groups)
same = power.exact_power(more, 3.0, exposed=above, outcome=failures / more)
doubled = power.exact_power(n, 2.0, **groups)
for_doubled = power.size_for_power(2.0, **groups, power=wanted)
strength = model_strength.cox_snell_from_nagelkerke(
    model_strength.UNKNOWN_MODEL, share
)
for_model = samplesize.minimum_sample_size(candidates, share, strength)
here = samplesize.expected(n, candidates, share, strength)
target = interval(reached, n, method="wilson", denominator="patients")

# %% tags=["hide-input"]
show(
    say(
        """
        Count the failures, not the patients: {failures} of {n} here. A risk factor that triples
        the odds of failure is found by {tripled} of studies with {n} patients. With {more} patients,
        but still {failures} failures to be expected, it would be {same}.

        This is for a plain comparison of two groups, and assumes what the abstract does not say:
        that {above:percent0} of patients lie above the cut-off. To find a risk factor that doubles
        the odds then takes about {for_doubled} patients; of studies with {n}, {doubled} find it. To choose among {candidates} candidates, if
        so many were tried, and predict a patient's risk takes about {for_model}. Only for a share
        does every patient count: {target:percent} reached the target ({target:interval}).
        """,
        id="14-in-plain-words",
        status="simulated",
        box="In plain words",
        failures=failures,
        n=n,
        tripled=tripled,
        same=same,
        more=more,
        above=above,
        for_doubled=for_doubled,
        doubled=doubled,
        candidates=candidates,
        for_model=int(for_model["n"].max()),
        target=target,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what a confidence interval and an odds ratio are; the counts of [chapter 2](#adds-up)
# - **You will be able to:** say why failures count and patients hardly do; say how many a risk
#   factor, a prediction model or a share needs; answer someone who computes power afterwards
# - **Data:** published figures, and assumptions that are listed. What rests on one says *simulated*,
#   though most of it is a formula; what rests on published figures alone says *derived*.
# :::
#
# ## What was published

# %% tags=["hide-input"]
show(
    printed(
        [
            "cohort_participants",
            "target_reached",
            "predictor_only_one",
            "predictor_pth_or",
        ],
        id="14-claims",
        caption="Which figures of the abstract does this chapter build on?",
    )
)

# %% [markdown]
# The abstract calls its sample large, and mentions no sample size calculation {cite:p}`index`. That
# is no reproach: a retrospective study takes the patients there are. But large for what?
#
# ## The data

# %% tags=["hide-input"]
show(
    say(
        """
        Only one whole number of patients gives the printed share: {reached} of {n} reached the
        target, so {failures} did not. Those {failures} are what a regression on failure has to
        live on. All else that a calculation needs has to be assumed.
        """,
        id="14-failures",
        status="derived",
        reached=reached,
        n=n,
        failures=failures,
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        - **Assumed**, as the abstract does not say it: {above:percent0} of patients lie above the
          cut-off, and {candidates} candidates were tried, as in the simulated cohort. A model of all
          of them has a Nagelkerke R² of {r2:percent0}, or a C statistic of {c:.2f}: both are explained
          below.
        - **Chosen**, and the reader may choose otherwise: a power of {power:percent0}, and a share
          known to {points:.0f} points either way.
        """,
        id="14-assumptions",
        status="simulated",
        above=above,
        candidates=candidates,
        r2=model_strength.UNKNOWN_MODEL,
        c=model_strength.c_from_cox_snell(strength, share),
        power=wanted,
        points=100 * half_width,
    )
)

# %% [markdown]
# ## Method
#
# **Why failures count.** Put the patients into four cells: $a$ failures and $b$ successes above the
# cut-off, $c$ failures and $d$ successes below. The standard error of the log odds ratio is
#
# $$\sqrt{\frac1a + \frac1b + \frac1c + \frac1d}.$$
#
# The small cells make it large. Where few fail, these are $a$ and $c$. However many successes are
# added, the error never falls below what $1/a + 1/c$ gives.
#
# **One risk factor.** *Power* is the chance to find it: that the result is significant. The formula
# puts the counts to be expected into the four cells, and takes the standard error as fixed. But one
# study has more failures than expected, another fewer. So the power is also computed *exactly*: for
# each result that a study can have, its chance, and whether it would be significant by Wald's test. A
# second formula compares the two risks directly {cite:p}`hsieh1998`.
#
# **A prediction model.** It must not only find a risk factor, but give a patient's risk. Four
# demands are made of it, each with its own number of patients {cite:p}`riley2019,riley2020`:
#
# 1. The overall risk is known to within five percentage points.
# 2. A predicted risk is wrong by no more than five points on average {cite:p}`vansmeden2019`.
# 3. The effects need to be shrunk by no more than a tenth. In new patients effects come out weaker
#    than in those they were estimated from.
# 4. Nagelkerke's R², the share of what could be explained that the model seems to explain, is too
#    good by no more than five points.
#
# All four depend on the share that fails, the last three on how many candidates there are. Candidates
# count, not only those that were kept: a variable that was tried and dropped has used up its share of
# the data. The last two depend on how strong the model will be, as its R² or as its *C statistic*: the
# chance that a patient who fails has a higher predicted risk than one who does not. When nothing is
# known, a Nagelkerke R² of 0.15 is suggested {cite:p}`riley2020`.
#
# **A share.** Its interval is Wilson's {cite:p}`wilson1927`. Patients are whole, so the width moves in
# small teeth as patients are added. The size to plan with is the one from which on every larger one
# is enough.
#
# *When not to use it:* when the study is done and its result known. To put the printed odds ratio
# in as if it were true, and to compute the power from it, says nothing that the p-value has not
# said already {cite:p}`hoenig2001` (exercise 3). Here the true odds ratios are assumed, and the
# question is what a study of this size can find.
#
# ## Result
#
# ### Ten failures for each candidate?
#
# An old rule asks for ten failures for each candidate. It comes from simulations on the data of one
# trial, in which estimates became unreliable below that number {cite:p}`peduzzi1996`. It counts the
# right thing. Later work found no ground for the ten: results of such simulations depend on much
# else {cite:p}`vansmeden2016`, and how well a model predicts is hardly tied to this ratio
# {cite:p}`vansmeden2019`.
#
# To see what it counts, let the patients grow in two ways: with more failures among them, or with the
# same. The cut-off is the one candidate, and triples the odds of failure.

# %%
grid = np.unique([n, *np.geomspace(60, 2000, 90).astype(int)])
sizes = (n, 250, 600, 1500)
growing = power.over_sizes(
    grid, 3.0, exposed=above, outcome=share, exact_at=sizes
)
fixed = power.over_sizes(
    grid, 3.0, exposed=above, failures=failures, exact_at=sizes
)
labels = f"{percent(share)} of patients fail", f"{failures} patients fail"
both = pd.concat([growing, fixed], keys=labels, names=["label", None])
both = both.reset_index("label")

# %%
show(
    pictures.power_curves(
        both,
        study=n,
        power=wanted,
        id="14-same-failures",
        status="simulated",
        caption="Do more patients help, if no more of them fail?",
    )
)

# %%
elsewhere = {
    x: power.exact_power(n, 3.0, exposed=x, outcome=share) for x in (0.1, 0.5)
}
apart = np.exp(2 * critical_value(0.95) * power.planned_se(n, 3.0, **groups))

# %% tags=["hide-input"]
show(
    say(
        """
        With {failures} failures expected throughout, the risk factor is found by {tripled} of studies with {n}
        patients, and by {flat:percent0} of those with {most}. All of them keep the rule. But so few
        failures leave the limits of the odds ratio {apart:.0f} times apart. And if half of the
        patients lay above the cut-off, or a tenth, {half} or {tenth} would find it: it matters
        where the failures can fall. A study that keeps the rule may still tell little. With {candidates} candidates the study has {here:epp} failures for each.
        """,
        id="14-rule-says",
        status="simulated",
        failures=failures,
        most=sizes[-1],
        flat=float(fixed["power"].iloc[-1]),
        n=n,
        tripled=tripled,
        apart=apart,
        half=elsewhere[0.5],
        tenth=elsewhere[0.1],
        candidates=candidates,
        here=here,
    )
)

# %% [markdown]
# ### To find one risk factor

# %%
ratios = (1.5, 2.0, 3.0, 5.0)
curves = pd.concat(
    power.over_sizes(grid, x, **groups, exact_at=sizes).assign(
        label=f"true odds ratio {x:.1f}"
    )
    for x in ratios
)
five = power.exact_power(n, 5.0, **groups)
for_five = power.size_for_power(5.0, **groups, power=wanted)
by_hsieh = power.size_by_hsieh(2.0, **groups, power=wanted)

# %%
show(
    pictures.power_curves(
        curves,
        study=n,
        power=wanted,
        share=share,
        id="14-power",
        status="simulated",
        caption="How many patients, and failures, does a risk factor take?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Of studies with {n} patients, {two} find a doubling of the odds, and {five} an odds ratio
        of five. To find the doubling four times in five takes {for_two} patients, of whom
        {events:.0f} fail ({hsieh} by the second formula). An odds ratio of five takes {for_five}.
        """,
        id="14-power-says",
        status="simulated",
        n=n,
        two=doubled,
        five=five,
        for_two=for_doubled,
        events=share * for_doubled,
        for_five=for_five,
        hsieh=by_hsieh,
    )
)

# %% [markdown]
# All this is for a comparison without other covariates, and the published odds ratio was adjusted.
# [Chapter 2](#adds-up) starts from the published interval instead. It also shows how much too large a
# small effect is printed when such a study finds it.
#
# ### To build a prediction model
#
# The strength of a model of all candidates is assumed. That of *one* two-valued predictor need not
# be: it follows from its odds ratio.

# %%
needs = {f"{candidates} candidates": for_model}
for x in (5.0, 2.0):
    risks = power.group_risks(x, **groups)
    r2 = model_strength.cox_snell_of_groups((above, 1 - above), risks)
    alone = samplesize.minimum_sample_size(1, share, r2)
    needs[f"One, odds ratio {x:.1f}"] = alone
bars = pd.concat(frame.assign(group=name) for name, frame in needs.items())
bars = bars[bars["note"].isna()].rename(columns={"words": "label"})
least = [int(frame["n"].max()) for frame in needs.values()]

# %%
show(
    pictures.needed(
        bars[["group", "label", "n"]],
        study=n,
        id="14-riley",
        status="simulated",
        caption="How many patients does a prediction model need?",
    )
)

# %% tags=["hide-input"]
most = for_model.set_index("words").loc[lambda frame: frame["decides"]]
show(
    say(
        """
        {candidates} candidates ask for {needed} patients and {events:.0f} failures,
        {each:.1f} for each candidate; what decides is the {decides}. With the study's {here:epp}
        for each, effects would have to be shrunk to {here:shrinkage} of their size to hold in new
        patients, and a predicted risk would be off by {points:.1f} percentage points on average,
        where the overall risk is {share:percent}. One predictor that was fixed beforehand, with
        its cut-off, needs {five} patients if its odds ratio is five, and {two} if it is two.
        """,
        id="14-riley-says",
        status="simulated",
        candidates=candidates,
        needed=least[0],
        events=float(most["events"].iloc[0]),
        each=float(most["events_per_parameter"].iloc[0]),
        decides=most.index[0],
        here=here,
        points=100 * here.prediction_error,
        share=share,
        five=least[1],
        two=least[2],
    )
)

# %% [markdown]
# For one predictor no bar stands for the mean error: its formula was found with models of several
# {cite:p}`vansmeden2019`. A model of one needs many patients when it is weak, since little
# signal is easily drowned.
#
# Was PTH fixed beforehand? The abstract does not say so: predictors were to be identified
# {cite:p}`index`, and how the cut-off was found is not stated. What is chosen from the data uses them
# up; [chapter 11](#the-cutoff) shows how a cut-off does.
#
# ### To know a share

# %%
enough = {
    half: precision.size_for_half_width(share, half, method="wilson").settled
    for half in (half_width, 2 * half_width)
}

# %% tags=["hide-input"]
show(
    say(
        """
        Here all patients count, whether they fail or not. With {n} the share that reached the
        target is known to {half:.1f} points either way. Five points take {five} patients, if the
        share comes out as in the study; ten points take {ten}.
        """,
        id="14-precision-says",
        status="derived",
        n=n,
        half=50 * (target.upper - target.lower),
        five=enough[half_width],
        ten=enough[2 * half_width],
    )
)

# %% [markdown]
# The first demand of a model asks the same, but by Wald's formula; so its number is not quite this
# one.
#
# ### All aims side by side

# %%
aims = {
    "know the share on target, to ten points": enough[2 * half_width],
    "know the share on target, to five points": enough[half_width],
    "find a risk factor, odds ratio five": for_five,
    "find a risk factor, odds ratio two": for_doubled,
    "predict from one fixed cut-off, odds ratio five": least[1],
    "predict from one fixed cut-off, odds ratio two": least[2],
    f"predict from {candidates} candidates": least[0],
}
aims = pd.DataFrame({"aim": list(aims), "needed": list(aims.values())})
aims["failures"], aims["times"] = aims["needed"] * share, aims["needed"] / n

# %% tags=["hide-input"]
show(
    table(
        aims,
        {
            "aim": "Aim",
            "needed": "Patients",
            "failures": "Failures",
            "times": "Times",
        },
        id="14-aims",
        status="simulated",
        caption="How many would it take, for each aim?",
        faces={"times": ".1f", "failures": ".0f"},
        notes=[f"Times: how many times the {n} patients of the study."],
    )
)

# %% [markdown]
# "Was the study large enough?" has no answer until one says for what.
#
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        [
            cannot_compare(
                "cohort_participants",
                "not stated",
                quantity="sample size calculation",
                ours=f"{for_doubled} patients for an odds ratio of two",
                status="simulated",
                reason="the abstract mentions none; the paper was not seen",
            ),
            cannot_compare(
                "predictor_only_one",
                "not stated",
                quantity="failures for each candidate",
                ours=f"{here:epp} if there were {candidates}",
                status="simulated",
                reason="how many candidates there were is not in the abstract",
            ),
        ],
        id="14-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# Nothing here says that the study should have been planned otherwise. It says what its figures can
# bear.
#
# ## What could change it

# %%
half = half_width / 2
strict = samplesize.Targets(overall_risk=half, prediction_error=half)
stricter = samplesize.minimum_sample_size(
    candidates, share, strength, targets=strict
)
by_c = {c: model_strength.cox_snell_from_c(c, share) for c in (0.65, 0.85)}
by_c = {
    c: samplesize.minimum_sample_size(candidates, share, r2)["n"].max()
    for c, r2 in by_c.items()
}

# %% tags=["hide-input"]
show(
    say(
        """
        - **The limits.** Five points are the authors' choice, and a lax one where the overall
          risk is {share:percent}. Half of that asks {candidates} candidates for {risk} patients by the
          first demand and for {error} by the second, against {shrinkage} by the third.
        - **The strength.** A C statistic of {weak} asks for {weak_n} patients, one of {strong} for
          {strong_n}.
        """,
        id="14-could-change",
        status="simulated",
        share=share,
        candidates=candidates,
        risk=int(stricter["n"].iloc[0]),
        error=int(stricter["n"].iloc[1]),
        shrinkage=int(stricter["n"].iloc[2]),
        weak=min(by_c),
        weak_n=int(by_c[min(by_c)]),
        strong=max(by_c),
        strong_n=int(by_c[max(by_c)]),
    )
)

# %% [markdown]
# For strong models the third demand is itself too mild: in simulations with a C statistic of 0.85
# at least half as many patients again were needed {cite:p}`pavlou2024`.
#
# ## Limits
#
# - All but the share rests on the assumptions listed. They are plausible, and they are not the study's.
# - The calculations are for patients with a known outcome. Those lost to follow-up come on top.
# - One outcome at the end of follow-up is counted as if all had been followed alike. [Chapter
#   4](#who-was-treated) shows how unlike follow-up was in the simulated cohort.
# - The sizes for a model are minima, met on average. One study of that size may still do worse.
# - Whether a predictor is *useful* is another question than whether it can be found.
#
# ## Try it
#
# 1. **Recall.** A colleague doubles the number of patients by adding a hospital where almost nobody
#    fails. What does it do for the odds ratio of a risk factor, and what for the share that failed?
# 2. **Apply.** How many patients must be treated to see a harm that strikes one in two hundred, with
#    a chance of nineteen in twenty? And how many must show none of it to rule it out?
# 3. **Criticise.** A reviewer asks the authors to compute the power of their study from the printed
#    odds ratio and its interval. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
see = precision.size_to_see_one(1 / 200)
silent = precision.size_for_upper_limit(1 / 200)
printed_or, printed_p = claim("predictor_pth_or"), claim("predictor_pth_p")
region = wald_region(printed_or.value, *printed_or.limits, p=printed_p.value)
se = region.centre[1]
afterwards = design_analysis(printed_or.number, se)
edge = design_analysis(float(np.exp(critical_value(0.95) * se)), se)
show(
    say(
        """
        1. Next to nothing for the odds ratio, as no failures are added. The share becomes more
           precise; but it is now the share of other patients.
        2. {see} patients to see it, and {silent} without it to rule it out (exact, one-sided): the
           same number, as one question is the other turned round.
        3. The power would come out as {afterwards:power}. That adds nothing: it follows from the
           p-value. Whatever the study, a p-value of exactly {level:.2f} has a power of
           {edge:power} computed so, a smaller one more, a larger one less. And if the printed odds
           ratio exaggerates, so does the power. The interval says what the study can't rule out.
        """,
        id="14-solutions",
        status="simulated",
        box="Solutions",
        see=see,
        silent=silent,
        afterwards=afterwards,
        level=0.05,
        edge=edge,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Count failures. {n} patients with {failures} failures find a tripling of the odds in
          {tripled} of studies; {more} patients with as many failures, in {same}.
        - In a plain comparison, with {above:percent0} of patients above the cut-off, a doubling of the
          odds takes {for_doubled} patients; of studies with {n}, {doubled} find it.
        - To predict takes more than to find. {candidates} candidates ask for {for_model} patients; one cut-off
          fixed beforehand for {five} if its odds ratio is five, and for {two} if it is two.
        """,
        id="14-take-away",
        status="simulated",
        box="Take away",
        n=n,
        failures=failures,
        tripled=tripled,
        more=more,
        same=same,
        above=above,
        for_doubled=for_doubled,
        doubled=doubled,
        candidates=candidates,
        for_model=least[0],
        five=least[1],
        two=least[2],
    )
)
