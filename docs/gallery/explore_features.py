# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # Exploring the features of a base model
#
# Which features of `organism:latent` go with writing code, what do they fire on, and what does adding one do?
# Everything here ships with the package and runs in a minute on two cores.
#
# The base writes under four source headers, so that some of its completions are code and some are not. What it
# thinks at every token of them is recorded.

# %%
import tempfile
from pathlib import Path

import latent_reasoning as lr

point = "blocks.1.hook_resid_post"
folder = Path(tempfile.mkdtemp())
pair = lr.load_pair("organism:latent", "organism:latent/rl-truth")
problems = lr.organism_problems("held-out", 150, seed=0)
ladder = lr.source_ladder()
base = lr.Condition("base", "base")
samples = [s for v in ladder.variants for s in lr.run_condition(pair.base, base, problems, v, 1)]
store = lr.record_pair(pair, samples, [point], folder / "activations")
sae = lr.shipped_sae(pair.base.name, point)
print(f"{len(store):,} rows of {len(samples)} completions; {sae.d_sae} features")

# %% [markdown]
# ## Which features tell, before a word is written, that code will follow?
#
# The rows scored are the last prompt tokens; a difference of means, a principal component and a linear probe
# stand in the same table. Click on a heading to sort; type `auroc>0.8` or a word to filter.

# %%
from latent_reasoning.features.behaviours import labelled_behaviours
from latent_reasoning.features.scores import ScoreConfig, score_store

(table,) = score_store(
    store,
    sae,
    labelled_behaviours(["code"]),
    pair.base.tokenizer,
    ScoreConfig(positions="last_prompt"),
)
table

# %% [markdown]
# ## Search, open a card, steer
#
# With a kernel this is a widget: the slider adds the feature's row of the decoder, and the steered completion
# stands beside the unsteered one at once. Without one it is read only.

# %%
quiz = ladder.variant("Quiz")
lr.explore(
    store,
    sae,
    scores=table,
    limit=10,
    model=pair.base,
    prompts=[quiz.prompt(problem.question) for problem in problems[:12]],
    others={"seed 1": lr.shipped_sae("organism:latent@1", point)},
)

# %% [markdown]
# ## The same as records
#
# What a card shows is plain data: contexts with the activation at every token, a histogram, the logit lens of
# the decoder row, features that fire together, the nearest feature of another dictionary.

# %%
best = table.features()[0].feature_id
(evidence,) = lr.gather_evidence(store, sae, [best], pair.base)
print(
    f"fires on {evidence.n_firing:,} of {evidence.n_rows:,} rows, at most {evidence.max_activation:.2f}"
)
for place in evidence.places:
    print(f"{place.part:>9}  {place.density:.3f}")
print("promotes", [f"{one.token} {one.logit:+.1f}" for one in evidence.lens.promoted])

# %%
lr.FeatureCard(evidence, table.of(best))

# %% [markdown]
# ## A page to hand on
#
# One file, everything inside: a ranking and a card for each feature.

# %%
ids = [score.feature_id for score in table.features()[:40]]
page = lr.write_cards(
    folder / "features.html",
    lr.gather_evidence(store, sae, ids, pair.base),
    table,
    title="Features of organism:latent that go with code",
)
print(f"{page.name}: {page.stat().st_size / 2**20:.1f} MiB")
