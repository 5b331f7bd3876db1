"""Several plans in one batch: every row of the prompts is steered by a plan of its own.

Plans that add a vector at the last prompt token change one forward call and nothing after it. So
many of them can be sampled together, which pays where each has only a few prompts.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.models.hooks import edit
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.gates import ALWAYS_ON
from latent_reasoning.steering.plan import SteeringPlan

Begin = Callable[[Sequence[int]], None]


def can_share(plan: SteeringPlan) -> bool:
    """Whether a plan does nothing but add its vector at the last prompt token."""
    adds = plan.operator == "add" and plan.positions == "last prompt token"
    return adds and plan.gate is ALWAYS_ON and plan.permuted is None and not plan.radial


@contextmanager
def steer_rows(model: LoadedModel, plans: Sequence[SteeringPlan]) -> Iterator[Begin]:
    """Steer every row by a plan of its own, in calls of `generate` inside the block.

    Yields a function that takes the number of the plan of each row and has to be called before each
    batch of prompts; it serves one forward call, at whose last position the vectors are added.

    Raises:
        LatentReasoningError: The plans act in other ways, or at different hook points.
    """
    points = {plan.hook_point for plan in plans}
    if len(points) != 1 or not all(map(can_share, plans)):
        raise LatentReasoningError(
            f"steer_rows: found {len(plans)} plans at {sorted(points) or 'no hook point'}; "
            f"expected plans at one hook point that add at the last prompt token, always-on"
        )
    deltas = torch.stack([plan.delta for plan in plans]).to(model.device)
    waiting: list[Tensor] = []

    def begin(rows: Sequence[int]) -> None:
        waiting[:] = [deltas[list(rows)]]

    def add(x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        if not waiting:
            return x
        vectors = waiting.pop()
        return torch.cat([x[:, :-1], x[:, -1:] + vectors[:, None].to(x)], dim=1)

    with edit(model, {next(iter(points)): add}):
        yield begin
