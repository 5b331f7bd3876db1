"""Whether two tokenizers turn text into the same token ids."""

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import transformers

PROBES = (
    "",
    "Mia has 37 apples.\nShe buys 12 more.",
    "  x = 37\n\tx = x + 12  # 49\n",
    "```python\nprint(1 / 2)\n```\nSo the answer is \\boxed{41}.",
    "3.14e-10 <= y^2, A_{ij} = 1,000",
)
"""Texts on which tokenizers are compared: empty, prose, indentation, code and formulas."""
SPECIAL = ("bos_token", "eos_token", "unk_token")
"""Special tokens that must agree; padding never reaches a recorded row."""


def tokenizer_difference(
    a: "transformers.PreTrainedTokenizerBase",
    b: "transformers.PreTrainedTokenizerBase",
    *,
    extended: bool = False,
) -> str | None:
    """The first difference between two tokenizers in words, or None if there is none.

    Compares vocabularies, special tokens, and the ids of probe texts with special tokens added,
    which shows whether a beginning-of-sequence token is prepended.

    Args:
        a: One tokenizer.
        b: Another.
        extended: Tokens that only `b` has, under ids that `a` does not use, are no difference.
    """
    vocab_a, vocab_b = a.get_vocab(), b.get_vocab()
    if extended:
        taken = set(vocab_a.values())
        added = {t for t, i in vocab_b.items() if t not in vocab_a and i not in taken}
        vocab_b = {token: i for token, i in vocab_b.items() if token not in added}
    if vocab_a != vocab_b:
        differing = sorted(set(vocab_a.items()) ^ set(vocab_b.items()))
        return f"{len(vocab_a)} and {len(vocab_b)} tokens, differing first at {differing[0][0]!r}"
    special_a, special_b = a.special_tokens_map, b.special_tokens_map
    for kind in SPECIAL:
        if special_a.get(kind) != special_b.get(kind):
            return f"{kind} {special_a.get(kind)!r} and {special_b.get(kind)!r}"
    for probe in PROBES:
        ids_a, ids_b = a(probe).input_ids, b(probe).input_ids
        if ids_a != ids_b:
            return f"{probe!r} becomes {_head(ids_a)} and {_head(ids_b)}"
    return None


def tokenizer_sha256(tokenizer: "transformers.PreTrainedTokenizerBase") -> str:
    """Hash of everything `tokenizer_difference` compares."""
    special = {kind: tokenizer.special_tokens_map.get(kind) for kind in SPECIAL}
    ids = [tokenizer(probe).input_ids for probe in PROBES]
    content = json.dumps([sorted(tokenizer.get_vocab().items()), special, ids])
    return hashlib.sha256(content.encode()).hexdigest()


def _head(ids: list[int]) -> str:
    return f"[{', '.join(map(str, ids[:5]))}{', ...' if len(ids) > 5 else ''}]"
