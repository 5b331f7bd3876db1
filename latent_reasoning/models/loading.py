"""Loading language models: embedded organisms, local directories and hub names, one way for all."""

import inspect
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from latent_reasoning.errors import LatentReasoningError, UnknownModelError, one_of
from latent_reasoning.models.devices import MAP, resolve_device
from latent_reasoning.models.families import LAYOUTS
from latent_reasoning.organisms.registry import PREFIX as ORGANISM

if TYPE_CHECKING:
    import transformers
    from transformer_lens.model_bridge import TransformerBridge

# transformers 5.24 renamed the argument of `forward` that takes the key-value cache.
CACHE_NAMES = ("cache", "past_key_values")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to be read: evaluation mode, no gradients on its weights."""

    name: str
    """The name or path it was loaded by."""
    model: "transformers.PreTrainedModel"
    """The Hugging Face causal language model."""
    tokenizer: "transformers.PreTrainedTokenizerBase"
    """Its tokenizer; pads on the left."""

    @property
    def n_layers(self) -> int:
        """Number of decoder layers."""
        return self.model.config.num_hidden_layers

    @property
    def d_model(self) -> int:
        """Width of the residual stream."""
        return self.model.config.hidden_size

    @property
    def d_vocab(self) -> int:
        """Number of rows of the embedding, which may exceed the tokenizer's vocabulary."""
        return self.model.config.vocab_size

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.model.device

    @property
    def dtype(self) -> torch.dtype:
        """Number format of the weights and activations."""
        return self.model.dtype

    @property
    def family(self) -> str:
        """Architecture: the `model_type` of the configuration, for example `qwen2`."""
        return self.model.config.model_type

    @property
    def cache_name(self) -> str:
        """Name of the argument under which `forward` takes a key-value cache."""
        return _cache_name(type(self.model))

    @property
    def pad_id(self) -> int:
        """Id of the padding token."""
        pad = self.tokenizer.pad_token_id
        assert isinstance(pad, int), "load_model sets a padding token"
        return pad

    @property
    def end_ids(self) -> set[int]:
        """Ids of the tokens that end a text, by the tokenizer and by the generation settings."""
        settings = self.model.generation_config
        configured = None if settings is None else settings.eos_token_id
        several = configured if isinstance(configured, list) else [configured]
        return {i for i in (self.tokenizer.eos_token_id, *several) if isinstance(i, int)}

    def decode(self, ids: Sequence[int]) -> str:
        """Text of token ids, without special tokens."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    def bridge(self) -> "TransformerBridge":
        """A TransformerBridge over a separate copy of the weights.

        A copy, because wrapping rewrites the modules of the model it wraps.
        """
        from latent_reasoning.models.bridge import bridge

        return bridge(self.model, self.tokenizer)


def load_model(
    name_or_path: str | Path, *, dtype: str = "float32", device: str = "cpu"
) -> LoadedModel:
    """Load a model and its tokenizer, from safetensors only and without remote code.

    Args:
        name_or_path: An organism (`organism:latent`, `organism:latent/rl-truth@1`), a local
            Hugging Face directory, or a hub name.
        dtype: float32, bfloat16 or float16.
        device: A torch device; `auto` is the GPU where there is one, and `map` spreads the layers
            over all GPUs and the memory of the machine (needs accelerate, of the extra `tune`).

    Raises:
        UnknownModelError: Nothing loadable is found, or the family is not supported.
        LatentReasoningError: The number format or the device is not available.
    """
    name = canonical_name(name_or_path)
    if dtype not in DTYPES:
        raise LatentReasoningError(one_of("load_model", "dtype", dtype, DTYPES))
    device = resolve_device(device)
    source = model_source(name)
    _config(name, source)
    model = _load_weights(name, source, DTYPES[dtype], device).eval().requires_grad_(False)
    return LoadedModel(name=name, model=model, tokenizer=_load_tokenizer(name, source))


@cache
def _cache_name(kind: type) -> str:
    taken = inspect.signature(kind.forward).parameters
    return next(name for name in CACHE_NAMES if name in taken)


def model_config(name_or_path: str | Path) -> "transformers.PretrainedConfig":
    """The configuration of a model, without its weights.

    Raises:
        UnknownModelError: Nothing is found there, or the family is not supported.
    """
    name = canonical_name(name_or_path)
    return _config(name, model_source(name))


def canonical_name(name_or_path: str | Path) -> str:
    """The one name of a model: organisms with their seed, everything else as given.

    >>> canonical_name("organism:latent")
    'organism:latent@0'
    """
    name = str(name_or_path)
    if not name.startswith(ORGANISM):
        return name
    from latent_reasoning.organisms.registry import parse_organism

    return f"{ORGANISM}{parse_organism(name.removeprefix(ORGANISM))}"


def model_source(name: str) -> str:
    """Folder or hub name that a model name stands for."""
    if name.startswith(ORGANISM):
        from latent_reasoning.organisms.registry import organism_directory

        return str(organism_directory(name.removeprefix(ORGANISM)))
    folder = Path(name).expanduser()
    if folder.is_dir() and not (folder / "config.json").is_file():
        raise UnknownModelError(
            f"load_model: folder {name!r} has no config.json; expected a Hugging Face model "
            f"directory (config.json, model.safetensors, tokenizer.json)"
        )
    return str(folder) if folder.is_dir() else name


def _config(name: str, source: str) -> Any:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(source, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise UnknownModelError(_not_found(name, source)) from error
    if config.model_type not in LAYOUTS:
        raise UnknownModelError(
            f"load_model: {name!r} is of family {config.model_type!r}, whose module layout is not "
            f"known; expected one of {', '.join(LAYOUTS)}"
        )
    return config


def _load_weights(name: str, source: str, dtype: torch.dtype, device: str) -> Any:
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    try:
        with _no_progress_bar():
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                source,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                **({"device_map": "auto"} if device == MAP else {}),
            )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UnknownModelError(
            f"load_model: the weights of {name!r} cannot be read ({_first_line(error)}); expected "
            f"safetensors that fit its config.json"
        ) from error
    model, report = loaded
    # transformers fills absent weights with random numbers and only warns.
    if report["missing_keys"]:
        missing = sorted(report["missing_keys"])
        raise UnknownModelError(
            f"load_model: {name!r} lacks {len(missing)} weights, the first {missing[0]!r}; "
            f"expected safetensors that fit its config.json"
        )
    return model if device == MAP else model.to(device)


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    """Keep transformers from drawing its own bar; what is shown is the caller's to decide."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _load_tokenizer(name: str, source: str) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            source, padding_side="left", trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise UnknownModelError(
            f"load_model: the tokenizer of {name!r} cannot be read ({_first_line(error)}); "
            f"expected tokenizer.json beside the weights"
        ) from error
    if tokenizer.pad_token is None:
        if tokenizer.eos_token is None:
            raise UnknownModelError(
                f"load_model: the tokenizer of {name!r} has neither a padding nor an end token; "
                f"set one of them in its tokenizer_config.json"
            )
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def _not_found(name: str, source: str) -> str:
    if Path(source).is_dir():
        return f"load_model: the config.json of {name!r} cannot be read; expected a model's"
    return (
        f"load_model: {name!r} leads to no model; tried it as a local folder (none there) and as a "
        f"hub name (not found, or no connection); give a folder, a hub name that is cached or "
        f"reachable, or an embedded model such as organism:latent"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
