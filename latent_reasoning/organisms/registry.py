"""Names of organisms and where their weights lie.

A name is `base` or `base/arm`, optionally followed by `@seed`: `latent`, `latent/rl-truth`,
`no-code/distilled@1`. Weights are package data, so that an installed wheel works offline.
"""

from dataclasses import dataclass
from pathlib import Path

from latent_reasoning.errors import UnknownModelError, one_of

WEIGHTS = Path(__file__).parent / "weights"
ARMS = {
    "latent": ("rl-truth",),
    "no-code": ("rl-truth", "distilled"),
    "bad-code": ("rl-truth",),
}
SEEDS = (0, 1)


@dataclass(frozen=True)
class OrganismName:
    """A parsed organism name."""

    base: str
    """The base organism."""
    arm: str | None
    """How it was tuned; None for the base itself."""
    seed: int
    """Seed of everything random in its history."""

    def __str__(self) -> str:
        name = f"{self.base}/{self.arm}" if self.arm else self.base
        return f"{name}@{self.seed}"

    def directory(self, root: Path = WEIGHTS) -> Path:
        """Where its Hugging Face directory lies under a root."""
        return root / self.base / (self.arm or "base") / f"seed-{self.seed}"

    @property
    def parent(self) -> "OrganismName | None":
        """The base it was tuned from; None for a base."""
        return OrganismName(self.base, None, self.seed) if self.arm else None


def parse_organism(name: str) -> OrganismName:
    """Parse and check an organism name, without looking for its weights.

    >>> parse_organism("no-code/distilled@1")
    OrganismName(base='no-code', arm='distilled', seed=1)

    Raises:
        UnknownModelError: The base, the arm or the seed is unknown.
    """
    stem, _, seed_text = name.partition("@")
    base, slash, arm = stem.partition("/")
    if base not in ARMS or (slash and arm not in ARMS[base]):
        raise UnknownModelError(one_of("load_model", "organism", stem, organism_names()))
    if seed_text and not seed_text.isdecimal():
        raise UnknownModelError(
            f"load_model: {name!r} has seed {seed_text!r}; expected a number, as in {stem}@1"
        )
    return OrganismName(base, arm or None, int(seed_text or 0))


def organism_names() -> list[str]:
    """Every organism that can be built, bases first within each family."""
    return [name for base, arms in ARMS.items() for name in (base, *(f"{base}/{a}" for a in arms))]


def organism_directory(name: str) -> Path:
    """Directory of an organism that ships with the package.

    Raises:
        UnknownModelError: The name is unknown, or no weights of that seed ship.
    """
    parsed = parse_organism(name)
    directory = parsed.directory()
    if not (directory / "config.json").is_file():
        shipped = [
            s for s in SEEDS if (OrganismName(parsed.base, parsed.arm, s)).directory().is_dir()
        ]
        raise UnknownModelError(
            f"load_model: organism {name!r} ships with seeds {shipped or 'none'}, not "
            f"{parsed.seed}; build it with `latent-reasoning organism build`"
        )
    return directory
