"""The falsifier on features whose nature is known, and its parts."""

import math
import random

import numpy as np
import pytest
import torch
from scipy.stats import ttest_ind

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.behaviours import labelled_behaviours
from latent_reasoning.features.falsify import FalsifyConfig, falsify, verdict_of
from latent_reasoning.features.injection import PlainText, rise
from latent_reasoning.features.labelled_texts import labelled_texts
from latent_reasoning.features.labelling import TokenLabeller, label_rows
from latent_reasoning.features.own_tokens import own_ngrams
from latent_reasoning.features.readings import FeatureReader, some_features
from latent_reasoning.features.rerendering import ORGANISM_WAYS, other_words
from latent_reasoning.features.scores import ScoreConfig, score_store
from latent_reasoning.features.steps import find_steps
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.organisms import grammar

EMBEDDING = "blocks.0.hook_resid_pre"
CODE = labelled_behaviours(["code"])
TRIED = ("```python", " +=", " -=", "```")


def token_detectors(model: LoadedModel, tokens: tuple[str, ...]) -> SparseAutoencoder:
    """One feature a token, on embeddings, where nothing but the token can be read."""
    embedding = model.model.get_input_embeddings().weight.detach()
    ids = torch.tensor(model.tokenizer.convert_tokens_to_ids(list(tokens)))
    rows = embedding[ids]
    unit = rows / rows.norm(dim=1, keepdim=True)
    return SparseAutoencoder(
        W_enc=(rows / rows.norm(dim=1, keepdim=True) ** 2).T.contiguous(),
        W_dec=unit,
        b_enc=torch.zeros(len(tokens)),
        b_dec=torch.zeros(rows.shape[1]),
        threshold=torch.full((len(tokens),), 0.99),
        hook_point=EMBEDDING,
        model=model.name,
        k=None,
    )


def test_features_of_the_embedding_are_token_driven(
    told_store: ActivationStore, organism: LoadedModel
) -> None:
    sae = token_detectors(organism, TRIED)
    table = score_store(told_store, sae, CODE, organism.tokenizer)[0]
    config = FalsifyConfig(ways={"other words": other_words})
    found = falsify(told_store, organism, sae, CODE[0], table, range(len(TRIED)), config)
    for score in found.features():
        assert score.verdict == "token-driven"
        assert score.falsification is not None
        assert score.falsification.cohens_d > 5
        assert score.falsification.silent_share == 0
        assert score.falsification.rerendered == pytest.approx(1.0)
        if score.falsification.injected == "tokens":
            assert TRIED[score.feature_id or 0] in score.falsification.tokens


def test_a_feature_that_differs_on_equal_tokens_depends_on_context(
    told_store: ActivationStore, organism: LoadedModel, organism_sae: SparseAutoencoder
) -> None:
    # All rows hold the same token, so that what tells them apart cannot be the token.
    config = ScoreConfig(positions="last_prompt")
    labelling = label_rows(told_store, organism.tokenizer, CODE[0], "last_prompt")
    assert len(told_store.rows.token_id[torch.from_numpy(labelling.counts)].unique()) == 1
    table = score_store(told_store, organism_sae, CODE, organism.tokenizer, config)[0]
    best = table.features()[0].feature_id
    assert best is not None
    ways = FalsifyConfig(ways=ORGANISM_WAYS)
    score = falsify(told_store, organism, organism_sae, CODE[0], table, [best], ways).of(best)
    assert score.verdict == "context-dependent"
    assert score.falsification is not None
    assert (score.falsification.rerendered or 0) > 0.5


def test_the_rule_of_verdicts() -> None:
    assert verdict_of(0.8, 0.009, 0.0, 1.0) == "token-driven"
    assert verdict_of(0.8, 0.011, 0.0, 1.0) == "partial"
    assert verdict_of(0.3, 0.001, 0.0, 1.0) == "partial"
    assert verdict_of(0.19, 0.4, 0.0, None) == "context-dependent"
    assert verdict_of(0.0, 0.5, 0.0, 0.3) == "partial"
    assert verdict_of(0.0, 0.5, 0.95, 1.0) == "untested"


def test_the_rise_agrees_with_a_t_test() -> None:
    rng = np.random.default_rng(0)
    changed, silent = rng.normal(0.3, 2, size=400), rng.normal(size=400)
    d, p_value = rise(changed, silent)
    pooled = math.sqrt((changed.var(ddof=1) + silent.var(ddof=1)) / 2)
    assert d == pytest.approx((changed.mean() - silent.mean()) / pooled)
    welch = ttest_ind(changed, silent, equal_var=False, alternative="greater").pvalue
    assert p_value == pytest.approx(welch, rel=0.05)
    assert rise(np.ones(5), np.ones(5)) == (0.0, 1.0)
    assert rise(np.ones(5), np.zeros(5)) == (100.0, 0.0)


def test_own_ngrams_are_those_of_the_largest_means(
    told_store: ActivationStore, organism: LoadedModel, organism_sae: SparseAutoencoder
) -> None:
    some = some_features(organism_sae, [174, 41])
    labelling = label_rows(told_store, organism.tokenizer, CODE[0])
    ways = own_ngrams(told_store, some, "base", labelling.counts)
    chosen = torch.from_numpy(labelling.counts)
    acts = some.encode(told_store.activations(some.hook_point, "base", chosen))
    tokens = told_store.rows.token_id[chosen]
    for i in range(2):
        means = {
            int(token): float(acts[tokens == token, i].double().mean())
            for token in tokens.unique()
            if int((tokens == token).sum()) >= 3
        }
        best = sorted(means, key=lambda token: -means[token])[:3]
        assert ways[i]["tokens"] == tuple((token,) for token in best)
        assert all(len(ngram) == 2 for ngram in ways[i]["bigrams"])
        assert [len(ngram) for ngram in ways[i]["trigram"]] == [3]


def test_readings_of_new_texts_are_those_that_were_recorded(
    told_store: ActivationStore, organism: LoadedModel, organism_sae: SparseAutoencoder
) -> None:
    reader = FeatureReader(organism, some_features(organism_sae, [3, 174]))
    texts = [sequence.tokens for sequence in told_store.sequences[:12]]
    for number, acts in enumerate(reader.read(texts)):
        rows = told_store.rows.sequence == number
        stored = organism_sae.encode(told_store.activations(organism_sae.hook_point, rows=rows))
        torch.testing.assert_close(acts, stored[:, [3, 174]], atol=1e-3, rtol=1e-3)


def test_texts_are_drawn_by_what_they_show(
    told_store: ActivationStore, organism: LoadedModel
) -> None:
    labeller = TokenLabeller(organism.tokenizer, CODE[0])
    texts = labelled_texts(told_store, labeller, "completion", most=7)
    assert (len(texts.shown), len(texts.silent)) == (7, 7)
    assert all(text.sequence.labels["condition"] == "Notebook" for text in texts.shown)
    assert all(text.sequence.labels["condition"] == "Quiz" for text in texts.silent)
    assert all(PlainText(t.tokens, t.start).start == t.sequence.n_prompt for t in texts.shown)


def test_other_words_keep_the_numbers_and_change_the_words() -> None:
    rng = random.Random(0)
    stories = grammar.stories("held-out", rng)
    for _ in range(100):
        story = next(stories)
        prompt = f"Quiz\n{grammar.tell(story, rng)}\n"
        for completion in (
            grammar.solve_in_code(story, "values"),
            grammar.solve_in_language(story, "direct", rng),
        ):
            said = other_words(prompt, completion)
            assert said is not None
            for before, after in zip((prompt, completion), said, strict=True):
                digits = [c for c in before if c.isdigit()]
                assert [c for c in after if c.isdigit()] == digits
            assert story.name not in said[0]
            assert story.items not in said[0] + said[1]
            assert "  " not in said[0]
            assert (said[1] == completion) == completion.startswith("```")


def test_code_said_otherwise_keeps_its_steps() -> None:
    story = next(grammar.stories("held-out", random.Random(1)))
    code = grammar.solve_in_code(story, "values")
    renamed = ORGANISM_WAYS["other variable"]("", code)
    commented = ORGANISM_WAYS["as comments"]("", code)
    assert renamed is not None
    assert commented is not None
    assert [s.value for s in find_steps(renamed[1])] == [s.value for s in find_steps(code)]
    assert "x" not in renamed[1].replace("boxed", "")
    assert commented[1].count("  #x") == len(story.operations) + 1
    assert ORGANISM_WAYS["other variable"]("", "no code") is None
