"""Area `generation_gpu`: sampling on one GPU by replayed steps, against single steps and peers.

`organism`: 16 completions of each of 16 problems from an embedded model, float32, at most 96 tokens
until the end token. `1.5b`: the shape of Qwen2.5-1.5B with all of its 28 layers and random weights,
bfloat16, 8 completions of each of 32 prompts of 64 random tokens, 128 tokens each (`--quick`: 96,
and without `transformers static`).
Everybody draws from the whole softmax at temperature 1, and a round draws with every peer once.
`weights` is the time that reading every weight once a step takes at the bandwidth of a large copy,
measured here: no way of drawing that many at once can be faster. `transformers static` is Hugging
Face generate with a static cache, which compiles its step.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from rows import Row, compare

from latent_reasoning.features.directions import Direction
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.hook_points import default_hook_point
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms.corpus import source_ladder
from latent_reasoning.organisms.grammar import organism_problems
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan

NEGLIGIBLE = 1e-6
"""Strength of steering: its cost is measured, and completions must stay as long as they are."""
SHAPE: dict[str, Any] = {
    "hidden_size": 1536,
    "intermediate_size": 8960,
    "num_hidden_layers": 28,
    "num_attention_heads": 12,
    "num_key_value_heads": 2,
    "vocab_size": 151936,
}
Draw = Callable[[int], int]
"""Draws all completions with a seed and returns the number of their tokens."""


def run(quick: bool, _pythons: dict[str, str]) -> list[Row]:
    """The rows of this area."""
    if not torch.cuda.is_available():
        raise SystemExit("generation_gpu: found no GPU; expected one")
    rounds, length = (3, 96) if quick else (5, 128)
    static = not quick
    model = load_model("organism:latent", device="cuda")
    rows = measure("organism", model, organism_prompts(model), (16, 96), rounds, static)
    model = large_model(model.tokenizer)
    words = torch.randint(5, 150, (32, 64), generator=torch.Generator().manual_seed(0))
    prompts = [model.decode(ids) for ids in words.tolist()]
    return [*rows, *measure("1.5b", model, prompts, (8, length), rounds, static)]


def organism_prompts(model: LoadedModel) -> list[str]:
    """Prompts of the commonest length, so that nobody computes padding."""
    of_length: dict[int, list[str]] = defaultdict(list)
    problems = organism_problems("held-out", 400, 0)
    for prompt in source_ladder().prompts([problem.question for problem in problems]):
        of_length[len(model.tokenizer(prompt).input_ids)].append(prompt)
    return max(of_length.values(), key=len)[:16]


def large_model(tokenizer: Any) -> LoadedModel:
    """A model with random weights, made on the GPU."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        **SHAPE, max_position_embeddings=1024, tie_word_embeddings=True, eos_token_id=1
    )
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = Qwen2ForCausalLM(config).eval().requires_grad_(False)
    torch.set_default_dtype(torch.float32)
    return LoadedModel("1.5b shape", model, tokenizer)


def measure(
    case: str,
    model: LoadedModel,
    prompts: list[str],
    drawn: tuple[int, int],
    rounds: int,
    static: bool,
) -> list[Row]:
    """Everybody on one model, in interleaved rounds after one that is not counted."""
    n_samples, length = drawn
    config = SamplingConfig(max_new_tokens=length)
    hooked = partial(theirs, model, prompts, n_samples, length)
    workers: dict[str, Draw] = {
        "ours": partial(ours, model, prompts, n_samples, config),
        "single steps": partial(ours, model, prompts, n_samples, config, replay=False),
        "steered everywhere": partial(steered, model, prompts, n_samples, config),
        "transformers": hooked,
        "transformers hook": partial(under_hook, model, hooked),
    }
    if static:
        workers["transformers static"] = partial(hooked, cache_implementation="static")
    found: dict[str, list[float]] = defaultdict(list)
    for i in range(rounds + 1):
        for name, work in workers.items():
            torch.cuda.synchronize()
            start = time.perf_counter()
            n_tokens = work(i)
            torch.cuda.synchronize()
            speed = n_tokens / (time.perf_counter() - start)
            print(f"{case}, round {i}: {name} {speed:.0f} tokens/s", file=sys.stderr, flush=True)
            if i:
                found[name].append(speed)
    floor = [len(prompts) * n_samples / seconds_to_read(model)] * rounds
    sides = [("ours", name) for name in ("single steps", "transformers", "transformers static")]
    sides += [("steered everywhere", name) for name in ("ours", "transformers hook")]
    return [
        *(
            compare(case, peer, f"sampled, {mine}", "tokens/s", found[mine], found[peer])
            for mine, peer in sides
            if peer in found
        ),
        compare(case, "weights", "sampled, ours", "tokens/s", found["ours"], floor),
    ]


def ours(
    model: LoadedModel,
    prompts: list[str],
    n_samples: int,
    config: SamplingConfig,
    seed: int,
    replay: bool = True,
) -> int:
    """This package."""
    settings = SamplingConfig(max_new_tokens=config.max_new_tokens, seed=seed)
    found = generate(model, prompts, n_samples, settings, replay=replay)
    return sum(len(completion.tokens) for row in found for completion in row)


def steered(
    model: LoadedModel, prompts: list[str], n_samples: int, config: SamplingConfig, seed: int
) -> int:
    """This package, adding a vector at every position of a middle layer."""
    vector = torch.randn(model.d_model, generator=torch.Generator().manual_seed(0))
    unit = torch.nn.functional.normalize(vector, dim=0)
    point = default_hook_point(model.n_layers)
    with steer(
        model, SteeringPlan(Direction(unit, "random", "a", (), point), NEGLIGIBLE, 1.0, "all")
    ):
        return ours(model, prompts, n_samples, config, seed)


def theirs(
    model: LoadedModel,
    prompts: list[str],
    n_samples: int,
    length: int,
    seed: int,
    **how: Any,
) -> int:
    """Hugging Face generate."""
    ids = model.tokenizer(prompts, return_tensors="pt").input_ids.to("cuda")
    ids = ids.repeat_interleave(n_samples, dim=0)
    torch.manual_seed(seed)
    whole: Any = model.model
    out = whole.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        do_sample=True,
        temperature=1.0,
        top_k=0,
        top_p=1.0,
        max_new_tokens=length,
        pad_token_id=model.pad_id,
        **how,
    )[:, ids.shape[1] :]
    ended = torch.isin(out, torch.tensor(sorted(model.end_ids), device=out.device)).long()
    return int((ended.cumsum(dim=1) - ended == 0).sum())


def under_hook(model: LoadedModel, draw: Draw, seed: int) -> int:
    """Hugging Face generate under a plain hook that adds a vector at every position."""
    with plain_hook(model):
        return draw(seed)


@contextmanager
def plain_hook(model: LoadedModel) -> Iterator[None]:
    """A forward hook on the middle layer."""
    whole: Any = model.model
    layer = whole.model.layers[(model.n_layers - 1) // 2]
    vector = NEGLIGIBLE * torch.randn(model.d_model, device="cuda").to(model.dtype)
    handle = layer.register_forward_hook(
        lambda _m, _a, x: (x[0] + vector, *x[1:]) if isinstance(x, tuple) else x + vector
    )
    yield
    handle.remove()


def seconds_to_read(model: LoadedModel) -> float:
    """Bytes of all weights over the bandwidth of a large copy, which reads and writes."""
    n_bytes = sum(p.numel() * p.element_size() for p in model.model.parameters())
    source = torch.empty(2**31, dtype=torch.uint8, device="cuda").random_()
    target = torch.empty_like(source)
    best = float("inf")
    for _ in range(5):
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin.record()
        target.copy_(source)
        end.record()
        torch.cuda.synchronize()
        best = min(best, begin.elapsed_time(end) / 1000)
    return n_bytes / (2 * len(source) / best)
