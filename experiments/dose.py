"""Runs of the random reward, one setting changed at a time: trained, measured, weights dropped."""

import json
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from experiments.zoo import PROBLEM_SEED, Zoo, keep_outcomes, kept_outcomes
from latent_reasoning.artifacts import write_json
from latent_reasoning.cli import progress_bar
from latent_reasoning.evaluation.conditions import Condition, Outcomes, outcomes, run_condition
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms.corpus import setting
from latent_reasoning.organisms.recipes import TEST_SOURCE, base_recipe
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.tuning.grpo import GrpoConfig, Task, train_grpo
from latent_reasoning.tuning.rewards import python_reward, random_reward, truth_reward
from latent_reasoning.zoo.arms import GAMMA

NO_CLIP = 1e6
BASE_SEEDS = 3
CENTRE = GrpoConfig()
HALF = CENTRE.updates // 2


@dataclass(frozen=True)
class Cell:
    """One setting of the random reward."""

    name: str
    """What the tables call it; a name that ends in `clip off` has a twin with the clip on."""
    grpo: GrpoConfig = field(default_factory=GrpoConfig)
    """Settings of the run."""
    base: str = "latent"
    """Base that is tuned."""
    source: str = TEST_SOURCE
    """Source that poses the problems; it decides the prior share of code."""


def _cell(name: str, base: str = "latent", source: str = TEST_SOURCE, **changed: float) -> Cell:
    return Cell(name, replace(CENTRE, **changed), base, source)  # pyright: ignore[reportArgumentType]


CELLS = (
    _cell("centre"),
    _cell("clip off", epsilon=NO_CLIP),
    _cell("learning rate 3e-5", learning_rate=3e-5),
    _cell("learning rate 3e-4", learning_rate=3e-4),
    _cell("learning rate 3e-4, clip off", learning_rate=3e-4, epsilon=NO_CLIP),
    _cell("1 update a rollout", updates_per_rollout=1),
    _cell("16 updates a rollout", updates_per_rollout=16),
    _cell("16 updates a rollout, clip off", updates_per_rollout=16, epsilon=NO_CLIP),
    _cell("64 completions an update", batch_size=64),
    _cell("32 updates", updates=HALF),
    _cell("1024 completions an update, 32 updates", batch_size=1024, updates=HALF),
    _cell("prior at Textbook", source="Textbook"),
    _cell("prior at Forum", source="Forum"),
    _cell("prior at Forum, clip off", source="Forum", epsilon=NO_CLIP),
    _cell("prior at Notebook", source="Notebook"),
    _cell("prior at Notebook, clip off", source="Notebook", epsilon=NO_CLIP),
    _cell("bad-code", base="bad-code"),
    _cell("bad-code, clip off", base="bad-code", epsilon=NO_CLIP),
)
"""Every cell; the others differ from the first in one setting, or in one and the clip."""


def parent(cell: Cell, seed: int) -> OrganismName:
    """The base a training seed starts from: the seeds of the base are taken in turn."""
    return OrganismName(cell.base, None, seed % BASE_SEEDS)


def measured(zoo: Zoo, directory: Path, cell: Cell) -> Outcomes:
    """Outcomes of a model on the held-out problems, as the source of the cell poses them."""
    posed = setting(base_recipe(cell.base), "held-out", zoo.problems, PROBLEM_SEED, cell.source)
    model, sampling = load_model(directory), SamplingConfig(seed=PROBLEM_SEED, batch_size=1024)
    condition = Condition("sampled", str(directory))
    drawn = run_condition(model, condition, posed.problems, posed.variant, zoo.samples, sampling)
    return outcomes(drawn)


def untuned(zoo: Zoo, cell: Cell, seed: int) -> Outcomes:
    """Outcomes of the base itself, drawn once."""
    name = parent(cell, seed)
    stem = f"{name.base}-{cell.source}-{name.seed}-{zoo.digest(name)}"
    kept = zoo.runs / f"{stem}-{zoo.problems}x{zoo.samples}.npz"
    if not kept.is_file():
        keep_outcomes(kept, measured(zoo, zoo.directory(name), cell))
    return kept_outcomes(kept)


def tuned(zoo: Zoo, cell: Cell, seed: int) -> tuple[Outcomes, list[dict[str, float]]]:
    """Outcomes after the run and its training log; a run that was made is read from its record."""
    name = parent(cell, seed)
    stem = cell.name.replace(",", "").replace(" ", "-")
    folder = zoo.runs / f"{stem}-{seed}-{zoo.digest(name)}"
    kept, log = folder / f"{zoo.problems}x{zoo.samples}.npz", folder / "log.json"
    if not kept.is_file():
        model, tasks = folder / "model", _tasks(cell, seed)
        rewards = [(random_reward(GAMMA, seed), 1.0), (truth_reward, 0.0), (python_reward, 0.0)]
        with progress_bar(f"{cell.name}, seed {seed}", cell.grpo.updates) as bar:
            entries = train_grpo(
                zoo.directory(name),
                tasks,
                rewards,
                cell.grpo,
                model,
                seed,
                checkpoints=folder / "checkpoints",
                advance=bar.update,
            )
        write_json(log, {"settings": asdict(cell), "log": entries})
        keep_outcomes(kept, measured(zoo, model, cell))
        for used in (model, folder / "checkpoints"):
            shutil.rmtree(used)
    return kept_outcomes(kept), json.loads(log.read_text(encoding="utf-8"))["log"]


def _tasks(cell: Cell, seed: int) -> list[Task]:
    posed = setting(base_recipe(cell.base), "tune", cell.grpo.n_problems, seed, cell.source)
    return [Task(posed.variant.prompt(one.question), {"gold": one.gold}) for one in posed.problems]
