"""The shipped dictionaries: one for every layer of every core base, and what was measured on each.

The base reads its own completions of problems from the tuning part of the world, under every
source header. Dictionaries are fitted on these rows and measured on completions of other problems
that they never saw. What is there already is kept, so the same command goes on where it stopped.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from latent_reasoning.activations.record import record_activations
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import versions
from latent_reasoning.data.samples import Sample
from latent_reasoning.dictionaries.card import table
from latent_reasoning.dictionaries.checkpoints import (
    METRICS,
    add_measurements,
    find_sae,
    load_sae,
    sae_name,
    save_sae,
)
from latent_reasoning.dictionaries.metrics import measure
from latent_reasoning.dictionaries.recovery import mean_correlation_coefficient
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.saelens_format import CONFIG, read_json
from latent_reasoning.dictionaries.training import fit_sae
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms.corpus import setting
from latent_reasoning.organisms.recipes import SOURCES, base_recipe
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.zoo.random_model import randomly_initialised
from latent_reasoning.zoo.recoveries import measurements, variables_of

STEPS = 1500
OTHER_SEED = 1000
TABLE = "TABLE.md"
CORE = tuple(
    OrganismName(base, None, seed) for seed in (0, 1) for base in ("latent", "no-code", "bad-code")
)


@dataclass(frozen=True)
class RecordingSize:
    """How much text a shipped dictionary is made from."""

    n_problems: int = 1000
    """Problems it is fitted on, each under every source header."""
    n_held_out: int = 100
    """Other problems it is measured on."""
    seed: int = 7
    """Of problems and completions; other than those of any comparison."""


def build_dictionaries(
    names: Sequence[OrganismName],
    root: Path,
    progress: Progress = no_progress,
    config: SaeConfig | None = None,
    size: RecordingSize | None = None,
) -> None:
    """Fit what is missing, measure what is not measured, and write the table of all.

    First the dictionaries of all bases, then what takes further trainings: the same training with
    another seed, and on the same model with random weights.
    """
    config, size = config or SaeConfig(steps=STEPS), size or RecordingSize()
    for stage in (_fit_missing, _measure_missing, _compare_missing):
        for name in names:
            stage(name, root, config, size, progress)
            write_table(root)


def write_table(root: Path) -> None:
    """Write the table of the dictionaries in a folder."""
    # Crosscoders lie in the same folder; their settings have another name.
    folders = sorted(path.parent for path in root.glob(f"*/{CONFIG}"))
    cards = {path.name: read_json(path / METRICS, "write_table") for path in folders}
    (root / TABLE).write_text(
        f"# What the dictionaries are worth\n\nMade by `latent-reasoning organism dictionaries` "
        f"from every `{METRICS}`; what the columns mean stands in [README.md](README.md).\n\n"
        f"{table(cards)}",
        encoding="utf-8",
    )


def _fit_missing(
    name: OrganismName, root: Path, config: SaeConfig, size: RecordingSize, progress: Progress
) -> None:
    model = load_model(f"organism:{name}")
    missing = [point for point in _points(model) if find_sae(model.name, point, root) is None]
    if not missing:
        return
    texts = _texts(name, model, size, progress)
    held_out = _texts(name, model, size, progress, unseen=True)
    with _recorded(model, missing, texts) as fitting:
        for point in missing:
            rows = _rows(fitting, point)
            with progress(f"fit {model.name} {point}", config.steps) as bar:
                sae = fit_sae(rows, config, hook_point=point, model=model.name, advance=bar.update)
            with _recorded(model, [point], held_out) as unseen, _folder() as folder:
                provenance = {
                    "training": config.used(),
                    "recording": asdict(size),
                    "n_rows_fitted": len(rows),
                    "rebuild": "latent-reasoning organism dictionaries",
                    "versions": versions(),
                }
                # Measured on what a user will load, not on what was in memory.
                first = save_sae(
                    sae, folder / "sae", measure(sae, _rows(unseen, point)), provenance
                )
                reloaded = load_sae(first)
                metrics = measure(reloaded, _rows(unseen, point))
                further = measurements(model, reloaded, unseen, held_out)
                save_sae(reloaded, root / sae_name(sae), metrics, provenance, further)


def _measure_missing(
    name: OrganismName, root: Path, _: SaeConfig, size: RecordingSize, progress: Progress
) -> None:
    """What is cheap, of dictionaries that were made before it was measured."""
    model = load_model(f"organism:{name}")
    missing = _without("loss", model, root)
    if not missing:
        return
    texts = _texts(name, model, size, progress, unseen=True)
    for point, path in missing.items():
        with _recorded(model, [point], texts) as unseen:
            add_measurements(path, measurements(model, load_sae(path), unseen, texts))


def _compare_missing(
    name: OrganismName, root: Path, config: SaeConfig, size: RecordingSize, progress: Progress
) -> None:
    """The same training with another seed, and on the same model with random weights."""
    model = load_model(f"organism:{name}")
    missing = _without("random_model", model, root)
    if not missing:
        return
    texts = _texts(name, model, size, progress)
    held_out = _texts(name, model, size, progress, unseen=True)
    untrained = randomly_initialised(model, name.seed)
    for point, path in missing.items():
        sae = load_sae(path)
        other = replace(config, seed=config.seed + OTHER_SEED)
        with _recorded(model, [point], texts) as store:
            again = fit_sae(_rows(store, point), other, hook_point=point, model=model.name)
        with _recorded(untrained, [point], texts) as store:
            random = fit_sae(_rows(store, point), config, hook_point=point, model=model.name)
        with _recorded(untrained, [point], held_out) as unseen:
            found: dict[str, Any] = asdict(measure(random, _rows(unseen, point)))
            found["variables"] = variables_of(untrained, random, unseen, held_out)
        stability = mean_correlation_coefficient(sae.W_dec, again.W_dec)
        add_measurements(path, {"seed_stability": stability, "random_model": found})
        write_table(root)


def _points(model: LoadedModel) -> list[str]:
    return [f"blocks.{layer}.hook_resid_post" for layer in range(model.n_layers)]


def _without(key: str, model: LoadedModel, root: Path) -> dict[str, Path]:
    """Dictionaries of a model whose metrics.json lacks something, by hook point."""
    found = {point: find_sae(model.name, point, root) for point in _points(model)}
    return {
        point: path
        for point, path in found.items()
        if path is not None and key not in read_json(path / METRICS, "build_dictionaries")
    }


def _texts(
    name: OrganismName,
    model: LoadedModel,
    size: RecordingSize,
    progress: Progress,
    unseen: bool = False,
) -> list[Sample]:
    """Completions of the problems to fit on, or of those to measure on."""
    n = size.n_problems + size.n_held_out
    part = slice(size.n_problems, n) if unseen else slice(size.n_problems)
    posed = [setting(base_recipe(name.base), "tune", n, size.seed, source) for source in SOURCES]
    sampling, base = SamplingConfig(seed=size.seed + unseen), Condition("base", "base")
    texts: list[Sample] = []
    with progress(f"sample {model.name}", len(posed[0].problems[part]) * len(SOURCES)) as bar:
        for problems, variant in posed:
            texts += run_condition(model, base, problems[part], variant, 1, sampling, bar.update)
    return texts


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def _recorded(
    model: LoadedModel, points: Sequence[str], samples: Sequence[Sample]
) -> Iterator[ActivationStore]:
    with _folder() as folder:
        with record_activations(model, list(points), folder / "rows") as recorder:
            recorder.record(list(samples))
        yield recorder.store


def _rows(store: ActivationStore, point: str) -> torch.Tensor:
    """Rows of a store without its sinks."""
    return store.activations(point, rows=~store.rows.is_sink)
