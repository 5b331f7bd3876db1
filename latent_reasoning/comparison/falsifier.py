"""Do base's features stand for the behaviour, or do they only fire on its tokens?

The falsifier of `features.falsify` on the texts and tokens the features were found on, in base:

- Found at the last prompt token: prompts of base's own texts, what base then wrote being the label.
  Prompts end alike, so features that differ there do not differ by that token. What can be put in
  are the one to three last tokens; anything further up, such as a header, counts as context.
- Found on completion tokens: tuned's texts with the behaviour and base's texts without, as found.
"""

from typing import Any, NamedTuple

import numpy as np

from latent_reasoning.comparison.causal import Calibration
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.representation import Contrast, Observed
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.behaviours import of_text
from latent_reasoning.features.falsify import FalsifyConfig, try_features, untested_because
from latent_reasoning.features.labelling import Positions
from latent_reasoning.features.ranking import RankedFeature
from latent_reasoning.features.score_table import Falsification


class Tried(NamedTuple):
    """One feature and what the falsifier found."""

    feature: RankedFeature
    """The feature, with how well it tells."""
    found: Falsification
    """The verdict and what it rests on."""

    def record(self) -> dict[str, Any]:
        """The feature as the rules see it."""
        found = self.found
        return {
            "feature": self.feature.name,
            "auroc": vars(self.feature.auroc),
            "verdict": found.verdict,
            "cohens_d": found.cohens_d,
            "p_value": found.p_value,
            "n_texts": found.n_texts,
            "silent_share": found.silent_share,
            "injected": list(found.tokens),
            "untested_because": untested_because(found),
        }


def falsify_features(
    inputs: Inputs,
    observed: Observed,
    contrast: Contrast,
    sae: SparseAutoencoder,
    features: list[RankedFeature],
) -> list[Tried]:
    """Try single features of base; nothing where the settings say so."""
    if not inputs.config.falsifier_texts:
        return []
    positions: Positions = "last_prompt" if contrast.at_last_prompt else "completion"
    found = try_features(
        observed.store,
        inputs.pair.base,
        sae,
        of_text(inputs.behaviour),
        {f.direction.feature_ids[0]: 1 if f.contrast >= 0 else -1 for f in features},
        positions,
        _texts_of(inputs, observed, contrast),
        FalsifyConfig(texts=inputs.config.falsifier_texts, seed=inputs.config.seed),
    )
    return [Tried(f, found[f.direction.feature_ids[0]]) for f in features]


def worth_trying(ranked: list[RankedFeature], calibration: Calibration) -> list[RankedFeature]:
    """The feature that tells best, then those steered with, single ones all of them."""
    single = [feature for feature in ranked if feature.kind == "feature"]
    chosen = calibration.feature.plan.direction.feature_ids
    best = max(single, key=lambda feature: feature.telling)
    return [best, *(f for f in single if f.feature_id in chosen and f is not best)]


def _texts_of(inputs: Inputs, observed: Observed, contrast: Contrast) -> np.ndarray:
    """The sequences whose rows were contrasted."""
    samples = [*observed.base, *observed.tuned]
    from_base = np.arange(len(samples)) < len(observed.base)
    if contrast.at_last_prompt:
        return from_base
    shown = np.array([inputs.behaviour.name in sample.behaviours for sample in samples])
    return from_base | shown
