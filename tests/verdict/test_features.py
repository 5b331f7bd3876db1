"""R2 and R3 on numbers made by hand: what the falsifier and the crosscoder change."""

from dataclasses import replace
from typing import Any

import pytest
from drawn_evidence import DORMANT, SKILLED, evidence

from latent_reasoning.errors import RunError
from latent_reasoning.verdict.evidence import Evidence, evidence_from
from latent_reasoning.verdict.features import presence, shared
from latent_reasoning.verdict.rivals import rivals

CLEAR = {"value": 0.9, "low": 0.8, "high": 0.95}
WEAK = {"value": 0.52, "low": 0.4, "high": 0.6}
PRESENCE: dict[str, Any] = {
    "feature": "feature 3",
    "where": "completion tokens",
    "best_feature_auroc": CLEAR,
    "shuffled_best_95": 0.6,
}
SHARED: dict[str, Any] = {
    "feature": "feature 3",
    "fvu_on_base": 0.03,
    "fvu_on_tuned": 0.04,
    "feature_correlation": {"value": 0.9, "low": 0.85, "high": 0.93, "n": 80},
    "other_features_correlation_95": 0.2,
}


def tried(verdict: str, auroc: dict[str, float] = CLEAR, name: str = "feature 3") -> dict[str, Any]:
    return {
        "feature": name,
        "auroc": auroc,
        "verdict": verdict,
        "cohens_d": 1.2,
        "p_value": 0.001,
        "n_texts": 100,
        "silent_share": 0.1,
        "untested_because": "too few" if verdict == "untested" else None,
    }


def crosscoder(*kinds: str) -> dict[str, Any]:
    scales = {"base": 0.1, "tuned": 1.0}
    return {
        "fvu_on_base": 0.05,
        "fvu_on_tuned": 0.06,
        "carriers": [
            {
                "feature": f"crosscoder feature {i}",
                "norm_ratio": 0.5 if kind == "shared" else 0.95,
                "kind": kind,
                "kind_by_norm": kind,
                "nu_error": scales,
                "nu_reconstruction": scales,
            }
            for i, kind in enumerate(kinds)
        ],
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "passed"),
        ([tried("context-dependent")], "passed"),
        ([tried("partial")], "passed"),
        ([tried("token-driven")], "failed"),
        ([tried("untested")], "undecided"),
        ([tried("token-driven"), tried("context-dependent")], "passed"),
        ([tried("token-driven"), tried("context-dependent", WEAK)], "failed"),
        ([tried("token-driven"), tried("untested")], "undecided"),
        ([tried("context-dependent", WEAK)], "failed"),
    ],
)
def test_presence_needs_a_feature_that_tells_and_survives(found: Any, said: str) -> None:
    decided = presence(PRESENCE | {"token_injection": found})
    assert decided.status == said
    assert ("falsifier not run" in decided.summary) == (found is None)
    if found:
        assert decided.numbers["token_injection"] == found[0]["verdict"]
        assert decided.numbers["token_injection_cohens_d"] == 1.2


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("shared", "shared"), "passed"),
        (("shared", "tuned-only"), "undecided"),
        (("artefact", "shared"), "undecided"),
        (("tuned-only", "shared"), "failed"),
    ],
)
def test_shared_needs_a_shared_carrier(kinds: tuple[str, ...], said: str) -> None:
    decided = shared(SHARED | {"crosscoder": crosscoder(*kinds)})
    assert decided.status == said
    assert decided.numbers["crosscoder"] == kinds[0]
    assert f"is {kinds[0]}" in decided.summary


def test_without_a_crosscoder_the_correlation_decides_or_the_reason_is_told() -> None:
    assert shared(SHARED).status == "passed"
    assert "no crosscoder was trained" in shared(SHARED).summary
    few = shared(SHARED | {"crosscoder": {"reason": "12 rows"}})
    assert (few.status, few.numbers["crosscoder"]) == ("undecided", "12 rows")
    apart = {"feature_correlation": {"value": 0.1, "low": 0.0, "high": 0.2, "n": 9}}
    assert shared(SHARED | apart | {"crosscoder": crosscoder("shared")}).status == "failed"


def numbered(**numbers: Any) -> Evidence:
    return replace(evidence(DORMANT, SKILLED), numbers=numbers)


@pytest.mark.parametrize(
    ("kind", "label"),
    [("shared", "activated"), ("tuned-only", "taught"), ("uneven", "inconclusive")],
)
def test_the_rival_rule_of_the_norm_ratio(kind: str, label: str) -> None:
    found = numbered(norm_ratio={"value": 0.5, "kind_by_norm": kind})
    assert rivals(found)["norm ratio"] == label
    assert rivals(replace(found, numbers={}))["norm ratio"] is None
    still = replace(evidence(DORMANT, DORMANT), numbers=found.numbers)
    assert rivals(still)["norm ratio"] == "no gain"


def test_damaged_numbers_of_features_are_refused() -> None:
    broken = tried("partial")
    del broken["p_value"]
    carriers = crosscoder("shared")
    del carriers["carriers"][0]["kind"]
    for numbers in (
        {"presence": PRESENCE | {"token_injection": [broken]}},
        {"shared": SHARED | {"crosscoder": carriers}},
        {"norm_ratio": {"value": 0.5}},
    ):
        with pytest.raises(RunError, match="the evidence is damaged"):
            evidence_from(numbered(**numbers).record())
    whole = {"presence": PRESENCE | {"token_injection": [tried("partial")]}}
    assert evidence_from(numbered(**whole).record()).numbers == whole
