"""Building an organism from scratch: its weights, its tokenizer and its card.

A build writes to `<directory>.building` and renames it when complete, so that a directory that
exists is whole. An interrupted build resumes from its last checkpoint.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from latent_reasoning.errors import RunError
from latent_reasoning.organisms import corpus, pretraining
from latent_reasoning.organisms.recipes import SOURCES, TEST_SOURCE
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.organisms.tokenizer import build_tokenizer
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.tuning.rewards import process_rank
from latent_reasoning.zoo import supervised
from latent_reasoning.zoo.arms import REINFORCED, Reinforcement
from latent_reasoning.zoo.card import write_card
from latent_reasoning.zoo.job import Build, Built, existing, needed_for
from latent_reasoning.zoo.reinforcing import reinforce
from latent_reasoning.zoo.training import train_on

SUPERVISED = {
    **dict.fromkeys(supervised.SHORTENED, supervised.distil),
    "distilled-on-policy": supervised.distil_on_policy,
    "critique": supervised.criticise,
    "critique-shuffled": supervised.criticise,
    "continued": supervised.continue_pretraining,
}


def build_organism(
    name: OrganismName,
    root: Path,
    progress: Progress = no_progress,
    *,
    quick: int | None = None,
    how: Reinforcement | None = None,
    source: str = TEST_SOURCE,
) -> Path:
    """Build one organism under a root directory; its parents must exist there or ship.

    Args:
        name: Which organism.
        root: Directory that receives `<base>/<arm>/seed-<n>/`.
        progress: Makes a progress bar from a label and a total.
        quick: Updates of a trial build that shows the plumbing; None for the real thing.
        how: Settings that replace those of its arm of reinforcement learning.
        source: Source whose problems it is tuned on.

    Returns:
        The finished Hugging Face directory.

    Raises:
        RunError: The directory exists already, or an organism it is built from does not.
    """
    directory = name.directory(root)
    if directory.exists():
        raise RunError(f"organism build: {directory} exists already; remove it or use --output")
    for needed in needed_for(name):
        existing(needed, root)
    work = directory.with_name(directory.name + ".building")
    work.mkdir(parents=True, exist_ok=True)
    built = _step(name.arm)(Build(name, root, work, progress, quick, how, source))
    if process_rank() == 0:
        write_card(name, work, built.settings, built.log)
        finish(work, directory)
    return directory


def finish(work: Path, directory: Path) -> None:
    """Make a finished build the directory it is for."""
    shutil.rmtree(work / "checkpoints", ignore_errors=True)
    work.rename(directory)


def _step(arm: str | None) -> Callable[[Build], Built]:
    if arm is None:
        return _pretrain
    return _reinforce if arm in REINFORCED else SUPERVISED[arm]


def _pretrain(build: Build) -> Built:
    config = _shortened(build.recipe.pretraining, build.quick)
    tokenizer = build_tokenizer(SOURCES)
    model = pretraining.new_model(config, tokenizer, build.name.seed)

    def documents_at(step: int) -> list[corpus.Document]:
        return corpus.update_documents(build.recipe, step, config.batch_size, build.name.seed)

    label = f"pretrain {build.name}"
    log = train_on(model, documents_at, tokenizer, config, build.work, build.progress, label)
    return Built({"recipe": asdict(build.recipe), "pretraining": asdict(config)}, log)


def _reinforce(build: Build) -> Built:
    assert build.name.arm is not None, "bases are pretrained, not tuned"
    arm = build.how or REINFORCED[build.name.arm]
    if build.quick:
        arm = replace(arm, grpo=replace(arm.grpo, updates=build.quick))
    posed = build.tuning_problems(max(arm.grpo.n_problems, arm.n_labelled))
    found = reinforce(build.parent, posed, arm, build.work, build.name.seed, build.progress)
    settings = {"parent": str(build.name.parent), "source": build.source, **asdict(arm)}
    if found.labels is not None:
        settings["labels"] = found.labels._asdict()
    return Built(settings, found.log)


def _shortened(config: Any, quick: int | None) -> Any:
    return replace(config, steps=quick) if quick else config
