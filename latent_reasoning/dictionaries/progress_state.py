"""States of a fit on disk: the newest whole one is what an interrupted fit goes on from."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from latent_reasoning.activations.durable import durable_file, write_durably
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.trainer import SparseTrainer

STATE = "state.safetensors"
METRICS = "metrics.jsonl"


def save_state(
    folder: Path, step: int, settings: str, trainers: Mapping[str, SparseTrainer]
) -> None:
    """Replace the state in a folder; at any instant the old or the new one is there."""
    tensors = {
        f"{name}|{key}": tensor.contiguous()
        for name, trainer in trainers.items()
        for key, tensor in trainer.state().items()
    }
    with durable_file(folder / STATE) as file:
        file.write(save(tensors, {"step": str(step), "settings": settings}))


def restore_state(folder: Path, settings: str, trainers: Mapping[str, SparseTrainer]) -> int:
    """Restore the trainers; returns the number of updates done, 0 where there is no state.

    Raises:
        DictionaryError: The state belongs to other settings.
    """
    if not (folder / STATE).is_file():
        (folder / METRICS).unlink(missing_ok=True)
        return 0
    tensors: dict[str, Tensor] = {}
    with safe_open(folder / STATE, "pt") as file:
        metadata = file.metadata()
        if metadata["settings"] != settings:
            raise DictionaryError(
                f"fit: {str(folder)!r} holds a fit begun with {metadata['settings']}; expected "
                f"{settings}: give the same settings again, or remove it"
            )
        for name in file.keys():  # noqa: SIM118
            tensors[name] = file.get_tensor(name)
    for name, trainer in trainers.items():
        trainer.restore({key: tensors[f"{name}|{key}"] for key in trainer.state()})
    step = int(metadata["step"])
    _forget_after(folder / METRICS, step)
    return step


def _forget_after(path: Path, step: int) -> None:
    # Lines written after the state was saved will be written again; the last may be half a line.
    if not path.is_file():
        return
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [s for s in lines if s.endswith(b"\n") and json.loads(s)["step"] <= step]
    write_durably(path, b"".join(kept))
