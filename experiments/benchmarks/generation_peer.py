"""One way of sampling many completions; started by generation.py."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from peers import serve

Work = Callable[[int], int]
"""Draws all completions with a seed and returns the number of their tokens."""
NEGLIGIBLE = 1e-6
"""Strength of steering: its cost is measured, and completions must stay as long as they are."""
STRONG = 100.0
"""Strength at which a peer has to write something else before it is measured."""


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


def direction(width: int) -> torch.Tensor:
    """A random vector of negligible length, the same for everybody."""
    return NEGLIGIBLE * torch.randn(width, generator=torch.Generator().manual_seed(0))


def require_steered(
    name: str, write: Callable[[], torch.Tensor], strong: AbstractContextManager[Any]
) -> None:
    """End a peer that writes the same under a strong vector: its steering does nothing."""
    with torch.no_grad():
        plain = write()
        with strong:
            steered = write()
    if torch.equal(plain, steered):
        raise SystemExit(f"{name}: a vector {STRONG / NEGLIGIBLE:g} times as long moves no token")


def greedily(model: Any, ids: torch.Tensor) -> Callable[[], torch.Tensor]:
    """A few likeliest tokens after the first prompt."""

    def write() -> torch.Tensor:
        one = ids[:1]
        mask = torch.ones_like(one)
        return model.generate(
            input_ids=one, attention_mask=mask, do_sample=False, max_new_tokens=8, min_new_tokens=8
        )

    return write


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
    unit = torch.nn.functional.normalize(direction(model.d_model), dim=0)
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


def transformers(task: Task) -> Work:
    """Hugging Face generate, with its default cache."""
    model, tokenizer = hugging_face(task)
    return hugging_face_work(model, tokenizer, ids_of(task, tokenizer), task)


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
    model, tokenizer = hugging_face(task)
    ids, vector = ids_of(task, tokenizer), direction(model.config.hidden_size)
    layer = model.model.layers[(len(model.model.layers) - 1) // 2]

    def hooked(vector: torch.Tensor) -> Any:
        return layer.register_forward_hook(lambda _m, _a, x: x + vector)

    @contextmanager
    def strong() -> Iterator[None]:
        handle = hooked(STRONG / NEGLIGIBLE * vector)
        yield
        handle.remove()

    require_steered("transformers hook", greedily(model, ids), strong())
    hooked(vector)
    return hugging_face_work(model, tokenizer, ids, task)


def transformer_lens(task: Task, steered: bool = False) -> Work:
    """TransformerBridge.generate."""
    from transformer_lens.model_bridge import TransformerBridge

    _, tokenizer = hugging_face(task)
    model = TransformerBridge.boot_transformers(task.folder, device="cpu")
    ids = ids_of(task, tokenizer)

    def draw(seed: int, **how: Any) -> torch.Tensor:
        torch.manual_seed(seed)
        out = model.generate(ids, verbose=False, return_type="tokens", **how)
        assert isinstance(out, torch.Tensor)
        return out[:, ids.shape[1] :]

    def work(seed: int) -> int:
        end, most = tokenizer.eos_token_id, task.max_new_tokens
        with bridge_hook(model, NEGLIGIBLE) if steered else nullcontext():
            return count(draw(seed, max_new_tokens=most, eos_token_id=end), end)

    if steered:
        strong = bridge_hook(model, STRONG)
        write = partial(draw, 0, max_new_tokens=8, do_sample=False, stop_at_eos=False)
        require_steered("transformer_lens hook", write, strong)
    return work


def bridge_hook(model: Any, strength: float) -> AbstractContextManager[Any]:
    """Adds a vector at every position in TransformerBridge."""
    vector = strength / NEGLIGIBLE * direction(model.cfg.d_model)
    name = f"blocks.{(model.cfg.n_layers - 1) // 2}.hook_resid_post"
    return model.hooks(fwd_hooks=[(name, lambda x, **_: x + vector)])


def transformer_lens_hook(task: Task) -> Work:
    """TransformerBridge.generate under a hook that adds a vector at every position."""
    return transformer_lens(task, steered=True)


def repeng(task: Task) -> Work:
    """Repeng's ControlModel on one layer."""
    from repeng import ControlModel, ControlVector  # pyright: ignore[reportMissingImports]

    model, tokenizer = hugging_face(task)
    layer, ids = (len(model.model.layers) - 1) // 2, ids_of(task, tokenizer)
    vector = direction(model.config.hidden_size)
    controlled = ControlModel(model, [layer])
    control = ControlVector(model.config.model_type, {layer: vector.numpy()})

    @contextmanager
    def strong() -> Iterator[None]:
        controlled.set_control(control, STRONG / NEGLIGIBLE)
        yield
        controlled.reset()

    require_steered("repeng", greedily(controlled, ids), strong())
    controlled.set_control(control)
    return hugging_face_work(controlled, tokenizer, ids, task)


def steering_vectors(task: Task) -> Work:
    """steering-vectors' SteeringVector on one layer."""
    from steering_vectors import SteeringVector  # pyright: ignore[reportMissingImports]

    model, tokenizer = hugging_face(task)
    layer, ids = (len(model.model.layers) - 1) // 2, ids_of(task, tokenizer)
    vector = SteeringVector({layer: direction(model.config.hidden_size)}, "decoder_block")
    strong = vector.apply(model, multiplier=STRONG / NEGLIGIBLE)
    require_steered("steering_vectors", greedily(model, ids), strong)
    draw = hugging_face_work(model, tokenizer, ids, task)

    def work(seed: int) -> int:
        with vector.apply(model):
            return draw(seed)

    return work


PEERS = {
    "transformers": transformers,
    "transformers hook": transformers_hook,
    "transformer_lens": transformer_lens,
    "transformer_lens hook": transformer_lens_hook,
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
