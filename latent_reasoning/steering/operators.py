"""What steering does to a residual stream: pure functions of activations and a direction.

Every operator returns a new tensor; none changes its input.
"""

from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.steering.reader import FeatureReader


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
    return _moved(x, where, level - x @ direction, along)


def clamp(
    x: Float[Tensor, "batch pos d_model"],
    where: Bool[Tensor, "batch pos"],
    reader: FeatureReader,
    activation: float,
    direction: Float[Tensor, " d_model"],
    written: Float[Tensor, " d_model"] | None = None,
) -> Float[Tensor, "batch pos d_model"]:
    """Set a feature to an activation at chosen positions and keep what the dictionary misses.

    x + (activation - f(x)) scale d there, x elsewhere: what decoding the clamped activations gives
    plus the error of the dictionary. Activation 0 ablates the feature.
    """
    amount = (activation - reader.activation(x)) * reader.scale
    return _moved(x, where, amount, direction if written is None else written)


def remove_subspace(
    x: Float[Tensor, "batch pos d_model"],
    where: Bool[Tensor, "batch pos"],
    basis: Float[Tensor, "direction d_model"],
    written: Float[Tensor, " d_model"] | None = None,
) -> Float[Tensor, "batch pos d_model"]:
    """Remove all components within the span of orthonormal rows at chosen positions.

    x - (x Q^T) Q there, x elsewhere. With `written` a change of the same norm along it.
    """
    components = x @ basis.T
    if written is not None:
        return _moved(x, where, components.norm(dim=-1), written)
    return x - where[..., None].to(x.dtype) * (components @ basis)


def swap(
    x: Float[Tensor, "batch pos d_model"],
    where: Bool[Tensor, "batch pos"],
    one: Float[Tensor, " d_model"],
    other: Float[Tensor, " d_model"],
    written: Float[Tensor, " d_model"] | None = None,
) -> Float[Tensor, "batch pos d_model"]:
    """Exchange the components along two unit directions at chosen positions.

    The reflection that takes one to the other: x - 2 <x, u> u with u = (one - other) / |one -
    other|. Norms stay, and so does everything orthogonal to both.
    """
    axis = (one - other) / (one - other).norm()
    return _moved(x, where, -2 * (x @ axis), axis if written is None else written)


def _moved(
    x: Float[Tensor, "batch pos d_model"],
    where: Bool[Tensor, "batch pos"],
    amount: Float[Tensor, "batch pos"],
    axis: Float[Tensor, " d_model"],
) -> Float[Tensor, "batch pos d_model"]:
    return x + where[..., None].to(x.dtype) * (amount[..., None] * axis).to(x.dtype)
