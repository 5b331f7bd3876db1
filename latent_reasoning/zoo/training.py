"""Supervised training of an organism with its progress bar and its log on disk."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from latent_reasoning.organisms import corpus, pretraining
from latent_reasoning.organisms.recipes import PretrainingConfig
from latent_reasoning.progress import Progress

LOG_EVERY = 50


def train_on(
    model: Any,
    documents_at: Callable[[int], list[corpus.Document]],
    tokenizer: Any,
    config: PretrainingConfig,
    work: Path,
    progress: Progress,
    label: str,
) -> list[dict[str, float]]:
    """Train a model on documents, save it, return the log; resumes from `work/checkpoints`."""
    steps = pretraining.train(model, documents_at, tokenizer, config, work / "checkpoints")
    model.train()
    return follow(model, tokenizer, steps, config.steps, work, progress, label)


def follow(
    model: Any,
    tokenizer: Any,
    steps: Iterator[pretraining.Progress],
    n_steps: int,
    work: Path,
    progress: Progress,
    label: str,
) -> list[dict[str, float]]:
    """Make the steps of a training, show and log them, save the model, return the log."""
    log = _Log(work / "checkpoints" / "log.jsonl")
    with progress(label, n_steps) as bar:
        done = 0
        for at in steps:
            bar.update(at.step - done)
            done = at.step
            if at.step % LOG_EVERY == 0 or at.step == n_steps:
                log.add(at)
    model.save_pretrained(work)
    tokenizer.save_pretrained(work)
    return log.entries


class _Log:
    """The training log on disk, so that a resumed build still tells its whole history."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.entries: list[dict[str, float]] = [json.loads(line) for line in lines]
        self.before = self.entries[-1]["seconds"] if self.entries else 0.0
        self.started = time.monotonic()

    def add(self, at: pretraining.Progress) -> None:
        """Note an update; what an interrupted run had noted beyond its checkpoint is dropped."""
        seconds = round(self.before + time.monotonic() - self.started, 1)
        # The name under which TRL logs the same.
        told = {"loss": round(at.loss, 5), "num_tokens": float(at.tokens), "seconds": seconds}
        entry = {"step": float(at.step), **told}
        self.entries = [e for e in self.entries if e["step"] < at.step] + [entry]
        rows = "".join(json.dumps(e) + "\n" for e in self.entries)
        self.path.write_text(rows, encoding="utf-8")
