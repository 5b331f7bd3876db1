"""Scores in one streaming pass agree with brute force, and with everything held in memory."""

import math
import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch
from scipy.stats import rankdata
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features import live_entries
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import LabelledBehaviour, labelled_behaviours
from latent_reasoning.features.labelling import label_rows, part_rows, problem_numbers
from latent_reasoning.features.score_pass import ROW, buckets_of, run_pass
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.features.scores import ScoreConfig, prepare, score_store, tables
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.traces.spans import Span

POINT = "blocks.1.hook_resid_post"
CODE = labelled_behaviours(["code"])


@pytest.fixture(scope="module")
def table(
    told_store: ActivationStore, organism_sae: SparseAutoencoder, organism: LoadedModel
) -> ScoreTable:
    return score_store(told_store, organism_sae, CODE, organism.tokenizer)[0]


@pytest.fixture(scope="module")
def dense(
    told_store: ActivationStore, organism_sae: SparseAutoencoder, organism: LoadedModel
) -> dict[str, np.ndarray]:
    """Everything the scores are made of, by the plainest means."""
    labelling = label_rows(told_store, organism.tokenizer, CODE[0])
    rows = part_rows(told_store, "selection") & labelling.counts
    rows &= ~told_store.rows.is_sink.numpy()
    chosen = torch.from_numpy(rows)
    return {
        "acts": organism_sae.encode(told_store.activations(POINT, "base", chosen)).double().numpy(),
        "tuned": organism_sae.encode(told_store.activations(POINT, "tuned", chosen)).numpy(),
        "labels": labelling.labels[rows],
        "windows": labelling.windows[rows],
        "problems": problem_numbers(told_store)[rows],
    }


def test_contrast_and_activity_agree_with_brute_force(
    table: ScoreTable, dense: dict[str, np.ndarray]
) -> None:
    acts, labels = dense["acts"], dense["labels"]
    assert (table.n_rows, table.n_labelled) == (len(acts), labels.sum())
    assert len(table.features()) == (acts > 0).any(axis=0).sum()
    for score in table.features():
        column = acts[:, score.feature_id]
        expected = (column[labels].mean() - column[~labels].mean()) / column.std()
        assert score.contrast == pytest.approx(expected, abs=1e-9)
        assert score.density_base == (column > 0).mean()
        assert score.mean_base == pytest.approx(column.mean(), rel=1e-9)
        assert score.max_base == column.max()
        tuned = dense["tuned"][:, score.feature_id]
        assert score.density_tuned == (tuned > 0).mean()
        assert score.mean_change == pytest.approx(tuned.mean() - column.mean(), abs=1e-6)


def test_live_entries_are_those_of_encode(
    told_store: ActivationStore, organism_sae: SparseAutoencoder
) -> None:
    x = told_store.activations(POINT)[:500]
    codes = live_entries.live_entries(organism_sae, x)
    dense = torch.zeros(codes.n_rows, codes.d_sae)
    dense[codes.rows, codes.features] = codes.values
    assert torch.equal(dense, organism_sae.encode(x))


def test_areas_agree_with_ranks_within_the_stated_resolution(
    table: ScoreTable, dense: dict[str, np.ndarray]
) -> None:
    acts, labels = dense["acts"], dense["labels"]
    n_with, n_without = labels.sum(), (~labels).sum()
    for score in table.features():
        ranks = rankdata(acts[:, score.feature_id])
        area = (ranks[labels].sum() - n_with * (n_with + 1) / 2) / (n_with * n_without)
        assert abs(score.auroc.value - area) <= table.resolution + 1e-12
        assert score.auroc.low <= area <= score.auroc.high
    assert table.resolution < 0.01


def test_reason_score_agrees_with_brute_force(
    table: ScoreTable, dense: dict[str, np.ndarray]
) -> None:
    acts, windows = dense["acts"], dense["windows"]
    inside = acts[windows != 0].mean(axis=0)
    outside = acts[windows == 0].mean(axis=0)
    assert len(table.words) == 10
    by_word = [acts[(windows >> i) & 1 == 1].mean(axis=0) for i in range(10)]
    for score in table.features():
        i = score.feature_id
        total = sum(means[i] for means in by_word)
        shares = [means[i] / total for means in by_word if means[i] > 0]
        entropy = -sum(p * math.log(p) for p in shares) / math.log(10)
        expected = inside[i] / inside.sum() * entropy**0.7 - outside[i] / outside.sum()
        assert score.reason_score == pytest.approx(expected, abs=1e-12)


def test_reason_score_agrees_with_brute_force_from_the_tokens_up(
    told_store: ActivationStore, organism_sae: SparseAutoencoder, organism: LoadedModel
) -> None:
    words = ("x", "boxed", "the", "has")
    meant = LabelledBehaviour("code", "code", CODE[0].find, words=words)
    found = score_store(told_store, organism_sae, [meant], organism.tokenizer)[0]
    rows, parts = told_store.rows, part_rows(told_store, "selection")
    acts = organism_sae.encode(told_store.activations(POINT, "base")).double().numpy()
    inside, by_word = set(), {word: set() for word in words}
    counted = set()
    for key, sequence in told_store.sequences_of(rows.sequence.unique().tolist()).items():
        here = np.flatnonzero(rows.sequence.numpy() == key)
        at = {int(rows.position[row]): int(row) for row in here if parts[row]}
        texts = [organism.decode([token]).strip(" \n\\{").lower() for token in sequence.tokens]
        completion = range(sequence.n_prompt, len(texts))
        counted |= {at[i] for i in completion if i in at and not rows.is_sink[at[i]]}
        for i in completion:
            if texts[i] in words:
                near = {at[j] for j in range(i - 1, i + 3) if j in completion and j in at}
                by_word[texts[i]] |= near
                inside |= near
    assert all(len(by_word[word]) > 20 for word in words)
    assert found.n_rows == len(counted)

    def mean(chosen: set[int]) -> np.ndarray:
        return acts[sorted(chosen & counted)].mean(axis=0)

    plus, minus = mean(inside), mean(counted - inside)
    around = np.stack([mean(by_word[word]) for word in words])
    for score in found.features():
        i = score.feature_id
        p = around[:, i] / around[:, i].sum() if around[:, i].any() else np.zeros(4)
        entropy = -sum(q * math.log(q) for q in p if q > 0) / math.log(4)
        expected = plus[i] / plus.sum() * entropy**0.7 - minus[i] / minus.sum()
        assert score.reason_score == pytest.approx(expected, abs=1e-9)


def test_the_difference_of_means_of_the_table_agrees_with_brute_force(
    table: ScoreTable,
    dense: dict[str, np.ndarray],
    told_store: ActivationStore,
    organism: LoadedModel,
) -> None:
    labelling = label_rows(told_store, organism.tokenizer, CODE[0])
    rows = told_store.activations(POINT, "base").double().numpy()
    keep = labelling.counts & ~told_store.rows.is_sink.numpy()
    fitting, scored = (keep & part_rows(told_store, part) for part in ("fitting", "selection"))
    labels = labelling.labels
    direction = rows[fitting & labels].mean(axis=0) - rows[fitting & ~labels].mean(axis=0)
    projected = rows[scored] @ (direction / np.linalg.norm(direction))
    shown = dense["labels"]
    contrast = (projected[shown].mean() - projected[~shown].mean()) / projected.std()
    row = next(score for score in table.scores if score.kind == "diff mean")
    assert row.contrast == pytest.approx(contrast, rel=1e-5)
    n_with, n_without = shown.sum(), (~shown).sum()
    ranks = rankdata(projected)[shown].sum()
    area = (ranks - n_with * (n_with + 1) / 2) / (n_with * n_without)
    assert row.auroc.value == pytest.approx(area, abs=0.01)


def test_mutual_information_of_octaves_agrees_with_brute_force(
    table: ScoreTable, dense: dict[str, np.ndarray]
) -> None:
    acts, labels = dense["acts"], dense["labels"]
    for score in table.features()[:40]:
        column = acts[:, score.feature_id]
        octave = [-99 if value == 0 else math.floor(math.log2(value)) for value in column]
        cells: dict[tuple[int, bool], int] = {}
        for cell in zip(octave, labels.tolist(), strict=True):
            cells[cell] = cells.get(cell, 0) + 1
        n, bits = len(column), 0.0
        of_octave = {o: octave.count(o) for o in set(octave)}
        of_label = {True: int(labels.sum()), False: int((~labels).sum())}
        for (o, label), count in cells.items():
            bits += count / n * math.log2(count * n / (of_octave[o] * of_label[label]))
        bits -= (len(cells) - len(of_octave) - 2 + 1) / (2 * n * math.log(2))
        assert score.mutual_information == pytest.approx(max(bits, 0.0), abs=1e-9)


def test_the_p_value_is_that_of_sums_by_problem(
    table: ScoreTable, dense: dict[str, np.ndarray]
) -> None:
    labels, acts = dense["labels"].astype(float), dense["acts"]
    names = dense["problems"] % 64
    for score in table.features()[:40]:
        column = acts[:, score.feature_id]
        product = (labels - labels.mean()) * (column - column.mean())
        u = np.array([product[names == name].sum() for name in np.unique(names)])
        t = abs(u.sum()) / math.sqrt((u**2).sum())
        assert score.p_value == pytest.approx(min(1, 3.178 * math.erfc(t / math.sqrt(2))), rel=1e-6)


@pytest.mark.parametrize("size", [1, 100, 10**6])
def test_pieces_of_any_size_give_the_same_bits_as_all_in_memory(
    table: ScoreTable,
    told_store: ActivationStore,
    organism_sae: SparseAutoencoder,
    organism: LoadedModel,
    size: int,
) -> None:
    scored = prepare(told_store, organism_sae, CODE, organism.tokenizer, ScoreConfig())
    rows = torch.from_numpy(np.flatnonzero(scored[0].chosen))[: 50 if size == 1 else None]
    whole = {role: told_store.activations(POINT, role)[rows] for role in ("base", "tuned")}

    def pieces(step: int) -> Iterator[dict[str, Tensor]]:
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            yield {role: x[part] for role, x in whole.items()} | {ROW: rows[part]}

    bucket = buckets_of(problem_numbers(told_store))
    run_pass(pieces(size), organism_sae, scored, ["base", "tuned"], bucket)
    found = tables(told_store, organism_sae, scored, ScoreConfig())[0]
    if size > 1:
        assert found == table
        return
    again = prepare(told_store, organism_sae, CODE, organism.tokenizer, ScoreConfig())
    run_pass(pieces(10**6), organism_sae, again, ["base", "tuned"], bucket)
    assert torch.equal(again[0].label_sums.sums, scored[0].label_sums.sums)


def test_blocks_of_rows_change_rounding_only(
    table: ScoreTable,
    told_store: ActivationStore,
    organism_sae: SparseAutoencoder,
    organism: LoadedModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_entries, "BLOCK_VALUES", 512 * 37)
    found = score_store(told_store, organism_sae, CODE, organism.tokenizer)[0]
    for score in table.scores:
        other = next(one for one in found.scores if one.name == score.name)
        assert other.contrast == pytest.approx(score.contrast, abs=1e-4)


def test_several_behaviours_in_one_pass_score_as_each_alone(
    table: ScoreTable,
    told_store: ActivationStore,
    organism_sae: SparseAutoencoder,
    organism: LoadedModel,
) -> None:
    both = labelled_behaviours(["wrong_step", "code"])
    found = score_store(told_store, organism_sae, both, organism.tokenizer)
    assert [one.behaviour for one in found] == ["wrong_step", "code"]
    named = {score.name: score for score in found[1].scores}
    assert named.keys() == {score.name for score in table.scores}
    for score in table.scores:
        assert named[score.name].contrast == pytest.approx(score.contrast, abs=1e-9)
    assert found[0].n_rows < found[1].n_rows


def test_labels_drawn_by_coin_for_every_problem_are_not_found(
    told_store: ActivationStore, organism_sae: SparseAutoencoder, organism: LoadedModel
) -> None:
    def coin(salt: int) -> LabelledBehaviour:
        def find(text: str, _: Sequence[Span]) -> list[Span]:
            return [Span(0, len(text))] if random.Random(f"{salt} {text}").random() < 0.5 else []

        return LabelledBehaviour(f"coin {salt}", "a coin", find)

    coins = [coin(salt) for salt in range(3)]
    found = score_store(told_store, organism_sae, coins, organism.tokenizer)
    best = [min(score.p_max for score in one.scores) for one in found]
    assert sum(p < 0.05 for p in best) <= 1


def test_a_last_prompt_is_labelled_by_what_follows(
    told_store: ActivationStore, organism_sae: SparseAutoencoder, organism: LoadedModel
) -> None:
    config = ScoreConfig(positions="last_prompt")
    found = score_store(told_store, organism_sae, CODE, organism.tokenizer, config)[0]
    assert found.n_labelled * 2 == found.n_rows
    assert found.n_rows == 2 * found.n_problems
    best = found.features()[0]
    assert max(best.auroc.value, 1 - best.auroc.value) > 0.9
    assert all(score.reason_score is None for score in found.scores)


def test_what_cannot_be_scored_is_said_in_one_line(
    told_store: ActivationStore, organism_sae: SparseAutoencoder, organism: LoadedModel
) -> None:
    never = LabelledBehaviour("never", "nothing", lambda text, offsets: [])
    for behaviours, config, message in (
        ([never], ScoreConfig(), "'never', fitting part: 0 of"),
        (CODE, ScoreConfig(role="steered"), "'steered' is not a known recorded model"),
    ):
        with pytest.raises(FeatureError, match=message) as error:
            score_store(told_store, organism_sae, behaviours, organism.tokenizer, config)
        assert "\n" not in str(error.value)
