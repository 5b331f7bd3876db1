"""Scoring every feature of a dictionary against behaviours, over a store of any size.

Only the selection part of the problems is scored; directions that features have to beat are fitted
on the fitting part; the rest is left for testing what was chosen (`features.splits`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.crosscoders.checkpoints import Measured
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.errors import one_of
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import LabelledBehaviour
from latent_reasoning.features.labelling import (
    Positions,
    label_rows,
    part_rows,
    problem_numbers,
)
from latent_reasoning.features.score_pass import (
    ScoredLabel,
    buckets_of,
    run_pass,
    start,
    stored_pieces,
)
from latent_reasoning.features.score_rows import table_of
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.features.whose import check_crosscoder, tell_whose

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class ScoreConfig:
    """How features are scored."""

    positions: Positions = "completion"
    """Which tokens are rows: completion, or last_prompt for what is known before it begins."""
    role: str = "base"
    """Which recorded model's rows are scored; the other one's density and mean stand beside."""
    dictionary: str = ""
    """What the table calls the dictionary; made from its model, place and size if empty."""
    seed: int = 0
    """Of the parts, the pairing of rows and the random signs."""


def score_store(
    store: ActivationStore,
    sae: SparseAutoencoder,
    behaviours: Sequence[LabelledBehaviour],
    tokenizer: "PreTrainedTokenizerBase",
    config: ScoreConfig | None = None,
    crosscoder: Measured | None = None,
) -> tuple[ScoreTable, ...]:
    """One table for every behaviour, in one pass over the activations.

    Memory is about 9 KiB a feature and behaviour, 64 MiB for a block of rows, and 40 bytes a row
    for where it comes from.

    Args:
        store: Prompts with completions, recorded at the dictionary's hook point.
        sae: The dictionary; `crosscoders.paired` makes one of a crosscoder of base and tuned.
        behaviours: What to rank features for, see `features.behaviours`.
        tokenizer: Of the recorded model.
        config: How.
        crosscoder: Says whose every feature is, see `features.whose`; None leaves that out.

    Raises:
        FeatureError: A behaviour labels no row or every row of a part, the store has no completions
            or no such model, no feature fires, or the crosscoder does not fit.
        ActivationError: The hook point was not recorded.
    """
    config = config or ScoreConfig()
    roles = _roles(store, config.role)
    for role in sae.roles_read(config.role):
        store.manifest.require(role, sae.hook_point)
    if store.manifest.d_model != sae.d_model:
        raise FeatureError(
            f"score_store: rows of width {store.manifest.d_model} in {str(store.path)!r}; expected "
            f"{sae.d_model}, the width of the dictionary of {sae.model} at {sae.hook_point}"
        )
    if crosscoder is not None:
        check_crosscoder(store, sae, config.role, crosscoder)
    scored = prepare(store, sae, behaviours, tokenizer, config)
    bucket = buckets_of(problem_numbers(store))
    chosen = np.any([one.chosen for one in scored], axis=0)
    run_pass(stored_pieces(store, sae.hook_point, roles, chosen), sae, scored, roles, bucket)
    found = tables(store, sae, scored, config)
    if crosscoder is not None:
        found = [tell_whose(table, sae, config.role, crosscoder) for table in found]
    return tuple(found)


def prepare(
    store: ActivationStore,
    sae: SparseAutoencoder,
    behaviours: Sequence[LabelledBehaviour],
    tokenizer: "PreTrainedTokenizerBase",
    config: ScoreConfig,
) -> list[ScoredLabel]:
    """Label the rows and fit the rivals of every behaviour."""
    roles, seed = _roles(store, config.role), config.seed
    keep = ~store.rows.is_sink.numpy()
    parts = {
        "fitting": part_rows(store, "fitting", seed) & keep,
        "selection": part_rows(store, "selection", seed) & keep,
    }
    return [
        start(
            store,
            sae,
            label_rows(store, tokenizer, behaviour, config.positions, seed),
            parts,
            roles,
            seed,
        )
        for behaviour in behaviours
    ]


def tables(
    store: ActivationStore,
    sae: SparseAutoencoder,
    scored: Sequence[ScoredLabel],
    config: ScoreConfig,
) -> list[ScoreTable]:
    """The tables of sums that are complete."""
    problems = torch.from_numpy(problem_numbers(store))
    name = config.dictionary or f"{sae.model} {sae.hook_point} {sae.architecture}-{sae.d_sae}"
    return [table_of(one, sae, store, config.role, name, problems, config.seed) for one in scored]


def _roles(store: ActivationStore, role: str) -> list[str]:
    known = list(store.manifest.models)
    if role not in known:
        raise FeatureError(one_of("score_store", "recorded model", role, known))
    return [role, *(other for other in known if other != role)]
