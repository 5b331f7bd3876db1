"""What the stages of a comparison found, before it becomes records."""

from dataclasses import dataclass
from typing import Any

from latent_reasoning.comparison.causal import Calibration
from latent_reasoning.comparison.controls import Control
from latent_reasoning.comparison.dictionary import Dictionary
from latent_reasoning.comparison.falsifier import Tried
from latent_reasoning.comparison.necessity import Necessity
from latent_reasoning.comparison.representation import Contrast, Observed
from latent_reasoning.comparison.rivals import Rivals
from latent_reasoning.comparison.selection_null import SelectionNull
from latent_reasoning.comparison.side_effects import SideEffects
from latent_reasoning.comparison.trials import Trial
from latent_reasoning.features.ranking import RankedFeature


@dataclass(frozen=True, eq=False)
class Steering:
    """What steering base with its own directions came to."""

    ranked: list[RankedFeature]
    """Features and baselines, largest effect first."""
    calibration: Calibration
    """The choice of feature and coefficient."""
    controls: list[Control]
    """Changes of equal norm that should do nothing, on test problems."""
    null: list[Trial]
    """Random directions of the same norm at the chosen coefficient, on test problems."""
    selected: SelectionNull
    """Random directions that were chosen as the feature was chosen."""
    necessity: Necessity
    """The direction taken away from tuned, beside its controls."""
    tried: list[Tried]
    """Features put to the token-injection falsifier, the most telling first; none if not asked."""
    crosscoder: dict[str, Any] | None
    """What a crosscoder says of the behaviour's features; None if not asked."""


@dataclass(frozen=True)
class Tested:
    """The conditions on test problems."""

    trials: dict[str, Trial]
    """By name: base, tuned, steered, diff_mean, linear_probe, and the rivals."""


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything the stages found."""

    observed: Observed
    """Completions and activations of the selection split."""
    dictionary: Dictionary
    """The dictionary and its quality."""
    contrast: Contrast | None
    """Rows with and without the behaviour; None where it never shows."""
    steering: Steering | None
    """None where there was nothing to steer with."""
    tested: Tested
    """The test problems."""
    side_effects: SideEffects | None
    """What the chosen plan does off the task; None where there was nothing to steer with."""
    rivals: Rivals
    """Prompts, first token, its logit, decoding."""
    kl: dict[str, Any]
    """KL of tuned from base on tuned's completions."""
