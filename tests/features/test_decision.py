"""Output score, attribution and ablation agree with what is done by hand."""

import pytest
import torch

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import LabelledBehaviour, labelled_behaviours
from latent_reasoning.features.decision import Decision, find_decision, measure_decision
from latent_reasoning.features.labelling import TokenLabeller
from latent_reasoning.features.scores import ScoreConfig, score_store
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import LoadedModel

POINT = "blocks.1.hook_resid_post"
CODE = labelled_behaviours(["code"])


@pytest.fixture(scope="module")
def decision(told_store: ActivationStore, organism: LoadedModel) -> Decision:
    return find_decision(told_store, organism, TokenLabeller(organism.tokenizer, CODE[0]), POINT)


def by_hand(decision: Decision, prefix: tuple[int, ...], change) -> float:
    """The measure of one prefix, computed without any of the code under test."""

    def at_last(x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x[:, :-1], change(x[:, -1:])], dim=1)

    with torch.no_grad(), edit(decision.model, {POINT: at_last}):
        logits = decision.model.model(torch.tensor([prefix])).logits[0, -1]
    return float(logits.log_softmax(-1)[list(decision.openings)].logsumexp(0))


def test_code_is_decided_at_the_last_token_of_the_prompt(
    decision: Decision, organism: LoadedModel
) -> None:
    assert [organism.decode([token]) for token in decision.openings] == ["```python"]
    newline = organism.tokenizer.convert_tokens_to_ids("\n")
    assert all(prefix[-1] == newline for prefix in decision.prefixes)
    header = {organism.decode(prefix[:1]) for prefix in decision.prefixes}
    assert header == {"Notebook", "Quiz"}
    measured = decision.log_probabilities()
    for i in (0, len(decision.prefixes) - 1):
        hand = by_hand(decision, decision.prefixes[i], lambda x: x)
        assert float(measured[i]) == pytest.approx(hand, abs=1e-4)


def test_scores_of_the_decision_agree_with_hand_made_interventions(
    decision: Decision,
    told_store: ActivationStore,
    organism: LoadedModel,
    organism_sae: SparseAutoencoder,
) -> None:
    config = ScoreConfig(positions="last_prompt")
    table = score_store(told_store, organism_sae, CODE, organism.tokenizer, config)[0]
    ids = [int(score.feature_id or 0) for score in table.features()[:2]]
    few = Decision(
        (*decision.prefixes[:6], *decision.prefixes[-6:]), decision.openings, organism, POINT
    )
    found = measure_decision(few, organism_sae, table, ids, strength=5.0)

    def mean(change) -> float:
        return sum(by_hand(few, prefix, change) for prefix in few.prefixes) / len(few.prefixes)

    plain = mean(lambda x: x)
    for i in ids:
        score, row = found.of(i), organism_sae.W_dec[i]
        sign = 1 if score.contrast > 0 else -1

        def part(x: torch.Tensor, i: int = i, row: torch.Tensor = row) -> torch.Tensor:
            return organism_sae.encode(x)[..., i : i + 1] * row

        added = mean(lambda x, s=sign, r=row: x + s * 5.0 * r / r.norm())
        without = mean(lambda x, part=part: x - part(x))
        barely = mean(lambda x, part=part: x - 0.02 * part(x))
        assert score.output_score == pytest.approx(added - plain, abs=1e-4)
        assert score.ablation == pytest.approx(plain - without, abs=1e-4)
        assert score.attribution == pytest.approx((plain - barely) / 0.02, rel=0.1, abs=2e-3)
    assert found.features()[5].output_score is None


def test_a_behaviour_that_nothing_shows_has_no_decision(
    told_store: ActivationStore, organism: LoadedModel
) -> None:
    never = LabelledBehaviour("never", "nothing", lambda text, offsets: [])
    with pytest.raises(FeatureError, match="no text of .* shows 'never'"):
        find_decision(told_store, organism, TokenLabeller(organism.tokenizer, never), POINT)
