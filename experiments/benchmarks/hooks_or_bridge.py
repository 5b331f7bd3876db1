"""Hooks on the plain Hugging Face model, or TransformerBridge? Speed, memory, start-up, agreement.

    python experiments/benchmarks/hooks_or_bridge.py [--threads 1] [--repetitions 50]

Random weights of two sizes: an organism (Qwen2, d_model 96, 3 layers, 200 tokens) and a model of
d_model 512 with 4 layers. Times are processor time, so that other work on the machine counts as
little as possible (with one thread they are the wall time of an idle machine), and repetitions of
the variants are interleaved; medians and quartiles are written to results/hooks_or_bridge.json.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from latent_reasoning.artifacts import versions, write_json
from latent_reasoning.models.hooks import capture, edit
from latent_reasoning.models.loading import LoadedModel, load_model

RESULTS = Path(__file__).parent / "results" / "hooks_or_bridge.json"
SIZES = {
    "organism": {"hidden_size": 96, "num_hidden_layers": 3, "num_attention_heads": 4},
    "width 512": {"hidden_size": 512, "num_hidden_layers": 4, "num_attention_heads": 8},
}
VOCABULARY = 200
READ, PROMPT = (16, 64), 64


def save_model(size: dict[str, Any], directory: Path) -> None:
    """Write a model with random weights and a tokenizer that names its tokens by number."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=VOCABULARY,
        intermediate_size=4 * size["hidden_size"],
        num_key_value_heads=size["num_attention_heads"] // 2,
        max_position_embeddings=256,
        **size,
    )
    Qwen2ForCausalLM(config).save_pretrained(directory)
    words = Tokenizer(models.WordLevel({str(i): i for i in range(VOCABULARY)}, unk_token="0"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, eos_token="1", pad_token="0")
    tokenizer.save_pretrained(directory)


@dataclass(frozen=True)
class Variant:
    """One way to read and to steer a model: hooks on it, or the bridge."""

    model: Any
    """The module to call for a decoding step."""
    read: Callable[[Tensor], Tensor]
    """Residual streams [layer, batch, pos, d_model] of a batch of tokens."""
    steered: Callable[[Callable[..., Tensor]], AbstractContextManager[object]]
    """Block in which a function edits the residual stream after the second layer."""


def hooked(loaded: LoadedModel) -> Variant:
    """The library's own hooks."""
    points = [f"blocks.{i}.hook_resid_post" for i in range(loaded.n_layers)]

    def read(tokens: Tensor) -> Tensor:
        with capture(loaded, points) as cache:
            loaded.model(tokens)
        return torch.stack([cache[point] for point in points])

    return Variant(loaded.model, read, lambda add: edit(loaded, {points[1]: add}))


def bridged(loaded: LoadedModel) -> Variant:
    """The same through a TransformerBridge; it computes attention eagerly."""
    bridge: Any = loaded.bridge()
    points = [f"blocks.{i}.hook_out" for i in range(loaded.n_layers)]

    def read(tokens: Tensor) -> Tensor:
        cache = bridge.run_with_cache(tokens, names_filter=points)[1]
        return torch.stack([cache[point] for point in points])

    def steered(add: Callable[..., Tensor]) -> AbstractContextManager[object]:
        return bridge.hooks(fwd_hooks=[(points[1], add)])

    return Variant(bridge.original_model, read, steered)


def variants_of(directory: Path) -> dict[str, Variant]:
    """The two ways, and the hooks with the bridge's attention kernel, to tell the costs apart."""
    loaded = load_model(directory)
    eager = load_model(directory)
    eager.model.set_attn_implementation("eager")
    return {
        "hooks": hooked(loaded),
        "hooks, eager attention": hooked(eager),
        "bridge": bridged(loaded),
    }


def forward_times(variants: dict[str, Variant], repetitions: int) -> dict[str, list[float]]:
    """Processor milliseconds of one forward pass that captures every residual stream."""
    tokens = torch.randint(VOCABULARY, READ)
    times: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(repetitions):
        for name, variant in variants.items():
            times[name].append(milliseconds(lambda variant=variant: variant.read(tokens)))
    return times


def step_times(
    variants: dict[str, Variant], repetitions: int, batch: int, width: int
) -> dict[str, list[float]]:
    """Processor milliseconds of one decoding step with a key-value cache under an added vector."""
    from transformers import DynamicCache

    prompt = torch.randint(VOCABULARY, (batch, PROMPT))
    token = torch.zeros(batch, 1, dtype=torch.int)
    vector = torch.randn(width)

    def add(x: Tensor, hook: object = None) -> Tensor:  # noqa: ARG001
        return x + vector

    times: dict[str, list[float]] = {name: [] for name in variants}
    caches = {}
    for name, variant in variants.items():
        caches[name] = DynamicCache(config=variant.model.config)
        variant.model(input_ids=prompt, past_key_values=caches[name], use_cache=True)
    for _ in range(repetitions):
        for name, variant in variants.items():
            options = {"past_key_values": caches[name], "use_cache": True}
            with variant.steered(add):
                times[name].append(
                    milliseconds(lambda v=variant, o=options: v.model(input_ids=token, **o))
                )
            caches[name].crop(-1)
    return times


def milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def summary(times: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Median and quartiles, the first fifth of the repetitions left out as warm-up."""
    kept = {name: values[len(values) // 5 :] for name, values in times.items()}
    quartiles = {name: statistics.quantiles(values, n=4) for name, values in kept.items()}
    return {
        name: {"median": round(q[1], 3), "lower": round(q[0], 3), "upper": round(q[2], 3)}
        for name, q in quartiles.items()
    }


def disagreement(variants: dict[str, Variant]) -> dict[str, float]:
    """Largest difference between each variant's activations and the bridge's."""
    tokens = torch.randint(VOCABULARY, READ)
    expected = variants["bridge"].read(tokens)
    return {name: (v.read(tokens) - expected).abs().max().item() for name, v in variants.items()}


def start(way: str, directory: str) -> None:
    """Run in a process of its own: import, load, and print processor seconds and MiB of each."""
    import importlib

    def resident() -> float:
        # Not the peak (ru_maxrss): a child process starts with its parent's.
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20

    before, began = resident(), time.process_time()
    importlib.import_module("transformers.modeling_utils")
    if way == "bridge":
        importlib.import_module("transformer_lens.model_bridge")
    imported, after_import = resident(), time.process_time()
    loaded = load_model(directory)
    if way == "bridge":
        loaded.bridge()
    measured = {
        "import_cpu_seconds": after_import - began,
        "import_mib": imported - before,
        "load_cpu_seconds": time.process_time() - after_import,
        "load_mib": resident() - imported,
    }
    print(json.dumps(measured))


def start_costs(directory: Path, repetitions: int) -> dict[str, dict[str, float]]:
    """Medians of importing and loading, each in fresh processes, interleaved."""
    found: dict[str, list[dict[str, float]]] = {"hooks": [], "bridge": []}
    for _ in range(repetitions):
        for way, measured in found.items():
            command = [sys.executable, __file__, "--start", way, str(directory)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            measured.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        way: {key: round(statistics.median(m[key] for m in rows), 3) for key in rows[0]}
        for way, rows in found.items()
    }


@torch.no_grad()
def measure(size: dict[str, Any], directory: Path, repetitions: int) -> dict[str, Any]:
    save_model(size, directory)
    variants = variants_of(directory)
    width = size["hidden_size"]
    return {
        "config": size | {"vocab_size": VOCABULARY},
        "n_parameters": sum(p.numel() for p in variants["hooks"].model.parameters()),
        "max_difference_from_bridge": disagreement(variants),
        "forward_cpu_ms": summary(forward_times(variants, repetitions)),
        "step_cpu_ms_batch_1": summary(step_times(variants, 4 * repetitions, 1, width)),
        "step_cpu_ms_batch_64": summary(step_times(variants, 4 * repetitions, 64, width)),
        "start": start_costs(directory, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads torch may use")
    parser.add_argument("--repetitions", type=int, default=50, help="of each forward pass")
    parser.add_argument("--start", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.start:
        start(*options.start)
        return
    torch.manual_seed(0)
    results: dict[str, Any] = {
        "threads": options.threads,
        "cores": os.cpu_count(),
        "load_average_at_start": round(os.getloadavg()[0], 2),
        "versions": versions(),
        "forward_tokens": list(READ),
        "prompt_tokens_in_cache": PROMPT,
        "repetitions": options.repetitions,
        "sizes": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, size in SIZES.items():
            results["sizes"][name] = measure(size, Path(folder) / name, options.repetitions)
    write_json(RESULTS, results)
    print(json.dumps(results["sizes"], indent=1))


if __name__ == "__main__":
    main()
