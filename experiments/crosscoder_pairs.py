"""Pairs of models of which it is known whether tuning put anything new into them.

What stands in a runs folder is used again, so that a stopped run goes on: continued models, both
streams of a pair, crosscoders half trained.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.cli import progress_bar
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.models.pair import ModelPair
from latent_reasoning.organisms.recipes import base_recipe
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.zoo.building import finish
from latent_reasoning.zoo.crosscoders import posed_problems, read_both
from latent_reasoning.zoo.job import Build, existing
from latent_reasoning.zoo.supervised import continue_pretraining

PROBLEM_SEED = 11


class Side(NamedTuple):
    """One model of a pair."""

    organism: OrganismName
    """Which organism; for a continuation the base it goes on from."""
    documents: int | None = None
    """Seed of the documents its pretraining is continued on; None for an organism as it is."""

    @property
    def slug(self) -> str:
        """A name for files."""
        stem = str(self.organism).replace("/", "-").replace("@", "-")
        return stem if self.documents is None else f"{stem}-continued-{self.documents}"


@dataclass(frozen=True)
class Pair:
    """Two models, and what is true of them."""

    group: str
    """What happened between them, for the reader."""
    base: Side
    """Read as base."""
    tuned: Side
    """Read as tuned."""
    new: bool
    """Whether tuned has anything that base has not."""

    @property
    def slug(self) -> str:
        """A name for files and tables."""
        return f"{self.base.slug}--{self.tuned.slug}"


def known_pairs() -> list[Pair]:
    """Every pair of the experiment; what is new follows from how they were made."""
    bases = [Side(OrganismName("latent", None, seed)) for seed in (0, 1, 2)]
    one, other = (Side(bases[0].organism, documents) for documents in (0, 1))
    pairs = []
    for seed in (0, 1):
        base = Side(OrganismName("no-code", None, seed))
        taught = Side(OrganismName("no-code", "distilled", seed))
        pairs.append(Pair("code distilled into no-code", base, taught, True))
    for base in bases:
        tuned = Side(OrganismName("latent", "rl-truth", base.organism.seed))
        pairs.append(Pair("reinforcement learning", base, tuned, False))
    pairs.append(Pair("two continuations of one base", one, other, False))
    pairs.append(Pair("base and its pretraining continued", bases[0], one, False))
    pairs.append(Pair("two bases of other seeds", bases[0], bases[1], False))
    pairs.append(Pair("the same model twice", bases[0], bases[0], False))
    return pairs


def directory_of(side: Side, root: Path, runs: Path) -> Path:
    """Where a model lies; a continuation is trained if it is not there."""
    if side.documents is None:
        return existing(side.organism, root)
    done = runs / "models" / side.slug
    if not done.exists():
        work = done.with_name(f"{done.name}.building")
        work.mkdir(parents=True, exist_ok=True)
        name = OrganismName(side.organism.base, "continued", side.organism.seed)
        build = Build(name, root, work, progress_bar, None)
        continue_pretraining(build, documents=side.documents)
        finish(work, done)
    return done


def store_of(pair: Pair, root: Path, runs: Path, problems: int) -> ActivationStore:
    """Both models reading what both write: recorded once, an unfinished recording resumed."""
    path = runs / pair.slug / "store"
    if (path / "manifest.json").is_file():
        return ActivationStore.open(path)
    both = ModelPair(*(_loaded(side, root, runs) for side in (pair.base, pair.tuned)))
    posed = posed_problems(base_recipe(pair.base.organism.base), problems, PROBLEM_SEED)
    return read_both(both, posed, path, PROBLEM_SEED, progress_bar)


def _loaded(side: Side, root: Path, runs: Path) -> LoadedModel:
    return load_model(directory_of(side, root, runs))
