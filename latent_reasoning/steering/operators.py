"""What steering does to a residual stream: pure functions of activations and a direction.

Every operator returns a new tensor; none changes its input.
"""

from jaxtyping import Bool, Float
from torch import Tensor


def add(
    x: Float[Tensor, "batch pos d_model"],
    where: Bool[Tensor, "batch pos"],
    delta: Float[Tensor, " d_model"],
) -> Float[Tensor, "batch pos d_model"]:
    """Add a vector at chosen positions: x + delta there, x elsewhere."""
    return x + where[..., None].to(x.dtype) * delta


def ablate(
    x: Float[Tensor, "batch pos d_model"],
    where: Bool[Tensor, "batch pos"],
    direction: Float[Tensor, " d_model"],
    level: float,
    written: Float[Tensor, " d_model"] | None = None,
) -> Float[Tensor, "batch pos d_model"]:
    """Set the component along a unit direction to a level at chosen positions.

    x + (level - <x, d>) d there, x elsewhere; afterwards <x, d> = level. Level 0 removes the
    direction, the mean component over other text is mean ablation. With `written`, another unit
    vector, the same amount is added along that one instead: a control equal in norm everywhere.
    """
    along = direction if written is None else written
    change = (level - x @ direction)[..., None] * along
    return x + where[..., None].to(x.dtype) * change
