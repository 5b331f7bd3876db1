"""Evidence written by hand, with text that would do harm if it were not escaped."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_reasoning.features.evidence import FeatureEvidence

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    '" onmouseover="window.hacked = 3',
    "</script><script>window.hacked = 4</script>",
    "`${window.hacked = 5}`",
    "<!--",
    "&lt;b&gt;",
    "\n",
    "\ud800\x00",
    "</style><style>* { display: none }",
)
"""What a model, a problem or a tokenizer may hold."""


def build_evidence(feature_id: int, words: tuple[str, ...] = HOSTILE) -> "FeatureEvidence":
    """A feature whose every text is one of the words."""
    from latent_reasoning.features.contexts import Context
    from latent_reasoning.features.evidence import (
        Companion,
        FeatureEvidence,
        FiringToken,
        Histogram,
        PlaceShare,
    )
    from latent_reasoning.features.logit_lens import Lens, TokenLogit
    from latent_reasoning.features.neighbours import Neighbour

    acts = tuple(0.25 * i if i else None for i in range(len(words)))
    context = Context(words, acts, len(words) - 1, 0, words[0])
    logits = tuple(TokenLogit(word, float(-i)) for i, word in enumerate(words))
    return FeatureEvidence(
        feature_id=feature_id,
        hook_point=words[0],
        dictionary_of=words[1 % len(words)],
        read_from="base",
        n_rows=1000,
        n_firing=10 * feature_id,
        max_activation=2.25,
        mean_activation=1.0,
        top=(context, context),
        median=(context,),
        low=(),
        histogram=Histogram((0.0, 1.0, 2.0), (4, 9)),
        tokens=tuple(FiringToken(word, 0.1, 0.5, 1.0) for word in words),
        lens=Lens(logits, logits),
        together=(Companion(2, 0.5, 0.75),),
        nearest=(Neighbour(words[0], 7, 0.9),),
        places=(PlaceShare("prompt", 0, None), PlaceShare("0-10 %", 100, 0.25)),
    )
