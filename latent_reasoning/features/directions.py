"""Directions in the residual stream: a feature's, and the ones it has to beat.

Every direction has unit norm and points towards the label, so that a coefficient means the same
for all of them.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.auroc import FeatureError, check_rows

Kind = Literal[
    "feature",
    "feature set",
    "diff mean",
    "pca of differences",
    "linear probe",
    "random",
    "random feature",
    "imported",
]
NORM_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Direction:
    """A unit vector at a hook point."""

    vector: Float[Tensor, " d_model"]
    """The direction, of norm 1."""
    kind: Kind
    """How it was found."""
    name: str
    """What reports call it."""
    feature_ids: tuple[int, ...]
    """Numbers of its features in their dictionary, weightiest first; empty for other kinds."""
    hook_point: str
    """Where it lives."""

    def __post_init__(self) -> None:
        norm = self.vector.norm().item()
        # Written so that NaN is refused as well.
        if not abs(norm - 1) < NORM_TOLERANCE:
            raise FeatureError(f"Direction: {self.name!r} has norm {norm:.4g}; expected 1")


def feature_direction(
    sae: SparseAutoencoder,
    feature_id: int,
    kind: Kind = "feature",
    *,
    sign: int = 1,
    role: str = "base",
) -> Direction:
    """The direction a feature writes, its row of the decoder; or takes away.

    Args:
        sae: The dictionary.
        feature_id: Number of the feature.
        kind: `random feature` where the feature was drawn as a control.
        sign: -1 for a feature that fires less with the label, so that the direction takes it away.
        role: Model in whose stream it is written, for a crosscoder.

    Raises:
        FeatureError: There is no such feature.
    """
    if not 0 <= feature_id < sae.d_sae:
        raise FeatureError(
            f"feature_direction: {feature_id} is not a feature; expected 0 to {sae.d_sae - 1}"
        )
    name = f"{'minus ' if sign < 0 else ''}{kind} {feature_id}"
    row = sae.written(role)[feature_id]
    return _direction(sign * row, kind, name, sae.hook_point, (feature_id,))


def feature_set_direction(
    sae: SparseAutoencoder, weights: Float[Tensor, " d_sae"], size: int
) -> Direction:
    """The weightiest features of a dictionary together: sum_i w_i W_dec[i] over `size` of them.

    With the difference of mean activations as weights, this is the difference of means as far as so
    few features express it.

    Args:
        sae: The dictionary.
        weights: Weight of every feature; negative for one that is taken away.
        size: How many features, those with the largest weights by size.
    """
    chosen = weights.abs().topk(size).indices
    vector = weights[chosen].double() @ sae.W_dec[chosen].double()
    ids = tuple(chosen.tolist())
    signs = ["-" if weight < 0 else "+" for weight in weights[chosen].tolist()]
    name = "features " + " ".join(f"{sign}{i}" for sign, i in zip(signs, ids, strict=True))
    return _direction(vector, "feature set", name, sae.hook_point, ids)


def diff_mean(
    acts: Float[Tensor, "token d_model"], labels: Bool[Tensor, " token"], *, hook_point: str
) -> Direction:
    """The mean of the rows with the label less the mean of those without.

    Marks and Tegmark (2310.06824).

    Raises:
        FeatureError: Lengths differ, the labels are all the same, or the two means are equal.
        ActivationError: A row holds NaN or inf.
    """
    check_rows("diff_mean", acts, labels)
    difference = acts[labels].double().mean(dim=0) - acts[~labels].double().mean(dim=0)
    return _direction(difference, "diff mean", "diff mean", hook_point)


def pca_of_differences(
    acts: Float[Tensor, "token d_model"],
    labels: Bool[Tensor, " token"],
    *,
    hook_point: str,
    seed: int = 0,
) -> Direction:
    """First principal component of differences between rows with the label and rows without.

    Rows are paired at random, each at most once; the component is the leading eigenvector of
    `sum d d^T` over the differences d, uncentred, turned towards their mean. Representation
    engineering's reading vector (Zou et al., 2310.01405).

    Raises:
        FeatureError: Lengths differ, the labels are all the same, or the rows are all equal.
        ActivationError: A row holds NaN or inf.
    """
    check_rows("pca_of_differences", acts, labels)
    generator = torch.Generator().manual_seed(seed)
    with_, without = acts[labels].double(), acts[~labels].double()
    n = min(len(with_), len(without))
    chosen = [rows[torch.randperm(len(rows), generator=generator)[:n]] for rows in (with_, without)]
    differences = chosen[0] - chosen[1]
    leading = torch.linalg.eigh(differences.T @ differences).eigenvectors[:, -1]
    if not differences.any():
        leading = torch.zeros_like(leading)
    towards = leading @ differences.mean(dim=0)
    vector = -leading if towards < 0 else leading
    return _direction(vector, "pca of differences", "pca of differences", hook_point)


def linear_probe(
    acts: Float[Tensor, "token d_model"],
    labels: Bool[Tensor, " token"],
    *,
    hook_point: str,
    l2: float = 0.01,
    max_iter: int = 200,
) -> Direction:
    """The weights of a logistic regression, from standardised inputs back to raw ones.

    Minimises `mean_i log(1 + exp(-y_i (w . z_i + b))) + l2 / 2 |w|^2` with `y_i` 1 or -1 and
    `z = (x - mean) / std` by LBFGS in double precision; the direction is `w / std`. Inputs that
    never vary have weight 0.

    Args:
        acts: Rows.
        labels: Which rows have the label.
        hook_point: Where the rows were read.
        l2: Strength of the penalty on the standardised weights.
        max_iter: Most iterations of LBFGS.

    Raises:
        FeatureError: Lengths differ, the labels are all the same, or no input varies with them.
        ActivationError: A row holds NaN or inf.
    """
    check_rows("linear_probe", acts, labels)
    x = acts.detach().double()
    std = x.std(dim=0, correction=0)
    # Rounding leaves a constant input a tiny spread, which must not be blown up.
    varies = std > 1e-6 * std.max()
    inverse = torch.where(varies, 1 / std, 0.0)
    z = (x - x.mean(dim=0)) * inverse
    weights = _logistic_regression(z, torch.where(labels, 1.0, -1.0).double(), l2, max_iter)
    return _direction(weights * inverse, "linear probe", "linear probe", hook_point)


def random_directions(d_model: int, n: int, seed: int, *, hook_point: str) -> list[Direction]:
    """Independent directions, uniform on the sphere."""
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(n, d_model, generator=generator)
    return [
        _direction(vector, "random", f"random {i}", hook_point) for i, vector in enumerate(vectors)
    ]


def _logistic_regression(
    z: Float[Tensor, "token d_model"], y: Float[Tensor, " token"], l2: float, max_iter: int
) -> Float[Tensor, " d_model"]:
    weights = torch.zeros(z.shape[1], dtype=z.dtype, device=z.device, requires_grad=True)
    bias = torch.zeros((), dtype=z.dtype, device=z.device, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights, bias],
        max_iter=max_iter,
        tolerance_grad=1e-8,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        margins = y * (z @ weights + bias)
        loss = torch.nn.functional.softplus(-margins).mean() + l2 / 2 * weights.square().sum()
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)
    return weights.detach()


def _direction(
    vector: Float[Tensor, " d_model"],
    kind: Kind,
    name: str,
    hook_point: str,
    feature_ids: tuple[int, ...] = (),
) -> Direction:
    norm = vector.norm()
    if not norm > 0:
        raise FeatureError(
            f"{name}: the vector at {hook_point} has norm {norm.item()}; expected a direction, the "
            f"rows do not differ with the label there"
        )
    return Direction((vector / norm).detach().float(), kind, name, feature_ids, hook_point)
