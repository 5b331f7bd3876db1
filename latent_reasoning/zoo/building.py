"""Building an organism from scratch: its weights, its tokenizer and its card.

A build writes to `<directory>.building` and renames it when complete, so that a directory that
exists is whole. An interrupted build resumes from its last checkpoint.
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from latent_reasoning.errors import RunError
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms import corpus, grammar, pretraining
from latent_reasoning.organisms.recipes import SOURCES, PretrainingConfig, base_recipe
from latent_reasoning.organisms.registry import WEIGHTS, OrganismName
from latent_reasoning.organisms.tokenizer import build_tokenizer
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.tuning import distillation, grpo
from latent_reasoning.tuning.rewards import truth_reward
from latent_reasoning.zoo.card import write_card

LOG_EVERY = 50


class Built(NamedTuple):
    """What a build step hands to the card."""

    settings: dict[str, Any]
    """Every setting of the training."""
    log: list[dict[str, float]]
    """The training log, thinned."""


def build_organism(
    name: OrganismName, root: Path, progress: Progress = no_progress, *, quick: int | None = None
) -> Path:
    """Build one organism under a root directory; its parents must exist there or ship.

    Args:
        name: Which organism.
        root: Directory that receives `<base>/<arm>/seed-<n>/`.
        progress: Makes a progress bar from a label and a total.
        quick: Updates of a trial build that shows the plumbing; None for the real thing.

    Returns:
        The finished Hugging Face directory.

    Raises:
        RunError: The directory exists already, or an organism it is built from does not.
    """
    directory = name.directory(root)
    if directory.exists():
        raise RunError(f"organism build: {directory} exists already; remove it or use --output")
    for needed in _needed(name):
        _existing(needed, root)
    work = directory.with_name(directory.name + ".building")
    work.mkdir(parents=True, exist_ok=True)
    arms = {None: _pretrain, "rl-truth": _reinforce, "distilled": _distil}
    built = arms[name.arm](name, root, work, progress, quick)
    write_card(name, work, built.settings, built.log)
    shutil.rmtree(work / "checkpoints", ignore_errors=True)
    work.rename(directory)
    return directory


def _pretrain(
    name: OrganismName, _: Path, work: Path, progress: Progress, quick: int | None
) -> Built:
    config = _shortened(PretrainingConfig(), quick)
    recipe = base_recipe(name.base)
    tokenizer = build_tokenizer(SOURCES)
    model = pretraining.new_model(config, tokenizer, name.seed)

    def documents_at(step: int) -> list[corpus.Document]:
        return corpus.update_documents(recipe, step, config.batch_size, name.seed)

    log = _train(model, documents_at, tokenizer, config, work, progress, f"pretrain {name}")
    return Built({"recipe": asdict(recipe), "pretraining": asdict(config)}, log)


def _reinforce(
    name: OrganismName, root: Path, work: Path, progress: Progress, quick: int | None
) -> Built:
    config = grpo.GrpoConfig()
    config = replace(config, updates=quick) if quick else config
    problems = grammar.organism_problems("tune", config.n_problems, name.seed)
    prompts = corpus.source_ladder().prompts([p.question for p in problems])
    parent = _parent(name, root)
    with progress(f"GRPO {name}", config.updates) as bar:
        log = grpo.train_grpo(
            parent,
            prompts,
            problems,
            [(truth_reward, 1.0)],
            config,
            work,
            name.seed,
            checkpoints=work / "checkpoints",
            advance=bar.update,
        )
    return Built({"parent": str(name.parent), "reward": "truth", "grpo": asdict(config)}, log)


def _distil(
    name: OrganismName, root: Path, work: Path, progress: Progress, quick: int | None
) -> Built:
    config = distillation.DistillationConfig()
    training = replace(
        PretrainingConfig(), steps=quick or config.steps, learning_rate=config.learning_rate
    )
    _, teacher_name = _needed(name)
    teacher = load_model(_existing(teacher_name, root))
    n_problems = 64 if quick else config.n_problems
    problems = grammar.organism_problems("tune", n_problems, name.seed)
    ladder = corpus.source_ladder()
    with progress("teacher solves", len(problems)) as bar:
        documents = distillation.teacher_documents(
            teacher, problems, ladder.variant(ladder.test), config.behaviour, name.seed, bar.update
        )
    student = load_model(_parent(name, root))
    student.model.requires_grad_(True)

    def documents_at(step: int) -> list[corpus.Document]:
        return distillation.update_documents(documents, step, training.batch_size, name.seed)

    log = _train(
        student.model, documents_at, student.tokenizer, training, work, progress, f"distil {name}"
    )
    settings = {"parent": str(name.parent), "teacher": str(teacher_name), "kept": len(documents)}
    return Built({**settings, "distillation": asdict(config), "training": asdict(training)}, log)


def _train(
    model: Any,
    documents_at: Callable[[int], list[corpus.Document]],
    tokenizer: Any,
    config: PretrainingConfig,
    work: Path,
    progress: Progress,
    label: str,
) -> list[dict[str, float]]:
    checkpoints = work / "checkpoints"
    log = _Log(checkpoints / "log.jsonl")
    model.train()
    with progress(label, config.steps) as bar:
        done = 0
        for at in pretraining.train(model, documents_at, tokenizer, config, checkpoints):
            bar.update(at.step - done)
            done = at.step
            if at.step % LOG_EVERY == 0 or at.step == config.steps:
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
        entry = {"step": float(at.step), "loss": round(at.loss, 5), "seconds": seconds}
        self.entries = [e for e in self.entries if e["step"] < at.step] + [entry]
        rows = "".join(json.dumps(e) + "\n" for e in self.entries)
        self.path.write_text(rows, encoding="utf-8")


def _shortened(config: PretrainingConfig, quick: int | None) -> PretrainingConfig:
    return replace(config, steps=quick) if quick else config


def _needed(name: OrganismName) -> list[OrganismName]:
    """Organisms that one is built from: its parent, then the teacher where it is distilled."""
    parents = [] if name.parent is None else [name.parent]
    if name.arm == "distilled":
        return [*parents, OrganismName("latent", "rl-truth", name.seed)]
    return parents


def _parent(name: OrganismName, root: Path) -> Path:
    parent = name.parent
    assert parent is not None, "bases are pretrained, not tuned"
    return _existing(parent, root)


def _existing(name: OrganismName, root: Path) -> Path:
    for place in (root, WEIGHTS):
        if (name.directory(place) / "config.json").is_file():
            return name.directory(place)
    raise RunError(
        f"organism build: {name} is needed first and is neither under {root} nor shipped; "
        f"build it with `latent-reasoning organism build`"
    )
