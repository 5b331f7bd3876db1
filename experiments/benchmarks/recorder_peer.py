"""One way of recording one hook point of a base and a tuned model; started by recorder.py."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from peers import serve
from safetensors.torch import save_file

CONTEXT = 128
SHORTEST = 32
Work = Callable[[Path], None]


class Batch(NamedTuple):
    """Sequences in the order given, padded on the right to the longest of them."""

    ids: torch.Tensor
    """Token ids, [sequence, position]."""
    real: torch.Tensor
    """Which of them are no padding."""


def batches(n_tokens: int, d_vocab: int, batch_tokens: int, varied: bool) -> list[Batch]:
    """Random token ids, in contexts of 128 or of 32 to 128 tokens."""
    generator = torch.Generator().manual_seed(0)
    found, size = [], max(1, batch_tokens // CONTEXT)
    while sum(int(batch.real.sum()) for batch in found) < n_tokens:
        ids = torch.randint(5, d_vocab, (size, CONTEXT), generator=generator)
        shortest = SHORTEST if varied else CONTEXT
        lengths = torch.randint(shortest, CONTEXT + 1, (size, 1), generator=generator)
        real = torch.arange(CONTEXT) < lengths
        longest = int(lengths.max())
        found.append(Batch((ids * real)[:, :longest], real[:, :longest]))
    return found


def hf_models(folders: list[str]) -> list[Any]:
    """The plain Hugging Face models."""
    from transformers import AutoModelForCausalLM

    return [AutoModelForCausalLM.from_pretrained(f, dtype=torch.float32).eval() for f in folders]


def bare(folders: list[str], data: list[Batch], _: int) -> Work:
    """Nothing but the two forward passes, without the head."""
    models = hf_models(folders)

    def work(_: Path) -> None:
        for batch in data:
            for model in models:
                model.model(input_ids=batch.ids, use_cache=False)

    return work


def ours(folders: list[str], data: list[Batch], layer: int) -> Work:
    """This package."""
    from latent_reasoning.activations.record import record_pair
    from latent_reasoning.activations.sequences import TokenSequence
    from latent_reasoning.models.pair import load_pair

    pair = load_pair(*folders)
    sequences = [
        TokenSequence(tuple(ids[real].tolist()), 1, "random")
        for batch in data
        for ids, real in zip(batch.ids, batch.real, strict=True)
    ]
    point, most = f"blocks.{layer}.hook_resid_post", len(data[0].ids) * CONTEXT

    def work(folder: Path) -> None:
        record_pair(pair, sequences, [point], folder / "store", batch_tokens=most)

    return work


def hidden_states(folders: list[str], data: list[Batch], layer: int) -> Work:
    """Plain Hugging Face with output_hidden_states, one file a batch."""
    models = hf_models(folders)

    def work(folder: Path) -> None:
        for i, batch in enumerate(data):
            for name, model in zip(("base", "tuned"), models, strict=True):
                out = model.model(input_ids=batch.ids, use_cache=False, output_hidden_states=True)
                x = out.hidden_states[layer + 1][batch.real]
                save_file({"x": x}, folder / f"{i}.{name}.safetensors")

    return work


def transformer_lens(folders: list[str], data: list[Batch], layer: int) -> Work:
    """TransformerBridge.run_with_cache, one file a batch."""
    from transformer_lens.model_bridge import TransformerBridge

    models = [TransformerBridge.boot_transformers(f, device="cpu") for f in folders]
    point = f"blocks.{layer}.hook_out"

    def work(folder: Path) -> None:
        for i, batch in enumerate(data):
            for name, model in zip(("base", "tuned"), models, strict=True):
                _, cache = model.run_with_cache(batch.ids, names_filter=[point], return_type=None)
                x = cache[point][batch.real]
                save_file({"x": x}, folder / f"{i}.{name}.safetensors")

    return work


def nnsight(folders: list[str], data: list[Batch], layer: int) -> Work:
    """Nnsight traces, one file a batch."""
    from nnsight import LanguageModel  # pyright: ignore[reportMissingImports]

    models = [LanguageModel(f, device_map="cpu", dispatch=True) for f in folders]

    def work(folder: Path) -> None:
        for i, batch in enumerate(data):
            for name, model in zip(("base", "tuned"), models, strict=True):
                with model.trace(batch.ids):
                    saved = model.model.layers[layer].output.save()
                x = saved[0] if isinstance(saved, tuple) else saved
                save_file({"x": x[batch.real]}, folder / f"{i}.{name}.safetensors")

    return work


def sae_lens(folders: list[str], data: list[Batch], layer: int) -> Work:
    """SAELens' CacheActivationsRunner, once for each model; it packs texts into full contexts."""
    from datasets import Dataset
    from sae_lens.cache_activations_runner import CacheActivationsRunner
    from sae_lens.config import CacheActivationsRunnerConfig

    flat = torch.cat([batch.ids[batch.real] for batch in data])
    # Whole batches of contexts, as it writes nothing less.
    size = len(data[0].ids)
    tokens = flat[: len(flat) // (size * CONTEXT) * size * CONTEXT].view(-1, CONTEXT)
    dataset = Dataset.from_dict({"tokens": tokens.tolist()})
    dataset.set_format("torch")

    def runner(folder: str) -> Any:
        width = hf_config(folder).hidden_size
        config = CacheActivationsRunnerConfig(
            dataset_path="tokens",
            model_name=folder,
            model_class_name="AutoModelForCausalLM",
            model_batch_size=size,
            hook_name=f"model.layers.{layer}",
            d_in=width,
            # One buffer of exactly these tokens: it always fills a whole one.
            buffer_size_gb=(tokens.numel() + 1) * width * 4 / 1e9,
            training_tokens=tokens.numel(),
            context_size=CONTEXT,
            prepend_bos=False,
            shuffle=False,
            streaming=False,
            device="cpu",
            new_cached_activations_path="unset",
        )
        return CacheActivationsRunner(config, override_dataset=dataset)

    runners = [runner(folder) for folder in folders]

    def work(folder: Path) -> None:
        for name, one in zip(("base", "tuned"), runners, strict=True):
            one.cfg.new_cached_activations_path = str(folder / name)
            one.activations_store.reset_input_dataset()
            if len(one.run()) != len(tokens):
                raise RuntimeError("sae_lens wrote another number of contexts")

    return work


def hf_config(folder: str) -> Any:
    """Configuration of a model."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(folder)


PEERS = {
    "ours": ours,
    "bare": bare,
    "transformers": hidden_states,
    "transformer_lens": transformer_lens,
    "sae_lens": sae_lens,
    "nnsight": nnsight,
}


def main() -> None:
    """`recorder_peer.py PEER BASE TUNED N_TOKENS BATCH_TOKENS equal|varied LAYER`."""
    name, base, tuned, n_tokens, batch_tokens, lengths, layer = sys.argv[1:]
    data = batches(
        int(n_tokens), hf_config(base).vocab_size, int(batch_tokens), lengths == "varied"
    )
    work = PEERS[name]([base, tuned], data, int(layer))
    n = sum(int(batch.real.sum()) for batch in data)
    if name == "sae_lens":
        whole = len(data[0].ids) * CONTEXT
        n = n // whole * whole

    def once() -> dict[str, float]:
        folder = Path(tempfile.mkdtemp())
        try:
            with torch.no_grad():
                cpu, wall = time.process_time(), time.perf_counter()
                work(folder)
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        finally:
            shutil.rmtree(folder)
        return {"wall": n / wall, "cpu": n / cpu}

    serve(once)


if __name__ == "__main__":
    main()
