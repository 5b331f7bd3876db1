"""A verdict in words, from the records of a finished run: no model is loaded."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from latent_reasoning.errors import RunError
from latent_reasoning.verdict import necessity, statistics, sufficiency
from latent_reasoning.verdict.evidence import Evidence, run_evidence
from latent_reasoning.verdict.measures import competence, part
from latent_reasoning.verdict.rivals import rivals
from latent_reasoning.verdict.rules import (
    ASKING,
    CONVENTIONS,
    ENTERING,
    Thresholds,
    Verdict,
    criteria,
    judge,
)
from latent_reasoning.verdict.rungs import ladder

SAID = {
    "activated": "tuning activated {name} that lay dormant in base",
    "taught": "tuning taught {name}: base did not have it",
    "elsewhere": "tuned gained, and not through {name}",
    "no gain": "tuned is not better than base",
    "inconclusive": "the evidence about {name} is mixed",
}


def verdict_record(evidence: Evidence, behaviour: str, seed: int = 0) -> dict[str, Any]:
    """The section `verdict` of results.json, the error rates aside."""
    found = judge(evidence, seed=seed)
    left_out = {rung: judge(evidence, seed=seed, without=rung) for rung in ENTERING}
    return {
        "label": found.label,
        "confidence": found.confidence,
        "leaning": found.leaning,
        "shares": found.shares,
        "summary": f"{found.label.capitalize()}: {SAID[found.label].format(name=behaviour)}.",
        "reasons": reasons(evidence, found),
        "without": {rung: verdict.label for rung, verdict in left_out.items()},
        "rivals": rivals(evidence),
    }


def reasons(evidence: Evidence, verdict: Verdict, thresholds: Thresholds = CONVENTIONS) -> list:
    """The facts that decided, in the order of the rule."""
    once = np.ones((1, evidence.n_problems))
    found = criteria(evidence, once, thresholds)
    said = [f"tuned is {statistics.gain(evidence, once)[0]:+.3f} more accurate than base"]
    if not found.gains[0]:
        said.append(f"less than {thresholds.least_gain} counts as no gain")
    else:
        said += _of_the_gain(evidence, thresholds, once)
    if verdict.label != verdict.leaning:
        said.append(
            f"resampled problems say {verdict.leaning} only {verdict.confidence:.0%} of the time"
        )
    return said


def _of_the_gain(evidence: Evidence, thresholds: Thresholds, once: np.ndarray) -> Iterator[str]:
    through = statistics.share_through(evidence, once)[0]
    yield f"{through:.0%} of the gain runs through completions with the behaviour"
    found = criteria(evidence, once, thresholds)
    if not found.through[0]:
        return
    adopted = statistics.share_adopted(evidence, once)[0]
    yield f"{adopted:.0%} comes from completions where base did without it"
    yield from _by_asking(evidence, once)
    steered = evidence.conditions.get("steered")
    if found.hinted[0]:
        few = statistics.FEWEST_COVERED
        yield f"on fewer than {few} problems base shows it when asked, and is right"
    if not found.tried:
        yield "without both asking and steering nothing can be called taught"
    if steered is None:
        yield "base was not steered"
    else:
        share = statistics.recovered(evidence, steered, once)[0]
        beyond = "beyond" if found.beyond[0] else "not beyond"
        yield f"base's own direction recovers {share:.0%} of the gap, {beyond} random ones"
        yield from _beside_asking(evidence, once)
    if (found.reaches | found.suffices)[0] and not found.adopted[0]:
        yield "the behaviour was not dormant in base"


def _beside_asking(evidence: Evidence, once: np.ndarray) -> Iterator[str]:
    found = sufficiency.over_asking(evidence, evidence.conditions["steered"], once)
    if found is not None:
        better, over = found
        asked = sufficiency.ASKED[better]
        yield f"so steered, base is {over[0]:+.3f} more accurate than under {asked}"


def _by_asking(evidence: Evidence, once: np.ndarray) -> Iterator[str]:
    shares = {
        words: float(statistics.explained(evidence, evidence.conditions[name], once)[0])
        for name, words in ASKING.items()
        if name in evidence.conditions
    }
    known = {words: share for words, share in shares.items() if not np.isnan(share)}
    if not known:
        yield "base shows the behaviour under no way of asking"
        return
    best = max(known, key=lambda words: known[words])
    name = next(name for name, words in ASKING.items() if words == best)
    right = [competence(evidence.conditions[one]) for one in (name, "tuned")]
    theirs = " and ".join(f"{value:.0%}" for value in right if value is not None)
    yield (
        f"asked by {best}, base shows the behaviour, and its competence explains "
        f"{part(known[best])} of the gain (base and tuned are right in {theirs} of completions "
        f"with it)"
    )


def _apart(rung: Mapping[str, Any]) -> Iterator[str]:
    """The parts of a rung that has them, and why not all of them enter."""
    for name, one in (rung.get("parts") or {}).items():
        yield f"   {name}: {one['status']}; {one['found']}"
    if rung.get("note"):
        yield f"   note: {rung['note']}"


def read_run(path: Path | str) -> dict[str, Any]:
    """The results.json of a run, given as its folder or as the file.

    Raises:
        RunError: There is none, it cannot be read, or it holds no evidence.
    """
    path = Path(path)
    file = path / "results.json" if path.is_dir() else path
    try:
        results = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(
            f"verdict: cannot read {file} ({error}); expected the folder of a finished comparison "
            f"or its results.json"
        ) from error
    if not isinstance(results, dict) or not isinstance(results.get("evidence"), dict):
        raise RunError(
            f"verdict: {file} holds no section `evidence`; expected results of compare, run it "
            f"anew if they are old"
        )
    return results


def explain(results: Mapping[str, Any]) -> str:
    """The verdict of a run reached anew from its records, in words.

    Raises:
        RunError: The evidence is damaged.
    """
    evidence = run_evidence(results)
    question = results.get("question")
    question = question if isinstance(question, Mapping) else {}
    behaviour, seed = str(question.get("behaviour", "the behaviour")), question.get("seed")
    seed = seed if isinstance(seed, int) else 0
    verdict = verdict_record(evidence, behaviour, seed)
    lines = [
        f"{question.get('base')} -> {question.get('tuned')}, behaviour {behaviour}, "
        f"{evidence.n_problems} test problems",
        "",
        f"{verdict['summary']} (confidence {verdict['confidence']:.2f})",
        *(f"  - {reason}" for reason in verdict["reasons"]),
        "",
        "The rungs:",
    ]
    for key, rung in ladder(evidence, seed=seed).items():
        lines += [
            f"{key} {rung['name']}: {rung['status']}",
            f"   asks: {rung['rule']}",
            f"   found: {rung['summary']}",
            *_apart(rung),
        ]
        if key == "R5":
            rows = necessity.rows(evidence) or []
            lines += [f"   beside it, {necessity.said(row)}" for row in rows]
    lines += ["", "What carries the verdict:"]
    for rung, label in verdict["without"].items():
        same = "the same" if label == verdict["label"] else label
        lines.append(f"   without {rung}: {same}")
    lines += ["   R2, R3, R5 and R6 do not enter the rule", "", "Simpler rules would say:"]
    lines += [f"   {name}: {label or 'not measured'}" for name, label in verdict["rivals"].items()]
    return "\n".join(lines)
