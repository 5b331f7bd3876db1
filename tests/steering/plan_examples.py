"""One plan of every kind, on a model of width 32."""

from typing import Any

import torch

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.features.directions import random_directions
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.reader import feature_reader

POINT = "blocks.1.hook_resid_post"
WIDTH = 32


def dictionary(seed: int = 0) -> SparseAutoencoder:
    """Random weights; decoder rows are not of unit norm and biases are not zero."""
    generator = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    return SparseAutoencoder(
        W_enc=drawn(WIDTH, 24),
        W_dec=drawn(24, WIDTH),
        b_enc=drawn(24),
        b_dec=drawn(WIDTH),
        threshold=drawn(24).abs(),
        hook_point=POINT,
        model="random",
        k=None,
    )


def plans(point: str = POINT) -> dict[str, SteeringPlan]:
    """Plans by name; all act everywhere."""
    direction, other = random_directions(WIDTH, 2, seed=4, hook_point=point)
    reader = feature_reader(dictionary(), 3, max_activation=9.0)
    basis = torch.linalg.qr(torch.stack([direction.vector, other.vector]).T).Q.T
    found: dict[str, dict[str, Any]] = {
        "add": {},
        "add a feature": {"reader": reader},
        "ablate a direction": {"operator": "ablate", "level": 0.7},
        "ablate a feature": {"operator": "ablate", "reader": reader},
        "ablate a subspace": {"operator": "ablate", "subspace": basis},
        "clamp": {"operator": "clamp", "reader": reader},
        "swap": {"operator": "swap", "partner": other.vector},
        "gated": {"gate": Gate("learned", other.vector, -0.25)},
        "every third": {"every": 3},
    }
    return {
        name: SteeringPlan(direction, 1.5, 6.0, "all", **fields) for name, fields in found.items()
    }
