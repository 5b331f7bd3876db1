"""Rivals that touch no activation: prompts, the first token, its logit, and decoding.

What one of them brings, base could do when asked otherwise; so they are what steering has to beat,
and evidence that the skill was there.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from latent_reasoning.comparison.causal import CONTROL_SAMPLES, STAGES
from latent_reasoning.comparison.inputs import Inputs
from latent_reasoning.comparison.representation import Observed
from latent_reasoning.comparison.trials import Bench, Trial
from latent_reasoning.data.samples import Sample
from latent_reasoning.evaluation.conditions import Condition, grade, outcomes
from latent_reasoning.models.branching import Branched, BranchingConfig, Path, cot_decode
from latent_reasoning.progress import Progress

BIASES = (2.0, 4.0, 8.0)
BRANCHES = 8


@dataclass(frozen=True, eq=False)
class Rivals:
    """The rivals on the test problems."""

    prompts: dict[str, Trial]
    """Base under every prompt of the ladder, on the calibration problems."""
    prompt: str
    """The most accurate of them."""
    trials: dict[str, Trial]
    """On the test problems, by name: forced_token, logit_bias, best_prompt, cot_decoding and
    cot_branches, all paths of the latter."""


def run_rivals(inputs: Inputs, observed: Observed, bench: Bench) -> Rivals:
    """Try every rival on the test problems."""
    base, count = inputs.pair.base, CONTROL_SAMPLES
    prompts = _ladder(inputs, bench.progress)
    prompt = max(prompts, key=lambda name: prompts[name].accuracy.mean())
    asked = f"best prompt: {prompt}" if len(prompts) > 1 else "no other prompt"
    best = Condition("best_prompt", f"base, {asked}")
    found = bench.run("test: best prompt", base, [best], prompt, samples=count)
    first = opening(observed, inputs)
    if first is not None:
        text = base.decode([first])
        forced = Condition("forced_token", f"base, first token forced: {text!r}", prefix=text)
        bias = _best_bias(inputs, first, bench.progress)
        biased = Condition(
            "logit_bias", f"base, logit of {text!r} {bias:+g}", biases=((first, bias),)
        )
        found += bench.run("test: forced first token", base, [forced, biased], samples=count)
    found += _decoded(inputs, bench)
    return Rivals(prompts, prompt, {trial.condition.name: trial for trial in found})


def opening(observed: Observed, inputs: Inputs) -> int | None:
    """The commonest first token of completions that show the behaviour, tuned's before base's."""
    tokenizer = inputs.pair.base.tokenizer
    for samples in (observed.tuned, observed.base):
        first = Counter(
            tokenizer(sample.completion, add_special_tokens=False).input_ids[0]
            for sample in samples
            if inputs.behaviour.name in sample.behaviours
        )
        if first:
            return first.most_common(1)[0][0]
    return None


def _ladder(inputs: Inputs, progress: Progress) -> dict[str, Trial]:
    """Base under every prompt on the calibration split."""
    bench = _calibrating(inputs, progress)
    return {
        name: bench.run(
            f"calibrate: prompt {name}", inputs.pair.base, [Condition("base", "base")], name
        )[0]
        for name in inputs.ladder.names
    }


def _best_bias(inputs: Inputs, token: int, progress: Progress) -> float:
    """The bias under which base is most accurate on the calibration split."""
    bench = _calibrating(inputs, progress)
    conditions = [Condition("logit_bias", "logit bias", biases=((token, b),)) for b in BIASES]
    trials = bench.run("calibrate: logit bias", inputs.pair.base, conditions)
    return max(zip(BIASES, trials, strict=True), key=lambda pair: pair[1].accuracy.mean())[0]


def _calibrating(inputs: Inputs, progress: Progress) -> Bench:
    return Bench(inputs, inputs.splits.calibrate, STAGES["calibrate"], 1, progress)


def _decoded(inputs: Inputs, bench: Bench) -> list[Trial]:
    """CoT-decoding: the chosen paths, and all of them."""
    variant, base = inputs.ladder.variant(inputs.ladder.test), inputs.pair.base
    config = BranchingConfig(
        min(BRANCHES, base.d_vocab),
        max_new_tokens=inputs.config.max_new_tokens,
        batch_size=inputs.config.batch_size,
    )
    prompts = [variant.prompt(problem.question) for problem in bench.problems]
    with bench.progress("test: CoT-decoding", len(prompts) * config.branches) as bar:
        found = cot_decode(base, prompts, config, advance=bar.update)
    chosen = Condition("cot_decoding", f"base, CoT-decoding over {config.branches} first tokens")
    every = Condition("cot_branches", f"base, all {config.branches} branches of CoT-decoding")
    return [
        _trial(inputs, bench, chosen, found, lambda branched: (branched.path,)),
        _trial(inputs, bench, every, found, lambda branched: branched.paths),
    ]


def _trial(
    inputs: Inputs,
    bench: Bench,
    condition: Condition,
    found: list[Branched],
    paths: Callable[[Branched], Sequence[Path]],
) -> Trial:
    variant = inputs.ladder.variant(inputs.ladder.test)
    samples = [
        grade(
            Sample(
                problem_id=problem.problem_id,
                completion=path.text,
                gold=problem.gold,
                condition=condition.name,
                sample=place,
                prompt=variant.prompt(problem.question),
                n_tokens=path.n_tokens,
                settings={"model": inputs.pair.base.name, "prompt": variant.name},
            )
        )
        for problem, branched in zip(bench.problems, found, strict=True)
        for place, path in enumerate(paths(branched))
    ]
    return Trial(condition, outcomes(samples), samples, inputs.behaviour.name)
