"""Several plans in one batch: every row of the prompts is steered by a plan of its own.

Plans that add or ablate a direction at the last prompt token change one forward call and nothing
after it. So many of them can be sampled together, which pays where each has only a few prompts.
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
    """Whether a plan does nothing but add or ablate a direction at the last prompt token."""
    simple = plan.operator in ("add", "ablate") and plan.subspace is None
    simple &= plan.operator == "add" or plan.reader is None
    there = plan.positions == "last prompt token" and plan.gate is ALWAYS_ON
    return simple and there and plan.permuted is None and not plan.radial


@contextmanager
def steer_rows(model: LoadedModel, plans: Sequence[SteeringPlan]) -> Iterator[Begin]:
    """Steer every row by a plan of its own, in calls of `generate` inside the block.

    Yields a function that takes the number of the plan of each row and has to be called before each
    batch of prompts; it serves one forward call, at whose last position the rows are changed.

    Raises:
        LatentReasoningError: The plans act in other ways, or at different hook points.
    """
    points = {plan.hook_point for plan in plans}
    if len(points) != 1 or not all(map(can_share, plans)):
        raise LatentReasoningError(
            f"steer_rows: found {len(plans)} plans at {sorted(points) or 'no hook point'}; "
            f"expected plans at one hook point that add or ablate at the last prompt token"
            f", always-on"
        )
    along = torch.stack([p.direction.vector if p.written is None else p.written for p in plans])
    read = torch.stack([plan.direction.vector for plan in plans])
    ablates = torch.tensor([plan.operator == "ablate" for plan in plans])
    fixed = [p.level if p.operator == "ablate" else p.coefficient * p.mean_norm for p in plans]
    every = [t.to(model.device) for t in (along, read, ablates, torch.tensor(fixed))]
    change = _ByRow(every)
    with edit(model, {next(iter(points)): change}):
        yield change.begin


class _ByRow:
    """Changes the last position of every row by its own plan, in the call after each `begin`."""

    steady = True

    def __init__(self, every: list[Tensor]) -> None:
        self.every = every
        self.waiting: list[list[Tensor]] = []

    def begin(self, rows: Sequence[int]) -> None:
        """Take the plan of each row of the next call."""
        self.waiting = [[t[list(rows)] for t in self.every]]

    def __call__(self, x: Float[Tensor, "batch pos d_model"]) -> Float[Tensor, "batch pos d_model"]:
        if not self.waiting:
            return x
        # Layers of one model may lie on several devices.
        axis, direction, ablate, amount = (t.to(x.device) for t in self.waiting.pop())
        last = x[:, -1].float()
        amount = amount - ablate * (last * direction).sum(dim=1)
        moved = x[:, -1] + (amount[:, None] * axis).to(x)
        return torch.cat([x[:, :-1], moved[:, None]], dim=1)
