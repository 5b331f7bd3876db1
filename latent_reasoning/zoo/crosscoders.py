"""Crosscoders of an organism and the base it was tuned from.

Both models write completions of tuning problems under every source header, and both read all of
them. The crosscoder is fitted on these rows and measured on completions of other problems.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import versions
from latent_reasoning.dictionaries.crosscoders.checkpoints import (
    crosscoder_name,
    load_crosscoder,
    save_crosscoder,
)
from latent_reasoning.dictionaries.crosscoders.command import measured
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig
from latent_reasoning.dictionaries.crosscoders.source_rows import read_sources
from latent_reasoning.dictionaries.crosscoders.training import fit_crosscoder
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.hook_points import default_hook_point
from latent_reasoning.models.pair import ModelPair, load_pair
from latent_reasoning.organisms.corpus import Setting, setting
from latent_reasoning.organisms.recipes import SOURCES, BaseRecipe, base_recipe
from latent_reasoning.organisms.registry import PREFIX, OrganismName
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.zoo.dictionaries import RecordingSize

SIZE = RecordingSize(n_problems=200, n_held_out=40)
CONFIG = CrosscoderConfig()


def build_crosscoder(
    name: OrganismName,
    root: Path,
    progress: Progress = no_progress,
    config: CrosscoderConfig = CONFIG,
    size: RecordingSize = SIZE,
) -> Path:
    """Fit, save, reload and measure the crosscoder of a shipped organism and its base.

    Raises:
        DictionaryError: The organism is a base.
        RunError: The directory exists already.
    """
    if name.parent is None:
        raise DictionaryError(
            f"organism crosscoder: {name} is a base; expected a tuned organism, for example "
            f"{name.base}/rl-truth"
        )
    pair = load_pair(f"{PREFIX}{name.parent}", f"{PREFIX}{name}")
    posed = posed_problems(base_recipe(name.base), size.n_problems + size.n_held_out, size.seed)
    fitting = [Setting(one.problems[: size.n_problems], one.variant) for one in posed]
    held_out = [Setting(one.problems[size.n_problems :], one.variant) for one in posed]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        store = read_both(pair, fitting, work / "fitting", size.seed, progress)
        with progress(f"fit {name}", config.steps) as bar:
            crosscoder = fit_crosscoder(store, config, bar.update)
        unseen = _rows(read_both(pair, held_out, work / "unseen", size.seed + 1, progress), config)
        provenance = {
            "training": asdict(config),
            "recording": asdict(size),
            "n_rows_fitted": int((~store.rows.is_sink).sum()),
            "rebuild": f"latent-reasoning organism crosscoder {name.base}/{name.arm} "
            f"--seed {name.seed}",
            "versions": versions(),
        }
        first = save_crosscoder(measured(crosscoder, unseen), work / "first", provenance)
        # Measured on what a user will load, not on what was in memory.
        found = measured(load_crosscoder(first), unseen)
    return save_crosscoder(found, root / crosscoder_name(crosscoder), provenance)


def posed_problems(recipe: BaseRecipe, n: int, seed: int) -> list[Setting]:
    """Tuning problems as every source poses them to a base."""
    return [setting(recipe, "tune", n, seed, source) for source in SOURCES]


def read_both(
    pair: ModelPair,
    posed: Sequence[Setting],
    path: Path,
    seed: int,
    progress: Progress = no_progress,
) -> ActivationStore:
    """Both models reading what both write, token by token; an unfinished recording is resumed.

    Args:
        pair: Base and tuned.
        posed: Problems, and the prompts they are put into.
        path: Folder of the store.
        seed: Of the completions.
        progress: Shows how far it is.
    """
    point = default_hook_point(pair.base.n_layers)
    samples = []
    with progress("sample", 2 * sum(len(one.problems) for one in posed)) as bar:
        for role, model in (("base", pair.base), ("tuned", pair.tuned)):
            for problems, variant in posed:
                samples += run_condition(
                    model,
                    Condition(role, role),
                    problems,
                    variant,
                    1,
                    SamplingConfig(seed=seed),
                    bar.update,
                )
    return record_pair(pair, samples, [point], path)


def _rows(
    store: ActivationStore, config: CrosscoderConfig
) -> Float[Tensor, "row n_models d_model"]:
    rows = read_sources(store, config)
    return rows.stacked(torch.arange(len(rows)))
