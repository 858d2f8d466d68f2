# ---
# jupyter:
#   # Generated from book/chapters/11_the_cutoff.md by `make pairs`. Edit that, not this.
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
# (the-cutoff)=
# # 11 · Where does 1606 come from?
#
# <!-- claim: predictor_pth_cutoff -->

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
from scipy.special import expit

from analysis_lib import cohort, logistic, verify
from analysis_lib.c_statistic import c_statistic
from analysis_lib.cutoff import bootstrap, choose
from analysis_lib.figures import cutoffs as pictures
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.logistic.intervals import profile_odds_ratio
from analysis_lib.minimal_p import false_alarms, minimal_p
from analysis_lib.odds_ratio import critical_value
from analysis_lib.proportions import interval
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import percent, percent_span, span
from analysis_lib.roc import roc_points
from analysis_lib.tables import table
from analysis_lib.thresholds import LABELS, choose_many

published = claim("predictor_pth_cutoff")
shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
patients = frame[["pth_baseline_pg_ml", "treatment_failure"]].dropna()
pth = patients["pth_baseline_pg_ml"].to_numpy(dtype=float)
failed = patients["treatment_failure"].to_numpy(dtype=bool)
inner, alpha, resamples, simulations = 0.10, 0.05, 2000, 20_000

best = choose(pth, failed, rule="youden", direction="higher")
again = bootstrap(
    pth, failed, rule="youden", direction="higher", resamples=resamples, seed=11
)
optimism = (again["youden_resample"] - again["youden_original"]).mean()
kept = float(again["cutoff"].eq(best.value).mean())
middle = again["cutoff"].quantile([0.025, 0.975])
alarms = false_alarms(
    len(pth),
    int(failed.sum()),
    inner=inner,
    alpha=alpha,
    simulations=simulations,
    seed=11,
)

# %% tags=["hide-input"]
show(
    say(
        """
        The abstract does not say. A cut-off taken from the patients it is then tested on has two
        faults. It looks better than it is: in this simulated cohort Youden's index is {own:.2f},
        and {corrected:.2f} once the choice is allowed for. And it jumps: among like patients drawn
        again the same cut-off wins {kept:percent0} of the time, and all but the most extreme run from
        {low:.0f} to {high:.0f} pg/mL. A search for the lowest p-value is worse. With {failures} failures in
        {n} patients it finds "significance" in {alarms:percent0} of cohorts in which PTH means
        nothing. This cohort was *built* so that {published} is the best cut-off: that it is found
        here says nothing about the study.
        """,
        id="11-in-plain-words",
        status="simulated",
        box="In plain words",
        own=best.criterion,
        corrected=best.criterion - optimism,
        kept=kept,
        low=middle[0.025],
        high=middle[0.975],
        failures=best.events,
        n=best.n,
        alarms=alarms["unadjusted"],
        published=published,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** sensitivity and specificity; what an odds ratio and a p-value are;
#   [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** ask how a cut-off was chosen; show how far it jumps and how much it
#   flatters itself; correct a lowest p-value; report a predictor without cutting it
# - **Data:** one published cut-off, and simulated patients. Each number says which.
# :::
#
# ## What was published

# %% tags=["hide-input"]
claims = [
    "predictor_pth_cutoff",
    "predictor_pth_or",
    "predictor_pth_p",
    "predictor_only_one",
]
show(printed(claims, id="11-claims", caption="What is said of the cut-off?"))

# %% [markdown]
# A number so exact looks as if data had chosen it, in this study or in another. It may be a median, a
# tertile, an earlier paper's threshold, a round number in another unit, or the best of many. The
# abstract does not tell {cite:p}`index`, and this chapter cannot.
#
# ## The data

# %% tags=["hide-input"]
show(
    say(
        """
        {n} simulated patients have a PTH at baseline and a known outcome; {left} are left out.
        Treatment failed in {failures}. PTH runs from {low:.0f} to {high:.0f} pg/mL. **The cohort
        was built so that sensitivity and specificity add up to the most at {published}, and only
        there.** It was also built so that PTH, cut there, has the published odds ratio. So
        nothing that is found here about PTH is a finding. What a search *does* to a cut-off can
        be shown all the same.
        """,
        id="11-data",
        status="simulated",
        n=len(pth),
        left=len(frame) - len(pth),
        failures=int(failed.sum()),
        low=pth.min(),
        high=pth.max(),
        published=published,
    )
)

# %% [markdown]
# ## Method
#
# 1. **ROC curve.** Each observed PTH is tried as a cut-off: at or above it, a failure is expected.
#    The C statistic is the chance that of two patients, one failed and one not, the failed one has
#    the higher PTH. Its interval is DeLong's {cite:p}`delong1988`, on the logit scale.
# 2. **Three rules.** Youden's index is the highest sensitivity plus specificity minus one
#    {cite:p}`youden1950`. *Closest to the corner* takes the point of the curve nearest to a perfect
#    test; the two need not agree {cite:p}`perkins2006`. *Lowest p* runs a chi-square test at each
#    cut-off that leaves a tenth of the patients on either side.
# 3. **Bootstrap.** Patients are drawn again with replacement, as many as there are, and the rule
#    chooses anew. The cut-off of such a resample is judged twice, in the resample and in the
#    patients themselves. The mean difference is the *optimism*; it is taken off {cite:p}`harrell1996`.
# 4. **The lowest p-value** is corrected by formula {cite:p}`miller1982,altman1994`; exactly, over
#    all ways in which the failures could fall on the patients {cite:p}`boulesteix2006`; and by random
#    permutation.
# 5. **No cut-off.** Logistic regression on the logarithm of PTH, to base two: the odds ratio is per
#    doubling. Its interval is that of the profile.
#
# *When not to use it:* bootstrap and corrections repair a search that is described. They cannot
# repair one that is not: other cut-offs tried, other outcomes, groups left out. The spread of the
# cut-offs is no confidence interval. A rule that jumps from value to value has no such interval that
# is known to be right.
#
# ## Result
#
# ### How well does PTH tell failures apart?

# %%
area = c_statistic(pth, failed, direction="higher", scale="logit")
points = roc_points(pth, failed, direction="higher")
show(
    pictures.roc(
        points,
        best,
        unit="pg/mL",
        id="11-roc",
        status="simulated",
        caption="How well does baseline PTH tell failures from the others? "
        "Diamond: on the curve's best point because the cohort was built so.",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the C statistic is {area}; a coin has one half. With {failures}
        failures no curve is known much better than that. Each step upwards is one
        failure, so one patient more or less moves the sensitivity by {step:percent}. The best
        point is a corner of a staircase.
        """,
        id="11-roc-says",
        status="simulated",
        area=area,
        failures=area.events,
        step=1 / area.events,
    )
)

# %% [markdown]
# ### Which cut-off does each rule choose?

# %%
found = {}
for rule in LABELS:
    options = {"rule": rule, "direction": "higher", "inner": inner}
    one = choose(pth, failed, **options)
    draws = bootstrap(pth, failed, **options, resamples=resamples, seed=11)
    flattery = draws["youden_resample"] - draws["youden_original"]
    own = one.sensitivity + one.specificity - 1
    found[rule] = {
        "cutoff": one.value,
        "own": own,
        "corrected": own - flattery.mean(),
        "same": draws["cutoff"].eq(one.value).mean(),
        "low": draws["cutoff"].quantile(0.025),
        "high": draws["cutoff"].quantile(0.975),
    }

# %% tags=["hide-input"]
rules = pd.DataFrame(found.values())
rules["rule"] = ["Youden", "corner", "lowest p"]
rules["range"] = [span(row.low, row.high, 0) for row in rules.itertuples()]
show(
    table(
        rules,
        {
            "rule": "Rule",
            "cutoff": "Cut-off",
            "own": "Youden's index",
            "corrected": "Corrected",
            "same": "Chosen again",
            "range": "In resamples",
        },
        id="11-rules",
        status="simulated",
        caption="Which cut-off does each rule choose, and would it choose it again?",
        faces={
            "cutoff": ".0f",
            "own": ".2f",
            "corrected": ".2f",
            "same": "percent0",
        },
        carry=["low", "high"],
        notes=[
            "Cut-offs in pg/mL. Youden: highest Youden index. Corner: closest to the corner of the "
            "ROC plot. Lowest p: chi-square test.",
            f"{resamples} resamples of {best.n} patients. Corrected: minus the mean optimism. "
            "Chosen again: share of resamples with the same cut-off. Last column: the middle "
            f"{percent(0.95, 0)} of the cut-offs; no confidence interval.",
            "The cut-off with the highest Youden index is what the cohort was built for.",
        ],
    )
)

# %% tags=["hide-input"]
agree = int(rules["cutoff"].eq(best.value).sum())
show(
    say(
        """
        In this simulated cohort {agree} of {rules} rules choose {value:value} pg/mL. For Youden's
        index that is by construction; the others look at the same patients. Agreement of rules is
        no support for a cut-off. Youden's index falls from {own:.2f} to {corrected:.2f} once its
        choice is allowed for: the rest was made by choosing. The rules are not equally steady: the
        corner chooses its cut-off again in {corner:percent0} of resamples, the lowest p in
        {lowest:percent0}.
        """,
        id="11-rules-say",
        status="simulated",
        agree=agree,
        rules=len(rules),
        value=best,
        own=best.criterion,
        corrected=found["youden"]["corrected"],
        corner=float(found["closest"]["same"]),
        lowest=float(found["minimal_p"]["same"]),
    )
)

# %% [markdown]
# ### And in other patients like these?

# %%
hundred = again["cutoff"].head(100).to_list()
show(
    pictures.resampled(
        hundred,
        best.value,
        unit="pg/mL",
        id="11-hundred",
        status="simulated",
        caption="In a hundred studies of patients like these, which cut-off "
        "would Youden's index have chosen? Diamonds: the same as here.",
    )
)

# %% tags=["hide-input"]
counts = pd.Series(hundred).value_counts()
show(
    say(
        """
        In {all} resamples the rule chose {kinds} different cut-offs, from {low:.0f} to {high:.0f}
        pg/mL; {same} times the one it chose here. As {failures} patients failed, and a best point
        always lies at a failed patient's PTH, there are not many to choose from. Resamples hold no PTH
        but those of this cohort, and it was built with one best cut-off. So the picture shows that a
        cut-off jumps; how far the study's own would, it can't show.
        """,
        id="11-hundred-says",
        status="simulated",
        all=len(hundred),
        kinds=len(counts),
        low=min(hundred),
        high=max(hundred),
        same=int(counts[best.value]),
        failures=best.events,
    )
)

# %% [markdown]
# ### What is the lowest p-value worth?

# %%
lowest = minimal_p(
    pth,
    failed,
    direction="higher",
    inner=inner,
    permutations=9_999,
    seed=11,
)

# %% tags=["hide-input"]
error = 2 * (alpha * (1 - alpha) / simulations) ** 0.5
kinds = pd.DataFrame(
    {
        "kind": [
            "As if the cut-off had been fixed in advance",
            "Corrected by formula",
            "Corrected exactly",
            "Corrected by permutation",
        ],
        "p": [
            lowest.unadjusted,
            lowest.formula,
            lowest.exact,
            lowest.permutation,
        ],
        "alarms": [
            alarms["unadjusted"],
            alarms["formula"],
            alarms["exact"],
            None,
        ],
    }
)
show(
    table(
        kinds,
        {
            "kind": "p-value",
            "p": "In this cohort",
            "alarms": "False alarms",
        },
        id="11-lowest-p",
        status="simulated",
        caption="What becomes of the lowest p-value once the search is allowed for?",
        faces={"p": "p", "alarms": "percent"},
        missing="–",
        notes=[
            f"{lowest.cutoff.tried} cut-offs tried, at least {percent(inner, 0)} of patients on "
            f"either side; {lowest.permutations} permutations.",
            f"False alarms: share of simulated cohorts with a p-value of at most {alpha}, where "
            f"PTH and failure have nothing to do with each other; {best.n} patients, "
            f"{best.events} failures; {simulations} cohorts. Not run for the permutations: they "
            "approach the exact one.",
            f"The true share of the exact one is at most {percent(alpha, 0)}. Simulation error, "
            f"two standard errors: {100 * error:.1f} percentage points there.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the lowest p-value is {lowest:unadjusted}; it becomes
        {lowest:exact} (exact) or {lowest:formula} (formula). The cohort was built to look
        significant at its best cut-off, so neither says whether PTH matters. The last column
        needs no such cohort: with {failures} failures in {n} patients, a search among cut-offs is
        "significant" in {alarms:percent0} of studies of a useless predictor, where
        {alpha:percent0} are meant to be.
        """,
        id="11-lowest-p-says",
        status="simulated",
        lowest=lowest,
        failures=best.events,
        n=best.n,
        alarms=alarms["unadjusted"],
        alpha=alpha,
    )
)

# %% [markdown]
# ### What if PTH is not cut at all?

# %%
design = np.column_stack([np.ones(len(pth)), np.log2(pth)])
names = ["intercept", "doubling"]
fit = logistic.fit(design, failed, names=names)
doubling = profile_odds_ratio(
    design, failed, names=names, name="doubling", penalty="none"
)
grid = np.geomspace(pth.min(), pth.max(), 60)
at = np.append(grid, [800, 1600, 1610, 3200])
x = np.column_stack([np.ones(len(at)), np.log2(at)])
middle_line = x @ np.array(fit.coefficients)
se = np.sqrt(np.einsum("ij,jk,ik->i", x, np.array(fit.covariance), x))
curve = pd.DataFrame({"value": at, "risk": expit(middle_line)})
curve["lower"] = expit(middle_line - critical_value(0.95) * se)
curve["upper"] = expit(middle_line + critical_value(0.95) * se)

# %%
beyond = pth >= best.value
cut = [
    interval(
        int(failed[group].sum()),
        int(group.sum()),
        method="wilson",
        denominator="patients",
    )
    for group in (~beyond, beyond)
]
steps = pd.DataFrame({"risk": [share.estimate for share in cut]})

# %%
show(
    pictures.risk(
        curve.head(len(grid)),
        steps,
        pd.DataFrame({"value": pth, "event": failed}),
        cutoff=best.value,
        xlabel="Baseline PTH, pg/mL (log scale)",
        id="11-risk",
        status="simulated",
        caption="What is a patient's risk of treatment failure? Line with "
        f"{percent(0.95, 0)} band: no cut-off. Dashed: cut in two. Ticks: "
        "patients, failed above, the others below.",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        In this simulated cohort the odds of failure rise with each doubling of PTH by a factor of
        {doubling}, not adjusted; by likelihood ratio, p = {doubling:p}. That follows from what was
        built in. The band is wide at both
        ends, as it must be with {failures} failures. The dashed line says more than is known: that
        risk is flat on each side of {value:value} pg/mL, and jumps between. Uncut, PTH has a C
        statistic of {area:estimate}. Cut in two, it seems to have {apparent:.2f}; once the choice
        is allowed for, {corrected:.2f}. These lie well within the interval of any of them.
        """,
        id="11-risk-says",
        status="simulated",
        doubling=doubling,
        failures=best.events,
        value=best,
        area=area,
        apparent=(1 + best.criterion) / 2,
        corrected=(1 + best.criterion - optimism) / 2,
    )
)

# %% [markdown]
# ### Who would be told what?

# %% tags=["hide-input"]
told = curve.tail(len(at) - len(grid)).copy()
told["cut"] = [cut[int(value >= best.value)] for value in told["value"]]
told["uncut"] = [
    f"{percent(row.risk)} ({percent_span(row.lower, row.upper)})"
    for row in told.itertuples()
]
told["cut"] = [f"{s:percent} ({s:interval})" for s in told["cut"]]
show(
    table(
        told,
        {
            "value": "Baseline PTH, pg/mL",
            "cut": "Told by the cut-off",
            "uncut": "Told by the curve",
        },
        id="11-told",
        status="simulated",
        caption="What risk of failure would four patients be told?",
        faces={"value": ".0f"},
        carry=["risk", "lower", "upper"],
        notes=[
            f"Four invented patients. Risk with its {percent(0.95, 0)} interval: Wilson for the "
            "cut-off, Wald on the logit scale for the curve. Neither allows for a choice.",
        ],
    )
)

# %% tags=["hide-input"]
near = told[told["value"].between(1600, 1610)]
far = told[told["value"].gt(1605)]
show(
    say(
        """
        Two patients with {a:.0f} and {b:.0f} pg/mL differ by {gap:percent} of their PTH. A second
        sample could put either on the other side. By the cut-off one is told {below:percent}, the other {above:percent}. By the curve
        both are told {risk:percent0}. And the cut-off makes equal what is not: at {b:.0f} and at
        {d:.0f} pg/mL it says the same, where the curve says {risk_b:percent0} and
        {risk_d:percent0}. Both are simulated; the jump was put in.
        """,
        id="11-told-says",
        status="simulated",
        a=near["value"].min(),
        b=near["value"].max(),
        gap=float(near["value"].max() / near["value"].min() - 1),
        below=cut[0],
        above=cut[1],
        risk=float(near["risk"].mean()),
        d=far["value"].max(),
        risk_b=float(far["risk"].iloc[0]),
        risk_d=float(far["risk"].iloc[-1]),
    )
)

# %% [markdown]
# Cutting throws away what lies on either side, and costs patients {cite:p}`altman2006,royston2006`.
#
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "predictor_pth_cutoff",
        "not stated",
        quantity="how the cut-off was chosen",
        reason="advance, median, ROC curve, lowest p: the abstract names none",
    ),
    cannot_compare(
        "predictor_pth_cutoff",
        "not stated",
        status="simulated",
        quantity="how far the cut-off would move",
        ours=f"{span(middle[0.025], middle[0.975], 0)} pg/mL",
        reason="Youden's index in resamples of a cohort with a built-in best cut-off",
    ),
    cannot_compare(
        "predictor_pth_p",
        "not stated",
        quantity="whether the p-value allows for a search",
        reason="only needed if the data chose the cut-off",
    ),
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="odds ratio per doubling of PTH",
        ours=f"{doubling}",
        reason="whether PTH was also analysed uncut is not in the abstract",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims) + open_questions,
        id="11-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# A cut-off that agrees because it was put in confirms nothing. If the authors fixed theirs before
# they saw the outcomes, most of this chapter does not concern them.
#
# ## What could change it
#
# **A risk without any threshold.** Suppose risk truly follows the smooth curve. Then no cut-off
# is right. Outcomes are drawn from the curve, for the same values of PTH: on average as many failures.
# Tests are Wald's, as the published one is assumed to be; a cohort without an estimate counts as not
# significant.

# %%
rng = np.random.default_rng(11)
truth = expit(design @ np.array(fit.coefficients))
drawn = rng.random((2000, len(pth))) < truth
ones = np.ones((1, len(pth)))
chosen = choose_many(np.log2(pth), drawn, ones, rule="youden", inner=0)
chosen = pd.Series(2**chosen)
cut_design = np.column_stack([np.ones(len(pth)), beyond])
power = {
    name: (logistic.fit_many(columns, drawn).p_values()[:, 1] < alpha).mean()
    for name, columns in (("smooth", design), ("cut", cut_design))
}

# %% tags=["hide-input"]
show(
    say(
        """
        Each of {all} such cohorts still has a best cut-off, but the middle {middle:percent0} of
        them run from {low:.0f} to {high:.0f} pg/mL. The uncut PTH is significant in
        {smooth:percent0} of them; cut at {value:value}, fixed in advance, in {cut:percent0}. That
        is what cutting costs if risk is smooth, and if this cohort's curve is about right. If risk really jumped at a known place, cutting
        there would gain instead.
        """,
        id="11-smooth",
        status="simulated",
        all=len(chosen),
        middle=0.95,
        low=chosen.quantile(0.025),
        high=chosen.quantile(0.975),
        smooth=float(power["smooth"]),
        value=best,
        cut=float(power["cut"]),
    )
)

# %% [markdown]
# **How far out the search goes.** The more cut-offs are tried, the more false alarms.

# %%
searched = {
    share: false_alarms(
        len(pth),
        int(failed.sum()),
        inner=share,
        alpha=alpha,
        simulations=simulations,
        seed=11,
    )["unadjusted"]
    for share in (0.05, 0.10, 0.25, 0.40)
}

# %% tags=["hide-input"]
show(
    say(
        """
        With at least {narrow:percent0} of patients on either side, {few:percent0} of useless
        predictors look significant; with {wide:percent0}, {many:percent0}. Leaving out the ends
        helps. It does not cure.
        """,
        id="11-searched",
        status="simulated",
        narrow=max(searched),
        few=searched[max(searched)],
        wide=min(searched),
        many=searched[min(searched)],
    )
)

# %% [markdown]
# ## Limits
#
# - How the study chose its cut-off is not known. Nothing here says that it searched.
# - The cohort has a best cut-off because it was given one. How clear a winner a real cohort has, and
#   how far it moves, may differ.
# - PTH stands alone here. The published odds ratio is adjusted, for what is not stated.
# - Youden's index weighs a missed failure and a false alarm as each group's share. A clinic would
#   weigh what each costs.
# - The corrections allow for the cut-offs of one variable, not for the choice of the variable.
#
# ## Try it
#
# 1. **Recall.** Why does the bootstrap judge each resample's cut-off twice?
# 2. **Apply.** Let the search for the lowest p-value leave only a twentieth of the patients on
#    either side. What becomes of the exact p-value?
# 3. **Criticise.** A talk says: three methods gave the same cut-off, so it is robust. What do you
#    answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
wider = minimal_p(
    pth, failed, direction="higher", inner=0.05, permutations=99, seed=11
)
show(
    say(
        """
        1. In the resample it is best because it was chosen there; in the patients themselves it
           was not chosen. The difference is what choosing alone adds.
        2. It becomes {wider:exact}, instead of {lowest:exact}: {more} cut-offs are tried instead
           of {fewer}, and chance has more to choose from.
        3. The methods saw the same patients and the same failures. In this simulated cohort
           {agree} rules agree too, and yet Youden's index chooses the same again in
           {kept:percent0} of resamples only. Robust is what holds in other patients.
        """,
        id="11-solutions",
        status="simulated",
        box="Solutions",
        wider=wider,
        lowest=lowest,
        more=wider.cutoff.tried,
        fewer=lowest.cutoff.tried,
        agree=agree,
        kept=kept,
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Ask how a cut-off was chosen. For {published} the abstract does not say; this simulated
          cohort has it because it was built so.
        - A cut-off chosen from the data looks better than it is and jumps: here from {own:.2f} to
          {corrected:.2f} of Youden's index, and over {low:.0f} to {high:.0f} pg/mL. A lowest
          p-value, uncorrected, is a false alarm in {alarms:percent0} of studies of nothing.
        - Report PTH uncut: {doubling} per doubling in this simulated cohort. Cut it, if at all,
          where a decision changes.
        """,
        id="11-take-away",
        status="simulated",
        box="Take away",
        published=published,
        own=best.criterion,
        corrected=best.criterion - optimism,
        low=middle[0.025],
        high=middle[0.975],
        alarms=alarms["unadjusted"],
        doubling=doubling,
    )
)
