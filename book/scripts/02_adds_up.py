# ---
# jupyter:
#   # Generated from book/chapters/02_adds_up.md by `make pairs`. Edit that, not this.
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
# (adds-up)=
# # 2 · What was published, and does it add up?

# %% tags=["hide-input"]
import pandas as pd

from analysis_lib import (
    consistency,
    design_analysis,
    odds_ratio,
    proportions,
    two_by_two,
)
from analysis_lib.figures import consistency as pictures
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    compare,
    printed,
)
from analysis_lib.published import claim, claims
from analysis_lib.report import say, show
from analysis_lib.results import number
from analysis_lib.tables import table

n = claim("cohort_participants").count
printed_or, printed_p = claim("predictor_pth_or"), claim("predictor_pth_p")
lower, upper = printed_or.limits
cutoff = claim("predictor_pth_cutoff")
(reached,) = consistency.counts_for_percentage(claim("target_reached").value, n)
failures = n - reached
region = consistency.wald_region(
    printed_or.value, lower, upper, p=printed_p.value
)
typical_se = region.centre[1]

# %% tags=["hide-input"]
show(
    say(
        """
        Only one whole number of patients gives the printed share: {reached} of {n} reached the
        target, so {failures} did not. The odds ratio, its interval and its p-value agree with
        each other. But no plain comparison of patients above and below the cut-off gives them
        when all {n} patients are counted. They come from an adjusted model, or from fewer
        patients. With a standard error this large, nothing below an odds ratio of
        {design:smallest} could have come out as significant.
        """,
        id="02-in-plain-words",
        status="derived",
        box="In plain words",
        reached=reached,
        n=n,
        failures=failures,
        design=design_analysis.design_analysis(2.0, typical_se),
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** what a confidence interval and an odds ratio are
# - **You will be able to:** check a printed percentage against its denominator; test whether an
#   odds ratio, its interval and its p-value agree; say what a wide interval allows
# - **Data:** published figures only. Nothing in this chapter is simulated.
# :::
#
# ## What was published
#
# This book has read the abstract of the study only {cite:p}`index`. It keeps each of its figures as
# one row of a table, a *claim*, with its unit, its denominator and what is left open.

# %%
rows = claims().query("statistic not in ['date', 'text']")

# %% tags=["hide-input"]
show(
    printed(
        rows["claim_id"],
        id="02-claims",
        caption="What figures does the abstract print?",
    )
)

# %% [markdown]
# ## The data
#
# The claims are all the data there are. Each of them stands for every number that would be printed
# in the same way. A percentage with one decimal, for example, may be half a decimal smaller or
# larger. Nothing is left out and nothing is missing, except what the abstract does not say.
#
# ## Method
#
# 1. **Percentages and counts.** Patients are whole. So a percentage of a known number of patients
#    can take few values only, and often just one count fits {cite:p}`brown2017`.
# 2. **Odds ratio, interval, p-value.** If the interval is a Wald interval, two numbers fix all
#    three: the log odds ratio $b$ and its standard error $s$. The limits are
#    $\exp(b \pm z s)$, the p-value follows from $b / s$. Each printed figure keeps $(b, s)$
#    between two straight lines. What lies between all of them is a small polygon, and it can be
#    worked out exactly.
# 3. **Fourfold tables.** A cut-off splits the patients in two, the outcome splits each part again.
#    The totals are known. So all possible tables can be listed, and each gives one crude odds ratio
#    {cite:p}`woolf1955`.
#
# *When not to use it:* the polygon assumes a Wald interval. A profile or exact interval is not
# symmetrical on the log scale, and then the polygon may be empty although nothing is wrong.
#
# ## Result
#
# ### Which counts give the printed percentages?

# %%
percentages = [
    "target_reached",
    "severe_hypocalcaemia_percent",
    "nerve_paralysis_percent",
]
fits = pd.DataFrame({"printed": [claim(claim_id) for claim_id in percentages]})
fits["quantity"] = [record.quantity for record in fits["printed"]]
fits["counts"] = [
    consistency.counts_for_percentage(record.value, n)
    for record in fits["printed"]
]

# %% tags=["hide-input"]
show(
    table(
        fits,
        {
            "quantity": "Quantity",
            "printed": "As printed",
            "counts": "Counts that fit",
        },
        id="02-counts",
        status="derived",
        caption=f"Which whole numbers out of {n} patients give the printed percentages?",
        faces={
            "counts": lambda counts: ", ".join(f"{k} of {n}" for k in counts)
        },
    )
)

# %% tags=["hide-input"]
possible = consistency.share_of_possible_percentages(n, 1)
show(
    say(
        """
        Each percentage has exactly one count. That is worth something, because the check could
        have failed: with {n} patients only {possible:percent0} of all percentages with one decimal can
        occur at all. Two of the counts are printed as well, and they agree.
        """,
        id="02-one-count-each",
        status="derived",
        n=n,
        possible=possible,
    )
)

# %% [markdown]
# ### How sure are these shares?
#
# The abstract prints no interval for any share. Two are added here. The exact interval never covers
# less than it promises, and pays for it with width {cite:p}`clopper1934`. The Wilson interval
# covers what it promises on average {cite:p}`wilson1927,brown2001`.

# %%
glands = claim("cohort_glands").count
shares = {
    "Target PTH reached": (reached, n, "patients"),
    "Severe hypocalcaemia": (
        claim("severe_hypocalcaemia_count").count,
        n,
        "patients",
    ),
    "Nerve paralysis": (claim("nerve_paralysis_count").count, n, "patients"),
    "Technical success, if in patients": (n, n, "patients"),
    "Technical success, if in glands": (glands, glands, "glands"),
}

# %%
intervals = {
    name: [
        proportions.interval(events, total, method=method, denominator=unit)
        for method in ("exact", "wilson")
    ]
    for name, (events, total, unit) in shares.items()
}

# %%
show(
    pictures.intervals(
        intervals,
        id="02-intervals",
        caption="How far may the true shares lie from the printed?",
    )
)

# %% tags=["hide-input"]
target, hypocalcaemia, paralysis, success, _ = (
    fits[0] for fits in intervals.values()
)
show(
    say(
        """
        By the exact interval, the share that reaches the target may be as low as
        {target:lower} or as high as {target:upper}. One nerve paralysis in {paralysis:n} patients
        is compatible with a risk of up to {paralysis:upper}. And technical success in
        {success:count} leaves room for a failure rate of {worst:percent}.
        """,
        id="02-intervals-say",
        status="derived",
        target=target,
        paralysis=paralysis,
        success=success,
        worst=1 - success.lower,
    )
)

# %% [markdown]
# ### Do odds ratio, interval and p-value agree?

# %%
without_p = consistency.wald_region(printed_or.value, lower, upper)
show(
    pictures.wald_region(
        without_p, region, printed_or, printed_p, id="02-wald-region"
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        They agree. If the interval is a Wald interval, the log odds ratio had a standard error of
        {region:se}, and the odds ratio before rounding was {region:or}. From odds ratio and interval alone the p-value
        could be anything from {without_p:p}. So the printed p-value adds something: it cuts the
        region to {share:percent0} of its area. One that printed as {other} would have fitted the
        rest.
        """,
        id="02-wald-region-says",
        status="derived",
        region=region,
        without_p=without_p,
        share=region.area / without_p.area,
        other=number(float(printed_p.value) - 0.01, 2),
    )
)

# %% [markdown]
# ### Which fourfold tables fit?

# %%
tables = two_by_two.all_tables(failures, reached)
show(pictures.tables_and_region(tables, region, id="02-tables"))

# %%
found = two_by_two.search(
    failures, reached, odds_ratio=printed_or.value, lower=lower, upper=upper
)
found["where"] = [
    f"{a} of {m}" for a, m in zip(found["failures_above"], found["n_above"])
]

# %% tags=["hide-input"]
show(
    table(
        found,
        {
            "method": "Interval",
            "tables": f"Tables with {printed_or.value}",
            "fitting": "Interval fits too",
            "nearest": "Nearest",
            "where": "Failures above the cut-off",
        },
        id="02-search",
        status="derived",
        caption="Does a crude odds ratio give the printed interval, by any usual method?",
    )
)

# %% tags=["hide-input"]
exclusions = two_by_two.with_exclusions(
    failures,
    reached,
    odds_ratio=printed_or.value,
    lower=lower,
    upper=upper,
    p=printed_p.value,
)
fewest = exclusions.iloc[0]
show(
    say(
        """
        No table of all {n} patients gives the printed interval, whichever of the four methods is
        used. The published odds ratio is therefore *not* a plain comparison of all patients above
        and below the cut-off. The likeliest explanation is that
        other variables were in the model, as the word multivariate in the abstract says. Another
        is that patients with missing values dropped out: at least {excluded} of them,
        {failures_excluded} failures included, would have to be gone before a crude table with a
        Wald interval fits. Others are another definition of failure in the regression, an
        analysis by gland, another kind of interval, or a misprint.
        """,
        id="02-no-table-fits",
        status="derived",
        n=n,
        excluded=int(fewest["excluded"]),
        failures_excluded=int(fewest["failures_excluded"]),
    )
)

# %% [markdown]
# ### What would such an odds ratio mean for patients?
#
# An odds ratio is not a ratio of risks. How much risk it stands for depends on how many patients
# lie above the cut-off, and the abstract does not say. The picture reads the odds ratio as if it
# were crude. The last section says that it is not, so this shows the size of the thing and no more.

# %%
share_above = pd.DataFrame({"n_above": range(10, 93)})
share_above["risk_above"], share_above["risk_below"] = odds_ratio.risks(
    printed_or.number, failures=failures, n=n, n_above=share_above["n_above"]
)
show(
    pictures.risks(
        share_above,
        odds_ratio=printed_or.value,
        overall=failures / n,
        id="02-risks",
    )
)

# %% tags=["hide-input"]
quarter, half = (
    share_above.set_index("n_above").loc[m] for m in (n // 4, n // 2)
)
show(
    say(
        """
        If a quarter of the patients were above the cut-off, treatment would fail in
        {quarter_above:percent0} of them and in {quarter_below:percent0} of the others. If half
        were above, in {half_above:percent0} against {half_below:percent0}.
        """,
        id="02-risks-say",
        status="derived",
        quarter_above=quarter["risk_above"],
        quarter_below=quarter["risk_below"],
        half_above=half["risk_above"],
        half_below=half["risk_below"],
    )
)

# %% [markdown]
# ### How much can so few failures tell?

# %%
per_variable = design_analysis.events_per_variable(failures, reached, 5)

# %% tags=["hide-input"]
show(
    table(
        per_variable,
        {
            "variables": "Variables in the model",
            "events_per_variable": "Failures per variable",
        },
        id="02-events-per-variable",
        status="derived",
        caption=f"How many of the {failures} failures are there for each variable?",
        faces={"events_per_variable": ".1f"},
        notes=[
            "Candidates that were screened count too, not only those in the final model.",
            "Ten per variable was long a rule of thumb; it is neither necessary nor enough.",
        ],
    )
)

# %%
plausible = [1.2 * 1.02**k for k in range(108)]
analyses = [
    design_analysis.design_analysis(value, typical_se) for value in plausible
]
show(pictures.exaggeration(analyses, [1.5, 2, 3, 5, 10], id="02-exaggeration"))

# %%
effects = pd.DataFrame(
    {
        "design": [
            design_analysis.design_analysis(value, typical_se)
            for value in (1.5, 2, 3, 5)
        ]
    }
)
for code in ("true", "power", "type_s", "exaggeration", "printed"):
    effects[code] = [format(design, code) for design in effects["design"]]

# %% tags=["hide-input"]
show(
    table(
        effects,
        {
            "true": "True odds ratio",
            "power": "Chance of significance",
            "type_s": "Wrong direction, if significant",
            "exaggeration": "Exaggeration, if significant",
            "printed": "Odds ratio then printed",
        },
        id="02-design-analysis",
        status="derived",
        caption="What would a study with this standard error print?",
        notes=[
            f"Standard error of the log odds ratio: {number(typical_se, 3)}, from the printed "
            "interval.",
            "Exaggeration: how many times too large the log odds ratio is, on average.",
        ],
    )
)

# %% tags=["hide-input"]
double = design_analysis.design_analysis(2.0, typical_se)
show(
    say(
        """
        Suppose the true odds ratio were {double:true}. A study with this standard error would
        then find significance in {double:power} of repetitions, and the odds ratios it then printed
        would typically be {double:printed} (geometric mean, direction ignored). If the truth is
        so, a significant result tells more about the filter of significance than about the size
        of the effect. If the true odds ratio is much larger, it exaggerates little.
        """,
        id="02-design-analysis-says",
        status="derived",
        double=double,
    )
)

# %% [markdown]
# The reasoning is that of {cite:t}`gelman2014`. On failures per variable see
# {cite:t}`peduzzi1996` and, against the rule of thumb, {cite:t}`vansmeden2016`. On what it means
# that nothing went wrong see {cite:t}`hanley1983`.
#
# ## Against the paper

# %% tags=["hide-input"]
middle = consistency.geometric_centre(lower, upper)
entries = [
    compare(
        "target_reached",
        100 * target.estimate,
        ours=format(target, "count"),
        status="derived",
        by_construction=True,
        reason="the count was worked out from the printed percentage",
    ),
    compare(
        "severe_hypocalcaemia_percent",
        100 * hypocalcaemia.estimate,
        ours=format(hypocalcaemia, "percent"),
        status="derived",
        reason="from the printed count and the number of participants",
    ),
    compare(
        "nerve_paralysis_percent",
        100 * paralysis.estimate,
        ours=format(paralysis, "percent"),
        status="derived",
        reason="from the printed count and the number of participants",
    ),
    compare(
        "predictor_pth_or",
        (middle[0] * middle[1]) ** 0.5,
        ours=f"{number(middle[0], 2)} to {number(middle[1], 2)}",
        status="derived",
        possible=middle,
        reason="the middle of the printed interval, on the log scale",
    ),
    compare(
        "predictor_pth_p",
        consistency.plug_in_p_value(printed_or.value, lower, upper),
        ours=f"{without_p:p}",
        status="derived",
        possible=without_p.p_value,
        reason="from the printed odds ratio and interval, by Wald",
    ),
    cannot_compare(
        "predictor_only_one",
        "not derivable",
        reason="the other variables and their results are not printed",
    ),
    cannot_compare(
        "target_reached",
        "not stated",
        quantity="interval for the target",
        ours=format(target, "interval"),
        reason="exact interval, added here",
    ),
    cannot_compare(
        "technical_success",
        "not stated",
        quantity="interval for technical success",
        ours=format(success, "interval"),
        reason="exact interval, if counted in patients",
    ),
]
show(against_the_paper(entries, id="02-against-the-paper", status="derived"))

# %% [markdown]
# ## What could change it
#
# - **The denominator.** If some patients were not assessed, other counts give the same percentage.
# - **The interval.** Another kind of interval would move the region, not the conclusion: the search
#   above covers four kinds.
# - **The cut-off.** If the cut-off was chosen because it separated failures best, the printed
#   p-value is too small and the odds ratio too large, whatever the model.

# %%
least = 60
others = consistency.fractions_for_percentage(
    claim("target_reached").value, least, n
)

# %% tags=["hide-input"]
show(
    say(
        """
        With {least} to {n} patients assessed, {count} fractions print as {claim}: {others}.
        """,
        id="02-other-denominators",
        status="derived",
        n=n,
        least=least,
        count=len(others),
        claim=claim("target_reached"),
        others="; ".join(f"{events} of {total}" for events, total in others),
    )
)

# %% [markdown]
# ## Limits
#
# Agreement is not truth. Figures that fit each other can all be wrong together. What fails to fit,
# on the other hand, is a fact about the printed figures alone and says nothing about how they came
# about: adjustment and missing values are honest explanations.
#
# The full article may answer what is called *not stated* here.
#
# The design analysis takes the standard error as known. With so few failures it varies from sample
# to sample, and the true exaggeration may differ. A cut-off chosen from the data pushes it up.
#
# ## Try it
#
# 1. **Recall.** Suppose ten participants had not been assessed for hypocalcaemia. Could the
#    printed share still be right?
# 2. **Apply.** Halve the standard error. From which odds ratio on would a result be significant?
# 3. **Criticise.** An odds ratio is printed with an interval whose middle, on the log scale, lies
#    far from the estimate. Name two honest explanations.

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
share = claim("severe_hypocalcaemia_percent")
fewer = consistency.fractions_for_percentage(share.value, n - 10, n - 10)
show(
    say(
        """
        1. {fewer} whole counts out of {left} patients print as {share}: it could not.
        2. From {halved:smallest} on.
        3. A profile or an exact interval; a misprint in one of the limits.
        """,
        id="02-solutions",
        status="derived",
        box="Solutions",
        fewer=len(fewer),
        left=n - 10,
        share=share,
        halved=design_analysis.design_analysis(2.0, typical_se / 2),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - The printed shares fit whole patients: {reached} of {n} reached the target, {failures}
          did not.
        - The odds ratio at {cutoff} fits its interval and p-value, but no crude table of all
          patients. The abstract does not describe the model behind it.
        - With {failures} failures, only large estimates can be significant, and those are
          likely to be too large.
        """,
        id="02-take-away",
        status="derived",
        box="Take away",
        reached=reached,
        n=n,
        failures=failures,
        cutoff=cutoff,
    )
)
