"""Adam over all weights at once, with the gradient clipped to norm 1 on the way."""

from collections.abc import Sequence

import torch
from torch import Tensor

BETAS = (0.9, 0.999)
EPSILON = 1e-8
LARGEST_NORM = 1.0


class Adam:
    """Dense Adam (Kingma and Ba, 1412.6980) on the fused kernel of torch.

    Features that do not fire move too, as their moments say: nothing is skipped.
    """

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self.parameters = list(parameters)
        self.first = [torch.zeros_like(p) for p in parameters]
        self.second = [torch.zeros_like(p) for p in parameters]
        self.n_steps = [torch.zeros((), device=p.device) for p in parameters]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor], learning_rate: float) -> None:
        """Update the parameters in place; the gradients are overwritten."""
        grads = list(gradients)
        norm = torch.stack([g.norm() for g in grads]).norm()
        for n in self.n_steps:
            n += 1
        torch.ops.aten._fused_adam_(
            self.parameters,
            grads,
            self.first,
            self.second,
            [],
            self.n_steps,
            lr=learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
            # The kernel divides the gradients by this, which spares a pass over them.
            grad_scale=((norm + 1e-6) / LARGEST_NORM).clamp(min=1.0).float(),
            found_inf=None,
        )
