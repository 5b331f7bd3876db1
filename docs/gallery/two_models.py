# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # From two models to a steering result
#
# The pair ships with the package: `organism:latent`, a small model pretrained on word problems from four
# sources, and the same model after reinforcement learning with the true reward. The tuned model solves
# nearly everything in code. Was that taught, or was it dormant?

# %%
import tempfile
from pathlib import Path

import latent_reasoning as lr

pair = lr.load_pair("organism:latent", "organism:latent/rl-truth")
problems = lr.organism_problems("held-out", 100, seed=0)
ladder = lr.source_ladder()
quiz = ladder.variant("Quiz")
print(quiz.prompt(problems[0].question))

# %% [markdown]
# ## What both models do at the test prompt


# %%
def show(name: str, samples: list[lr.Sample]) -> None:
    found = lr.outcomes(samples)
    print(f"{name:<24} accuracy {found.correct.mean():.2f}   code {found.shown['code'].mean():.2f}")


base = lr.run_condition(pair.base, lr.Condition("base", "base"), problems, quiz, 2)
tuned = lr.run_condition(pair.tuned, lr.Condition("tuned", "tuned"), problems, quiz, 2)
show("base", base)
show("tuned", tuned)
print(tuned[0].completion)

# %% [markdown]
# ## Where the base represents the choice
#
# The base writes under every source header, we record what it thinks at the last prompt token, and rank
# the features of its dictionary by how well they tell what it then goes on to write. A feature that fires
# less before code is one to take away (minus); a set of features is weighted by how much each differs.

# %%
point = "blocks.1.hook_resid_post"
folder = Path(tempfile.mkdtemp())
samples = [
    sample
    for variant in ladder.variants
    for sample in lr.run_condition(pair.base, lr.Condition("base", "base"), problems, variant, 1)
]
store = lr.record_pair(pair, samples, [point], folder / "activations")
last = store.rows.is_last_prompt
sae = lr.shipped_sae(pair.base.name, point)
ranked = lr.rank_features(sae, store.activations(point, "base", last), store.shows("code")[last])
lr.Ranking(ranked[:12])

# %% [markdown]
# ## Adding a direction of the base to the base, beside its control
#
# A plan says what is done to the residual stream, where and how strongly. Random directions of the same
# norm are its control: what they do, any push would do.

# %%
own = next(feature for feature in ranked if feature.kind == "feature set")
plan = lr.SteeringPlan(own.direction, coefficient=6.0, mean_norm=store.mean_norm(point))
plan

# %%
show("base", base)
for steering in (plan, *lr.random_plans(plan, 3, seed=0)):
    condition = lr.Condition("steered", "steered", steering)
    steered = lr.run_condition(pair.base, condition, problems, quiz, 2)
    show(f"base + {steering.direction.name}", steered)
show("tuned", tuned)

# %% [markdown]
# ## The whole job
#
# These problems chose the direction, so what stands above is a look and not a test. `lr.compare` selects,
# calibrates and tests on disjoint problems, with every control, and says how often it is itself wrong. Few
# problems and samples keep this one short: a larger run says more, `make demo` takes 400.

# %%
lr.compare(lr.CompareConfig(n_problems=80, samples=4, controls=20, output=folder / "comparison"))
