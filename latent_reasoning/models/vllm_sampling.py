"""Sampling with vLLM, for what is not steered; the only door to vllm.

vLLM runs the model in code of its own, where no hook is called. So nothing can be steered there,
and its random numbers are its own: completions are other ones than `generate` draws with a seed.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from latent_reasoning.errors import LatentReasoningError, ProblemError
from latent_reasoning.models.generation import Completion, SamplingConfig
from latent_reasoning.models.loading import LoadedModel, model_source

MEMORY_SHARE = 0.4
"""Share of the memory of the graphics processor that vLLM takes: the models for steering lie
beside it."""


class VllmSampling:
    """Draws completions like `generate`, by vLLM."""

    def __init__(self) -> None:
        _vllm()
        self._loaded: tuple[str, Any] | None = None

    def __call__(
        self,
        model: LoadedModel,
        prompts: Sequence[str],
        n_samples: int = 1,
        config: SamplingConfig | None = None,
        *,
        prefix: str = "",
        first: int = 0,
        advance: Callable[[int], object] = lambda _: None,
    ) -> list[list[Completion]]:
        """Completions of each prompt; arguments and errors are those of `generate`."""
        config = config or SamplingConfig()
        encoded = [list(model.tokenizer(prompt).input_ids) for prompt in prompts]
        if not encoded or not all(encoded):
            raise ProblemError("generate: found a prompt without tokens, or none at all")
        ids = model.tokenizer(prefix, add_special_tokens=False).input_ids if prefix else []
        forced = list(ids)[: config.max_new_tokens]
        room = config.max_new_tokens - len(forced)
        if not room:
            return [[_completion(model, forced)] * n_samples for _ in encoded]
        settings = [
            _vllm().SamplingParams(
                n=n_samples,
                temperature=config.temperature,
                top_p=config.top_p,
                max_tokens=room,
                seed=prompt_seed(config.seed, first + i),
                stop_token_ids=sorted(model.end_ids),
                detokenize=False,
            )
            for i in range(len(encoded))
        ]
        asked = [{"prompt_token_ids": ids + forced} for ids in encoded]
        found = []
        for request in self._engine(model).generate(asked, settings, use_tqdm=False):
            drawn = sorted(request.outputs, key=lambda output: output.index)
            found.append([_completion(model, [*forced, *output.token_ids]) for output in drawn])
            advance(len(drawn))
        return found

    def _engine(self, model: LoadedModel) -> Any:
        if self._loaded is None or self._loaded[0] != model.name:
            # One model at a time: the memory of the last is free once nothing refers to it.
            self._loaded = None
            engine = _vllm().LLM(
                model=str(model_source(model.name)),
                dtype=str(model.dtype).removeprefix("torch."),
                trust_remote_code=False,
                gpu_memory_utilization=MEMORY_SHARE,
            )
            self._loaded = (model.name, engine)
        return self._loaded[1]


def prompt_seed(seed: int, number: int) -> int:
    """Seed of a prompt: vLLM adds the number of a sample to it, so neighbours must lie apart."""
    digest = hashlib.blake2b(f"{seed}/{number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big")


def _completion(model: LoadedModel, ids: list[int]) -> Completion:
    return Completion(model.decode(ids), tuple(ids), bool(ids) and ids[-1] in model.end_ids)


def _vllm() -> Any:
    try:
        import vllm  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise LatentReasoningError(
            "engine vllm: vllm is not installed; install the extra: pip install "
            '"latent-reasoning[vllm]"'
        ) from error
    return vllm
