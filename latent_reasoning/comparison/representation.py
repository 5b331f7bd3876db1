"""The behaviour inside the base: recorded, taken apart by a dictionary, ranked.

1. On the selection split, base writes completions under every prompt of the ladder, tuned under the
   test prompt. The variety of prompts matters: where nothing in the context decides the mode there
   is no direction to find.
2. Both models read all these texts, token by token; the residual streams go to disk.
3. A dictionary of base's activations is loaded or fitted.
4. Features, the difference of means and a linear probe are ranked on base's own activations at the
   last prompt token, by what base itself goes on to write. Where base never shows the behaviour
   the completion tokens are contrasted instead: tuned's texts with it against base's without.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import sequence_of
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.data.samples import Sample
from latent_reasoning.dictionaries.checkpoints import (
    checkpoints_root,
    find_sae,
    load_sae,
    save_sae,
)
from latent_reasoning.dictionaries.metrics import SaeMetrics, measure
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.features.auroc import auroc_per_feature
from latent_reasoning.features.ranking import RankedFeature, rank_features
from latent_reasoning.progress import Progress

SAMPLES_PER_PROMPT = 2
FEWEST_OF_A_KIND = 10
MOST_ROWS = 4000


@dataclass(frozen=True)
class Observed:
    """Completions of the selection split and what both models did while reading them."""

    base: list[Sample]
    """Base's completions under every prompt of the ladder."""
    tuned: list[Sample]
    """Tuned's completions under the test prompt."""
    store: ActivationStore
    """Both residual streams, token by token."""


@dataclass(frozen=True, eq=False)
class Contrast:
    """Rows of base's residual stream with and without the behaviour."""

    where: str
    """Which tokens the rows are, for the reader."""
    base: Float[Tensor, "token d_model"]
    """Base's activations."""
    tuned: Float[Tensor, "token d_model"]
    """Tuned's activations on the same tokens."""
    labels: Bool[Tensor, " token"]
    """Whether the completion shows the behaviour."""
    groups: Int[Tensor, " token"]
    """The problem of every row."""


def observe(inputs: Inputs, folder: Path, progress: Progress) -> Observed:
    """Write completions of the selection split and record both models reading them."""
    problems, ladder = inputs.splits.select, inputs.ladder
    runs = [(inputs.pair.base, "base", v) for v in ladder.variants]
    runs.append((inputs.pair.tuned, "tuned", ladder.variant(ladder.test)))
    drawn: list[list[Sample]] = []
    with progress("select: sample", len(runs) * len(problems) * SAMPLES_PER_PROMPT) as bar:
        for stage, (model, name, variant) in enumerate(runs):
            drawn.append(
                run_condition(
                    model,
                    Condition(name, name),
                    problems,
                    variant,
                    SAMPLES_PER_PROMPT,
                    inputs.sampling(stage),
                    bar.update,
                )
            )
    base, tuned = [sample for run in drawn[:-1] for sample in run], drawn[-1]
    tokenizer = inputs.pair.base.tokenizer
    sequences = [sequence_of(tokenizer, sample) for sample in (*base, *tuned)]
    store = record_pair(inputs.pair, sequences, [inputs.hook_point], folder / "activations")
    return Observed(base, tuned, store)


def contrast_rows(inputs: Inputs, observed: Observed) -> Contrast | None:
    """The rows that tell with from without, or None where neither model shows the behaviour."""
    store, name = observed.store, inputs.behaviour.name
    samples = [*observed.base, *observed.tuned]
    shown = torch.tensor([name in sample.behaviours for sample in samples])
    from_base = torch.arange(len(samples)) < len(observed.base)
    of_row = store.rows.sequence
    usable = ~store.rows.is_sink
    with_, without = int((shown & from_base).sum()), int((~shown & from_base).sum())
    if min(with_, without) >= FEWEST_OF_A_KIND:
        rows = store.rows.is_last_prompt & from_base[of_row]
        where = "the last prompt token, by what base itself then writes"
    elif shown.any() and not shown.all():
        rows = ~store.rows.is_prompt & usable & (shown | from_base)[of_row]
        where = "completion tokens, tuned's texts with the behaviour against base's without"
    else:
        return None
    chosen = _thin(rows.nonzero().squeeze(1))
    ids = {problem.problem_id: i for i, problem in enumerate(inputs.splits.select)}
    problem = torch.tensor([ids[sample.problem_id] for sample in samples])
    return Contrast(
        where=where,
        base=store.activations(inputs.hook_point, "base")[chosen],
        tuned=store.activations(inputs.hook_point, "tuned")[chosen],
        labels=shown[of_row[chosen]],
        groups=problem[of_row[chosen]],
    )


def _thin(rows: Int[Tensor, " token"]) -> Int[Tensor, " token"]:
    if len(rows) <= MOST_ROWS:
        return rows
    return rows[torch.linspace(0, len(rows) - 1, MOST_ROWS).long()]


@dataclass(frozen=True)
class Dictionary:
    """The dictionary of a comparison and how well it does here."""

    sae: SparseAutoencoder
    """The dictionary itself."""
    source: str
    """Where it came from."""
    on_base: SaeMetrics
    """Measured on base's activations of this run."""
    on_tuned: SaeMetrics
    """The same dictionary on tuned's activations of the same tokens."""


def get_dictionary(
    inputs: Inputs, store: ActivationStore, folder: Path, progress: Progress
) -> Dictionary:
    """Load the dictionary the user named, the shipped one, or fit one on this run's recording."""
    wanted, point = inputs.config.dictionary, inputs.hook_point
    usable = ~store.rows.is_sink
    base = store.activations(point, "base")[usable]
    if wanted not in ("auto", "fit"):
        sae, source = load_sae(Path(wanted)), wanted
    else:
        shipped = find_sae(inputs.pair.base.name, point, checkpoints_root())
        if wanted == "auto" and shipped is not None:
            sae, source = load_sae(shipped), f"shipped: {shipped.name}"
        else:
            sae, source = _fit(inputs, base, folder, progress), "fitted in this run"
    tuned = store.activations(point, "tuned")[usable]
    return Dictionary(sae, source, measure(sae, base), measure(sae, tuned))


def _fit(
    inputs: Inputs, rows: Float[Tensor, "token d_model"], folder: Path, progress: Progress
) -> SparseAutoencoder:
    from latent_reasoning.dictionaries.training import SaeConfig, fit_sae

    config = SaeConfig(seed=inputs.config.seed)
    with progress("fit dictionary", config.steps) as bar:
        sae = fit_sae(
            rows,
            config,
            hook_point=inputs.hook_point,
            model=inputs.pair.base.name,
            advance=bar.update,
        )
    save_sae(sae, folder / "dictionary", measure(sae, rows), {"config": vars(config)})
    return sae


def rank(contrast: Contrast, sae: SparseAutoencoder, seed: int) -> list[RankedFeature]:
    """Features and baselines by how well they tell the rows of a contrast apart."""
    return rank_features(sae, contrast.base, contrast.labels, contrast.groups, seed)


class Agreement(NamedTuple):
    """How alike a feature fires in base and tuned on the same tokens."""

    same: float
    """Correlation of its activations in base with its activations in tuned."""
    others_95: float
    """95th percentile of the correlations with other live features of tuned: the control."""


def agreement(contrast: Contrast, sae: SparseAutoencoder, feature_id: int) -> Agreement:
    """Correlate a base feature with itself, and with all others, as they fire in tuned.

    A feature that is constant on these rows in either model has correlation 0.
    """
    here = sae.encode(contrast.base)[:, feature_id].double()
    there = sae.encode(contrast.tuned).double()
    here, there = here - here.mean(), there - there.mean(dim=0)
    scale = here.norm() * there.norm(dim=0)
    correlations = torch.where(scale > 0, (here @ there) / scale, 0.0)
    live = scale > 0
    live[feature_id] = False
    others = correlations[live].abs()
    limit = float(others.quantile(0.95)) if len(others) else 0.0
    return Agreement(float(correlations[feature_id]), limit)


def shuffled_best(
    contrast: Contrast, sae: SparseAutoencoder, seed: int, n: int = 50
) -> Sequence[float]:
    """Null of the best feature: the largest AUROC of all features when labels are shuffled."""
    acts = sae.encode(contrast.base)
    acts = acts[:, (acts > 0).any(dim=0)]
    generator = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(len(acts), generator=generator) for _ in range(n)]
    return [float(auroc_per_feature(acts, contrast.labels[order]).max()) for order in orders]
