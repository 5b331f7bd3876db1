"""Building an organism from scratch: its weights, its tokenizer and its card.

A build writes to `<directory>.building` and renames it when complete, so that a directory that
exists is whole. An interrupted build resumes from its last checkpoint.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from latent_reasoning.errors import RunError
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms import corpus, pretraining
from latent_reasoning.organisms.recipes import SOURCES, TEST_SOURCE, BaseRecipe, base_recipe
from latent_reasoning.organisms.registry import WEIGHTS, OrganismName
from latent_reasoning.organisms.tokenizer import build_tokenizer
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.tuning import distillation, on_policy
from latent_reasoning.zoo.arms import REINFORCED, Reinforcement
from latent_reasoning.zoo.card import write_card
from latent_reasoning.zoo.reinforcing import reinforce
from latent_reasoning.zoo.training import follow, train_on

FURTHER = 1_000_000


class Built(NamedTuple):
    """What a build step hands to the card."""

    settings: dict[str, Any]
    """Every setting of the training."""
    log: list[dict[str, float]]
    """The training log, thinned."""


@dataclass(frozen=True)
class Build:
    """One organism being built."""

    name: OrganismName
    """Which one."""
    root: Path
    """Directory that receives `<base>/<arm>/seed-<n>/`."""
    work: Path
    """Where it is written until it is complete."""
    progress: Progress
    """Makes a progress bar from a label and a total."""
    quick: int | None
    """Updates of a trial build that shows the plumbing; None for the real thing."""
    how: Reinforcement | None = None
    """Settings that replace those of its arm of reinforcement learning."""
    source: str = TEST_SOURCE
    """Source whose problems it is tuned on."""

    @property
    def recipe(self) -> BaseRecipe:
        """Recipe of its base."""
        return base_recipe(self.name.base)

    def tuning_problems(self, n: int) -> corpus.Setting:
        """Problems to tune on, as the source poses them to its base."""
        return corpus.setting(self.recipe, "tune", n, self.name.seed, self.source)


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
    if is_first_process():
        write_card(name, work, built.settings, built.log)
        shutil.rmtree(work / "checkpoints", ignore_errors=True)
        work.rename(directory)
    return directory


def is_first_process() -> bool:
    """Whether this process is the one that finishes a directory, under a launcher of several."""
    return os.environ.get("RANK", "0") == "0"


def _step(arm: str | None) -> Callable[[Build], Built]:
    if arm in REINFORCED:
        return _reinforce
    return {
        None: _pretrain,
        "distilled": _distil,
        "distilled-on-policy": _distil_on_policy,
        "continued": _continue,
    }[arm]


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
    found = reinforce(_parent(build), posed, arm, build.work, build.name.seed, build.progress)
    settings = {"parent": str(build.name.parent), "source": build.source, **asdict(arm)}
    if found.labels is not None:
        settings["labels"] = found.labels._asdict()
    return Built(settings, found.log)


def _distil(build: Build) -> Built:
    config = distillation.DistillationConfig()
    training = replace(
        build.recipe.pretraining,
        optimizer="muon",
        steps=build.quick or config.steps,
        learning_rate=config.learning_rate,
    )
    teacher_name = needed_for(build.name)[-1]
    teacher = load_model(existing(teacher_name, build.root))
    posed = build.tuning_problems(64 if build.quick else config.n_problems)
    asked = corpus.setting(base_recipe(teacher_name.base), "tune", 1, 0, build.source).variant
    with build.progress("teacher solves", len(posed.problems)) as bar:
        documents = distillation.teacher_documents(
            teacher,
            posed.problems,
            asked,
            config.behaviour,
            build.name.seed,
            bar.update,
            student=posed.variant,
        )
    student = load_model(_parent(build))
    student.model.requires_grad_(True)

    def documents_at(step: int) -> list[corpus.Document]:
        return distillation.update_documents(documents, step, training.batch_size, build.name.seed)

    label = f"distil {build.name}"
    log = train_on(
        student.model,
        documents_at,
        student.tokenizer,
        training,
        build.work,
        build.progress,
        label,
    )
    settings = {
        "parent": str(build.name.parent),
        "teacher": str(teacher_name),
        "kept": len(documents),
        "distillation": asdict(config),
        "training": asdict(training),
    }
    return Built(settings, log)


def _distil_on_policy(build: Build) -> Built:
    config = on_policy.OnPolicyConfig()
    if build.quick:
        config = replace(config, steps=build.quick)
    teacher_name = needed_for(build.name)[-1]
    teacher = load_model(existing(teacher_name, build.root))
    student = load_model(_parent(build))
    posed = build.tuning_problems(2000)
    prompts = [posed.variant.prompt(problem.question) for problem in posed.problems]
    steps = on_policy.distil_on_policy(
        student, teacher, prompts, config, build.name.seed, checkpoints=build.work / "checkpoints"
    )
    label = f"distil {build.name}"
    log = follow(
        student.model, student.tokenizer, steps, config.steps, build.work, build.progress, label
    )
    settings = {"parent": str(build.name.parent), "teacher": str(teacher_name)}
    return Built({**settings, "on_policy": asdict(config)}, log)


def _continue(build: Build) -> Built:
    """As many updates as reinforcement learning makes, at its learning rate, on the old corpus."""
    grpo = REINFORCED["rl-truth"].grpo
    training = replace(
        build.recipe.pretraining,
        optimizer="adamw",
        steps=build.quick or grpo.updates,
        learning_rate=grpo.learning_rate,
        warmup_steps=0,
    )
    base = load_model(_parent(build))
    base.model.requires_grad_(True)

    def documents_at(step: int) -> list[corpus.Document]:
        # Documents the base has never read, of the kinds it has read.
        further = FURTHER + step
        return corpus.update_documents(build.recipe, further, training.batch_size, build.name.seed)

    label = f"continue {build.name}"
    log = train_on(
        base.model, documents_at, base.tokenizer, training, build.work, build.progress, label
    )
    return Built({"parent": str(build.name.parent), "training": asdict(training)}, log)


def _shortened(config: Any, quick: int | None) -> Any:
    return replace(config, steps=quick) if quick else config


def needed_for(name: OrganismName) -> list[OrganismName]:
    """Organisms that one is built from: its parent, then the teacher where it is distilled."""
    parents = [] if name.parent is None else [name.parent]
    if name.arm in ("distilled", "distilled-on-policy"):
        return [*parents, OrganismName("latent", "rl-truth", name.seed)]
    return parents


def existing(name: OrganismName, root: Path) -> Path:
    """Directory of an organism under a root, or of the one that ships.

    Raises:
        RunError: There is neither.
    """
    for place in (root, WEIGHTS):
        if (name.directory(place) / "config.json").is_file():
            return name.directory(place)
    raise RunError(
        f"organism build: {name} is needed first and is neither under {root} nor shipped; "
        f"build it with `latent-reasoning organism build`"
    )


def _parent(build: Build) -> Path:
    parent = build.name.parent
    assert parent is not None, "bases are pretrained, not tuned"
    return existing(parent, build.root)
