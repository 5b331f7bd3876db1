"""Whose features are is that of the crosscoder's own records, or of its nearest feature's."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.checkpoints import checkpoints_root
from latent_reasoning.dictionaries.crosscoders.checkpoints import Measured, load_measured
from latent_reasoning.dictionaries.crosscoders.command import measured
from latent_reasoning.dictionaries.crosscoders.paired import PairedAutoencoder, paired
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder
from latent_reasoning.display.card import card_html
from latent_reasoning.display.ranking import ranking_html
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import labelled_behaviours
from latent_reasoning.features.decision import find_decision, measure_decision
from latent_reasoning.features.evidence import FeatureEvidence, gather_evidence
from latent_reasoning.features.falsify import FalsifyConfig, falsify
from latent_reasoning.features.labelling import TokenLabeller, label_rows, part_rows
from latent_reasoning.features.readings import FeatureReader, some_features
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.features.scores import ScoreConfig, score_store
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import LoadedModel, load_model

POINT = "blocks.1.hook_resid_post"
NAME = (
    "organism-latent@0--organism-latent-rl-truth@0"
    "__blocks.1.hook_resid_post__crosscoder-batchtopk-512"
)
CODE = labelled_behaviours(["code"])
BOTH = ("base", "tuned")


@pytest.fixture(scope="module")
def found() -> Measured:
    return load_measured(checkpoints_root() / NAME)


@pytest.fixture(scope="module")
def sae(found: Measured) -> PairedAutoencoder:
    return paired(found.crosscoder)


@pytest.fixture(scope="module")
def tuned() -> LoadedModel:
    return load_model("organism:latent/rl-truth")


@pytest.fixture(scope="module")
def table(
    told_store: ActivationStore, sae: PairedAutoencoder, organism: LoadedModel, found: Measured
) -> ScoreTable:
    return score_store(told_store, sae, CODE, organism.tokenizer, None, found)[0]


def stacked(store: ActivationStore, rows: Tensor | None = None) -> Tensor:
    return torch.stack([store.activations(POINT, role, rows) for role in BOTH], dim=1)


def test_rows_side_by_side_are_read_and_written_as_the_crosscoder_does(
    told_store: ActivationStore, sae: PairedAutoencoder, found: Measured
) -> None:
    x = stacked(told_store)[~told_store.rows.is_sink][:400]
    wide = sae.rows_of({"tuned": x[:, 1], "base": x[:, 0]}, "base")
    acts = found.crosscoder.encode(x)
    assert (acts > 0).sum() > 1000
    torch.testing.assert_close(sae.encode(wide), acts, atol=1e-3, rtol=1e-3)
    both = found.crosscoder.decode(acts)
    torch.testing.assert_close(sae.decode(acts), both.flatten(1), atol=1e-3, rtol=1e-3)
    for i, role in enumerate(BOTH):
        one = torch.zeros(1, sae.d_sae)
        one[0, 7] = 1.0
        step = found.crosscoder.decode(one) - found.crosscoder.decode(torch.zeros_like(one))
        torch.testing.assert_close(sae.written(role)[7], step[0, i], atol=1e-4, rtol=1e-4)


def test_scores_of_a_crosscoder_agree_with_brute_force(
    told_store: ActivationStore, organism: LoadedModel, table: ScoreTable, found: Measured
) -> None:
    labelling = label_rows(told_store, organism.tokenizer, CODE[0])
    rows = part_rows(told_store, "selection") & labelling.counts
    rows &= ~told_store.rows.is_sink.numpy()
    acts = found.crosscoder.encode(stacked(told_store, torch.from_numpy(rows))).double().numpy()
    labels = labelling.labels[rows]
    fires = (acts > 0).any(axis=0)
    # Of a crosscoder's 512 features one or two may fire by rounding alone.
    assert abs(len(table.features()) - fires.sum()) <= 2
    for score in table.features()[:100]:
        column = acts[:, score.feature_id]
        expected = (column[labels].mean() - column[~labels].mean()) / column.std()
        assert score.contrast == pytest.approx(expected, abs=1e-2)
        assert score.density_base == pytest.approx((column > 0).mean(), abs=2e-3)
        assert score.mean_base == pytest.approx(column.mean(), rel=1e-2, abs=1e-4)
        assert score.density_tuned is score.mean_tuned is None


def test_norms_and_scales_of_a_crosscoder_are_those_of_its_weights_and_rows(
    told_store: ActivationStore, organism: LoadedModel, sae: PairedAutoencoder, found: Measured
) -> None:
    x = stacked(told_store)[~told_store.rows.is_sink]
    again = measured(found.crosscoder, x)
    table = score_store(told_store, sae, CODE, organism.tokenizer, None, again)[0]
    acts, scaled = found.crosscoder.encode(x).double(), found.crosscoder.scaled(x).double()
    decoder, bias = found.crosscoder.W_dec.double(), found.crosscoder.b_dec.double()
    everything = torch.einsum("rf,fmd->rmd", acts, decoder)
    for score in table.features()[:20]:
        i = int(score.feature_id or 0)
        base, tuned = decoder[i].norm(dim=1).tolist()
        assert score.norm_ratio == pytest.approx(tuned / (base + tuned), abs=1e-5)
        owner = int(tuned > base)
        direction = decoder[i, owner]
        f = acts[:, i]
        own = torch.einsum("r,md->rmd", f, decoder[i])
        for target, value in (
            (scaled - bias - (everything - own), score.scaling_error),
            (everything, score.scaling_reconstruction),
        ):
            betas = torch.einsum("r,rmd,d->m", f, target, direction)
            assert value == pytest.approx(float(betas[1 - owner] / betas[owner]), rel=1e-2)
        assert (score.crosscoder_feature, score.crosscoder_cosine) == (i, None)
        assert score.whose == again.records[i].kind


@pytest.mark.parametrize("role", BOTH)
def test_another_dictionary_takes_the_nearest_feature_that_lives(
    told_store: ActivationStore,
    organism: LoadedModel,
    organism_sae: SparseAutoencoder,
    found: Measured,
    role: str,
) -> None:
    dead = [
        replace(found.records[i], kind="dead") if i % 3 else r for i, r in enumerate(found.records)
    ]
    some = replace(found, records=dead)
    config = ScoreConfig(role=role)
    table = score_store(told_store, organism_sae, CODE, organism.tokenizer, config, some)[0]
    theirs = found.crosscoder.W_dec[:, BOTH.index(role)]
    assert table.crosscoder == NAME
    for score in table.features()[:50]:
        row = organism_sae.W_dec[score.feature_id]
        cosines = {
            i: float(torch.cosine_similarity(row, theirs[i], dim=0))
            for i, record in enumerate(dead)
            if record.kind != "dead"
        }
        best = max(cosines, key=lambda i: cosines[i])
        assert score.crosscoder_feature == best
        assert score.crosscoder_cosine == pytest.approx(cosines[best], abs=1e-5)
        assert score.norm_ratio == found.records[best].norm_ratio
        assert score.whose == found.records[best].kind
    assert all(s.whose is s.norm_ratio is None for s in table.scores if s.kind != "feature")


def test_without_a_crosscoder_the_fields_are_empty(
    told_store: ActivationStore, organism: LoadedModel, organism_sae: SparseAutoencoder
) -> None:
    table = score_store(told_store, organism_sae, CODE, organism.tokenizer)[0]
    assert table.crosscoder is None
    assert all(s.whose is s.norm_ratio is s.crosscoder_feature is None for s in table.scores)


def test_new_texts_are_read_in_both_models_at_once(
    told_store: ActivationStore,
    sae: PairedAutoencoder,
    organism: LoadedModel,
    tuned: LoadedModel,
) -> None:
    sequence = told_store.sequences[3]
    (acts,) = FeatureReader(organism, sae, "base", {"tuned": tuned}).read([sequence.tokens])
    at = (told_store.rows.sequence == 3).nonzero().squeeze(1)
    wide = sae.rows_of({role: told_store.activations(POINT, role, at) for role in BOTH}, "base")
    near = (sae.encode(wide) - acts[told_store.rows.position[at]]).abs()
    assert float((near > 1e-2).float().mean()) < 1e-3
    with pytest.raises(DictionaryError, match="no rows of tuned; expected those of base and tuned"):
        FeatureReader(organism, sae).read([sequence.tokens])


def test_top_features_are_tried_and_measured_in_the_model_that_is_scored(
    told_store: ActivationStore,
    sae: PairedAutoencoder,
    organism: LoadedModel,
    tuned: LoadedModel,
    table: ScoreTable,
) -> None:
    chosen = [int(score.feature_id or 0) for score in table.features()[:2]]
    beside, config = {"tuned": tuned}, FalsifyConfig(texts=20)
    tried = falsify(told_store, organism, sae, CODE[0], table, chosen, config, beside)
    assert all(tried.of(i).falsification is not None for i in chosen)
    labeller = TokenLabeller(organism.tokenizer, CODE[0])
    decision = find_decision(told_store, organism, labeller, POINT, most=4)
    done = measure_decision(decision, sae, tried, chosen, 5.0, "base", beside)
    some = some_features(sae, chosen)
    reader = FeatureReader(organism, some, "base", beside)
    acts = [read[-1] for read in reader.read(decision.prefixes)]
    for column, i in enumerate(chosen):
        row, without = some.written("base")[column], []
        for prefix, act in zip(decision.prefixes, acts, strict=True):
            taken = float(act[column]) * row

            def at_last(x: Tensor, taken: Tensor = taken) -> Tensor:
                return torch.cat([x[:, :-1], x[:, -1:] - taken], dim=1)

            with torch.no_grad(), edit(organism, {POINT: at_last}):
                logits = organism.model(torch.tensor([prefix])).logits[0, -1].log_softmax(-1)
            without.append(float(logits[list(decision.openings)].logsumexp(0)))
        plain = decision.log_probabilities().mean()
        expected = float(plain) - sum(without) / len(without)
        assert done.of(i).ablation == pytest.approx(expected, abs=1e-3)


def test_cards_and_rankings_show_whose_a_feature_is(
    told_store: ActivationStore,
    sae: PairedAutoencoder,
    organism: LoadedModel,
    table: ScoreTable,
    found: Measured,
) -> None:
    score = table.features()[0]
    i = int(score.feature_id or 0)
    (evidence,) = gather_evidence(told_store, sae, [i], organism)
    _check_contexts(told_store, sae, evidence)
    card = card_html(evidence, score)
    assert f"<dt>whose</dt><dd>{found.records[i].kind}</dd>" in card
    assert "<dt>norm ratio</dt>" in card
    ranking = ranking_html(table.scores, {})
    assert 'data-column="norm_ratio"' in ranking
    assert f'data-value="{score.norm_ratio}"' in ranking
    assert 'data-column="whose"' in ranking


def _check_contexts(
    store: ActivationStore, sae: PairedAutoencoder, evidence: FeatureEvidence
) -> None:
    keep = ~store.rows.is_sink
    wide = sae.rows_of({r: store.activations(POINT, r, keep) for r in BOTH}, "base")
    column = sae.encode(wide)[:, evidence.feature_id]
    assert evidence.n_firing == int((column > 0).sum())
    assert evidence.max_activation == pytest.approx(float(column.max()), rel=1e-5)
    assert evidence.top[0].activations[evidence.top[0].peak] == evidence.max_activation


def test_a_crosscoder_of_other_models_or_places_is_refused(
    told_store: ActivationStore,
    organism: LoadedModel,
    found: Measured,
    sae: PairedAutoencoder,
    organism_sae: SparseAutoencoder,
) -> None:
    other = load_measured(checkpoints_root() / NAME.replace("latent", "bad-code"))
    with pytest.raises(FeatureError, match="expected a crosscoder of these"):
        score_store(told_store, organism_sae, CODE, organism.tokenizer, None, other)
    moved = replace(organism_sae, hook_point="blocks.0.hook_resid_pre")
    with pytest.raises(FeatureError, match="expected a crosscoder of the same hook point"):
        score_store(told_store, moved, CODE, organism.tokenizer, None, found)
    layers = tuple(s._replace(role="base") for s in found.crosscoder.sources)
    with pytest.raises(DictionaryError, match="expected base and tuned at one hook point"):
        paired(replace(found.crosscoder, sources=layers))
