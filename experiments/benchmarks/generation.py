"""Area `generation`: sampling many completions, steered and not, against peers.

`organism`: 16 completions of each of 16 problems from an embedded model, batch 256, at most 96
tokens until the end token. `1.5b`: the shape of Qwen2.5-1.5B with 3 of its 28 layers and random
weights, 8 completions of each of 4 prompts of 32 random tokens, 16 tokens each (`--quick`: 4 of 2).
Everybody draws from the whole softmax at temperature 1, float32, one thread, prompts of equal
length so that nobody computes padding. Peers that steer stand beside ours steered at every
position; a vector of negligible length is added, so that completions keep their length, after a
long one has been seen to change what the peer writes. Peers that cannot live in one environment get
their own Python, as in `--python repeng=PATH --python steering_vectors=PATH`.
"""

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from peers import Peer, PeerMissing, interleaved
from recorder import LARGE
from rows import Row, compare

UNSTEERED = ("transformers", "transformer_lens")
STEERED = ("transformers hook", "transformer_lens hook", "repeng", "steering_vectors")


def run(quick: bool, pythons: dict[str, str]) -> list[Row]:
    """The rows of this area."""
    rounds = 3 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        return [
            *measure("organism", organism_task(Path(folder)), rounds, pythons),
            *measure("1.5b", large_task(Path(folder), quick), 2 if quick else 5, pythons),
        ]


def organism_task(folder: Path) -> Path:
    """Problems whose prompts have the commonest length, so that all have the same."""
    from latent_reasoning.models.loading import load_model
    from latent_reasoning.organisms.corpus import source_ladder
    from latent_reasoning.organisms.grammar import organism_problems
    from latent_reasoning.organisms.registry import organism_directory

    model = load_model("organism:latent", device="cpu")
    problems = organism_problems("held-out", 400, 0)
    of_length: dict[int, list[str]] = defaultdict(list)
    for prompt in source_ladder().prompts([problem.question for problem in problems]):
        of_length[len(model.tokenizer(prompt).input_ids)].append(prompt)
    prompts = max(of_length.values(), key=len)[:16]
    return task(folder / "organism.json", organism_directory("latent"), prompts, 16, 96)


def large_task(folder: Path, quick: bool) -> Path:
    """A model with random weights and prompts of random words."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    vocabulary = {"<pad>": 0, "<end>": 1, **{str(i): i for i in range(2, 4096)}}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="<end>", pad_token="<pad>"
    )
    torch.manual_seed(0)
    shape: dict[str, Any] = LARGE
    config = Qwen2Config(
        **shape, max_position_embeddings=256, tie_word_embeddings=True, eos_token_id=1
    )
    Qwen2ForCausalLM(config).save_pretrained(folder / "large")
    tokenizer.save_pretrained(folder / "large")
    drawn = torch.randint(5, 4096, (2 if quick else 4, 32)).tolist()
    prompts = [" ".join(map(str, ids)) for ids in drawn]
    return task(folder / "large.json", folder / "large", prompts, 4 if quick else 8, 16)


def task(path: Path, model: Path, prompts: list[str], n_samples: int, most: int) -> Path:
    """Write down what is drawn, for the peers."""
    content = {
        "folder": str(model),
        "prompts": prompts,
        "n_samples": n_samples,
        "max_new_tokens": most,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def measure(case: str, path: Path, rounds: int, pythons: dict[str, str]) -> list[Row]:
    """All peers on one case."""
    peers = []
    for name in ("ours", *UNSTEERED, *STEERED):
        try:
            python = pythons.get(name, sys.executable)
            peers.append(Peer("generation_peer.py", [name, str(path)], python))
        except PeerMissing as missing:
            print(f"generation: left out {missing}", file=sys.stderr)
    return compared(case, interleaved(peers, rounds))


def compared(case: str, found: dict[str, list[dict[str, float]]]) -> list[Row]:
    """Ours beside every peer and beside ours unsteered, by wall and by processor time."""
    mine = found["ours"]
    sides = [(label, "unsteered", mine, "unsteered") for label in ("steered", "steered everywhere")]
    sides += [("unsteered", name, found[name], "theirs") for name in UNSTEERED if name in found]
    steered = [name for name in STEERED if name in found]
    sides += [("steered everywhere", name, found[name], "theirs") for name in steered]
    return [
        compare(
            case,
            peer,
            f"sampled, {label}",
            unit,
            [measured[f"{label} {kind}"] for measured in mine],
            [measured[f"{key} {kind}"] for measured in theirs],
        )
        for kind, unit in (("wall", "tokens/s"), ("cpu", "tokens/processor-s"))
        for label, peer, theirs, key in sides
    ]
