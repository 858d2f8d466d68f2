# ---
# jupyter:
#   # Generated from book/chapters/15_what_holds.md by `make pairs`. Edit that, not this.
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
# (what-holds)=
# # 15 · What holds in every compatible cohort?

# %% tags=["hide-input"]
from analysis_lib import cohort, ensemble, stability, standing, verify
from analysis_lib.conclusions import RESAMPLES, measure
from analysis_lib.figures import ensemble as pictures
from analysis_lib.figures import hinges as movers
from analysis_lib.ledger import (
    against_the_paper,
    cannot_compare,
    from_verification,
    printed,
)
from analysis_lib.report import say, show
from analysis_lib.scenario import FIXED
from analysis_lib.tables import table

shipped = ensemble.load()
patients = cohort.load()

# %%
found = ensemble.as_declared(shipped, n=200)
n = len(found.members)
stand = standing.standing(found)
counts = {v: int(stand["verdict"].eq(v).sum()) for v in standing.VERDICTS}
free = stand["basis"].eq("open")

# %% tags=["hide-input"]
show(
    say(
        """
        One simulated cohort can't tell its accidents from what must be so. So {n} were built, each
        under other assumptions, and each fits every figure of the abstract that rows can show. Of
        {all} conclusions, the study's, its critics' and this book's, {survives} survive: they hold
        in at least {high:percent0} of these cohorts. {depends} depend on what the abstract does not
        say. Those that fall, and hold in {low:percent0} or fewer: {falls}.

        A share of cohorts is a share of scenarios as *we* drew them. It is not the probability
        that a conclusion is true.
        """,
        id="15-in-plain-words",
        status="simulated",
        box="In plain words",
        n=n,
        all=len(stand),
        high=standing.SURVIVES,
        low=standing.FALLS,
        **{verdict: count or "none" for verdict, count in counts.items()},
    )
)

# %% [markdown]
# :::{admonition} At a glance
# :class: at-a-glance
#
# - **Time:** half an hour
# - **Needs:** [how the simulated cohort was made](#compatible-cohort); the take-aways of
#   [chapter 5](#target-reached) and of chapters 8 to 13
# - **You will be able to:** tell a conclusion that the published figures carry from one that an
#   assumption carries; name the assumption; read a share of cohorts without taking it for a
#   probability
# - **Data:** many simulated cohorts, all built to fit the published figures. No row stands for a
#   person.
# :::
#
# ## What was published

# %% tags=["hide-input"]
show(
    printed(
        [
            "target_reached",
            "predictor_pth_cutoff",
            "predictor_pth_or",
            "predictor_only_one",
        ],
        id="15-claims",
        caption="Which figures do the conclusions of this chapter build on?",
    )
)

# %% [markdown]
# These figures, and all others of the abstract {cite:p}`index`, hold in every cohort below. How PTH was
# distributed, when patients were seen and what predicts hypocalcaemia is not in it. A reader may
# think of any answer that does not contradict the figures. This chapter goes through many.
#
# ## The data

# %%
grid = standing.met(found, over="n_above", by="failures_above")
deciding = standing.met_hinges(found)["assumption"]
first, second, tied = standing.dependence(found)

# %% tags=["hide-input"]
show(
    say(
        """
        {assumptions} assumptions of chapter 3 have a range. A scenario gives each of them a value of
        its own: all values of the range alike likely, independently of each other. Of {drawn}
        scenarios {met} could be met, each by one cohort. For {lost} the search found none. The
        claims that resisted: {claims}. Which scenarios these are, depends most on: {deciding}.
        """,
        id="15-drawn",
        status="simulated",
        assumptions=len(found.ranges),
        drawn=found.drawn,
        met=n,
        lost=len(found.unmet),
        claims=standing.resistance(found),
        deciding="; ".join(standing.SHORT[name] for name in deciding)
        or "nothing that stands out",
    )
)

# %% tags=["hide-input"]
wide = standing.side_by_side(grid)
show(
    table(
        wide,
        {"span": "Patients above the cut-off"}
        | {by: f"{by} failures above" for by in wide.columns[1:]},
        id="15-met",
        status="simulated",
        caption="How many of the scenarios could be met?",
        missing="none drawn",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        A scenario that can't be met drops out, and what it would have concluded is not counted. So
        in the cohorts that remain, assumptions need not be quite independent any more. The
        strongest tie, a rank correlation of {tied:.2f}, is between *{first}* and *{second}*.
        """,
        id="15-tied",
        status="simulated",
        tied=tied,
        first=standing.SHORT[first],
        second=standing.SHORT[second],
    )
)

# %% [markdown]
# ## Method
#
# To ask which conclusions hold whatever the missing facts are is known as *partial identification*
# {cite:p}`manski2003`. Where it can't be solved on paper, it can be simulated:
#
# 1. **Draw** a scenario, **build** a cohort that fits it and the abstract, and **analyse** it as
#    chapters 5 to 13 analyse theirs: the target by several rules, the odds ratio by Firth's
#    penalty, the search for a cut-off, the whole road to a model, hypocalcaemia.
# 2. **Ask** of each conclusion whether it holds. A conclusion is a measure and a limit, such as a
#    p-value and its usual level. The limits are ours.
# 3. **Count.** The share of cohorts in which it holds says how far it leans on what is not known.
# 4. **Find the hinges.** A conclusion counts one where it holds, nought where it does not. The range of
#    an assumption is cut into slices. How much of the variance lies between the slices is the part
#    that this assumption explains alone {cite:p}`sobol2001`, here as an adjusted R². The rest is
#    assumptions acting together, and chance: two cohorts of one scenario differ, too.
#
# Each conclusion has a *basis*. **Built**: every cohort has it by construction. **Bound**: the
# printed regression leaves it little room. **Assumed**: an assumption puts it in, as all that
# happens after treatment. **Open**: none of these; it follows from how the assumptions act together.
#
# *When not to use it:* to find out what is true of the study. If a conclusion holds in most
# cohorts, most of *our* scenarios bear it; the study's patients may be of another kind. Nor does it
# help where data can be had: one clinic's rows say more than a thousand simulated cohorts.
#
# ## Result
#
# ### How far do the measures spread?

# %%
own = measure(patients, seed=15)
keys = ["high_pth", "uncut", "search", "jumps", "stays"]
keys += ["discriminates", "extreme"]
keys += ["kdoqi_half", "year_all", "year_imputed"]
show(
    pictures.distributions(
        found.members,
        keys,
        own,
        id="15-spread",
        status="simulated",
        caption="How do the measures spread over compatible cohorts?",
    )
)

# %% tags=["hide-input"]
middle = standing.spans(
    found.members, ["adjusted", "doubling", "c_corrected"]
).set_index("key")
show(
    say(
        """
        The diamond is the cohort of the other chapters: one of many. What rests on its place alone
        rests on nothing. The adjusted odds ratio by Firth's penalty lies between
        {adjusted[low]:.2f} and {adjusted[high]:.2f} in the middle {share:percent0} of cohorts: the printed one
        holds it there. Nothing holds the odds ratio per doubling of PTH, which runs from
        {doubling[low]:.1f} to {doubling[high]:.1f}, or the corrected C statistic, from
        {c[low]:.2f} to {c[high]:.2f}.
        """,
        id="15-spread-says",
        status="simulated",
        share=0.95,
        adjusted=middle.loc["adjusted"].to_dict(),
        doubling=middle.loc["doubling"].to_dict(),
        c=middle.loc["c_corrected"].to_dict(),
    )
)

# %% [markdown]
# ### Which conclusions stand?

# %% tags=["hide-input"]
show(
    table(
        stand.sort_values("share", ascending=False, kind="stable"),
        {
            "words": "Conclusion",
            "share": "Holds in",
            "basis": "Basis",
            "hinges": "Hinges on",
            "said": "Said by",
        },
        id="15-stand",
        status="simulated",
        caption="In which share of compatible cohorts does each conclusion hold?",
        faces={
            "share": "percent",
            "hinges": lambda words: words or "nothing that stands out",
        },
        carry=[
            "key",
            "verdict",
            "held",
            "n",
            "lower",
            "upper",
            "alone",
            "rest",
        ],
        stacked=True,
        notes=[
            "Holds in: share of compatible cohorts, no probability. With "
            f"{n} cohorts its Monte Carlo error is "
            f"{100 * standing.error(stand):.1f} percentage points at most.",
            "Hinges on: assumptions that explain enough of the variance alone; in "
            "brackets the share in which the conclusion holds where the assumption is "
            "lowest, and where it is highest.",
        ],
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        - **These survive:** {survive}. Of the {survives}, {given} are built, bound or assumed.
        - **These depend:** {depend}.
        - **These fall:** {fall}.
        """,
        id="15-verdicts",
        status="simulated",
        survive=standing.sentences(stand, "survives"),
        survives=counts["survives"],
        given=int((stand["verdict"].eq("survives") & ~free).sum()),
        depend=standing.sentences(stand, "depends"),
        fall=standing.sentences(stand, "falls"),
    )
)

# %% [markdown]
# "Survives" is said of our scenarios, and not of *every* cohort that one could think of. No
# simulation can go through all of them. Where a conclusion is built, arithmetic proves
# it: see [chapter 2](#adds-up).

# %% tags=["hide-input"]
explained = stand.loc[free & stand["verdict"].eq("depends"), "alone"]
never = stand[stand["held"].eq(stand["n"])]
show(
    say(
        """
        {always} hold in all {n} cohorts. Where they were not built, that still leaves room for some
        {room:percent} of such scenarios in which they fail. Of the variance of the open ones that
        depend, single assumptions explain {least:percent0} to {most:percent0}. The rest can't be
        blamed on one of them: it is their interplay, and chance.
        """,
        id="15-rest",
        status="simulated",
        always=len(never),
        n=n,
        room=1 - float(never["lower"].min()),
        least=float(explained.min()),
        most=float(explained.max()),
    )
)

# %% [markdown]
# ### What moves one of them?
#
# Of the open conclusions that depend, the picture takes the one that single assumptions explain
# best.

# %%
candidates = stand[free & stand["verdict"].eq("depends")]
chosen = candidates.sort_values("alone").iloc[-1]
show(
    movers.along(
        found.members,
        chosen["key"],
        standing.moving(found, chosen["key"])[:2],
        id="15-moves",
        status="simulated",
        caption=f"{chosen['words']}: what moves it?",
    )
)

# %% tags=["hide-input"]
show(
    say(
        """
        “{words}” holds in {share:percent0} of cohorts. It hinges on: {hinges}. To know this of
        the study would tell more than any share over our ranges.
        """,
        id="15-moves-says",
        status="simulated",
        words=chosen["words"],
        share=float(chosen["share"]),
        hinges=chosen["hinges"] or "nothing that stands out",
    )
)

# %% [markdown]
# ### Would other cohorts say the same?
#
# The cohorts are split into two halves that share none. Each half is an ensemble of its own.

# %%
compared = stability.compare_halves(found)
shares = compared[compared["kind"].eq("conclusion")]
show(
    movers.twice(
        shares,
        tuple(len(half) for half in stability.halves(found)),
        id="15-halves",
        status="simulated",
        caption="Do two halves of the cohorts say the same? Lines: intervals.",
    )
)

# %% tags=["hide-input"]
tests = compared["adjusted"].count() + compared["adjusted_distance"].count()
beyond = compared["adjusted"].lt(0.05).sum()
beyond += compared["adjusted_distance"].lt(0.05).sum()
show(
    say(
        """
        Each measure and each conclusion that is not the same in all cohorts was compared: means
        and shares by their difference in standard errors, distributions of measures by the test
        of Kolmogorov and Smirnov. The largest difference is {largest:.1f} standard errors; the
        smallest p-value of a distribution is {p:p}. The largest difference between two shares is {points:.1f} percentage points. After
        Holm's correction for {tests} comparisons, {beyond} of them have a p-value below
        {level:.2f}. {so}
        """,
        id="15-halves-say",
        status="simulated",
        largest=float(compared["difference"].abs().max()),
        p=float(compared["p_distance"].min()),
        beyond=int(beyond) or "none",
        so="So more cohorts are needed."
        if beyond
        else "So the halves agree within Monte Carlo error.",
        tests=int(tests),
        level=0.05,
        points=100 * float((shares["mean"] - shares["other"]).abs().max()),
    )
)

# %% [markdown]
# With so many comparisons some p-values are small by chance alone; hence the correction
# {cite:p}`holm1979`.
#
# ## Against the paper

# %% tags=["hide-input"]
show(
    against_the_paper(
        [
            *from_verification(
                verify.verify(patients),
                only=["target_reached", "predictor_pth_or"],
            ),
            cannot_compare(
                "predictor_pth_cutoff",
                "not stated",
                quantity="how many patients lie above the cut-off",
                ours="{:.0f} to {:.0f}".format(*found.ranges["n_above"]),
                status="simulated",
                reason="assumed; the abstract does not say it",
            ),
            cannot_compare(
                "predictor_only_one",
                "not stated",
                quantity="what else was tried",
                ours="assumed, the same in every scenario",
                status="simulated",
                reason="assumed; the abstract names the one predictor",
            ),
        ],
        id="15-against-the-paper",
        status="simulated",
    )
)

# %% [markdown]
# The two figures hold in all cohorts alike, since all were built on them. So no share of this
# chapter is evidence for or against them.
#
# ## What could change it
#
# Ranges. Whoever knows more may narrow one. Here only the lower half of the range of the patients
# above the cut-off is kept.

# %%
low, high = found.ranges["n_above"]
narrow = {"n_above": (low, (low + high) // 2)}
inside = found.within(narrow)
change = stability.moved(found, inside)

# %% tags=["hide-input"]
show(
    table(
        change[change["moved"] | change["change"].abs().gt(0.02)],
        {
            "words": "Conclusion",
            "before": "Whole range",
            "after": "Lower half",
            "p": "p",
        },
        id="15-narrow",
        status="simulated",
        caption="What moves when fewer patients lie above the cut-off?",
        faces={"before": "percent0", "after": "percent0", "p": "p"},
        strong="moved",
        carry=["key", "change"],
        stacked=True,
        notes=[
            f"Whole range: {low:.0f} to {high:.0f} patients above the cut-off, {n} "
            f"cohorts. Lower half: up to {narrow['n_above'][1]:.0f}, "
            f"{len(inside.members)} cohorts.",
            "p: Fisher's exact test of the cohorts inside against the others, after "
            f"Holm. Bold: below {0.05:.2f}. Conclusions that hardly move are left out.",
        ],
    )
)

# %% tags=["hide-input"]
gone = change[change["moved"]].sort_values("change", key=abs)
show(
    say(
        """
        {count} of {all} conclusions move beyond chance. The largest move: {largest}. {since}
        """,
        id="15-narrow-says",
        status="simulated",
        count=len(gone),
        all=len(change),
        largest=stability.told(gone.tail(1)) or "none",
        since=stability.since_shipped(shipped, found),
    )
)

# %% [markdown]
# To change a range for good, edit it in `analysis_lib/scenario.py` and run this chapter again. If
# enough cohorts of the shipped table lie within the new ranges, these are taken. Otherwise new ones
# are built, which takes some minutes. `make ensemble N=10000` builds a large ensemble, on as many
# cores as there are, and goes on where it was stopped.
#
# ## Limits
#
# - **The ranges are ours.** Each is plausible by itself, with a source where one was found. That all of
#   its values are alike likely, and that assumptions do not go together, is not plausible. It is merely
#   plain. Other ranges give other shares.
# - **Not all was varied.** Which covariates entered, that the cut-off was chosen by Youden's index,
#   how values run after treatment: [chapter 3](#compatible-cohort) lists what is the same in every
#   scenario. On these, every share of this chapter is silent.
# - **Failure** rises with PTH by a step at the cut-off, with or without a slope on either side. No
#   other shape was tried.
# - **"Could not be met"** means that the search found no cohort. It does not prove that there is none.
#   And of all cohorts that fit a scenario, the search finds some kinds more easily than others.
# - **The limits of the conclusions are ours**, too. Near a limit a share says more about the limit
#   than about the conclusion: look at the picture.

# %% tags=["hide-input"]
show(
    say(
        """
        Speed has a price: in each cohort the whole procedure is resampled {resamples} times, where
        the chapter on prediction takes more. That adds noise to its corrected measures, and so to what no
        assumption explains. {fixed} more assumptions are the same in every scenario.
        """,
        id="15-price",
        status="simulated",
        resamples=RESAMPLES,
        fixed=len(FIXED),
    )
)

# %% [markdown]
# ## Try it
#
# 1. **Recall.** A conclusion holds in nearly all compatible cohorts. May one say that it is nearly
#    certain?
# 2. **Apply.** A clinic hardly misses a visit. Keep only scenarios of the lowest third of `share_missed`.
#    What becomes of the share on target after a year, missing values counted as failure?
# 3. **Criticise.** "In every one of the simulated cohorts most patients reach the target. This
#    confirms the study." What do you answer?

# %% mystnb={"code_prompt_hide": "Hide the solutions", "code_prompt_show": "Show the solutions"} tags=["hide-cell"]
least, most_missed = found.ranges["share_missed"]
few = found.within({"share_missed": (least, least + (most_missed - least) / 3)})
after = stability.moved(found, few).set_index("key").loc["year_all"]
show(
    say(
        """
        1. No. The share counts scenarios that we drew, evenly, over ranges that we chose. A
           probability would need to know how likely each scenario is, and nobody does.
        2. “{words}” goes from {before:percent} of cohorts to {after:percent}, in {cohorts}
           cohorts with at most {limit:percent0} of visits missed. If this is much, the conclusion
           was about missing values, and hardly about patients.
        3. That it can't be otherwise: every cohort was built so. A share of {all:percent0} whose
           basis is *built* confirms that the builder works.
        """,
        id="15-solutions",
        status="simulated",
        box="Solutions",
        words=after["words"],
        before=after["before"],
        after=after["after"],
        cohorts=len(few.members),
        limit=few.ranges["share_missed"][1],
        all=float(stand.set_index("key").loc["most_reach", "share"]),
    )
)

# %% [markdown]
# ## Take away

# %% tags=["hide-input"]
show(
    say(
        """
        - Of {all} conclusions {survives} survive in {n} compatible cohorts, {depends} depend on
          what the abstract does not say; fall: {falls}.
        - Of those that survive, {given} were built in, are bound by the printed regression, or
          assumed. Before you trust a share, ask for its basis.
        - A conclusion that depends names what one should know to judge it, where it is one fact. For
          “{words}” ask first for: {first}.
        """,
        id="15-take-away",
        status="simulated",
        box="Take away",
        all=len(stand),
        n=n,
        given=int((stand["verdict"].eq("survives") & ~free).sum()),
        words=chosen["words"],
        first=standing.SHORT.get(chosen["first"], "more rows"),
        **{verdict: count or "none" for verdict, count in counts.items()},
    )
)
