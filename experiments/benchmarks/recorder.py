"""Area `recorder`: recording one hook point of two models, against not recording and against peers.

The hook point is the residual stream after the last layer, so that nothing but the final norm can
be left out. `bare` is two forward passes without the head. Token ids are random, in contexts of 128
tokens, so that no peer computes padding; float32, one thread. Wall time is what users wait for;
processor time is less sensitive to other work on the machine.
"""

import sys
import tempfile
import time
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
    "num_hidden_layers": 2,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "vocab_size": 4096,
}
"""The shape of Qwen2.5-1.5B with 2 of its 28 layers and a small vocabulary."""
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
    case: str, shape: dict[str, Any], n_tokens: int, batch_tokens: int, rounds: int, nnsight: str
) -> list[Row]:
    """All peers on one shape."""
    with tempfile.TemporaryDirectory() as folder:
        folders = save_models(shape, Path(folder))
        peers = []
        for name in PEERS:
            python = nnsight if name == "nnsight" and nnsight else sys.executable
            words = [name, *folders, str(n_tokens), str(batch_tokens)]
            try:
                peers.append(Peer("recorder_peer.py", words, python))
            except PeerMissing as missing:
                print(f"recorder: left out {missing}", file=sys.stderr)
        started = time.perf_counter()
        found = interleaved(peers, rounds)
        print(f"recorder: {case} took {time.perf_counter() - started:.0f} s", file=sys.stderr)
    rows = []
    for kind, unit in (("wall", "tokens/s"), ("cpu", "tokens/processor-s")):
        ours = [measured[kind] for measured in found["ours"]]
        for name in found:
            if name != "ours":
                theirs = [measured[kind] for measured in found[name]]
                rows.append(compare(case, name, "recorded", unit, ours, theirs))
    return rows


def run(quick: bool, nnsight: str) -> list[Row]:
    """The rows of this area."""
    rounds = 3 if quick else 5
    return [
        *measure("organism", ORGANISM, 8192 if quick else 32_768, 4096, rounds, nnsight),
        *measure("1.5b", LARGE, 512 if quick else 1024, 512, rounds, nnsight),
    ]
