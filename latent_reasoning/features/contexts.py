"""Where a feature fires most: short windows of text around its strongest activations."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.features.auroc import FeatureError


@dataclass(frozen=True)
class Context:
    """A window of one sequence around a strong activation."""

    tokens: tuple[str, ...]
    """Text of each token, in order."""
    activations: tuple[float | None, ...]
    """The feature's activation at each token; None where the token was not recorded."""
    peak: int
    """Index, in the window, of the token it was chosen for."""
    sequence: int
    """The sequence it comes from."""
    problem_id: str = ""
    """The problem of that sequence, where it is known."""


def top_contexts(
    acts_of_feature: Float[Tensor, " token"],
    sequence: Int[Tensor, " token"],
    position: Int[Tensor, " token"],
    token_text: Sequence[str],
    n: int = 3,
    before: int = 8,
    after: int = 4,
) -> list[Context]:
    """Windows around the strongest activations, strongest first, at most one per sequence.

    Fewer than n come back where the feature fires in fewer sequences; gaps are skipped.

    Args:
        acts_of_feature: Activation of one feature on every row.
        sequence: The sequence each row belongs to.
        position: Its position in that sequence.
        token_text: Its text.
        n: Most windows to return.
        before: Positions shown before the peak.
        after: Positions shown after it.

    Raises:
        FeatureError: There is not one sequence, position and text per activation.
    """
    lengths = [len(acts_of_feature), len(sequence), len(position), len(token_text)]
    if len(set(lengths)) > 1:
        raise FeatureError(
            f"top_contexts: lengths {lengths} of activations, sequences, positions and texts; "
            f"expected one of each per row"
        )
    peaks: dict[int, int] = {}
    for row in acts_of_feature.argsort(descending=True, stable=True).tolist():
        if len(peaks) == n or not acts_of_feature[row] > 0:
            break
        peaks.setdefault(int(sequence[row]), row)
    return [
        _window(row, acts_of_feature, sequence, position, token_text, before, after)
        for row in peaks.values()
    ]


def _window(
    peak: int,
    acts: Float[Tensor, " token"],
    sequence: Int[Tensor, " token"],
    position: Int[Tensor, " token"],
    token_text: Sequence[str],
    before: int,
    after: int,
) -> Context:
    offset = position - position[peak]
    inside = (sequence == sequence[peak]) & (offset >= -before) & (offset <= after)
    found = inside.nonzero().flatten()
    rows: list[int] = found[position[found].argsort(stable=True)].tolist()
    return Context(
        tokens=tuple(token_text[row] for row in rows),
        activations=tuple(acts[row].item() for row in rows),
        peak=rows.index(peak),
        sequence=int(sequence[peak]),
    )
