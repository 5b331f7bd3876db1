"""A steering plan: what is done to the residual stream, where and how strongly, as plain data."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.features.directions import Direction, random_directions

Positions = Literal["last prompt token", "prompt", "generated", "all"]
Operator = Literal["add", "ablate"]


@dataclass(frozen=True, eq=False)
class SteeringPlan:
    """One direction, applied at one hook point."""

    direction: Direction
    """Unit direction and where it came from; its hook point is where it is applied."""
    coefficient: float
    """Strength in units of the mean residual norm at the hook point; negative reverses it."""
    mean_norm: float
    """Mean residual norm at the hook point, sink tokens left out."""
    positions: Positions = "last prompt token"
    """Which tokens are changed."""
    operator: Operator = "add"
    """add: add coefficient x mean_norm x direction. ablate: set the component to `level`."""
    level: float = 0.0
    """For ablate: the component along the direction afterwards."""
    written: Float[Tensor, " d_model"] | None = None
    """For controls of ablate: a unit vector the change is made along instead of the direction,
    as large at every position as the ablation would be."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.coefficient) or not 0 < self.mean_norm < math.inf:
            raise LatentReasoningError(
                f"SteeringPlan: coefficient {self.coefficient}, mean_norm {self.mean_norm}; "
                "expected a finite coefficient and a positive norm"
            )

    @property
    def hook_point(self) -> str:
        """Name of the hook point the direction belongs to."""
        return self.direction.hook_point

    @property
    def delta(self) -> Float[Tensor, " d_model"]:
        """The vector that `add` adds: coefficient x mean_norm x direction."""
        return self.coefficient * self.mean_norm * self.direction.vector

    def at(self, coefficient: float) -> "SteeringPlan":
        """The same plan with another coefficient."""
        return replace(self, coefficient=coefficient)


def random_plans(plan: SteeringPlan, n: int, seed: int) -> list[SteeringPlan]:
    """Controls: the plan with isotropic random directions, equal in norm at every position.

    A control of `ablate` writes the change of the plan along a random direction, because ablating
    that direction itself would change the stream by another amount.
    """
    found = random_directions(plan.direction.vector.numel(), n, seed, hook_point=plan.hook_point)
    if plan.operator == "ablate":
        plans = [replace(plan, written=direction.vector) for direction in found]
    else:
        plans = [replace(plan, direction=direction) for direction in found]
    for control in plans:
        require_equal_norm(plan, control)
    return plans


def require_equal_norm(plan: SteeringPlan, control: SteeringPlan) -> None:
    """Refuse a control whose change is not as large as that of the plan it controls.

    Raises:
        LatentReasoningError: Norms, positions or operators differ.
    """
    norms = [float(p.delta.norm()) for p in (plan, control)]
    same_place = (plan.positions, plan.operator) == (control.positions, control.operator)
    if plan.operator == "ablate" and not _ablate_equally(plan, control):
        raise LatentReasoningError(
            f"require_equal_norm: control {control.direction.name!r} ablates another direction or "
            f"to another level than the plan; expected the same and `written` for the control"
        )
    if not math.isclose(*norms, rel_tol=1e-4) or not same_place:
        raise LatentReasoningError(
            f"require_equal_norm: control {control.direction.name!r} changes "
            f"{control.positions} by norm {norms[1]:.4g}, the plan {plan.positions} by "
            f"{norms[0]:.4g}; expected equal norms at the same positions"
        )


def _ablate_equally(plan: SteeringPlan, control: SteeringPlan) -> bool:
    """Whether both change every position by the distance of the same component from one level."""
    same_direction = torch.equal(plan.direction.vector, control.direction.vector)
    return same_direction and plan.level == control.level


def wrong_sign(plan: SteeringPlan) -> SteeringPlan:
    """Control: the same direction with its sign reversed."""
    return plan.at(-plan.coefficient)


def mean_component(
    acts: Float[Tensor, "token d_model"], direction: Float[Tensor, " d_model"]
) -> float:
    """Mean component along a unit direction: the level that mean ablation sets."""
    return float(torch.mean(acts.to(direction.dtype) @ direction))
