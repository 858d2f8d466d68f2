# ---
# jupyter:
#   # Generated from book/chapters/12_few_events.md by `make pairs`. Edit that, not this.
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
# (few-events)=
# # 12 · What can thirteen failures carry?

# %% tags=["hide-input"]
import math

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit

from analysis_lib import cohort, verify
from analysis_lib.consistency import counts_for_percentage, wald_region
from analysis_lib.design_analysis import design_analysis, events_per_variable
from analysis_lib.figures.estimates import estimates
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.logistic import LogF, fit, fit_many
from analysis_lib.logistic.intervals import profile_odds_ratio, profile_table
from analysis_lib.logistic.profile import profile_many
from analysis_lib.logistic.resampling import bootstrap
from analysis_lib.odds_ratio import critical_value, crude_odds_ratio
from analysis_lib.power import planned_se, simulate
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import number, percent, span
from analysis_lib.scenario import DEFAULT
from analysis_lib.tables import table

n = claim("cohort_participants").count
(reached,) = counts_for_percentage(claim("target_reached").value, n)
failures = n - reached
spelled = {13: "thirteen"}[failures]  # the title says so
ratio = claim("predictor_pth_or")
p_printed = claim("predictor_pth_p")
region = wald_region(ratio.value, *ratio.limits, p=p_printed.value)
se = region.centre[1]
double = design_analysis(2.0, se)

shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
terms = ["pth_high", "log2_alp_baseline", "n_glands"]
y = frame["treatment_failure"].astype(int).to_numpy()
above = frame["pth_high"].astype(bool).to_numpy()
x = np.column_stack([np.ones(n), frame[terms].astype(float)])
adjusted = fit(x, y, names=["intercept", *terms])

# %% tags=["hide-input"]
firth = profile_odds_ratio(
    x,
    y,
    names=["intercept", *terms],
    name="pth_high",
    penalty="firth",
)
show(
    say(
        """
        {n} patients are not few, but {failures} failures are. With {spelled} of them, the method
        decides how large an odds ratio looks. In this simulated cohort the same rows give
        {plain} by the usual method, as they were built to; by Firth's, which was made for few
        events, {firth}. No method makes the interval short. And a study with the
        published standard error must exaggerate to be noticed: if the true odds ratio were
        {double:true}, the significant results would on average print {double:printed} (derived).
        """,
        id="12-in-plain-words",
        status="simulated",
        box="In plain words",
        n=n,
        failures=failures,
        spelled=spelled,
        plain=adjusted.odds_ratio("pth_high"),
        firth=firth,
        double=double,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** what an odds ratio, an interval and a logistic regression are
# - **You will be able to:** choose an interval when events are few; recognise separation; say why
#   ten events for each variable is no guarantee; read a significant result of a small study
# - **Data:** the simulated cohort, studies drawn from it, and published figures. Each output says which.
# :::
#
# ## What was published

# %%
claims = ["predictor_pth_or", "predictor_pth_p", "predictor_only_one"]
show(
    printed(claims, id="12-claims", caption="What is said about the predictor?")
)

# %% [markdown]
# The abstract does not say which covariates were in the model, nor what kind of interval was
# printed {cite:p}`index`.
#
# ## The data

# %% tags=["hide-input"]
show(
    say(
        """
        {reached} of {n} patients reached the target, so {failures} did not (derived). In this
        simulated cohort {high} of the {failures} are among the {above} patients with PTH at or above the
        cut-off, {low} among the {below} below it. The adjusted model also has alkaline
        phosphatase and the number of glands; both are assumptions of
        chapter 3. The cohort was built so that this model prints the published
        odds ratio, interval and p-value. So nothing found here about PTH is a finding. What
        can be seen is how methods differ on the same rows.
        """,
        id="12-data",
        status="simulated",
        reached=reached,
        n=n,
        failures=failures,
        high=int(y[above].sum()),
        low=int(y[~above].sum()),
        above=int(above.sum()),
        below=int((~above).sum()),
    )
)

# %% [markdown]
# ## Method
#
# Eight ways to an odds ratio and its interval are set side by side:
#
# - **Maximum likelihood, Wald.** The usual one: estimate plus and minus a multiple of its standard
#   error, on the log scale.
# - **Maximum likelihood, profile.** All odds ratios that the likelihood does not fall too far for. It
#   need not be symmetrical.
# - **Firth's penalty** {cite:p}`firth1993`, with both intervals. It takes out most of the bias of
#   maximum likelihood and always has an estimate {cite:p}`heinze2002`.
# - **Log-F priors** {cite:p}`greenland2015`: weak prior opinion, added as a few rows of data. By the
#   wider one an odds ratio lies between 1/648 and 648 with 95 % probability, by the narrower one between
#   1/39 and 39 {cite:p}`greenland2015`. Each term but the intercept has one. The estimate is
#   the mode of the posterior, the limits are read off its profile: Bayesian in what goes in, and short
#   of a full Bayesian analysis.
# - **Exact**, conditional on both margins of the table; for PTH alone.
# - **Bootstrap percentiles** of maximum likelihood {cite:p}`efron1993`.
#
# Which of them is to be trusted? That can't be seen in one data set. So studies are drawn in which
# the true odds ratio is known, and each interval is asked how often it holds it.
#
# *When not to use it:* when what is wanted is a predicted risk. Firth's penalty draws predictions
# towards one half {cite:p}`puhr2017`. And no interval makes good for a cut-off that was chosen to fit:
# that is the matter of chapter 11.
#
# ## Result
#
# ### The same rows, eight methods

# %%
penalties = {
    group: {
        "Maximum likelihood": "none",
        "Firth": "firth",
        "Log-F(1,1)": LogF(1, columns),
        "Log-F(2,2)": LogF(2, columns),
    }
    for group, columns in {"Alone": (1,), "Adjusted": (1, 2, 3)}.items()
}

# %%
found = []
for group, methods in penalties.items():
    wide = 1 + max(methods["Log-F(1,1)"].columns)
    names = ["intercept", *terms][:wide]
    for label, penalty in methods.items():
        one = profile_table(x[:, :wide], y, names=names, penalty=penalty)
        found.append(one.iloc[[1]].assign(group=group, method=label))
whole = pd.concat(found, ignore_index=True)

# %%
kinds = [
    whole.assign(
        label=whole["method"] + f", {word}",
        lower=np.exp(whole[f"{kind}_lower"]),
        upper=np.exp(whole[f"{kind}_upper"]),
        p=whole[p],
    )
    for kind, word, p in (
        ("wald", "Wald", "wald_p"),
        ("profile", "profile", "lr_p"),
    )
]
side = pd.concat(kinds).sort_index(kind="stable")
side = side.assign(estimate=lambda d: np.exp(d["estimate"]))
side = side[~side["label"].str.match("Log-F.*Wald")]

# %%
cells = [int((above == a)[y == f].sum()) for f in (1, 0) for a in (1, 0)]
exact = crude_odds_ratio(*cells, method="exact")
resampled = {
    group: bootstrap(
        x[:, :wide],
        y,
        names=["intercept", *terms][:wide],
        penalty="none",
        resamples=4000,
        seed=12,
    )
    for group, wide in (("Alone", 2), ("Adjusted", 4))
}

# %%
plain = side[side["label"].eq("Maximum likelihood, Wald")]
boots = plain.assign(
    label="Bootstrap, percentiles",
    lower=[math.exp(resampled[g].lower[1]) for g in plain["group"]],
    upper=[math.exp(resampled[g].upper[1]) for g in plain["group"]],
    p=math.nan,
)
one = boots.head(1).assign(label="Exact, conditional", p=exact.p_value)
one[["estimate", "lower", "upper"]] = exact.estimate, exact.lower, exact.upper
side = pd.concat([side, one, boots])
side["strong"] = side["label"].eq(plain["label"].iloc[0])
side = side.sort_values(
    "group", key=lambda g: g.ne("Alone"), kind="stable"
).reset_index(drop=True)

# %%
show(
    estimates(
        side,
        id="12-side-by-side",
        status="simulated",
        scale="log",
        caption="How large is the odds ratio of a high PTH, by method? Diamond: "
        "the usual method.",
        xlabel="Odds ratio of failure, PTH at or above the cut-off",
        heading="Odds ratio (interval)",
        line=(1.0, "no association"),
        carry=["p"],
    )
)

# %% tags=["hide-input"]
inner = side[side["group"].eq("Adjusted")]
by = inner.set_index("label")
crude = side[side["group"].eq("Alone")]
show(
    say(
        """
        In this simulated cohort the adjusted estimate runs from {low:.1f} to {high:.1f}, the
        lower limit from {least:.1f} to {most:.1f}, the upper from {short:.0f} to {long:.0f}. For
        PTH alone the estimate runs from {crude_low:.1f} to {crude_high:.1f}. The highest upper
        limit of the adjusted ones belongs to: {longest}. The
        p-values run from {p_low:.3f} to {p_high:.3f}. Who prints one line of this picture has
        made a choice, and the reader should be told which.
        """,
        id="12-side-says",
        status="simulated",
        low=inner["estimate"].min(),
        high=inner["estimate"].max(),
        least=inner["lower"].min(),
        most=inner["lower"].max(),
        short=inner["upper"].min(),
        long=inner["upper"].max(),
        crude_low=crude["estimate"].min(),
        crude_high=crude["estimate"].max(),
        longest=str(by["upper"].idxmax()).replace("B", "b").replace("M", "m"),
        p_low=inner["p"].min(),
        p_high=inner["p"].max(),
    )
)

# %% [markdown]
# ### Which interval keeps its word?
#
# The patients and their covariates stay as they are. Failures are drawn anew, with a true odds
# ratio for PTH that we set, the other two terms as fitted, and as many failures on average as there
# were.

# %%
truths, studies = (1.0, 2.0, 5.0), 2000
rng = np.random.default_rng(12)
drawn = {}
for truth in truths:
    slopes = x[:, 1:] @ [math.log(truth), *adjusted.coefficients[2:]]
    shift = brentq(lambda a, s=slopes: expit(a + s).sum() - failures, -20, 20)
    risk = expit(shift + slopes)
    drawn[truth] = (rng.random((studies, n)) < risk).astype(int)
methods = penalties["Adjusted"]
fits = {
    (truth, label): fit_many(x, drawn[truth], penalty=penalty)
    for truth in truths
    for label, penalty in methods.items()
}

# %%
limits = {}
for (truth, label), many in fits.items():
    profile = profile_many(x, drawn[truth], column=1, penalty=methods[label])
    wald = many.wald()
    if not label.startswith("Log-F"):
        limits[truth, f"{label}, Wald"] = wald[0][:, 1], wald[1][:, 1]
    limits[truth, f"{label}, profile"] = profile.lower, profile.upper
some, names = 300, ["intercept", *terms]
again = [
    bootstrap(x, ys, names=names, penalty="none", resamples=300, seed=k)
    for k, ys in enumerate(drawn[5.0][:some])
]
ends = np.array([(b.lower[1], b.upper[1]) for b in again]).T
limits[5.0, "Bootstrap, percentiles"] = ends[0], ends[1]

# %%
kept = []
for (truth, label), (lower, upper) in limits.items():
    t, none = math.log(truth), np.isnan(lower)
    high, low = (lower > t).mean(), (upper < t).mean()
    held = 1 - high - low - none.mean()
    width = np.exp(np.median((upper - lower)[~none]))
    kept.append((truth, label, len(lower), held, high, low, none.mean(), width))
columns = ["truth", "label", "n", "held", "high", "low", "none", "width"]
kept = pd.DataFrame(kept, columns=columns)
kept["estimate"] = kept["held"] / (1 - kept["none"])

# %%
kept["with_interval"] = kept["n"] * (1 - kept["none"])
spread = kept["estimate"] * (1 - kept["estimate"]) / kept["with_interval"]
kept["mc"] = np.sqrt(spread)
kept["lower"] = kept["estimate"] - critical_value(0.95) * kept["mc"]
kept["upper"] = kept["estimate"] + critical_value(0.95) * kept["mc"]
kept["group"] = [f"True {truth:g}" for truth in kept["truth"]]
kept = kept.sort_values("truth", kind="stable").reset_index(drop=True)
five = kept[kept["truth"].eq(5.0)]
alive = fits[5.0, "Maximum likelihood"].converged
edges = limits[5.0, "Maximum likelihood, profile"]
apart_high = (edges[0][alive] > math.log(5.0)).mean()
measures = ["n", "with_interval", "held", "high", "low", "none", "width"]

# %%
show(
    estimates(
        kept,
        id="12-coverage",
        status="simulated",
        scale="percent",
        caption="How often does each interval, where there is one, hold the true "
        "odds ratio? The bars are what chance leaves open in so many studies.",
        xlabel="Studies whose interval holds the truth, %",
        heading="% (interval)",
        line=(0.95, "what is promised"),
        carry=measures,
    )
)

# %% tags=["hide-input"]
show(
    table(
        five,
        {
            "label": "Interval",
            "held": "Holds it",
            "high": "Too high",
            "low": "Too low",
            "none": "None",
            "width": "Upper / lower",
        },
        carry=["n", "with_interval", "estimate", "mc"],
        id="12-misses",
        status="simulated",
        caption="If the true odds ratio is five: on which side do the intervals miss?",
        faces={
            "held": "percent",
            "high": "percent",
            "low": "percent",
            "none": "percent",
            "width": ".0f",
        },
        notes=[
            f"Shares of all {studies} drawn studies, with {failures} failures on average. Too "
            "high, too low: the whole interval lies above or below the truth. None: no interval, as "
            "the study separates. Upper / lower: ratio of the limits, median.",
            f"Bootstrap: {some} studies, {again[0].resamples} samples each; samples that separate "
            "are left out, which spares it its longest ends. Monte Carlo standard error of "
            f"what is held: {percent(five['mc'].max())} for it, at most "
            f"{percent(five['mc'].nsmallest(len(five) - 1).max())} for the others.",
        ],
    )
)

# %% tags=["hide-input"]
at = five.set_index("label")
ml = at.loc["Maximum likelihood, Wald"]
prof, fi = at.loc["Maximum likelihood, profile"], at.loc["Firth, profile"]
show(
    say(
        """
        With a true odds ratio of {truth:g}, an interval that keeps its word misses on each side in
        {side:percent} of studies. The profile of the plain likelihood lies too high in
        {prof:percent}; without the separated studies, in {alive:percent}. Firth's profile does so in
        {fi:percent}. Wald's interval misses above in {ml:percent} and below in {ml_low:percent}:
        where the estimate comes out too large, its standard error does, too, and the lower limit
        stays down. But {none:percent} of studies give it nothing to print. All are wide:
        the upper limit of Firth's profile is typically {width:.0f} times the lower one.
        """,
        id="12-coverage-says",
        status="simulated",
        truth=5.0,
        side=0.025,
        prof=float(prof["high"]),
        alive=float(apart_high),
        fi=float(fi["high"]),
        ml=float(ml["high"]),
        ml_low=float(ml["low"]),
        none=float(ml["none"]),
        width=float(fi["width"]),
    )
)

# %% [markdown]
# ### Which estimate is off?

# %%
bias = pd.DataFrame({"method": list(methods)})
for truth in truths:
    logs = [fits[truth, label].coefficients[:, 1] for label in methods]
    bias[f"mean {truth:g}"] = [math.exp(np.nanmean(b)) for b in logs]
    bias[f"mc {truth:g}"] = [
        np.nanstd(b) / math.sqrt(np.isfinite(b).sum()) for b in logs
    ]
    bias[f"none {truth:g}"] = [np.isnan(b).mean() for b in logs]
worst = bias.filter(like="mc ").to_numpy().max()

# %% tags=["hide-input"]
heads = {"method": "Method"} | {
    f"mean {truth:g}": f"True {truth:g}" for truth in truths
}
heads["none 5"] = "No estimate"
show(
    table(
        bias,
        heads,
        id="12-bias",
        status="simulated",
        caption="What is the average odds ratio, if the truth is known?",
        faces={
            **{f"mean {truth:g}": ".2f" for truth in truths},
            "none 5": "percent",
        },
        carry=[f"mc {t:g}" for t in truths] + ["none 1", "none 2"],
        notes=[
            f"Geometric means over {studies} drawn studies; Monte Carlo standard error of the log: "
            f"at most {number(worst, 3)}. No estimate: separated studies, with a true odds ratio "
            f"of {number(truths[-1], 0)}; they are left out of the mean of maximum likelihood.",
        ],
    )
)

# %% tags=["hide-input"]
by = bias.set_index("method")["mean 5"]
show(
    say(
        """
        Maximum likelihood prints {ml:.1f} on average where the truth is {truth:g}, even without the
        studies that have no estimate at all; Firth's penalty prints {firth:.1f}. The narrower prior
        prints {prior:.1f}: it pulls towards one, as it was told to. Less bias and more
        caution are two different wishes.
        """,
        id="12-bias-says",
        status="simulated",
        ml=float(by["Maximum likelihood"]),
        truth=5.0,
        firth=float(by["Firth"]),
        prior=float(by["Log-F(2,2)"]),
    )
)

# %% [markdown]
# ### When nobody below the cut-off fails
#
# Suppose the failures below the cut-off had reached the target. Then a low PTH goes with success
# without exception. This is *separation*: the higher the odds ratio, the better it fits, without end.

# %%
apart = np.where(above, y, 0)
separated = pd.DataFrame({"method": list(penalties["Alone"])})
separated["result"] = [
    profile_odds_ratio(
        x[:, :2],
        apart,
        names=["intercept", "pth_high"],
        name="pth_high",
        penalty=penalty,
    )
    for penalty in penalties["Alone"].values()
]
shares = {g: b.separated for g, b in resampled.items()}

# %% tags=["hide-input"]
separated["estimate"] = [r.estimate for r in separated["result"]]
separated["interval"] = [span(r.lower, r.upper, 1) for r in separated["result"]]
show(
    table(
        separated,
        {
            "method": "Method",
            "estimate": "Odds ratio",
            "interval": "Profile interval",
        },
        id="12-separation",
        status="simulated",
        caption="What is printed if nobody below the cut-off fails?",
        faces={"estimate": ".1f"},
        missing="none",
        notes=[
            f"PTH alone; {int(apart.sum())} failures, all above the cut-off. The rows were changed "
            "for this table only."
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        Maximum likelihood has no estimate and no upper limit; its lower limit still stands. A
        program that prints a huge odds ratio here has only stopped iterating. The penalised
        methods give an answer, and much of it comes from the penalty. Separation is no curiosity: of the resamples of
        this simulated cohort {alone:percent} separate with PTH alone and {joint:percent} in the
        adjusted model; of the drawn studies with a true odds ratio of {truth:g}, {drawn:percent}
        do.
        """,
        id="12-separation-says",
        status="simulated",
        alone=shares["Alone"],
        joint=shares["Adjusted"],
        truth=5.0,
        drawn=float(bias["none 5"].iloc[0]),
    )
)

# %% [markdown]
# ### Ten events for each variable?
#
# The rule comes from simulations on the data of one trial, in which estimates became unreliable
# below ten events for each variable {cite:p}`peduzzi1996`. Later work found no ground for the number:
# results of such simulations depend on much else, and above all on how separated data sets are
# handled {cite:p}`vansmeden2016`. Candidates that were tried and dropped count as well.

# %%
rule = []
for share in (0.05, 0.1, 0.25, 0.5):
    given = {"exposed": share, "outcome": failures / n}
    study = simulate(n, 3.0, **given, studies=5000, seed=12)
    shown = planned_se(n, 3.0, **given)
    rule.append((study.n_exposed, study.no_estimate, shown, study.power))
rule = pd.DataFrame(rule, columns=["above", "none", "se", "power"])
rule.insert(1, "epv", failures)
rule["factor"] = np.exp(2 * critical_value(0.95) * rule["se"])
per = events_per_variable(failures, reached, len(terms))

# %% tags=["hide-input"]
show(
    table(
        rule,
        {
            "above": "Above",
            "epv": "Failures",
            "none": "No estimate",
            "se": "SE",
            "factor": "Upper / lower",
            "power": "Significant",
        },
        id="12-rule-of-ten",
        status="simulated",
        caption="Does the rule of ten protect a model with one variable?",
        faces={
            "none": "percent",
            "se": ".2f",
            "factor": ".0f",
            "power": "percent0",
        },
        notes=[
            f"{n} patients, {failures} failures on average, one two-valued variable, an assumed "
            "true odds ratio of three. Above: patients above the cut-off. No estimate and "
            "significant (Wald): in drawn studies, maximum likelihood. SE: standard error of the log "
            "odds ratio, by formula; upper / lower: ratio of the limits that follows.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        All four designs keep the rule of ten. Yet, depending on how many patients lie above the cut-off,
        between {least:percent} and {most:percent} of studies have no estimate, and even the best
        design has limits {factor:.0f} times apart. The rule looks at one number and misses the
        rest. This study has {one:.0f} failures for one variable and {three:.1f} for three, if
        the model had three; how many candidates there were is not stated.
        """,
        id="12-rule-says",
        status="simulated",
        least=rule["none"].min(),
        most=rule["none"].max(),
        factor=rule["factor"].min(),
        one=float(per["events_per_variable"].iloc[0]),
        three=float(per["events_per_variable"].iloc[-1]),
    )
)

# %% [markdown]
# ### What a significant result prints
#
# The published interval gives the standard error. From it alone follows what such a study prints if
# the truth is smaller {cite:p}`gelman2014`.

# %%
effects = pd.DataFrame({"true": [1.5, 2.0, 3.0]})
designs = [design_analysis(t, se) for t in effects["true"]]
groups = {"exposed": DEFAULT.n_above / n, "outcome": failures / n}
for label, penalty in (("ml", "none"), ("firth", "firth")):
    runs = [
        simulate(n, t, **groups, studies=10_000, seed=12, penalty=penalty)
        for t in effects["true"]
    ]
    effects[label] = [
        t**run.exaggeration
        for t, run in zip(effects["true"], runs, strict=True)
    ]

# %% tags=["hide-input"]
for code in ("power", "type_s", "printed"):
    effects[code] = [format(design, code) for design in designs]
show(
    table(
        effects,
        {
            "true": "True",
            "power": "Significant",
            "type_s": "Wrong direction",
            "printed": "Printed",
            "ml": "Drawn, ML",
            "firth": "Drawn, Firth",
        },
        id="12-type-m",
        status="simulated",
        caption="What odds ratio would a significant result print?",
        faces={"true": ".1f", "ml": ".1f", "firth": ".1f"},
        notes=[
            f"First columns: from the published standard error, {number(se, 2)} (by rounding "
            f"{region:se}). Wrong direction: share of the significant ones. Printed: geometric "
            "mean of significant odds ratios, direction ignored.",
            "Drawn: the same in drawn studies without covariates, whose standard error is "
            f"smaller; {DEFAULT.n_above} patients above the cut-off are assumed. ML: maximum "
            "likelihood. Both tests are Wald's.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        With the published standard error nothing below {double:smallest} can be significant. If
        the truth were {double:true}, {double:power} of studies would be, and print {double:printed}
        on average. Firth's penalty hardly helps: it mends the bias of the method, not that of the
        filter. In drawn studies it prints {firth:.1f}, against {plain:.1f} without it. That is no proof that the published
        odds ratio is too large. It is what has to be kept in mind, since a significant one was
        printed.
        """,
        id="12-type-m-says",
        status="simulated",
        double=double,
        firth=float(effects["firth"].iloc[1]),
        plain=float(effects["ml"].iloc[1]),
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        quantity="covariates of the model",
        reason="two are assumed in the simulated cohort",
    ),
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        status="simulated",
        quantity="kind of interval",
        ours=f"Firth, profile: {firth}",
        reason="Wald is assumed, and its figures agree with each other (chapter 2)",
    ),
    cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="number of candidates",
        reason="each uses up failures, kept or not",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims[:2])
        + open_questions,
        id="12-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# The first two rows had to agree: the cohort was built from them.
#
# ## What could change it
#
# **One failure less.** With so few, one patient moves the estimate.

# %%
moved = np.repeat(y[None], failures, axis=0)
moved[np.arange(failures), np.flatnonzero(y)] = 0
others = fit_many(x, moved)
without = np.exp(others.coefficients[:, 1])
lost = others.p_values()[:, 1] >= 0.05

# %% tags=["hide-input"]
show(
    say(
        """
        Let one of the {failures} failures have reached the target, each in turn. In this
        simulated cohort the adjusted odds ratio then lies between {low:.1f} and {high:.1f}, and in
        {lost} of the {failures} cases it is not significant.
        """,
        id="12-one-less",
        status="simulated",
        failures=failures,
        low=float(without.min()),
        high=float(without.max()),
        lost=int(lost.sum()),
    )
)

# %% [markdown]
# ## Limits
#
# - In the drawn studies the cut-off and the model are fixed beforehand. In the cohort the cut-off
#   is the one that fits best, and terms were screened. Intervals that ignore this are too narrow
#   and too far from one, whichever the method.
# - The drawn studies keep the covariates of one simulated cohort. Others would give other numbers.
# - The log-F priors are conventions. A prior from other series would be better, if there were any
#   with this cut-off.
# - An odds ratio is no risk ratio, and no cause.
#
# ## Try it
#
# 1. **Recall.** What becomes of the estimate of maximum likelihood under separation, and what still
#    stands?
# 2. **Apply.** How much smaller would the standard error be with four times the patients, and what
#    would a significant result print on average if the true odds ratio were two?
# 3. **Criticise.** A paper with as few events writes: we used Firth's method, so that the small sample
#    is no problem. What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
show(
    say(
        """
        1. It runs off without end. The likelihood still gives one limit, and a test by the
           likelihood ratio.
        2. Half as large: {half:.2f} instead of {se:.2f}. Then {quarter:printed} on average, with a
           chance of significance of {quarter:power}.
        3. It removes most of the bias of the estimate and the trouble of separation. The interval
           stays wide, the significant results stay exaggerated, and a cut-off or a model that the
           data chose stays chosen by them.
        """,
        id="12-solutions",
        status="derived",
        box="Solutions",
        half=se / 2,
        se=se,
        quarter=design_analysis(2.0, se / 2),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - On the same rows of this simulated cohort the adjusted odds ratio is {low:.1f} to
          {high:.1f}, depending on the method; its upper limit {short:.0f} to {long:.0f}.
        - With {failures} failures, maximum likelihood prints {ml:.1f} on average where the truth
          is {truth:g}, and {none:percent} of drawn studies have no estimate. Firth's profile is a
          sound choice; it holds the truth in {fi:percent} of them. The interval stays wide.
        - With the published standard error a true odds ratio of {double:true} would be printed as
          {double:printed} whenever it is significant, on average (derived).
        """,
        id="12-take-away",
        status="simulated",
        box="Take away",
        low=inner["estimate"].min(),
        high=inner["estimate"].max(),
        short=inner["upper"].min(),
        long=inner["upper"].max(),
        failures=failures,
        ml=float(bias.set_index("method").loc["Maximum likelihood", "mean 5"]),
        truth=5.0,
        none=float(bias["none 5"].iloc[0]),
        fi=float(fi["estimate"]),
        double=double,
    )
)
