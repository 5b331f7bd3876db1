"""Area `recorder`: recording one hook point of two models, against not recording and against peers.

Every shape is recorded twice. `last layer`: the residual stream after the last layer, so that
nothing but the final norm can be left out, of contexts of 128 tokens, so that nobody computes
padding; what is measured is the cost of recording itself. `middle layer`: what users record, of
sequences of 32 to 128 tokens in the order they come; here a recorder can also leave out the layers
above and the padding. `bare` is two forward passes without the head and without writing. Token ids
are random, float32, one thread. Processor time is less sensitive to other work on the machine than
wall time.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from peers import Peer, PeerMissing, interleaved
from rows import Row, compare

ORGANISM = {
    "hidden_size": 96,
    "intermediate_size": 384,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 160,
}
LARGE = {
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_hidden_layers": 3,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "vocab_size": 4096,
}
"""The shape of Qwen2.5-1.5B with 3 of its 28 layers and a small vocabulary."""
PEERS = ("ours", "bare", "transformers", "transformer_lens", "sae_lens", "nnsight")


def save_models(shape: dict[str, Any], folder: Path) -> list[str]:
    """Two models of one shape with random weights, and a tokenizer."""
    import torch
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    words = Tokenizer(models.WordLevel({str(i): i for i in range(160)}, unk_token="0"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="1", pad_token="0")
    folders = []
    for seed, name in enumerate(("base", "tuned")):
        torch.manual_seed(seed)
        config = Qwen2Config(**shape, max_position_embeddings=256, tie_word_embeddings=True)
        Qwen2ForCausalLM(config).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
        folders.append(str(folder / name))
    return folders


def measure(
    case: str,
    shape: dict[str, Any],
    n_tokens: int,
    batch_tokens: int,
    rounds: int,
    pythons: dict[str, str],
) -> list[Row]:
    """All peers on one shape, at the last and at the middle layer."""
    n_layers = shape["num_hidden_layers"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folders = save_models(shape, Path(folder))
        for where, lengths, layer in (
            ("last layer", "equal", n_layers - 1),
            ("middle layer", "varied", (n_layers - 1) // 2),
        ):
            words = [*folders, str(n_tokens), str(batch_tokens), lengths, str(layer)]
            found = interleaved(start(words, pythons), rounds)
            rows += compared(f"{case}, {where}", found)
    return rows


def start(words: list[str], pythons: dict[str, str]) -> list[Peer]:
    """The peers that are installed."""
    peers = []
    for name in PEERS:
        try:
            python = pythons.get(name, sys.executable)
            peers.append(Peer("recorder_peer.py", [name, *words], python))
        except PeerMissing as missing:
            print(f"recorder: left out {missing}", file=sys.stderr)
    return peers


def compared(case: str, found: dict[str, list[dict[str, float]]]) -> list[Row]:
    """Ours beside every peer, by wall and by processor time."""
    return [
        compare(
            case,
            name,
            "recorded",
            unit,
            [measured[kind] for measured in found["ours"]],
            [measured[kind] for measured in measurements],
        )
        for kind, unit in (("wall", "tokens/s"), ("cpu", "tokens/processor-s"))
        for name, measurements in found.items()
        if name != "ours"
    ]


def run(quick: bool, pythons: dict[str, str]) -> list[Row]:
    """The rows of this area."""
    rounds = 3 if quick else 5
    return [
        *measure("organism", ORGANISM, 8192 if quick else 32_768, 4096, rounds, pythons),
        *measure("1.5b", LARGE, 512 if quick else 1024, 512, rounds, pythons),
    ]
