"""What the chosen plan does beside what it is for.

1. Off the task: loss and KL on base's own unsteered texts (`off_task`), and accuracy under the most
   accurate of the other prompts, where base does without it.
2. Beyond the first token: the plan with every first token held at the one base writes unsteered. A
   plan that does no more than choose how a completion begins does nothing here.
"""

from dataclasses import dataclass, replace
from typing import Any

from latent_reasoning.comparison.causal import CONTROL_SAMPLES
from latent_reasoning.comparison.off_task import OffTask, own_texts
from latent_reasoning.comparison.rivals import Rivals
from latent_reasoning.comparison.trials import Bench, Trial
from latent_reasoning.evaluation.conditions import Condition
from latent_reasoning.evaluation.intervals import clustered_rate, paired_difference
from latent_reasoning.models.generation import generate
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.verdict.measures import rate


@dataclass(frozen=True, eq=False)
class SideEffects:
    """What the chosen plan does beside what it is for."""

    damage: OffTask
    """Loss and KL on base's own texts."""
    prompt: str | None
    """The prompt it is tried under; None where there is one prompt only."""
    elsewhere: list[Trial]
    """Base and steered base under that prompt, on the test problems."""
    held: Trial
    """Steered with the first tokens of unsteered completions."""

    def off_task(self) -> dict[str, Any]:
        """What it does off the task, as results and evidence keep it."""
        record: dict[str, Any] = {**vars(self.damage), "prompt": self.prompt}
        names = ("accuracy_unsteered", "accuracy", "accuracy_change")
        if not self.elsewhere:
            return record | dict.fromkeys(names)
        base, steered = self.elsewhere
        rates = [rate(clustered_rate(t.outcomes.correct)) for t in self.elsewhere]
        change = paired_difference(steered.accuracy, base.accuracy)._asdict()
        return record | dict(zip(names, (*rates, change), strict=True))


def side_effects(plan: SteeringPlan, rivals: Rivals, bench: Bench, base: Trial) -> SideEffects:
    """Measure them on the test problems."""
    model, test = bench.inputs.pair.base, bench.inputs.ladder.test
    others = {name: t for name, t in rivals.prompts.items() if name != test}
    prompt = max(others, key=lambda name: others[name].accuracy.mean(), default=None)
    elsewhere = []
    if prompt is not None:
        conditions = [
            Condition("base_elsewhere", f"base, prompt {prompt}"),
            Condition("steered_elsewhere", f"steered base, prompt {prompt}", plan),
        ]
        label = "test: steered at another prompt"
        elsewhere = bench.run(label, model, conditions, prompt, CONTROL_SAMPLES)
    texts = own_texts(model, base.samples)
    return SideEffects(texts.measure(plan), prompt, elsewhere, _held(plan, bench))


def _held(plan: SteeringPlan, bench: Bench) -> Trial:
    inputs = bench.inputs
    model, variant = inputs.pair.base, inputs.ladder.variant(inputs.ladder.test)
    asked = [variant.prompt(problem.question) for problem in bench.problems]
    sampling = replace(inputs.sampling(bench.stage), max_new_tokens=1)
    drawn = generate(model, asked, CONTROL_SAMPLES, sampling)
    firsts = tuple(tuple(completion.tokens[0] for completion in row) for row in drawn)
    label = f"base + {plan.direction.name}, first token held"
    held = Condition("held_first_token", label, plan, firsts=firsts)
    (trial,) = bench.run("test: first token held", model, [held], samples=CONTROL_SAMPLES)
    return trial
