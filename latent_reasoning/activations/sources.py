"""What can be recorded: token sequences, samples, problems, rows of a dataset.

A source is any iterable of these, mixed or not, read one at a time; or the path of a samples.jsonl.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_reasoning.activations.sequences import TokenSequence, sequence_of
from latent_reasoning.data.problems import Problem
from latent_reasoning.data.samples import Sample, read_samples
from latent_reasoning.errors import ActivationError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Source = Iterable[TokenSequence | Sample | Problem | Mapping[str, Any]] | Path | str
"""Dataset rows are mappings with `text`, or with token ids as `input_ids` or `tokens`."""
_IDS, _NAMES = ("input_ids", "tokens"), ("problem_id", "unique_id", "id")


def token_sequences(
    source: Source, tokenizer: "PreTrainedTokenizerBase", max_tokens: int | None = None
) -> Iterator[TokenSequence]:
    """Token sequences of a source, one at a time.

    A problem is its question, all prompt. A dataset row is all prompt, unless it has `n_prompt`
    beside its ids; its other text columns become labels.

    Args:
        source: What to read.
        tokenizer: Encodes what is text.
        max_tokens: Longer sequences are cut there.

    Raises:
        ActivationError: An item is none of these.
        ProblemError: A samples file is missing or malformed.
    """
    items = read_samples(source) if isinstance(source, str | Path) else source
    for i, item in enumerate(items):
        yield _cut(_sequence(item, i, tokenizer), max_tokens)


def _sequence(item: Any, i: int, tokenizer: "PreTrainedTokenizerBase") -> TokenSequence:
    if isinstance(item, TokenSequence):
        return item
    if isinstance(item, Sample):
        return sequence_of(tokenizer, item)
    if isinstance(item, Problem):
        return _prompt(tokenizer(item.question).input_ids, item.problem_id, i)
    if isinstance(item, Mapping):
        return _dataset_row(item, i, tokenizer)
    raise ActivationError(
        f"record: item {i} of the source is {type(item).__name__}; expected TokenSequence, Sample, "
        f"Problem or a dataset row"
    )


def _dataset_row(
    row: Mapping[str, Any], i: int, tokenizer: "PreTrainedTokenizerBase"
) -> TokenSequence:
    name = next((str(row[key]) for key in _NAMES if key in row), str(i))
    ids = next((row[key] for key in _IDS if key in row), None)
    if ids is None:
        if not isinstance(row.get("text"), str):
            raise ActivationError(
                f"record: row {i} of the dataset has {', '.join(row) or 'no columns'}; expected "
                f"text, {' or '.join(_IDS)}"
            )
        ids = tokenizer(row["text"]).input_ids
    known = {"text", *_IDS, *_NAMES}
    labels = {k: v for k, v in row.items() if isinstance(v, str) and k not in known}
    return _prompt([int(token) for token in ids], name, i, row.get("n_prompt"), labels)


def _prompt(
    ids: Iterable[int],
    name: str,
    i: int,
    n_prompt: int | None = None,
    labels: dict[str, str] | None = None,
) -> TokenSequence:
    tokens = tuple(ids)
    if not tokens:
        raise ActivationError(
            f"record: item {i} of the source ({name!r}) has 0 tokens; leave it out"
        )
    return TokenSequence(
        tokens, len(tokens) if n_prompt is None else n_prompt, name, 0, labels or {}
    )


def _cut(sequence: TokenSequence, max_tokens: int | None) -> TokenSequence:
    if max_tokens is None or len(sequence.tokens) <= max_tokens:
        return sequence
    return TokenSequence(
        sequence.tokens[:max_tokens],
        min(sequence.n_prompt, max_tokens),
        sequence.problem_id,
        sequence.sample,
        sequence.labels,
        {name: values[:max_tokens] for name, values in sequence.token_labels.items()},
    )
