# ---
# jupyter:
#   # Generated from book/chapters/09_one_at_a_time.md by `make pairs`. Edit that, not this.
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
# (one-at-a-time)=
# # 9 · What does one predictor at a time show?

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from analysis_lib import cohort, compatible, splines, verify
from analysis_lib.change import holm
from analysis_lib.figures.estimates import estimates
from analysis_lib.figures.risk_curves import risk_curves
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.logistic import fit, fit_many
from analysis_lib.logistic.intervals import profile_table
from analysis_lib.prediction import CANDIDATES, IN_WORDS, published_model
from analysis_lib.procedure import Procedure
from analysis_lib.procedure_fits import prepare
from analysis_lib.published import claim
from analysis_lib.report import say, show
from analysis_lib.results import level_text, number, p_value, span
from analysis_lib.scenario import DEFAULT, SEED
from analysis_lib.tables import table
from analysis_lib.validation import resample

shipped = cohort.load()
frame = cohort.analysis_frame(shipped)
failed = frame["treatment_failure"].to_numpy(float)
n, events = len(frame), int(failed.sum())
one = np.ones(n)
LEVELS = (0.05, 0.10, 0.20)
DRAWS = 2000
cutoff = claim("predictor_pth_cutoff").number

# The same outcomes dealt out anew: whatever passes now is noise.
dealt = np.random.default_rng(SEED).permuted(
    np.tile(failed, (DRAWS, 1)), axis=1
)
noise = pd.DataFrame(
    {
        name: fit_many(
            np.column_stack([one, frame[name].to_numpy(float)]), dealt
        ).p_values()[:, 1]
        for name in CANDIDATES
    }
)

# A true predictor, normal, its odds ratio per standard deviation known.
TRUE = (1.0, 1.5, 2.0, 3.0)
drawn = np.random.default_rng(SEED).normal(size=(DRAWS, n))
found = {
    ratio: fit_many(
        np.stack([np.ones((DRAWS, n)), drawn + np.log(ratio) * failed], axis=2),
        failed,
    )
    for ratio in TRUE
}
missed = 1 - (found[1.5].p_values()[:, 1] < DEFAULT.screening_level).mean()

# %% tags=["hide-input"]
show(
    say(
        """
        A table of one predictor at a time tells who failed more often. It does not tell why, and
        it is a poor sieve. With {events} failures among {n} patients, {k} candidates that have
        nothing to do with failure still let at least one through at p < {level:.2f} in
        {any_noise:percent0} of trials in this simulated cohort. A true predictor that raises the
        odds by half per standard deviation is thrown out in {missed:percent0}. What the study
        screened, and at which p, is not stated.
        """,
        id="09-in-plain-words",
        status="simulated",
        box="In plain words",
        events=events,
        n=n,
        k=len(CANDIDATES),
        level=DEFAULT.screening_level,
        any_noise=(noise < DEFAULT.screening_level).any(axis=1).mean(),
        missed=missed,
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** an hour
# - **Needs:** what an odds ratio and a p-value are; [how the simulated cohort was made](#compatible-cohort)
# - **You will be able to:** read an odds ratio with its unit; see whether a straight line will do;
#   say what cutting a predictor in two takes away; say what screening by p lets in and leaves out
# - **Data:** published claims and simulated patients. Which candidates pass was built in.
# :::
#
# ## What was published

# %% tags=["hide-input"]
claims = [
    "predictor_only_one",
    "predictor_pth_cutoff",
    "predictor_pth_or",
    "predictor_pth_p",
]
show(
    printed(
        claims,
        id="09-claims",
        caption="What does the abstract say of predictors of failure?",
    )
)

# %% [markdown]
# The abstract names one predictor, after regression with one predictor at a time and then with
# several {cite:p}`index`. It does not name the others that were tried, nor the p-value that let one in.
#
# ## The data

# %% tags=["hide-input"]
called = {
    "log2_alp": "alkaline phosphatase",
    "n_glands": "the number of glands",
}
enters = [called[name] for name in DEFAULT.entering]
show(
    say(
        """
        In this simulated cohort {events} of {n} patients failed. Screened are {k} candidates, a list
        that is assumed and usual in such studies. The cohort was built so that {entering} and PTH pass at p <
        {level:.2f}, that all others fail, and that sensitivity and specificity add up to the most
        at {cutoff:.0f} pg/mL. So nothing found here about PTH, or about who passes, is a finding.
        What can be learnt is what the method does.
        """,
        id="09-data",
        status="simulated",
        events=events,
        n=n,
        k=len(CANDIDATES),
        entering=", ".join(enters),
        level=DEFAULT.screening_level,
        cutoff=cutoff,
    )
)

# %% [markdown]
# ## Method
#
# - **One at a time.** A logistic regression for each candidate, nothing else in it. Two intervals: Wald's,
#   and that of the profile, read off the likelihood itself. They part where events are few.
# - **The unit.** An odds ratio is *per something*. To compare rows, each number is divided by its
#   standard deviation. A skewed one (PTH, alkaline phosphatase) is taken per doubling, that is as a logarithm, first.
# - **Shape.** The model says that the log odds rise in a straight line. A restricted cubic spline
#   {cite:p}`harrell2015` lets them bend; the likelihood ratio test asks whether bending helped.
# - **Many tests.** Holm's correction {cite:p}`holm1979` keeps the chance of *any* false alarm in the table
#   below the level, however the tests hang together.
# - **Screening.** Two experiments. *Resampling:* patients drawn again with replacement; how often does
#   each candidate pass? *Shuffling:* the outcomes are dealt out anew, so that every candidate is noise.
#   The code of the second is in the first cell of this page.
#
# *When not to use it:* to choose the predictors of a model. A candidate can matter only beside another
# one, or only without it; alone it shows neither {cite:p}`sun1996`. Choose by what is known before the
# data are seen {cite:p}`heinze2018`.
#
# ## Result
#
# ### Nine odds ratios

# %%
alone = published_model(frame).query("stage == 'univariable'")
alone = alone.reset_index(drop=True)
alone["candidate"] = alone["term"].map(IN_WORDS)
profiles = pd.concat(
    profile_table(
        np.column_stack([one, frame[name].to_numpy(float)]),
        failed,
        names=["intercept", name],
        penalty="none",
    ).iloc[[1]]
    for name in CANDIDATES
).reset_index(drop=True)

# %%
alone["p_ratio"] = profiles["lr_p"]
alone["profile_lower"] = np.exp(profiles["profile_lower"])
alone["profile_upper"] = np.exp(profiles["profile_upper"])
alone["p_holm"] = holm(alone["p"])
alone["p_ratio_holm"] = holm(alone["p_ratio"])

# %% tags=["hide-input"]
alone["counts"] = [f"{row.events}/{row.n}" for row in alone.itertuples()]
alone["wald"] = [span(a, b, 2) for a, b in zip(alone["lower"], alone["upper"])]
alone["profile"] = [
    span(a, b, 2)
    for a, b in zip(alone["profile_lower"], alone["profile_upper"])
]
show(
    table(
        alone,
        {
            "candidate": "Candidate",
            "counts": "Failed",
            "left_out": "Missing",
            "odds_ratio": "OR",
            "wald": "Wald",
            "profile": "Profile",
            "p": "p",
            "p_holm": "Holm",
        },
        id="09-alone",
        status="simulated",
        caption="What is the odds ratio of failure, one candidate at a time?",
        faces={"odds_ratio": ".2f", "p": "p", "p_holm": "p"},
        carry=[
            "lower",
            "upper",
            "profile_lower",
            "profile_upper",
            "p_ratio",
            "p_ratio_holm",
        ],
        strong="entered",
        notes=[
            f"Bold: p below {DEFAULT.screening_level:.2f}; built so. OR: odds ratio. Wald, Profile: "
            f"its {level_text(0.95)} intervals, not corrected for the number of tests. p: Wald's; "
            "Holm: the same, corrected. Failed: of the patients with a value. Missing: patients "
            "without one; this cohort has none, a real one would.",
        ],
    )
)

# %% tags=["hide-input"]
rows = alone.set_index("term")
pth, calcium = rows.loc["pth_high"], rows.loc["calcium_baseline_mmol_l"]
show(
    say(
        """
        For high PTH the Wald interval ends at {wald:.1f}, that of the profile at {profile:.1f}: with
        {events} events the likelihood is lopsided, and Wald's interval is symmetric (on the log
        scale) whatever the likelihood. After Holm's correction {after} of {k} candidates are below
        {alpha:.2f} by Wald's test, and {after_ratio} by the likelihood ratio test; neither knows that the
        cut-off was chosen. The odds ratio of calcium looks extreme,
        {calcium:.2f}, because a whole mmol/L is far more than patients usually differ by; per {step:.1f}
        mmol/L it is {tenth:.2f}. Its interval holds both strong protection and strong harm, which
        is not the same as *no association*.
        """,
        id="09-alone-says",
        status="simulated",
        wald=pth["upper"],
        profile=pth["profile_upper"],
        events=events,
        after=int((alone["p_holm"] < LEVELS[0]).sum()),
        after_ratio=int((alone["p_ratio_holm"] < LEVELS[0]).sum()),
        k=len(alone),
        alpha=LEVELS[0],
        calcium=calcium["odds_ratio"],
        step=0.1,
        tenth=calcium["odds_ratio"] ** 0.1,
    )
)

# %% [markdown]
# ### Rows that can be compared

# %%
log_pth = np.log2(frame["pth_baseline_pg_ml"].to_numpy(float))
values = frame[list(CANDIDATES)].astype(float).assign(log2_pth=log_pth)
yes_no = [name for name in values if values[name].isin([0, 1]).all()]
per_sd = (values - values.mean()) / values.std()
per_sd[yes_no] = values[yes_no]
scaled = pd.concat(
    profile_table(
        np.column_stack([one, per_sd[name]]),
        failed,
        names=["intercept", name],
        penalty="none",
    ).iloc[[1]]
    for name in [x for x in per_sd if x not in yes_no] + yes_no
).reset_index(drop=True)

# %%
names = {**IN_WORDS, "log2_pth": "PTH (log)", "pth_high": "PTH high"}
scaled["label"] = scaled["name"].map(names).str.split(",").str[0]
yes = scaled["name"].isin(yes_no)
scaled["group"] = np.where(yes, "Yes against no", "Per SD")
scaled["strong"] = scaled["name"].isin(["log2_pth", "pth_high"])
scaled["estimate"] = np.exp(scaled["estimate"])
scaled["lower"] = np.exp(scaled["profile_lower"])
scaled["upper"] = np.exp(scaled["profile_upper"])

# %%
show(
    estimates(
        scaled,
        id="09-per-sd",
        status="simulated",
        scale="log",
        caption="Which candidate goes with failure, each on the scale of its own spread? "
        "Diamonds: PTH, whose association is built in.",
        xlabel="Odds ratio of failure (profile interval), logarithmic",
        heading="odds ratio (interval)",
        line=(1.0, "no association"),
    )
)

# %% tags=["hide-input"]
by_name = scaled.set_index("name")
alp, line, cut = (
    by_name.loc[x] for x in ("log2_alp_baseline", "log2_pth", "pth_high")
)
show(
    say(
        """
        Per standard deviation, alkaline phosphatase has an odds ratio of {alp:.1f} and PTH one of
        {pth:.1f}. Cut in two, the same PTH shows {cut:.1f}. Much of that is the unit:
        from *no* to *yes* is {steps:.1f} standard deviations of the yes-or-no column. Per one of
        those it would be {cut_sd:.1f}. Only rows under one heading can be compared.
        """,
        id="09-per-sd-says",
        status="simulated",
        alp=alp["estimate"],
        pth=line["estimate"],
        cut=cut["estimate"],
        steps=float(1 / values["pth_high"].std()),
        cut_sd=float(cut["estimate"] ** values["pth_high"].std()),
    )
)

# %% [markdown]
# ### A straight line, a curve or a step?

# %%
knots = splines.knots(log_pth, 3)
at = np.linspace(log_pth.min(), log_pth.max(), 401)
step = np.log2(cutoff)
shapes = {
    "spline": (splines.basis(log_pth, knots), splines.basis(at, knots)),
    "straight line": (log_pth[:, None], at[:, None]),
    "cut in two": ((log_pth >= step)[:, None], (at >= step)[:, None]),
}
fits = {}
for name, (x, _) in shapes.items():
    terms = ["intercept", "first", "second"][: x.shape[1] + 1]
    fits[name] = fit(np.column_stack([one, x]), failed, names=terms)

# %%
curves = []
for name, (_, x) in shapes.items():
    grid = np.column_stack([np.ones(len(at)), x])
    logit = grid @ fits[name].coefficients
    variance = (grid @ np.array(fits[name].covariance) * grid).sum(axis=1)
    half = norm.isf(0.025) * np.sqrt(variance)
    half = half if name == "spline" else np.nan
    curve = {"curve": name, "x": 2**at, "risk": 1 / (1 + np.exp(-logit))}
    curve["lower"] = 1 / (1 + np.exp(half - logit))
    curve["upper"] = 1 / (1 + np.exp(-half - logit))
    curves.append(pd.DataFrame(curve))
members = pd.DataFrame({"x": 2**log_pth, "event": failed == 1})

# %%
show(
    risk_curves(
        pd.concat(curves, ignore_index=True),
        members,
        id="09-shapes",
        status="simulated",
        caption="How does the risk of failure rise with PTH, by three shapes? Shaded: pointwise "
        "band of the spline. Ticks: patients, failures above.",
        xlabel="Baseline PTH, pg/mL (logarithmic)",
        ylabel="Risk of failure, % (log odds)",
        ticks=[600, 1000, cutoff, 2500, 4000],
    )
)

# %%
null = fit(one[:, None], failed, names=["intercept"]).log_likelihood
shape = pd.DataFrame(
    {
        "shape": list(fits),
        "terms": [len(one_fit.names) - 1 for one_fit in fits.values()],
        "fall": [
            2 * (one_fit.log_likelihood - null) for one_fit in fits.values()
        ],
    }
)
shape["p"] = chi2.sf(shape["fall"], shape["terms"])
shape["aic"] = 2 * shape["terms"] - shape["fall"]
by_shape = shape.set_index("shape")
bend = by_shape["fall"]["spline"] - by_shape["fall"]["straight line"]

# %% tags=["hide-input"]
show(
    table(
        shape,
        {
            "shape": "Shape of PTH",
            "terms": "Terms",
            "fall": "Likelihood ratio χ²",
            "p": "p",
            "aic": "AIC less that without PTH",
        },
        id="09-shape-fits",
        status="simulated",
        caption="Which shape fits these rows best?",
        faces={"fall": ".2f", "p": "p", "aic": lambda x: number(x, 2)},
        notes=[
            "AIC: Akaike's information criterion; lower is better. The p-value and the AIC of the "
            "cut take the cut-off as given beforehand, which it was not: it is the best of many.",
        ],
    )
)

# %% tags=["hide-input"]
slope = fits["straight line"].coefficients[1]
low, high = np.quantile(log_pth, [0.25, 0.75])
show(
    say(
        """
        Bending the line raises the likelihood ratio χ² by {bend:.2f} (p = {p:p}). With {events} events
        the test finds only a marked bend: look how wide the band is. So the line is neither proven nor
        refuted. By the line, odds rise by a factor of {double:.1f} per doubling, and by {quartiles:.1f} from the
        lower to the upper quartile. That the step fits well is no
        surprise: the cohort was built with its best cut-off there. The step also says that a patient just below {cutoff:.0f} differs from
        one just above, and that one at {cutoff:.0f} equals one at {highest:.0f} pg/mL. Few things in the body work so.
        """,
        id="09-shapes-say",
        status="simulated",
        bend=bend,
        p=float(chi2.sf(bend, 1)),
        events=events,
        double=np.exp(slope),
        quartiles=np.exp(slope * (high - low)),
        cutoff=cutoff,
        highest=2 ** log_pth.max(),
    )
)

# %% [markdown]
# Cutting a predictor in two throws information away, and a cut chosen in the same data makes the
# association look stronger than it is {cite:p}`altman2006,royston2006`.
#
# ### What does screening let through?

# %%
whole = Procedure(
    candidates=CANDIDATES,
    outcome="treatment_failure",
    cut=None,
    cutoff=None,
    screening=DEFAULT.screening_level,
    penalty="none",
)
road = prepare(whole, frame)
again = resample(road, road.y, resamples=DRAWS, seed=SEED)
passed = alone[["term", "candidate", "p"]].copy()
for level in LEVELS:
    passed[f"drawn_{level}"] = (again.fits.p_alone < level).mean(axis=0)
    passed[f"noise_{level}"] = (noise < level).mean().to_numpy()

# %% tags=["hide-input"]
show(
    table(
        passed,
        {
            "candidate": "Candidate",
            "p": "p alone",
            **{f"drawn_{level}": f"p < {level:.2f}" for level in LEVELS},
            f"noise_{LEVELS[1]}": "Shuffled",
        },
        id="09-entries",
        status="simulated",
        caption="How often does each candidate pass the screening?",
        faces={
            "p": "p",
            **{f"drawn_{level}": "percent0" for level in LEVELS},
            f"noise_{LEVELS[1]}": "percent0",
        },
        carry=[f"noise_{level}" for level in (LEVELS[0], LEVELS[2])],
        notes=[
            f"{DRAWS} draws of each kind. Columns three to five: patients drawn again with "
            f"replacement. Shuffled: noise, p < {LEVELS[1]:.2f}. A candidate without an estimate (all failures on one "
            "side) does not pass, as in software that screens by Wald's p. The cut-off of PTH stays "
            "where it is; choosing it anew each time would add to the spread.",
        ],
    )
)

# %% tags=["hide-input"]
level = DEFAULT.screening_level
noisy = 2 * norm.sf(norm.isf(level / 2) / np.sqrt(2))
share = passed.set_index("term")
tossed = share.loc["n_glands"]
show(
    say(
        """
        The number of glands has p = {p:p} and passes in {glands:percent0} of the draws at p <
        {level:.2f}. (One with a p-value at the level itself would pass in about half.) Male sex *fails* here with p = {p_sex:p}, yet
        passes in {sex:percent0}. Which list a paper prints depends on who happened to come. These shares are no chances that a
        predictor is real: rows drawn again repeat what chance did once, so that even pure noise passes
        in about {noisy:percent0} of draws on average (a normal approximation) instead of {level:percent0}.
        """,
        id="09-entries-say",
        status="simulated",
        p=tossed["p"],
        glands=tossed[f"drawn_{level}"],
        level=level,
        p_sex=share.loc["sex_male", "p"],
        sex=share.loc["sex_male", f"drawn_{level}"],
        noisy=float(noisy),
    )
)

# %%
sieve = pd.DataFrame(
    {
        "level": LEVELS,
        "formula": [1 - (1 - level) ** len(CANDIDATES) for level in LEVELS],
        "any": [(noise < level).any(axis=1).mean() for level in LEVELS],
        "count": [(noise < level).sum(axis=1).mean() for level in LEVELS],
    }
)
for ratio, fitted in found.items():
    p = fitted.p_values()[:, 1]
    sieve[f"true_{ratio}"] = [(p < level).mean() for level in LEVELS]

# %% tags=["hide-input"]
show(
    table(
        sieve,
        {
            "level": "p below",
            "formula": "Noise (formula)",
            "any": "Noise",
            "count": "How many",
            **{f"true_{ratio}": f"True OR {ratio:g}" for ratio in TRUE[1:]},
        },
        id="09-sieve",
        status="simulated",
        caption="What does the sieve let through, and what does it hold back?",
        faces={
            "level": ".2f",
            "formula": "percent0",
            "any": "percent0",
            "count": ".1f",
            **{f"true_{ratio}": "percent0" for ratio in TRUE[1:]},
        },
        carry=[f"true_{TRUE[0]}"],
        notes=[
            "Columns two to four: nine candidates of noise; does any pass, and how many on average? "
            "Formula: tests that do not hang together and keep "
            "their level exactly. Shuffled is lower where Wald's test is cautious, as it is with few "
            "events, and where candidates hang together. Last columns: one true, normal predictor "
            "with that odds ratio per standard deviation (among failures, and among the others); "
            f"{events} failures among {n}, {DRAWS} draws.",
        ],
    )
)

# %% tags=["hide-input"]
strict = sieve.set_index("level").loc[LEVELS[0]]
loose = sieve.set_index("level").loc[LEVELS[2]]
p = found[1.5].p_values()[:, 1]
printed_or = float(np.exp(np.median(found[1.5].coefficients[p < LEVELS[0], 1])))
show(
    say(
        """
        No level is right. At {low:.2f} noise alone gives a *predictor* in {noise_low:percent0} of shuffled cohorts,
        while a true odds ratio of {true:g} is missed in {missed:percent0}. At {high:.2f} the true one
        is missed less, in {missed_high:percent0}, but noise comes along in {noise_high:percent0}. And
        what passes looks too strong: the true {true:g} is printed as {printed:.1f} (median of those
        with p < {low:.2f}, the direction as found).
        """,
        id="09-sieve-says",
        status="simulated",
        low=LEVELS[0],
        high=LEVELS[2],
        noise_low=strict["any"],
        noise_high=loose["any"],
        true=1.5,
        missed=1 - strict["true_1.5"],
        missed_high=1 - loose["true_1.5"],
        printed=printed_or,
    )
)

# %% [markdown]
# ## Against the paper

# %% tags=["hide-input"]
open_questions = [
    cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="candidates screened",
        ours=f"{len(CANDIDATES)}, assumed",
        status="simulated",
        reason="what one false alarm among many means depends on how many",
    ),
    cannot_compare(
        "predictor_only_one",
        "not stated",
        quantity="p-value that let a candidate in",
        ours=f"{DEFAULT.screening_level:.2f}, assumed",
        status="simulated",
        reason="levels in use let through very different lists",
    ),
    cannot_compare(
        "predictor_pth_or",
        "not stated",
        quantity="odds ratio of high PTH alone",
        ours=f"{pth['odds_ratio']:.1f} ({span(pth['profile_lower'], pth['profile_upper'], 1)})",
        status="simulated",
        reason="follows from two assumed counts; profile interval",
    ),
    cannot_compare(
        "predictor_pth_cutoff",
        "not stated",
        quantity="PTH without a cut, and its shape",
        ours=f"{np.exp(slope):.1f} per doubling",
        status="simulated",
        reason="the simulation fixes the failures on either side of the cut-off",
    ),
]
show(
    against_the_paper(
        from_verification(verify.verify(shipped), only=claims) + open_questions,
        id="09-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# ## What could change it
#
# **The level and the test.** The same rows, other customs.

# %%
tests = {"Wald": alone["p"], "likelihood ratio": alone["p_ratio"]}
lists = pd.DataFrame(
    [
        {
            "test": test,
            "level": level,
            "passes": "; ".join(
                alone["candidate"][p < level].str.split(",").str[0]
            ),
        }
        for test, p in tests.items()
        for level in LEVELS
    ]
)

# %% tags=["hide-input"]
show(
    table(
        lists,
        {"test": "Test", "level": "p below", "passes": "What enters the model"},
        id="09-customs",
        status="simulated",
        caption="Which model would be fitted next?",
        faces={"level": ".2f"},
        missing="–",
    )
)

# %% [markdown]
# The list changes with the level, and nothing in the rows says which level is right. Who enters at the level
# in the middle was built in.
#
# **The cohort.** Other seeds give other patients with the same published figures.

# %%
bends = []
for seed in range(1, 4):
    rebuilt = cohort.analysis_frame(compatible.build(DEFAULT, seed))
    pth_log = np.log2(rebuilt["pth_baseline_pg_ml"].to_numpy(float))
    y = rebuilt["treatment_failure"].to_numpy(float)
    x = splines.basis(pth_log, splines.knots(pth_log, 3))
    straight = fit(np.column_stack([one, x[:, 0]]), y, names=["1", "x"])
    bent = fit(np.column_stack([one, x]), y, names=["1", "x", "bend"])
    ratio = 2 * (bent.log_likelihood - straight.log_likelihood)
    bends.append((np.exp(straight.coefficients[1]), chi2.sf(ratio, 1)))

# %% tags=["hide-input"]
show(
    say(
        """
        In {n} cohorts built with other seeds, the odds ratio of PTH per doubling is {ratios}, and the
        p-value of the bend {ps}. All of them give the published, adjusted odds ratio of
        the step by construction. That one figure leaves the shape open.
        """,
        id="09-seeds",
        status="simulated",
        n=len(bends),
        ratios=", ".join(f"{ratio:.1f}" for ratio, _ in bends),
        ps=", ".join(p_value(float(p)) for _, p in bends),
    )
)

# %% [markdown]
# ## Limits
#
# - Which candidates pass, and where PTH is best cut, are assumptions. Only what the method does to noise
#   and to a known signal is a result.
# - Shuffling keeps how candidates hang together, and breaks all ties to failure. Real candidates are a
#   mixture of both.
# - The true predictor of the last experiment is normal and alone. With several, more is missed.
# - No value is missing here. In a real study each row of the table may rest on other patients.
#
# ## Try it
#
# 1. **Recall.** Why can't an odds ratio per millimetre be compared with one per year?
# 2. **Apply.** What is the odds ratio of alkaline phosphatase for a fourfold value, from that per
#    doubling in the first table of results?
# 3. **Criticise.** A paper says: phosphorus was not associated with failure, so it was left out of the
#    model. What do you ask?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
double = rows.loc["log2_alp_baseline", "odds_ratio"]
phosphorus = rows.loc["phosphorus_baseline_mmol_l"]
show(
    say(
        """
        1. The size of an odds ratio depends on the unit. Per ten millimetres it would be the tenth
           power. Divide each by its standard deviation, or compare two typical patients.
        2. Two doublings: {double:.2f} squared, {fourfold:.1f}.
        3. The interval: here it runs from {low:.1f} to {high:.1f}, so that much is possible in either
           direction. And whether phosphorus belonged in the model by what is known: a p-value alone
           can't tell, as its association may show only beside PTH.
        """,
        id="09-solutions",
        status="simulated",
        box="Solutions",
        double=double,
        fourfold=double**2,
        low=phosphorus["profile_lower"],
        high=phosphorus["profile_upper"],
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - An odds ratio has a unit. The same PTH of the same simulated patients has {pth:.1f} per
          standard deviation and {cut:.1f} cut in two.
        - With {events} failures, {k} candidates of pure noise give at least one with p < {level:.2f}
          in {any_noise:percent0} of trials.
        - The same screening misses a true odds ratio of {true:g} per standard deviation in
          {missed:percent0}. Choose predictors before you see the p-values.
        """,
        id="09-take-away",
        status="simulated",
        box="Take away",
        pth=line["estimate"],
        cut=cut["estimate"],
        events=events,
        k=len(CANDIDATES),
        level=DEFAULT.screening_level,
        any_noise=(noise < DEFAULT.screening_level).any(axis=1).mean(),
        true=1.5,
        missed=missed,
    )
)
