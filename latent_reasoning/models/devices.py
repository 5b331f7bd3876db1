"""Where a model runs: the words a user gives, and what this machine has."""

from importlib.util import find_spec

import torch

from latent_reasoning.errors import LatentReasoningError

AUTO, MAP = "auto", "map"


def resolve_device(device: str) -> str:
    """A torch device, or `map`; `auto` is the GPU where there is one and the CPU elsewhere.

    Raises:
        LatentReasoningError: It is no device, this machine lacks it, or `map` lacks accelerate.
    """
    if device == AUTO:
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == MAP:
        if find_spec("accelerate") is None:
            raise LatentReasoningError(
                "load_model: device 'map' needs accelerate, which is not installed; install the "
                "extra with pip install 'latent-reasoning[tune]', or name one device"
            )
        return MAP
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise LatentReasoningError(
            f"load_model: {device!r} is not a torch device; expected for example auto, cpu, cuda:0 "
            f"or map"
        ) from error
    if kind == "cuda" and not torch.cuda.is_available():
        raise LatentReasoningError(
            f"load_model: device {device!r} was asked for but this torch sees no GPU; use cpu"
        )
    return device
