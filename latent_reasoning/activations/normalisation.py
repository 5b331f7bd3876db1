"""Constants that bring activations to a common scale, computed once and kept beside the shards."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import torch
from jaxtyping import Float
from safetensors.torch import load, save
from torch import Tensor

from latent_reasoning.activations.durable import write_durably
from latent_reasoning.activations.manifest import Manifest
from latent_reasoning.errors import ActivationError


class Normalisation(NamedTuple):
    """What rows are centred and scaled by."""

    mean: Float[Tensor, " d_model"]
    """Mean of the rows that are not sinks."""
    mean_norm: float
    """Mean Euclidean norm of the same rows."""

    @property
    def scale(self) -> float:
        """Factor that makes the mean norm the square root of d_model, as SAELens scales inputs."""
        return len(self.mean) ** 0.5 / self.mean_norm

    def __call__(self, x: Float[Tensor, "row d_model"]) -> Float[Tensor, "row d_model"]:
        """`(x - mean) * scale`, in float32."""
        return (x.float() - self.mean) * self.scale


def normalisation(
    folder: Path, name: str, blocks: Iterable[Float[Tensor, "row d_model"]], manifest: Manifest
) -> Normalisation:
    """The constants of one tensor, from their file or, the first time, from its rows.

    Raises:
        ActivationError: There are no rows.
    """
    path = folder / f"normalisation.{name.replace('/', '.')}.safetensors"
    if path.is_file():
        stored = load(path.read_bytes())
        return Normalisation(stored["mean"], float(stored["mean_norm"]))
    total = torch.zeros(manifest.d_model, dtype=torch.float64)
    norm, n = 0.0, 0
    for block in blocks:
        rows = block.double()
        total += rows.sum(dim=0)
        norm, n = norm + float(rows.norm(dim=1).sum()), n + len(rows)
    if not n:
        raise ActivationError(f"normalisation: all rows of {str(folder)!r} are sinks")
    found = Normalisation((total / n).float(), norm / n)
    mean_norm = torch.tensor(found.mean_norm, dtype=torch.float64)
    write_durably(path, save({"mean": found.mean, "mean_norm": mean_norm}))
    return found
