"""What `latent-reasoning fit` does: several dictionaries in one pass over a store.

Every update gathers the same rows at every hook point and gives them to every dictionary. Which
rows those are follows from the number of the update, so a fit that was stopped goes on from the
last state on disk to the weights it would have had.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import run_directory, versions
from latent_reasoning.dictionaries.checkpoints import sae_name, save_sae
from latent_reasoning.dictionaries.fit_config import FitConfig
from latent_reasoning.dictionaries.metrics import SaeMetrics, measure
from latent_reasoning.dictionaries.order import RowOrder
from latent_reasoning.dictionaries.progress_state import METRICS, STATE, restore_state, save_state
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.training import (
    SaeConfig,
    check_rows,
    finished_sae,
    new_trainer,
    rate_at,
    row_scale,
)
from latent_reasoning.progress import Progress, no_progress


class _Place(NamedTuple):
    hook_point: str
    rows: Float[Tensor, "token d_in"]
    scale: float


class _Job(NamedTuple):
    place: _Place
    config: SaeConfig
    trainer: SparseTrainer


def fit(path: Path, config: FitConfig, progress: Progress = no_progress) -> str:
    """Fit and save dictionaries; returns a line on each, for people.

    Args:
        path: Folder of an activation store.
        config: The settings.
        progress: Shows the updates done.

    Raises:
        LatentReasoningError: A setting or the store cannot be used, or the output exists.
    """
    saes = _configs(config)
    store = ActivationStore.open(path)
    names = [name.strip() for name in config.hook_points.split(",") if name.strip()]
    places = [_place(store, name, config) for name in names or store.manifest.hook_points]
    first = places[0].rows
    order = RowOrder(len(first), config.held_out, config.batch_size, config.order_seed)
    jobs = {}
    for place in places:
        for sae in saes:
            check_rows(place.rows, sae)
            jobs[f"{place.hook_point}-{sae.d_sae}-{sae.seed}"] = _job(place, sae)
    with run_directory(config.output, resumable=True) as folder:
        # A dictionary that was being saved when an earlier run was killed.
        for half_written in folder.glob(".*.partial-*"):
            shutil.rmtree(half_written)
        _train(folder, jobs, order, config, f"{path.resolve()}", progress)
        lines = [_save(folder, job, order, config, store) for job in jobs.values()]
        (folder / STATE).unlink()
    return "\n".join([*lines, f"dictionaries: {config.output}"])


def _configs(config: FitConfig) -> list[SaeConfig]:
    if config.architecture not in ("batchtopk", "topk") or config.save_every < 1:
        raise DictionaryError(
            f"fit: --architecture {config.architecture!r}, --save-every {config.save_every}; "
            f"expected batchtopk or topk, and a positive number"
        )
    common = SaeConfig(
        k=config.k,
        d_sae=max(512, config.k),
        steps=config.steps,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        held_out=config.held_out,
        architecture=config.architecture,  # pyright: ignore[reportArgumentType]
    )
    widths, seeds = _numbers("--d-sae", config.d_sae), _numbers("--seeds", config.seeds)
    return [replace(common, d_sae=width, seed=seed) for width in widths for seed in seeds]


def _numbers(flag: str, text: str) -> list[int]:
    try:
        return sorted({int(word) for word in text.split(",")})
    except ValueError:
        raise DictionaryError(
            f"fit: {flag} {text!r}; expected whole numbers, comma separated"
        ) from None


def _place(store: ActivationStore, hook_point: str, config: FitConfig) -> _Place:
    kept = None if config.keep_sinks else ~store.rows.is_sink
    rows = store.activations(hook_point, config.model, kept)
    return _Place(hook_point, rows, row_scale(rows))


def _job(place: _Place, config: SaeConfig) -> _Job:
    mean = place.rows.mean(dim=0, dtype=torch.float32) * place.scale
    return _Job(place, config, new_trainer(mean, config))


def _train(
    folder: Path,
    jobs: dict[str, _Job],
    order: RowOrder,
    config: FitConfig,
    store: str,
    progress: Progress,
) -> None:
    changing = ("output", "save_every")
    plain = {name: value for name, value in asdict(config).items() if name not in changing}
    settings = json.dumps({"store": store, **plain}, sort_keys=True)
    trainers = {name: job.trainer for name, job in jobs.items()}
    done = restore_state(folder, settings, trainers)
    with progress("fit", config.steps) as bar, (folder / METRICS).open("a") as metrics:
        bar.update(done)
        for step in range(done, config.steps):
            for line in _update(jobs, order, step):
                metrics.write(f"{json.dumps(line)}\n")
            metrics.flush()
            bar.update(1)
            if (step + 1) % config.save_every == 0 or step + 1 == config.steps:
                save_state(folder, step + 1, settings, trainers)


def _update(jobs: dict[str, _Job], order: RowOrder, step: int) -> Iterator[dict[str, object]]:
    index, batches = order.batch(step), {}
    for name, (place, config, trainer) in jobs.items():
        if place.hook_point not in batches:
            batches[place.hook_point] = place.rows[index].float() * place.scale
        loss = trainer.step(batches[place.hook_point], rate_at(step, config))
        yield {
            "step": step + 1,
            "dictionary": name,
            "loss": loss.item(),
            "dead": trainer.dead.float().mean().item(),
        }


def _save(
    folder: Path, job: _Job, order: RowOrder, config: FitConfig, store: ActivationStore
) -> str:
    held_out = job.place.rows[order.held_out].float()
    # The threshold is fitted on one half of the held-out rows and the metrics are of the other.
    half = len(held_out) // 2
    sae = finished_sae(
        job.trainer.weights,
        job.place.scale,
        job.config,
        held_out[:half],
        job.place.hook_point,
        store.manifest.models[config.model],
    )
    metrics = measure(sae, held_out[half:])
    directory = folder / f"{sae_name(sae)}-seed-{job.config.seed}"
    if not directory.exists():
        training = {**asdict(job.config), "order_seed": config.order_seed}
        save_sae(sae, directory, metrics, {"training": training, "versions": versions()})
    return _line(directory.name, sae, metrics)


def _line(name: str, sae: SparseAutoencoder, metrics: SaeMetrics) -> str:
    return (
        f"{name}: fvu {metrics.fvu:.4f}, l0 {metrics.l0:.2f} for k {sae.k}, "
        f"dead {metrics.dead:.1%} of {sae.d_sae}"
    )
