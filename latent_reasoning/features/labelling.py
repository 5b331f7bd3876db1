"""Labels of the rows of a store: which tokens show a behaviour, found in the text alone.

One pass over the sequences, a shard at a time. What is kept is 9 bytes a row.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from latent_reasoning.activations.provenance import read_sequences
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.errors import one_of
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import LabelledBehaviour
from latent_reasoning.features.splits import Part, part_of
from latent_reasoning.features.token_spans import TokenTexts, overlapping
from latent_reasoning.traces.spans import Span

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Positions = Literal["completion", "last_prompt"]
N_WORDS, MOST_WORDS = 10, 31
BEFORE, AFTER = 1, 2
"""Tokens of ReasonScore's window before and after a word (2503.18878)."""


@dataclass(frozen=True, eq=False)
class Labelling:
    """One behaviour as labels of the rows of a store."""

    behaviour: LabelledBehaviour
    """What is labelled."""
    positions: Positions
    """Which tokens are rows."""
    counts: np.ndarray
    """bool [token]: rows that count, all those where the behaviour could be shown."""
    labels: np.ndarray
    """bool [token]: rows with the label; False where a row does not count."""
    words: tuple[str, ...]
    """The words of ReasonScore."""
    windows: np.ndarray
    """int32 [token]: bit i is set where the row is in a window of word i."""


def parse_label_positions(name: str) -> Positions:
    """The choice of rows of a name.

    Raises:
        FeatureError: There is none.
    """
    for known in get_args(Positions):
        if name == known:
            return known
    raise FeatureError(one_of("features", "choice of positions", name, get_args(Positions)))


def each_sequence(store: ActivationStore) -> Iterator[TokenSequence]:
    """The sequences of a store in order, one shard in memory at a time."""
    for shard in store.manifest.shards:
        yield from read_sequences(store.path / shard.sequences.file, shard.index, shard.n_sequences)


def label_rows(
    store: ActivationStore,
    tokenizer: "PreTrainedTokenizerBase",
    behaviour: LabelledBehaviour,
    positions: Positions = "completion",
    seed: int = 0,
) -> Labelling:
    """Label every recorded row.

    With `completion`, rows are the tokens of completions, and a token is labelled that overlaps a
    span. With `last_prompt`, rows are the last tokens of prompts, labelled where the completion
    shows the behaviour anywhere: what the model knows before it begins. Special tokens never count.

    Args:
        store: A recording of prompts with completions.
        tokenizer: Of the recorded model.
        behaviour: What to look for.
        positions: Which rows count.
        seed: Of the splits, where words have to be chosen: they are chosen on the fitting part.

    Raises:
        FeatureError: No sequence has a completion, or there are more words than fit.
    """
    if len(behaviour.words) > MOST_WORDS:
        raise FeatureError(
            f"label_rows: {behaviour.name!r} has {len(behaviour.words)} words; expected at most "
            f"{MOST_WORDS}"
        )
    marks, labeller = _Marks(store), TokenLabeller(tokenizer, behaviour)
    inside, outside = Counter[str](), Counter[str]()
    for sequence, rows, at in marks.by_sequence(store):
        completion = sequence.tokens[sequence.n_prompt :]
        if not completion:
            continue
        _, _, counted, shown = labeller.label(completion)
        marks.completions += 1
        if positions == "last_prompt":
            last = rows[at == sequence.n_prompt - 1]
            marks.counts[last], marks.labels[last] = True, bool(shown.any())
        else:
            kept, place = rows[at >= sequence.n_prompt], at[at >= sequence.n_prompt]
            marks.counts[kept] = counted[place - sequence.n_prompt]
            marks.labels[kept] = (shown & counted)[place - sequence.n_prompt]
        if not behaviour.words and part_of(sequence.problem_id, seed) == "fitting":
            for token, labelled in zip(completion, shown, strict=True):
                (inside if labelled else outside)[labeller.texts.of(token).strip()] += 1
    if not marks.completions:
        raise FeatureError(
            f"label_rows: no sequence of {str(store.path)!r} has a completion; expected a store "
            f"recorded from samples, with positions all or completion"
        )
    words = behaviour.words or _telling_words(inside, outside)
    windows = _windows(store, labeller.texts, marks, words)
    return Labelling(behaviour, positions, marks.counts, marks.labels, words, windows)


class _Marks:
    """Columns that are filled sequence by sequence."""

    def __init__(self, store: ActivationStore) -> None:
        self.counts = np.zeros(len(store), dtype=bool)
        self.labels = np.zeros(len(store), dtype=bool)
        self.completions = 0
        sequence = store.rows.sequence.numpy()
        self._bounds = np.searchsorted(sequence, np.arange(int(sequence[-1]) + 2))

    def by_sequence(
        self, store: ActivationStore
    ) -> Iterator[tuple[TokenSequence, np.ndarray, np.ndarray]]:
        """Every sequence with the numbers of its rows and their positions in it."""
        position = store.rows.position.numpy()
        for number, sequence in enumerate(each_sequence(store)):
            if number + 1 >= len(self._bounds):
                return
            start, end = self._bounds[number], self._bounds[number + 1]
            yield sequence, np.arange(start, end), position[start:end]


class LabelledTokens(NamedTuple):
    """The tokens of one completion."""

    text: str
    """Its text."""
    offsets: list[Span]
    """Where each token stands in it."""
    counted: np.ndarray
    """bool: tokens that count."""
    shown: np.ndarray
    """bool: tokens that overlap what shows the behaviour."""


class TokenLabeller:
    """Labels completions, token by token."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", behaviour: LabelledBehaviour) -> None:
        self.texts = TokenTexts(tokenizer)
        self.behaviour = behaviour
        self._special = set(tokenizer.all_special_ids)

    def label(self, completion: Sequence[int]) -> LabelledTokens:
        """Labels of one completion; special tokens never count."""
        text, offsets = self.texts.located(completion)
        shown = overlapping(offsets, self.behaviour.find(text, offsets))
        counted = np.array([token not in self._special for token in completion], dtype=bool)
        if self.behaviour.among is not None:
            counted &= overlapping(offsets, self.behaviour.among(text, offsets))
        return LabelledTokens(text, offsets, counted, shown)


def _telling_words(inside: Counter[str], outside: Counter[str]) -> tuple[str, ...]:
    """The words that tell labelled tokens best, by the log-likelihood ratio G2 of their counts."""
    n_inside, n_outside = inside.total(), outside.total()
    if not n_inside or not n_outside:
        return ()
    scored = []
    for word, n in inside.items():
        other = outside[word]
        expected = (n + other) * n_inside / (n_inside + n_outside)
        if word and n > expected:
            rest = other * np.log(other / (n + other - expected)) if other else 0.0
            scored.append((-2 * (n * np.log(n / expected) + rest), word))
    return tuple(word for _, word in sorted(scored)[:N_WORDS])


def _windows(
    store: ActivationStore, texts: TokenTexts, marks: _Marks, words: Sequence[str]
) -> np.ndarray:
    windows = np.zeros(len(store), dtype=np.int32)
    patterns = [_pattern(word) for word in words]
    if not patterns:
        return windows
    for sequence, rows, at in marks.by_sequence(store):
        text, offsets = texts.located(sequence.tokens[sequence.n_prompt :])
        bits = np.zeros(len(offsets), dtype=np.int32)
        for i, pattern in enumerate(patterns):
            for match in pattern.finditer(text):
                hit = np.flatnonzero(overlapping(offsets, [Span(*match.span())]))
                if len(hit):
                    bits[max(0, hit[0] - BEFORE) : hit[-1] + AFTER + 1] |= np.int32(1 << i)
        kept = at >= sequence.n_prompt
        windows[rows[kept]] = bits[at[kept] - sequence.n_prompt]
    return windows


def _pattern(word: str) -> re.Pattern[str]:
    """A word in any case, not as part of a longer one."""
    left = r"(?<!\w)" if re.match(r"\w", word) else ""
    right = r"(?!\w)" if re.search(r"\w\Z", word) else ""
    return re.compile(left + re.escape(word) + right, re.IGNORECASE)


def part_rows(store: ActivationStore, part: Part, seed: int = 0) -> np.ndarray:
    """Which rows come from problems of a part."""
    inside = np.array([part_of(s.problem_id, seed) == part for s in each_sequence(store)])
    return inside[store.rows.sequence.numpy()]


def problem_numbers(store: ActivationStore) -> np.ndarray:
    """The problem of every row as a number, from 0 in order of appearance."""
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(s.problem_id, len(numbers)) for s in each_sequence(store)]
    return np.array(found, dtype=np.int64)[store.rows.sequence.numpy()]
