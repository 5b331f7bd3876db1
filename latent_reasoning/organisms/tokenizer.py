r"""The organisms' tokenizer: whole words, single digits, lossless.

A word carries the space before it (as in the tokenizers of large models), digits stand alone, and
the pieces of code (``\boxed{``, the fences, newlines) are single tokens. The vocabulary is what the
grammar can write, so nothing is ever unknown; all organisms share it, those without code too.

`AutoTokenizer` gives every Qwen2 model its own tokenizer class, which keeps the vocabulary of
tokenizer.json but not its way of splitting. Every token is therefore also listed as an added token,
which any class finds as it stands: all loaders agree on every text the grammar can write.
"""

import itertools
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from latent_reasoning.organisms import grammar

PIECES = r"```python|```|\\boxed\{|\n| [-+*]=| ?[A-Za-z]+|  #| ?[0-9]| ?[^\sA-Za-z0-9]"
PAD, EOS, UNKNOWN = "<pad>", "<eos>", "<unk>"


def build_tokenizer(sources: tuple[str, ...]) -> PreTrainedTokenizerFast:
    """Tokenizer over everything the grammar and the source headers can write."""
    splitter = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    pieces = {
        piece for text in _all_wordings(sources) for piece, _ in splitter.pre_tokenize_str(text)
    }
    digits = {f"{space}{digit}" for space in ("", " ") for digit in range(10)}
    vocabulary = [PAD, EOS, UNKNOWN, *sorted(pieces | digits)]
    ids = {token: i for i, token in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = splitter
    tokenizer.decoder = decoders.Fuse()
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=EOS,
        unk_token=UNKNOWN,
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )
    for token in vocabulary[3:]:
        wrapped.add_tokens(AddedToken(token, normalized=False))  # pyright: ignore[reportArgumentType]
    return wrapped


def token_id(tokenizer: PreTrainedTokenizerFast, token: str) -> int:
    """Id of one token of the vocabulary."""
    found = tokenizer.convert_tokens_to_ids(token)
    assert isinstance(found, int), f"{token!r} is one token"
    return found


def _all_wordings(sources: tuple[str, ...]) -> list[str]:
    """Texts that together contain every wording with every name and item."""
    texts = [f"{source}\n" for source in sources]
    rng = random.Random(0)
    operations = tuple(
        grammar.Operation(sign, n) for sign, n in zip("+-*", (12, 8, 3), strict=True)
    )
    for name, items in zip(grammar.NAMES, grammar.ITEMS, strict=True):
        story = grammar.Story(name, items, 37, operations)
        texts.append(grammar.solve_in_code(story, "values"))
        # Each phrasing is one of at most four, so that 64 draws miss none of them.
        for _ in range(64):
            texts.append(grammar.tell(story, rng))
            texts += [grammar.solve_in_language(story, s, rng) for s in ("direct", "steps")]
    wordings = itertools.chain(*grammar.TOLD.values(), grammar.DIRECT, grammar.CLOSED)
    assert all(any(_matches(wording, text) for text in texts) for wording in wordings)
    return texts


def _matches(wording: str, text: str) -> bool:
    """Whether the longest fixed part of a wording occurs in a text."""
    fixed = max(wording.replace("{{{answer}}}", "{").replace("}", "{").split("{"), key=len)
    return fixed in text
