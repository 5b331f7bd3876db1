"""Whether a dictionary found what is known to be there: true features, variables, another seed."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

SMALLEST_CLASS = 20


class Matching(NamedTuple):
    """Features of one dictionary paired with those of another, no feature twice."""

    first: Int[Tensor, " pair"]
    """Feature of the first."""
    second: Int[Tensor, " pair"]
    """Feature of the second."""
    similarity: Float[Tensor, " pair"]
    """Absolute cosine of their directions."""


def matched(
    first: Float[Tensor, "n_first d_in"], second: Float[Tensor, "n_second d_in"]
) -> Matching:
    """The pairing with the largest sum of absolute cosines (the Hungarian method)."""
    from scipy.optimize import linear_sum_assignment

    normalised = (torch.nn.functional.normalize(rows.double(), dim=1) for rows in (first, second))
    one, other = normalised
    cosines = (one @ other.T).abs()
    pairs = linear_sum_assignment(cosines.cpu().numpy(), maximize=True)
    rows, columns = (torch.from_numpy(index).to(first.device) for index in pairs)
    return Matching(rows, columns, cosines[rows, columns].to(first.dtype))


def mean_correlation_coefficient(
    first: Float[Tensor, "n_first d_in"], second: Float[Tensor, "n_second d_in"]
) -> float:
    """Mean absolute cosine of paired features (MCC; 2505.20254): 1 if they are the same.

    Between a dictionary and the true features it measures recovery, between two seeds stability.
    """
    return matched(first, second).similarity.mean().item()


def f1_scores(
    fires: Bool[Tensor, "token feature"], truth: Bool[Tensor, "token feature"]
) -> Float[Tensor, " feature"]:
    """`2 TP / (2 TP + FP + FN)` of every column; 0 where neither is ever true."""
    hits = (fires & truth).sum(dim=0, dtype=torch.float64)
    total = fires.sum(dim=0, dtype=torch.float64) + truth.sum(dim=0, dtype=torch.float64)
    return torch.where(total > 0, 2 * hits / total.clamp(min=1), 0.0)


@dataclass(frozen=True)
class VariableRecovery:
    """How well single features tell the values of a known variable, on the second half of rows."""

    f1: float
    """Of firing as a detector of a value, mean over values."""
    correlation: float
    """Absolute correlation of activation and value, mean over values."""
    chance: float
    """F1 of a detector that always fires, mean over values."""
    n_values: int
    """Values with at least 20 rows in either half."""


def variable_recovery(
    acts: Float[Tensor, "token d_sae"], values: Int[Tensor, " token"]
) -> VariableRecovery | None:
    """Recovery of a variable: for every value the feature that tells it best from the others.

    The feature is chosen on the even rows, separately for F1 and correlation, and measured on the
    odd ones.

    Args:
        acts: Activations on the rows where the variable has a value.
        values: Its value there.

    Returns:
        None where fewer than two values are frequent enough.
    """
    halves = [(acts[start::2], values[start::2]) for start in (0, 1)]
    counts = [torch.bincount(half, minlength=int(values.max()) + 1) for _, half in halves]
    frequent = torch.minimum(*counts).ge(SMALLEST_CLASS).nonzero().squeeze(1)
    if len(frequent) < 2:
        return None
    scores, links = zip(*(_told(x, y, frequent) for x, y in halves), strict=True)
    own = torch.arange(len(frequent))
    measured = halves[1][1]
    shares = torch.stack([(measured == value).double().mean() for value in frequent])
    return VariableRecovery(
        f1=scores[1][scores[0].argmax(dim=0), own].mean().item(),
        correlation=links[1][links[0].argmax(dim=0), own].mean().item(),
        chance=(2 * shares / (1 + shares)).mean().item(),
        n_values=len(frequent),
    )


def _told(
    acts: Float[Tensor, "token d_sae"], values: Int[Tensor, " token"], wanted: Int[Tensor, " value"]
) -> tuple[Float[Tensor, "d_sae value"], Float[Tensor, "d_sae value"]]:
    """F1 and absolute correlation of every feature with every value."""
    truth = (values[:, None] == wanted).float()
    fires = (acts > 0).float()
    total = fires.sum(0)[:, None] + truth.sum(0)
    f1 = 2 * (fires.T @ truth) / total.clamp(min=1)
    centred, marks = acts - acts.mean(0), truth - truth.mean(0)
    norms = centred.norm(dim=0)[:, None] * marks.norm(dim=0)
    return f1, (centred.T @ marks).abs() / norms.clamp(min=1e-12)
