import pytest
import torch
from torch import Tensor

from latent_reasoning.steering.operators import ablate, add


def drawn(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Activations [4, 6, 16], chosen positions and a unit direction."""
    generator = torch.Generator().manual_seed(seed)
    direction = torch.randn(16, generator=generator)
    x = torch.randn(4, 6, 16, generator=generator) * 5
    return x, torch.rand(4, 6, generator=generator) < 0.5, direction / direction.norm()


def test_add_changes_chosen_positions_by_exactly_the_vector_and_no_other() -> None:
    x, where, direction = drawn()
    before, delta = x.clone(), 3.7 * direction
    y = add(x, where, delta)
    assert torch.equal(y[where], before[where] + delta)
    assert torch.equal(y[~where], before[~where])
    assert torch.equal(x, before)
    assert where.any()
    assert not where.all()


@pytest.mark.parametrize("level", [0.0, -2.5, 4.0])
def test_ablate_sets_the_component_to_the_level_and_leaves_the_rest(level: float) -> None:
    x, where, direction = drawn()
    before = x.clone()
    y = ablate(x, where, direction, level)
    torch.testing.assert_close(y[where] @ direction, torch.full((int(where.sum()),), level))
    orthogonal = [z - (z @ direction)[..., None] * direction for z in (before, y)]
    torch.testing.assert_close(orthogonal[0], orthogonal[1])
    assert torch.equal(y[~where], before[~where])
    assert torch.equal(x, before)


def test_ablating_twice_is_ablating_once() -> None:
    x, where, direction = drawn()
    once = ablate(x, where, direction, 1.5)
    torch.testing.assert_close(ablate(once, where, direction, 1.5), once)


def test_a_control_changes_every_position_as_much_along_another_direction() -> None:
    x, where, direction = drawn()
    _, _, other = drawn(seed=1)
    plan = ablate(x, where, direction, -0.5) - x
    control = ablate(x, where, direction, -0.5, written=other) - x
    torch.testing.assert_close(control.norm(dim=-1), plan.norm(dim=-1), atol=1e-5, rtol=1e-5)
    along = (control @ other)[..., None] * other
    torch.testing.assert_close(control, along, atol=1e-5, rtol=1e-5)
    assert torch.equal(control[~where], torch.zeros_like(control[~where]))
    assert plan[where].norm(dim=-1).min() > 0


def test_a_control_written_along_the_direction_itself_is_the_ablation() -> None:
    x, where, direction = drawn()
    assert torch.equal(
        ablate(x, where, direction, 2.0, written=direction), ablate(x, where, direction, 2.0)
    )
