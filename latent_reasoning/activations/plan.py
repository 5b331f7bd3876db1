"""Planning a recording: which sequences form a shard, and which are computed together.

A shard is a run of whole sequences, so that it can be computed alone, again, or elsewhere, with
the same result. Within a shard sequences are computed in order of length, in batches of nearly
equal length: padding would be computed for nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from latent_reasoning.activations.manifest import Recording
from latent_reasoning.activations.sequences import Positions, TokenSequence
from latent_reasoning.errors import ActivationError

MOST_SHARD_ROWS = 2**18
SHARD_BYTES = 2**28
MOST_PADDING = 1 / 8
"""A batch is closed before more than this share of it would be padding."""


@dataclass(frozen=True)
class ShardTask:
    """One shard to record."""

    index: int
    """Number of the shard."""
    first_sequence: int
    """Number of its first sequence in the whole store."""
    sequences: tuple[TokenSequence, ...]
    """Its sequences."""

    def n_rows(self, positions: Positions) -> int:
        """Number of rows the shard will have."""
        return sum(len(sequence.kept(positions)) for sequence in self.sequences)


def default_shard_rows(n_places: int, d_model: int, itemsize: int) -> int:
    """Rows of a shard of about 256 MiB, whatever is recorded."""
    return max(1, min(MOST_SHARD_ROWS, SHARD_BYTES // (n_places * d_model * itemsize)))


def shard_tasks(
    sequences: Iterable[TokenSequence],
    recording: Recording,
    first_index: int = 0,
    first_sequence: int = 0,
    max_rows: int | None = None,
) -> Iterator[ShardTask]:
    """Divide sequences into shards; reads no further than the shard it is filling.

    Args:
        sequences: In the order of the rows; those without a kept position are passed over.
        recording: Says which positions are kept and when a shard is full.
        first_index: Number of the first shard.
        first_sequence: Number of the first sequence.
        max_rows: Stop before the sequence that would exceed this many rows.
    """
    filling: list[TokenSequence] = []
    rows = total = 0
    for sequence in sequences:
        n = len(sequence.kept(recording.positions))
        if max_rows is not None and total + n > max_rows:
            break
        if not n:
            continue
        filling.append(sequence)
        rows, total = rows + n, total + n
        if rows >= recording.shard_rows:
            yield ShardTask(first_index, first_sequence, tuple(filling))
            first_index, first_sequence = first_index + 1, first_sequence + len(filling)
            filling, rows = [], 0
    if filling:
        yield ShardTask(first_index, first_sequence, tuple(filling))


def batches(
    sequences: tuple[TokenSequence, ...], positions: Positions, batch_tokens: int
) -> list[list[int]]:
    """Indices of the sequences computed together, shortest first.

    A sequence counts up to its last kept position. A batch holds at most `batch_tokens` tokens
    with padding, and at least one sequence.
    """
    lengths = [sequence.kept(positions).stop for sequence in sequences]
    order = sorted(range(len(sequences)), key=lengths.__getitem__)
    found: list[list[int]] = []
    real = 0
    for i in order:
        longest = lengths[i]
        if found:
            computed = longest * (len(found[-1]) + 1)
            padding = 1 - (real + longest) / computed
            if computed <= batch_tokens and padding <= MOST_PADDING:
                found[-1].append(i)
                real += longest
                continue
        found.append([i])
        real = longest
    return found


def check_sequence(sequence: TokenSequence, d_vocab: int, most_tokens: int, model: str) -> None:
    """Refuse a sequence the model cannot read.

    Raises:
        ActivationError: A token id lies outside the vocabulary, or there are too many tokens.
    """
    low, high = min(sequence.tokens), max(sequence.tokens)
    if not 0 <= low <= high < d_vocab:
        raise ActivationError(
            f"record: problem {sequence.problem_id!r} has token ids from {low} to {high}; expected "
            f"0 to {d_vocab - 1}, encode it with the tokenizer of {model!r}"
        )
    if len(sequence.tokens) > most_tokens:
        raise ActivationError(
            f"record: problem {sequence.problem_id!r}, sample {sequence.sample} has "
            f"{len(sequence.tokens)} tokens; {model!r} reads at most {most_tokens}, cut it with "
            f"max_tokens or leave it out"
        )
