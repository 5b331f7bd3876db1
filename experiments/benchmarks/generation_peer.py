"""One way of sampling many completions; started by generation.py."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from peers import serve

Work = Callable[[int], int]
"""Draws all completions with a seed and returns the number of their tokens."""
NEGLIGIBLE = 1e-6
"""Strength of steering: its cost is measured, and completions must stay as long as they are."""


class Task(NamedTuple):
    """What is drawn."""

    folder: str
    """The model."""
    prompts: list[str]
    """Texts of equal length in tokens, so that nobody computes padding."""
    n_samples: int
    """Completions of each."""
    max_new_tokens: int
    """Their longest length."""


def hugging_face(task: Task) -> tuple[Any, Any]:
    """The plain Hugging Face model and its tokenizer."""
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    model = AutoModelForCausalLM.from_pretrained(task.folder, dtype=torch.float32).eval()
    return model, PreTrainedTokenizerFast.from_pretrained(task.folder)


def ids_of(task: Task, tokenizer: Any) -> torch.Tensor:
    """Every prompt once for each of its samples."""
    ids = tokenizer(task.prompts, return_tensors="pt").input_ids
    return ids.repeat_interleave(task.n_samples, dim=0)


def count(completions: torch.Tensor, end: int) -> int:
    """Tokens up to the end token and with it."""
    ended = (completions == end).long().cumsum(dim=1)
    return int(((ended == 0) | ((ended == 1) & (completions == end))).sum())


def direction(model: Any) -> torch.Tensor:
    """A random vector of negligible length."""
    return NEGLIGIBLE * torch.randn(model.config.hidden_size)


def ours(task: Task) -> dict[str, Work]:
    """This package: not steering, steering the last prompt token as comparisons do, and all."""
    from dataclasses import replace

    from latent_reasoning.features.directions import Direction
    from latent_reasoning.models.generation import SamplingConfig, generate
    from latent_reasoning.models.hook_points import default_hook_point
    from latent_reasoning.models.loading import load_model
    from latent_reasoning.steering.intervention import steer
    from latent_reasoning.steering.plan import SteeringPlan
    from latent_reasoning.steering.positions import Positions

    _, tokenizer = hugging_face(task)
    tokenizer.padding_side = "left"
    model = replace(load_model(task.folder, device="cpu"), tokenizer=tokenizer)
    unit = torch.nn.functional.normalize(direction(model.model), dim=0)
    random = Direction(unit, "random", "random", (), default_hook_point(model.n_layers))

    def draw(seed: int) -> int:
        config = SamplingConfig(max_new_tokens=task.max_new_tokens, seed=seed)
        drawn = generate(model, task.prompts, task.n_samples, config)
        return sum(len(completion.tokens) for row in drawn for completion in row)

    def steered(positions: Positions) -> Work:
        def work(seed: int) -> int:
            with steer(model, SteeringPlan(random, NEGLIGIBLE, 1.0, positions)):
                return draw(seed)

        return work

    return {
        "unsteered": draw,
        "steered": steered("last prompt token"),
        "steered everywhere": steered("all"),
    }


def transformers(task: Task, hook: bool = False) -> Work:
    """Hugging Face generate, with its default cache."""
    model, tokenizer = hugging_face(task)
    ids = ids_of(task, tokenizer)
    if hook:
        vector = direction(model)
        layer = model.model.layers[(len(model.model.layers) - 1) // 2]
        layer.register_forward_hook(lambda _m, _a, x: x + vector)
    return hugging_face_work(model, tokenizer, ids, task)


def hugging_face_work(model: Any, tokenizer: Any, ids: torch.Tensor, task: Task) -> Work:
    """Hugging Face generate on a model that may have been changed."""

    def work(seed: int) -> int:
        torch.manual_seed(seed)
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            max_new_tokens=task.max_new_tokens,
            pad_token_id=tokenizer.pad_token_id,
        )
        return count(out[:, ids.shape[1] :], tokenizer.eos_token_id)

    return work


def transformers_hook(task: Task) -> Work:
    """Hugging Face generate under a forward hook that adds a vector at every position."""
    return transformers(task, hook=True)


def transformer_lens(task: Task) -> Work:
    """TransformerBridge.generate."""
    from transformer_lens.model_bridge import TransformerBridge

    _, tokenizer = hugging_face(task)
    model = TransformerBridge.boot_transformers(task.folder, device="cpu")
    ids = ids_of(task, tokenizer)

    def work(seed: int) -> int:
        torch.manual_seed(seed)
        out = model.generate(
            ids,
            max_new_tokens=task.max_new_tokens,
            eos_token_id=tokenizer.eos_token_id,
            verbose=False,
            return_type="tokens",
        )
        assert isinstance(out, torch.Tensor)
        return count(out[:, ids.shape[1] :], tokenizer.eos_token_id)

    return work


def repeng(task: Task) -> Work:
    """Repeng's ControlModel on one layer."""
    from repeng import ControlModel, ControlVector  # pyright: ignore[reportMissingImports]

    model, tokenizer = hugging_face(task)
    layer = (len(model.model.layers) - 1) // 2
    vector = direction(model)
    controlled = ControlModel(model, [layer])
    controlled.set_control(ControlVector(model.config.model_type, {layer: vector.numpy()}))
    return hugging_face_work(controlled, tokenizer, ids_of(task, tokenizer), task)


def steering_vectors(task: Task) -> Work:
    """steering-vectors' SteeringVector on one layer."""
    from steering_vectors import SteeringVector  # pyright: ignore[reportMissingImports]

    model, tokenizer = hugging_face(task)
    layer = (len(model.model.layers) - 1) // 2
    vector = SteeringVector({layer: direction(model)}, "decoder_block")
    draw = hugging_face_work(model, tokenizer, ids_of(task, tokenizer), task)

    def work(seed: int) -> int:
        with vector.apply(model):
            return draw(seed)

    return work


PEERS = {
    "transformers": transformers,
    "transformers hook": transformers_hook,
    "transformer_lens": transformer_lens,
    "repeng": repeng,
    "steering_vectors": steering_vectors,
}


def main() -> None:
    """`generation_peer.py PEER TASK.json`."""
    name, path = sys.argv[1:]
    task = Task(**json.loads(Path(path).read_text(encoding="utf-8")))
    # Ours in one process, as the cost of a hook is smaller than what processes differ by.
    works = ours(task) if name == "ours" else {"theirs": PEERS[name](task)}
    seeds = iter(range(10**6))

    def once() -> dict[str, float]:
        seed, found = next(seeds), {}
        for label, work in works.items():
            with torch.no_grad():
                cpu, wall = time.process_time(), time.perf_counter()
                n = work(seed)
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            found |= {f"{label} wall": n / wall, f"{label} cpu": n / cpu}
        return found

    serve(once)


if __name__ == "__main__":
    main()
