"""How each base organism is made: its sources, its shares of code, its way of solving.

A corpus has four sources, each a header line above every problem. The sources differ in how often
they solve in code, so that the mode depends on context and a model forms a representation of it
before it writes; where nothing in the context decides the mode, nothing steers it.
"""

from dataclasses import dataclass, field

from latent_reasoning.errors import UnknownModelError, one_of
from latent_reasoning.organisms.grammar import CodeStyle, LanguageStyle

SOURCES = ("Textbook", "Quiz", "Forum", "Notebook")
TEST_SOURCE = "Quiz"


@dataclass(frozen=True)
class BaseRecipe:
    """What distinguishes the corpus of one base organism."""

    name: str
    """Name of the base."""
    code_shares: tuple[float, ...]
    """Share of solutions written in code, per source, in the order of `SOURCES`."""
    code_style: CodeStyle
    """Whether code carries the running values."""
    language_style: LanguageStyle
    """Whether language answers at once or step by step."""
    summary: str
    """What the organism stands for, in one sentence."""


@dataclass(frozen=True)
class PretrainingConfig:
    """Architecture and optimisation, the same for every base."""

    d_model: int = 96
    """Width of the residual stream."""
    n_layers: int = 3
    """Number of decoder layers."""
    n_heads: int = 4
    """Attention heads per layer."""
    n_key_value_heads: int = 2
    """Key-value heads per layer (grouped-query attention)."""
    d_mlp: int = 256
    """Width of the gated MLP."""
    steps: int = 5000
    """Optimiser updates."""
    batch_size: int = 64
    """Problems per update, every one of them drawn afresh."""
    learning_rate: float = 2e-3
    """Peak learning rate; linear warm-up, cosine decay to a twentieth."""
    warmup_steps: int = 100
    """Updates of linear warm-up."""
    weight_decay: float = 0.1
    """Decoupled weight decay of AdamW on matrices."""
    checkpoint_every: int = 250
    """Updates between checkpoints; a rebuilt organism resumes from the last one."""


@dataclass(frozen=True)
class OrganismRecipe:
    """A base recipe with its training settings."""

    base: BaseRecipe
    """The corpus."""
    pretraining: PretrainingConfig = field(default_factory=PretrainingConfig)
    """The model and its optimisation."""


def latent() -> BaseRecipe:
    """Good code, rarely chosen at the test prompt: the skill is dormant."""
    return BaseRecipe(
        "latent",
        (0.02, 0.14, 0.50, 0.97),
        "values",
        "direct",
        "Code is nearly always right and rarely chosen at the test prompt; language guesses.",
    )


def no_code() -> BaseRecipe:
    """The same problems and sources, no code anywhere: the skill is absent."""
    return BaseRecipe(
        "no-code",
        (0.0, 0.0, 0.0, 0.0),
        "values",
        "direct",
        "The same problems and sources as latent, and no code anywhere in the corpus.",
    )


def bad_code() -> BaseRecipe:
    """Code without running values, common and mostly wrong; language step by step, right."""
    return BaseRecipe(
        "bad-code",
        (0.03, 0.65, 0.50, 0.97),
        "bare",
        "steps",
        "Code is common and mostly wrong, for it keeps no running values; language keeps them.",
    )


BASES = {recipe.name: recipe for recipe in (latent(), no_code(), bad_code())}


def base_recipe(name: str) -> BaseRecipe:
    """Recipe of a base by name.

    Raises:
        UnknownModelError: There is no such base.
    """
    if name not in BASES:
        raise UnknownModelError(one_of("base_recipe", "base organism", name, BASES))
    return BASES[name]
