"""Evidence of one pass against brute force over all rows at once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from latent_reasoning.activations.record import record_pair
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.errors import ActivationError, LatentReasoningError
from latent_reasoning.features import evidence, windows
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.evidence import EvidenceConfig, FeatureEvidence, gather_evidence
from latent_reasoning.features.kept_rows import DrawnRows, ExtremeRows
from latent_reasoning.features.logit_lens import logit_lens
from latent_reasoning.models.pair import ModelPair

POST = "blocks.1.hook_resid_post"
IDS = [3, 17, 0, 39, 8]
CONFIG = EvidenceConfig(n_top=3, n_median=2, n_low=3, before=4, after=2, n_tokens=4, n_together=3)


@pytest.fixture(scope="module", params=[10_000, 64], ids=["one shard", "many shards"])
def store(
    request: pytest.FixtureRequest, tiny_pair: ModelPair, tmp_path_factory: pytest.TempPathFactory
) -> ActivationStore:
    sequences = [
        TokenSequence(tuple(5 + (i * j) % 50 for j in range(1, 9 + i % 9)), 3, f"p{i}")
        for i in range(40)
    ]
    path = tmp_path_factory.mktemp("evidence") / "store"
    return record_pair(tiny_pair, sequences, [POST], path, shard_rows=request.param)


@pytest.fixture(scope="module")
def sae(store: ActivationStore) -> SparseAutoencoder:
    generator = torch.Generator().manual_seed(0)
    rows = store.activations(POST, "base")
    w = torch.nn.functional.normalize(torch.randn(40, 32, generator=generator), dim=1)
    pre = (rows - rows.mean(dim=0)) @ w.T
    return SparseAutoencoder(
        W_enc=w.T.contiguous(),
        W_dec=w,
        b_enc=torch.zeros(40),
        b_dec=rows.mean(dim=0),
        # Each feature fires on about a fifth of the rows, and the last of them never.
        threshold=torch.cat([pre.quantile(0.8, dim=0)[:39], torch.tensor([1e9])]),
        hook_point=POST,
        model="tiny",
        k=None,
    )


@pytest.fixture
def found(
    store: ActivationStore, sae: SparseAutoencoder, tiny_pair: ModelPair
) -> list[FeatureEvidence]:
    return gather_evidence(store, sae, IDS, tiny_pair.base, config=CONFIG)


def brute_acts(store: ActivationStore, sae: SparseAutoencoder) -> torch.Tensor:
    kept = ~store.rows.is_sink
    return torch.where(kept[:, None], sae.encode(store.activations(POST, "base")), 0.0)


def test_counts_means_and_histogram_are_those_of_all_rows(
    found: list[FeatureEvidence], store: ActivationStore, sae: SparseAutoencoder
) -> None:
    acts = brute_acts(store, sae)
    for one in found:
        column = acts[:, one.feature_id]
        firing = column[column > 0]
        assert one.n_rows == int((~store.rows.is_sink).sum())
        assert one.n_firing == len(firing)
        assert one.max_activation == pytest.approx(float(column.max()), rel=1e-5)
        if not len(firing):
            assert (one.mean_activation, one.histogram.counts, one.top, one.low) == (0, (), (), ())
            assert one.tokens == one.together == one.median == ()
            continue
        assert one.mean_activation == pytest.approx(float(firing.mean()), rel=1e-5)
        expected = torch.histogram(firing, torch.tensor(one.histogram.edges)).hist
        assert one.histogram.counts == tuple(int(n) for n in expected)
        assert 32 <= len(one.histogram.counts) <= 64


def test_the_strongest_and_the_weakest_sequences_are_shown(
    found: list[FeatureEvidence], store: ActivationStore, sae: SparseAutoencoder
) -> None:
    acts = brute_acts(store, sae)
    sequence = store.rows.sequence
    for one in found:
        column = acts[:, one.feature_id]
        positive = [column[(sequence == s) & (column > 0)] for s in range(40)]
        for shown, extreme in ((one.top, torch.max), (one.low, torch.min)):
            ends = {s: float(extreme(p)) for s, p in enumerate(positive) if len(p)}
            order = sorted(ends, key=ends.__getitem__, reverse=extreme is torch.max)[:3]
            assert [context.sequence for context in shown] == order
            peaks = [context.activations[context.peak] for context in shown]
            assert peaks == pytest.approx([ends[s] for s in order], rel=1e-5)


def test_a_window_shows_each_token_with_its_activation(
    found: list[FeatureEvidence], store: ActivationStore, sae: SparseAutoencoder
) -> None:
    acts, rows = brute_acts(store, sae), store.rows
    decode = gather_texts(store)
    for one in found:
        for context in (*one.top, *one.median, *one.low):
            inside = (rows.sequence == context.sequence).nonzero().flatten()
            texts = decode[context.sequence]
            starts = [
                start
                for start in range(len(texts))
                if tuple(texts[start : start + len(context.tokens)]) == context.tokens
                and torch.allclose(
                    acts[inside[start : start + len(context.tokens)], one.feature_id],
                    torch.tensor(context.activations, dtype=torch.float32),
                    atol=1e-5,
                )
            ]
            assert starts
            assert context.problem_id == f"p{context.sequence}"
            start = starts[0]
            assert context.peak == min(4, start + context.peak)
            assert len(context.tokens) == min(len(texts), start + context.peak + 3) - start


def gather_texts(store: ActivationStore) -> list[list[str]]:
    from builders import build_tokenizer

    tokenizer = build_tokenizer()
    return [[str(tokenizer.decode([t])) for t in s.tokens] for s in store.sequences]


def test_median_contexts_are_nearest_the_median_of_all_firings_when_all_are_drawn(
    store: ActivationStore, sae: SparseAutoencoder, tiny_pair: ModelPair
) -> None:
    config = replace(CONFIG, drawn=10_000, n_median=1)
    column = brute_acts(store, sae)[:, 3]
    firing = column[column > 0]
    (one,) = gather_evidence(store, sae, [3], tiny_pair.base, config=config)
    peak = one.median[0].activations[one.median[0].peak]
    assert peak == pytest.approx(float(firing.median()), rel=1e-5)


def test_tokens_places_and_company_are_those_of_all_rows(
    found: list[FeatureEvidence], store: ActivationStore, sae: SparseAutoencoder
) -> None:
    acts, rows, kept = brute_acts(store, sae), store.rows, ~store.rows.is_sink
    texts = [text for sequence in gather_texts(store) for text in sequence]
    fired = acts > 0
    lengths = torch.tensor([len(s.tokens) for s in store.sequences])[rows.sequence]
    tenth = ((rows.position - 3) * 10).div(lengths - 3, rounding_mode="floor")
    for one in found:
        mine = fired[:, one.feature_id]
        for token in one.tokens:
            on = torch.tensor([text == token.token for text in texts])
            assert token.of_firings == pytest.approx(int((mine & on).sum()) / int(mine.sum()))
            assert token.of_token == pytest.approx(int((mine & on).sum()) / int((on & kept).sum()))
        for place, part in enumerate(one.places):
            there = kept & (
                rows.is_prompt if place == 0 else ~rows.is_prompt & (tenth == place - 1)
            )
            assert part.n_rows == int(there.sum())
            if part.n_rows:
                assert part.density == pytest.approx(float(mine[there].double().mean()))
            else:
                assert part.density is None
        jaccard = {
            i: float((mine & fired[:, i]).sum() / (mine | fired[:, i]).sum())
            for i in range(39)
            if i != one.feature_id and mine.any()
        }
        best = sorted(jaccard.values(), reverse=True)[: len(one.together)]
        assert [other.jaccard for other in one.together] == pytest.approx(best)
        for other in one.together:
            assert other.jaccard == pytest.approx(jaccard[other.feature_id])


def test_how_rows_are_cut_into_batches_does_not_matter(
    found: list[FeatureEvidence],
    store: ActivationStore,
    sae: SparseAutoencoder,
    tiny_pair: ModelPair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut(store: ActivationStore, sae: SparseAutoencoder, role: str) -> Iterator[object]:
        for batch in store.batches(sae.hook_point, [role], batch_size=7, seed=None):
            yield batch.rows, sae.encode(batch.activations[role])

    monkeypatch.setattr(evidence, "_encoded", cut)
    monkeypatch.setattr(windows, "FEATURES_AT_ONCE", 2)
    again = gather_evidence(store, sae, IDS, tiny_pair.base, config=CONFIG)
    for one, other in zip(found, again, strict=True):
        for name in ("histogram", "n_firing", "together", "places", "nearest", "lens"):
            assert getattr(one, name) == getattr(other, name)
        for name in ("top", "median", "low"):
            shown = [(c.sequence, c.tokens, c.peak) for c in getattr(one, name)]
            assert shown == [(c.sequence, c.tokens, c.peak) for c in getattr(other, name)]


def test_tokens_outside_the_recording_are_shown_without_activation(
    tiny_pair: ModelPair, sae: SparseAutoencoder, tmp_path: Path
) -> None:
    sequence = TokenSequence(tuple(range(5, 17)), 6, "p")
    store = record_pair(tiny_pair, [sequence], [POST], tmp_path / "s", positions="completion")
    wide = replace(CONFIG, before=20, after=20)
    ids = list(range(39))
    shown = [e for e in gather_evidence(store, sae, ids, tiny_pair.base, config=wide) if e.top]
    assert shown
    for one in shown:
        assert len(one.top[0].tokens) == 12
        assert one.top[0].activations[:6] == (None,) * 6
        assert None not in one.top[0].activations[6:]
        assert one.places[0].density is None


def test_logit_lens_is_the_model_s_own_head_on_the_normed_direction(
    tiny_pair: ModelPair, sae: SparseAutoencoder
) -> None:
    model = tiny_pair.base.model
    tokens = len(tiny_pair.base.tokenizer)
    lens = logit_lens(tiny_pair.base, 5.0 * sae.W_dec[:3], n=4)
    for row, ends in zip(sae.W_dec[:3], lens, strict=True):
        rms = row / row.square().mean().sqrt()
        gain, head = model.get_parameter("model.norm.weight"), model.get_parameter("lm_head.weight")
        logits = (head @ (gain * rms))[:tokens]
        logits = logits - logits.mean()
        order = logits.argsort(descending=True)
        decode = tiny_pair.base.tokenizer.decode
        assert [t.token for t in ends.promoted] == [decode([i]) for i in order[:4].tolist()]
        assert [t.logit for t in ends.promoted] == pytest.approx(
            logits[order[:4]].tolist(), rel=1e-3
        )
        assert [t.token for t in ends.suppressed] == [
            decode([i]) for i in order.flip(0)[:4].tolist()
        ]
    with pytest.raises(LatentReasoningError, match="width 7"):
        logit_lens(tiny_pair.base, torch.ones(1, 7))


def test_the_nearest_feature_in_a_shuffled_dictionary_is_the_same_direction(
    store: ActivationStore, sae: SparseAutoencoder, tiny_pair: ModelPair
) -> None:
    order = torch.randperm(40, generator=torch.Generator().manual_seed(1))
    shuffled = replace(sae, W_dec=3 * sae.W_dec[order])
    others = {"shuffled": shuffled}
    for one in gather_evidence(store, sae, IDS, tiny_pair.base, others=others, config=CONFIG):
        (near,) = one.nearest
        assert near.dictionary == "shuffled"
        assert order[near.feature_id] == one.feature_id
        assert near.cosine == pytest.approx(1)


def test_a_sequence_longer_than_a_batch_counts_once_by_its_extreme_row() -> None:
    acts = torch.tensor([[1.0], [3.0], [2.0], [5.0], [4.0], [9.0], [0.0]])
    rows, sequence = torch.arange(7), torch.tensor([0, 0, 0, 0, 1, 2, 2])
    for size in (1, 2, 3, 7):
        kept = ExtremeRows(1, 2)
        least = ExtremeRows(1, 2, lowest=True)
        for start in range(0, 7, size):
            part = slice(start, start + size)
            kept.update(acts[part], rows[part], sequence[part])
            least.update(acts[part], rows[part], sequence[part])
        assert kept.of(0) == [(5, 9.0), (3, 5.0)]
        assert least.of(0) == [(0, 1.0), (4, 4.0)]


def test_rows_are_drawn_uniformly_among_those_that_fire() -> None:
    # Of 2,000 rows the odd ones fire; each half of them should hold half of the draw.
    acts = (torch.arange(2000) % 2).float()[:, None]
    lower = 0
    for seed in range(40):
        drawn = DrawnRows(1, 50, seed)
        drawn.update(acts, torch.arange(2000))
        assert (drawn.rows[0] % 2 == 1).all()
        assert len(drawn.rows[0].unique()) == 50
        lower += int((drawn.rows[0] < 1000).sum())
    # 2,000 draws: the standard deviation of the share is 0.011.
    assert abs(lower / 2000 - 0.5) < 0.05


def test_what_does_not_fit_is_refused_in_one_line(
    store: ActivationStore, sae: SparseAutoencoder, tiny_pair: ModelPair
) -> None:
    with pytest.raises(FeatureError, match=r"features \[40\]; expected .* 0 to 39"):
        gather_evidence(store, sae, [1, 40], tiny_pair.base)
    with pytest.raises(FeatureError, match="features none"):
        gather_evidence(store, sae, [], tiny_pair.base)
    narrow = replace(sae, W_dec=sae.W_dec[:, :5], W_enc=sae.W_enc[:5], b_dec=sae.b_dec[:5])
    with pytest.raises(FeatureError, match="'thin' has rows of width 5"):
        gather_evidence(store, sae, [1], tiny_pair.base, others={"thin": narrow})
    manifest = replace(store.manifest, tokenizer_sha256="0" * 64)
    foreign = replace(store, manifest=manifest)
    with pytest.raises(ActivationError, match="another tokenizer"):
        gather_evidence(foreign, sae, [1], tiny_pair.base)
