"""What `latent-reasoning fit` does: several dictionaries in one pass over a store.

Every update gathers the same rows at every hook point and gives them to every dictionary. Which
rows those are follows from the number of the update, so a fit that was stopped goes on from the
last state on disk to the weights it would have had. Started by `torchrun`, every process takes its
share of the rows of a batch, and the first of them writes the files.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import run_directory, versions
from latent_reasoning.dictionaries.checkpoints import sae_name, save_sae
from latent_reasoning.dictionaries.fit_config import FitConfig
from latent_reasoning.dictionaries.fit_jobs import Job, Plan, plan
from latent_reasoning.dictionaries.jumprelu_config import JumpReluConfig
from latent_reasoning.dictionaries.metrics import measure
from latent_reasoning.dictionaries.order import RowOrder
from latent_reasoning.dictionaries.processes import Processes, launched
from latent_reasoning.dictionaries.progress_state import METRICS, STATE, restore_state, save_state
from latent_reasoning.dictionaries.training import finished, update
from latent_reasoning.models.devices import resolve_device
from latent_reasoning.progress import Progress, no_progress


def fit(
    path: Path,
    config: FitConfig,
    progress: Progress = no_progress,
    jumprelu: JumpReluConfig | None = None,
) -> str:
    """Fit and save dictionaries; returns a line on each, for people.

    Of the processes of `torchrun`, the first returns the lines and the others return nothing.

    Args:
        path: Folder of an activation store.
        config: The settings.
        progress: Shows the updates done.
        jumprelu: Settings of JumpReLU training.

    Raises:
        LatentReasoningError: A setting or the store cannot be used, or the output exists.
    """
    jumprelu, device = jumprelu or JumpReluConfig(), resolve_device(config.device)
    with launched(device) as processes:
        planned = plan(ActivationStore.open(path), config, jumprelu, device, processes)
        n_rows = len(next(iter(planned.sources.values())).rows)
        order = RowOrder(n_rows, config.held_out, config.batch_size, config.order_seed)
        changing = ("output", "save_every", "device")
        plain = {name: value for name, value in asdict(config).items() if name not in changing}
        told = {"store": f"{path.resolve()}", **plain}
        if config.architecture == "jumprelu":
            told["jumprelu"] = asdict(jumprelu)
        run = _Run(planned, order, config, json.dumps(told, sort_keys=True), device, processes)
        if not processes.first:
            run.train(None, no_progress)
            return ""
        with run_directory(config.output, resumable=True) as folder:
            # A dictionary that was being saved when an earlier run was killed.
            for half_written in folder.glob(".*.partial-*"):
                shutil.rmtree(half_written)
            run.train(folder, progress)
            lines = [run.save(folder, job) for job in planned.jobs.values()]
            (folder / STATE).unlink()
    return "\n".join([*lines, f"dictionaries: {config.output}"])


class _Run:
    """One fit, from its plan on."""

    def __init__(
        self,
        planned: Plan,
        order: RowOrder,
        config: FitConfig,
        settings: str,
        device: str,
        processes: Processes,
    ) -> None:
        self.sources, self.jobs = planned
        self.order, self.config, self.settings = order, config, settings
        self.device, self.processes = device, processes

    def train(self, folder: Path | None, progress: Progress) -> None:
        """All updates that are missing; where there is a folder, states and metrics go there."""
        trainers = {name: job.trainer for name, job in self.jobs.items()}
        done = torch.zeros((), dtype=torch.long, device=self.device)
        if folder is not None:
            done += restore_state(folder, self.settings, trainers)
        states = [tensor for trainer in trainers.values() for tensor in trainer.state().values()]
        self.processes.copy_first_([done, *states])
        steps, save_every = self.config.steps, self.config.save_every
        with progress("fit", steps) as bar:
            bar.update(int(done))
            for step in range(int(done), steps):
                lines = "".join(f"{json.dumps(line)}\n" for line in self._update(step))
                bar.update(1)
                if folder is None:
                    continue
                with (folder / METRICS).open("a") as metrics:
                    metrics.write(lines)
                if (step + 1) % save_every == 0 or step + 1 == steps:
                    save_state(folder, step + 1, self.settings, trainers)

    def _update(self, step: int) -> Iterator[dict[str, object]]:
        index = self.order.batch(step)[self.processes.share(self.config.batch_size)]
        batches = {name: s.batch(index, self.device) for name, s in self.sources.items()}
        for name, (place, config, trainer) in self.jobs.items():
            target = None if place.target is None else batches[place.target]
            loss = update(trainer, batches[place.hook_point], step, config, target)
            yield {
                "step": step + 1,
                "dictionary": name,
                "loss": loss.item(),
                "dead": trainer.dead.float().mean().item(),
            }

    def save(self, folder: Path, job: Job) -> str:
        """Save one dictionary; returns a line on it."""
        rows = self.sources[job.place.hook_point].raw(self.order.held_out)
        # The threshold is fitted on one half of the held-out rows and the metrics are of the other.
        half = len(rows) // 2
        sae = finished(job.trainer, job.place, job.config, rows[:half])
        target = None
        if job.place.target is not None:
            held_out = self.order.held_out[half:]
            target = self.sources[job.place.target].raw(held_out)
        metrics = measure(sae, rows[half:], target)
        directory = folder / f"{sae_name(sae)}-seed-{job.config.seed}"
        if not directory.exists():
            training = {**job.config.used(), "order_seed": self.config.order_seed}
            save_sae(sae, directory, metrics, {"training": training, "versions": versions()})
        aim = "" if sae.k is None else f" for k {sae.k}"
        return (
            f"{directory.name}: fvu {metrics.fvu:.4f}, l0 {metrics.l0:.2f}{aim}, "
            f"dead {metrics.dead:.1%} of {sae.d_sae}"
        )
