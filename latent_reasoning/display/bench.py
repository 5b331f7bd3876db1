"""One prompt, continued without and with a feature: the two stand side by side."""

from collections import OrderedDict
from dataclasses import dataclass, field

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.directions import feature_direction
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.report.wording import escaped
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.positions import Positions
from latent_reasoning.traces.answers import extract_answer
from latent_reasoning.traces.behaviours import find_behaviours

KEPT = 64


@dataclass(frozen=True)
class Continuations:
    """What a model writes after one prompt, by itself and steered."""

    unsteered: str
    """Without steering."""
    steered: str
    """With it."""

    @property
    def differ_from(self) -> int:
        """Number of characters they have in common before they part."""
        pairs = zip(self.unsteered, self.steered, strict=False)
        shortest = min(len(self.unsteered), len(self.steered))
        return next((i for i, (a, b) in enumerate(pairs) if a != b), shortest)


@dataclass(frozen=True)
class SteeringBench:
    """A model and a dictionary, ready to be steered with any feature."""

    model: LoadedModel
    """The model that writes."""
    sae: SparseAutoencoder
    """The dictionary whose features are added."""
    mean_norm: float
    """Mean residual norm at its hook point: the unit of coefficients."""
    sampling: SamplingConfig
    """How it writes; at temperature 0 all change is steering's."""
    role: str = "base"
    """Which recorded model it is; a crosscoder's feature writes another direction in each."""
    _unsteered: "OrderedDict[str, str]" = field(default_factory=OrderedDict, repr=False)

    def plan(
        self, feature_id: int, coefficient: float, positions: Positions = "last prompt token"
    ) -> SteeringPlan:
        """Add a feature's decoder row, coefficient x mean residual norm long."""
        direction = feature_direction(self.sae, feature_id, role=self.role)
        return SteeringPlan(direction, coefficient, self.mean_norm, positions)

    def continued(
        self,
        prompt: str,
        feature_id: int,
        coefficient: float,
        positions: Positions = "last prompt token",
    ) -> Continuations:
        """Continue a prompt both ways, with the same random numbers.

        Raises:
            LatentReasoningError: The feature does not exist, or the prompt has no tokens.
        """
        plan = self.plan(feature_id, coefficient, positions)
        if prompt not in self._unsteered:
            self._unsteered[prompt] = generate(self.model, [prompt], 1, self.sampling)[0][0].text
            if len(self._unsteered) > KEPT:
                self._unsteered.popitem(last=False)
        with steer(self.model, plan):
            steered = generate(self.model, [prompt], 1, self.sampling)[0][0].text
        return Continuations(self._unsteered[prompt], steered)


def continuations_html(found: Continuations, feature_id: int, coefficient: float) -> str:
    """Both texts side by side; what the steered one has of its own is marked."""
    at = found.differ_from
    own = f"<mark>{escaped(found.steered[at:])}</mark>" if found.steered[at:] else ""
    steered = escaped(found.steered[:at]) + own
    done = "added" if coefficient > 0 else "taken away" if coefficient < 0 else "left alone"
    heading = f"feature {feature_id} {done}, coefficient {coefficient:g}"
    return (
        f"<div><h4>unsteered <small>{_summary(found.unsteered)}</small></h4>"
        f"<pre>\n{escaped(found.unsteered)}</pre></div>"
        f"<div><h4>{heading} <small>{_summary(found.steered)}</small></h4>"
        f"<pre>\n{steered}</pre></div>"
    )


def _summary(text: str) -> str:
    answer = extract_answer(text)
    shown = [f"answer {escaped(answer)}"] if answer is not None else ["no answer"]
    return ", ".join([*shown, *(escaped(name) for name in find_behaviours(text))])
