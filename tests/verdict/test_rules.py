from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from latent_reasoning.evaluation.modes import partition_modes
from latent_reasoning.verdict.rules import (
    Evidence,
    Label,
    Thresholds,
    decide,
    judge,
    recovered,
    share_adopted,
    share_through,
    steering_works,
)

N_PROBLEMS, N_SAMPLES, N_DRAWS = 240, 12, 24


class Mixture(NamedTuple):
    """A model as the rule sees it: how often it shows the behaviour, how right with and without."""

    frequency: float
    right_with: float
    right_without: float


class Drawn(NamedTuple):
    behaviour: np.ndarray
    correct: np.ndarray


def draw(mixture: Mixture, rng: np.random.Generator) -> Drawn:
    """Completions [problem, sample] of a mixture."""
    shape = (N_PROBLEMS, N_SAMPLES)
    behaviour = rng.random(shape) < mixture.frequency
    rates = np.where(behaviour, mixture.right_with, mixture.right_without)
    return Drawn(behaviour, rng.random(shape) < rates)


def evidence(
    base: Mixture,
    tuned: Mixture,
    steered: Mixture | None,
    forced: Mixture | None,
    seed: int = 0,
) -> Evidence:
    """Evidence of models drawn afresh; random directions leave base as it is."""
    rng = np.random.default_rng(seed)
    b, t = draw(base, rng), draw(tuned, rng)
    s = draw(steered, rng) if steered else None
    null = [draw(base, rng) for _ in range(N_DRAWS)] if steered else None
    return Evidence(
        base=b.correct.mean(1),
        tuned=t.correct.mean(1),
        base_behaviour=b.behaviour.mean(1),
        tuned_behaviour=t.behaviour.mean(1),
        base_reach=(b.behaviour & b.correct).mean(1),
        tuned_reach=(t.behaviour & t.correct).mean(1),
        steered=s.correct.mean(1) if s else None,
        steered_behaviour=s.behaviour.mean(1) if s else None,
        null=np.stack([d.correct.mean(1) for d in null]) if null else None,
        null_behaviour=np.stack([d.behaviour.mean(1) for d in null]) if null else None,
        forced=draw(forced, rng).correct.mean(1) if forced else None,
    )


DORMANT = Mixture(0.1, 0.95, 0.2)
SKILLED = Mixture(0.95, 0.95, 0.2)
UNABLE = Mixture(0.0, 0.0, 0.2)
CASES: dict[str, tuple[Label, tuple[Mixture, Mixture, Mixture | None, Mixture | None]]] = {
    "dormant skill": ("activated", (DORMANT, SKILLED, Mixture(0.8, 0.95, 0.2), SKILLED)),
    "steering brings part": ("activated", (DORMANT, SKILLED, Mixture(0.5, 0.95, 0.2), None)),
    "nothing to steer with": ("taught", (UNABLE, SKILLED, None, Mixture(1.0, 0.1, 0.2))),
    "nothing at all": ("taught", (UNABLE, SKILLED, None, None)),
    "steering in vain": ("taught", (UNABLE, SKILLED, UNABLE, UNABLE)),
    "better without": ("elsewhere", (DORMANT, Mixture(0.1, 0.95, 0.9), SKILLED, SKILLED)),
    "drops a bad habit": (
        "elsewhere",
        (Mixture(0.8, 0.1, 0.9), Mixture(0.05, 0.1, 0.9), SKILLED, SKILLED),
    ),
    "the same": ("no gain", (DORMANT, DORMANT, SKILLED, SKILLED)),
    "worse": ("no gain", (SKILLED, DORMANT, SKILLED, SKILLED)),
    "never dormant": (
        "inconclusive",
        (Mixture(0.95, 0.4, 0.2), SKILLED, SKILLED, SKILLED),
    ),
    "within reach, not steered": ("inconclusive", (DORMANT, SKILLED, DORMANT, None)),
    "steered without being right": (
        "inconclusive",
        (DORMANT, SKILLED, Mixture(0.9, 0.2, 0.2), None),
    ),
    "right without the behaviour": (
        "inconclusive",
        (DORMANT, SKILLED, Mixture(0.02, 0.95, 0.9), None),
    ),
    "forced": ("inconclusive", (UNABLE, SKILLED, None, Mixture(1.0, 0.8, 0.2))),
}


def case(name: str, seed: int = 0) -> Evidence:
    return evidence(*CASES[name][1], seed=seed)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_known_history_gets_its_label(name: str, seed: int) -> None:
    expected = CASES[name][0]
    found = judge(case(name, seed), resamples=100)
    assert found.label == expected
    assert found.confidence >= 0.95
    assert found.reasons[0].startswith("tuned is ")


def test_every_label_is_tried() -> None:
    labels = {label for label, _ in CASES.values()}
    assert labels == {"activated", "taught", "elsewhere", "no gain", "inconclusive"}


@pytest.mark.parametrize("name", CASES)
def test_the_label_does_not_depend_on_the_order_of_problems_and_draws(name: str) -> None:
    given = case(name)
    label, reasons = decide(given)
    assert decide(given.at(np.random.default_rng(0).permutation(N_PROBLEMS))) == (label, reasons)
    if given.null is not None and given.null_behaviour is not None:
        turned = replace(given, null=given.null[::-1], null_behaviour=given.null_behaviour[::-1])
        assert decide(turned) == (label, reasons)


@pytest.mark.parametrize("name", CASES)
def test_the_label_does_not_depend_on_how_often_each_problem_counts(name: str) -> None:
    given = case(name)
    assert decide(given.at(np.tile(np.arange(N_PROBLEMS), 3))) == decide(given)


def test_confidence_follows_from_its_seed() -> None:
    given = borderline(7)
    assert judge(given, seed=1, resamples=60) == judge(given, seed=1, resamples=60)
    confidences = {judge(given, seed=s, resamples=60).confidence for s in range(4)}
    assert len(confidences) > 1


def borderline(n_gained: int) -> Evidence:
    """Of 100 problems some are gained, all through the behaviour, and steering gains them too."""
    zeros, gained = np.zeros(100), (np.arange(100) < n_gained).astype(float)
    null = np.zeros((N_DRAWS, 100))
    return Evidence(zeros, gained, zeros, gained, zeros, gained, gained, gained, null, null, None)


def test_confidence_falls_towards_the_border_and_the_verdict_is_withheld() -> None:
    verdicts = {n: judge(borderline(n), resamples=250) for n in (40, 9, 6)}
    # The gain of a resample is binomial; the rule asks for at least 5 problems of 100.
    for n, expected in ((40, 1.0), (9, 0.951), (6, 0.717)):
        assert verdicts[n].confidence == pytest.approx(expected, abs=0.1)
    assert [verdicts[n].label for n in (40, 9, 6)] == ["activated", "activated", "inconclusive"]
    assert verdicts[40].confidence > verdicts[9].confidence > verdicts[6].confidence
    said = f"resampled problems say activated only {verdicts[6].confidence:.0%} of the time"
    assert verdicts[6].reasons[-1] == said
    lenient = judge(borderline(6), Thresholds(least_confidence=0.5), resamples=250)
    assert lenient.label == "activated"
    assert lenient.confidence == verdicts[6].confidence


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_the_contributions_of_the_partition_into_modes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base, tuned = draw(Mixture(0.3, 0.6, 0.3), rng), draw(Mixture(0.8, 0.8, 0.4), rng)
    partition = partition_modes(*base, *tuned)
    given = Evidence(
        base=base.correct.mean(1),
        tuned=tuned.correct.mean(1),
        base_behaviour=base.behaviour.mean(1),
        tuned_behaviour=tuned.behaviour.mean(1),
        base_reach=(base.behaviour & base.correct).mean(1),
        tuned_reach=(tuned.behaviour & tuned.correct).mean(1),
        steered=None,
        steered_behaviour=None,
        null=None,
        null_behaviour=None,
        forced=None,
    )
    ending = partition.kept.contribution + partition.adopted.contribution
    assert share_through(given) == pytest.approx(ending / partition.gain)
    assert share_adopted(given) == pytest.approx(partition.adopted.contribution / partition.gain)


def test_the_share_of_the_gap_is_none_of_it_for_base_and_all_of_it_for_tuned() -> None:
    given = case("dormant skill")
    assert recovered(given, given.base) == 0.0
    assert recovered(given, given.tuned) == 1.0
    assert recovered(given, (given.base + given.tuned) / 2) == pytest.approx(0.5)
    assert recovered(given, None) is None
    same = replace(given, tuned=given.base)
    assert recovered(same, given.steered) is None
    assert not steering_works(same, Thresholds())


def test_steering_that_random_directions_equal_activates_nothing() -> None:
    given = case("dormant skill")
    assert given.steered is not None
    assert given.null is not None
    assert given.steered_behaviour is not None
    # Three of 24 draws as good as the direction put it below the 95th percentile.
    for name, value in (("null", given.steered), ("null_behaviour", given.steered_behaviour)):
        null = getattr(given, name).copy()
        null[:3] = value
        assert decide(replace(given, **{name: null}))[0] == "inconclusive"
        null[1:3] = getattr(given, name)[1:3]
        assert decide(replace(given, **{name: null}))[0] == "activated"


def test_thresholds_decide_where_the_lines_are() -> None:
    given = case("dormant skill")
    gain = float((given.tuned - given.base).mean())
    assert decide(given, Thresholds(least_gain=gain + 0.01))[0] == "no gain"
    assert decide(given, Thresholds(least_gain=gain - 0.01))[0] == "activated"
    assert decide(given, Thresholds(through=1.2))[0] == "elsewhere"
    assert decide(given, Thresholds(recovered=0.99))[0] == "inconclusive"
    taught = case("nothing at all")
    assert decide(taught, Thresholds(reach=0.0))[0] == "inconclusive"
