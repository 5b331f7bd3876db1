"""What `latent-reasoning crosscoder` does: fit, measure and save; stopped, it goes on.

Which rows an update visits follows from its number, so a fit that was stopped goes on from the last
state on disk to the weights it would have had.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import run_directory, versions
from latent_reasoning.dictionaries.crosscoders.checkpoints import Measured, write_crosscoder
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig, CrosscoderRun
from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.crosscoders.features import (
    compares_models,
    count_kinds,
    feature_records,
)
from latent_reasoning.dictionaries.crosscoders.metrics import measure_crosscoder
from latent_reasoning.dictionaries.crosscoders.source_rows import (
    SourceRows,
    read_sources,
    require_rows,
)
from latent_reasoning.dictionaries.crosscoders.training import (
    check_config,
    finished,
    k_at,
    new_trainer,
    row_order,
    update,
)
from latent_reasoning.dictionaries.order import RowOrder
from latent_reasoning.dictionaries.progress_state import METRICS, STATE, restore_state, save_state
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.progress import Progress, no_progress

NAME = "crosscoder"


def run_crosscoder(
    path: Path, config: CrosscoderConfig, run: CrosscoderRun, progress: Progress = no_progress
) -> Measured:
    """Fit, measure and save a crosscoder; an interrupted call is taken up where it was.

    Args:
        path: Folder of an activation store.
        config: Settings of the training.
        run: Where it goes.
        progress: Shows the updates done.

    Raises:
        LatentReasoningError: A setting or the store cannot be used, or the output exists.
    """
    check_config(config)
    if run.save_every < 1:
        raise DictionaryError(
            f"crosscoder: --save-every {run.save_every}; expected a positive number of updates"
        )
    rows = read_sources(ActivationStore.open(path), config)
    require_rows(rows, config)
    order, trainer = row_order(rows, config), new_trainer(rows, config)
    with run_directory(run.output, resumable=True) as folder:
        settings = json.dumps({"store": f"{path.resolve()}", **asdict(config)}, sort_keys=True)
        _train(folder, _Job(trainer, rows, order, config), settings, run.save_every, progress)
        # The threshold is fitted on one half of the held-out rows and the other is measured.
        half = len(order.held_out) // 2
        fitted = finished(trainer.weights, rows, rows.stacked(order.held_out[:half]), config)
        found = measured(fitted, rows.stacked(order.held_out[half:]))
        provenance = {"training": asdict(config), "n_rows": len(rows), "versions": versions()}
        write_crosscoder(found, folder, provenance)
        (folder / STATE).unlink()
    return found


def measured(crosscoder: Crosscoder, rows: Float[Tensor, "row n_models d_in"]) -> Measured:
    """A crosscoder with its quality and the records of its features on rows it never saw."""
    records = feature_records(crosscoder, rows) if compares_models(crosscoder) else []
    return Measured(crosscoder, measure_crosscoder(crosscoder, rows), records)


def summary(found: Measured, output: Path) -> str:
    """What a fit came to, in a few lines for people."""
    crosscoder, metrics = found.crosscoder, found.metrics
    lines = [
        f"{source.role} at {source.hook_point}: fvu {fvu:.4f}"
        for source, fvu in zip(crosscoder.sources, metrics.fvu, strict=True)
    ]
    lines.append(f"l0 {metrics.l0:.2f}, dead {metrics.dead:.1%} of {crosscoder.d_sae} features")
    if found.records:
        kinds = count_kinds(found.records)
        lines.append(", ".join(f"{kind} {n}" for kind, n in kinds.items() if n))
    return "\n".join([*lines, f"crosscoder: {output}"])


class _Job(NamedTuple):
    trainer: SparseTrainer
    rows: SourceRows
    order: RowOrder
    config: CrosscoderConfig


def _train(folder: Path, job: _Job, settings: str, save_every: int, progress: Progress) -> None:
    trainer, rows, order, config = job
    done = restore_state(folder, settings, {NAME: trainer})
    with progress("fit crosscoder", config.steps) as bar, (folder / METRICS).open("a") as metrics:
        bar.update(done)
        for step in range(done, config.steps):
            loss = update(trainer, rows, order, step, config)
            line = {
                "step": step + 1,
                "loss": loss.item(),
                "k": k_at(step, config) if config.architecture == "batchtopk" else None,
                "dead": trainer.dead.float().mean().item(),
            }
            metrics.write(f"{json.dumps(line)}\n")
            metrics.flush()
            bar.update(1)
            if (step + 1) % save_every == 0 or step + 1 == config.steps:
                save_state(folder, step + 1, settings, {NAME: trainer})
