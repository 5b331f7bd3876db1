"""Where the tokens of a text stand in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from latent_reasoning.traces.spans import Span

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class TokenTexts:
    """Texts of token ids, each decoded once."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self.tokenizer = tokenizer
        self._known: dict[int, str] = {}

    def of(self, token: int) -> str:
        """Text of one token."""
        if token not in self._known:
            self._known[token] = str(self.tokenizer.decode([token]))
        return self._known[token]

    def located(self, tokens: Sequence[int]) -> tuple[str, list[Span]]:
        """The text of a sequence and where each of its tokens stands.

        Tokens that hold part of a character stand where the character does.
        """
        pieces = [self.of(token) for token in tokens]
        text = str(self.tokenizer.decode(list(tokens)))
        if "".join(pieces) == text:
            ends = np.cumsum([len(piece) for piece in pieces]).tolist()
        else:
            # Pieces of characters, or a tokenizer that strips: the beginnings tell, at more cost.
            ends = [self._end(tokens[: i + 1], text) for i in range(len(tokens))]
            ends = np.maximum.accumulate(ends).tolist() if ends else []
        starts = [0, *ends[:-1]] if ends else []
        return text, [Span(start, end) for start, end in zip(starts, ends, strict=True)]

    def _end(self, tokens: Sequence[int], text: str) -> int:
        begun = str(self.tokenizer.decode(list(tokens))).rstrip("\ufffd")
        return min(len(begun), len(text))


def overlapping(offsets: Sequence[Span], spans: Sequence[Span]) -> np.ndarray:
    """Which tokens overlap any of some spans; tokens without text overlap none.

    >>> overlapping([Span(0, 2), Span(2, 3), Span(3, 9)], [Span(1, 3)]).tolist()
    [True, True, False]
    """
    starts = np.array([offset.start for offset in offsets], dtype=np.int64)
    ends = np.array([offset.end for offset in offsets], dtype=np.int64)
    inside = np.zeros(len(offsets), dtype=bool)
    for span in spans:
        inside |= (starts < span.end) & (span.start < ends)
    return inside
