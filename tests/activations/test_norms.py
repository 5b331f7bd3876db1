from collections.abc import Iterable

import numpy as np
import pytest
import torch

from latent_reasoning.activations.norms import lower_median


@pytest.mark.parametrize("n", [1, 2, 7, 1000, 4097])
@pytest.mark.parametrize("scale", [1e-30, 1.0, 3e4])
def test_the_median_in_pieces_is_that_of_the_whole(n: int, scale: float) -> None:
    numbers = np.abs(np.random.default_rng(n).normal(size=n)).astype(np.float32) * np.float32(scale)
    numbers[: n // 3] = numbers[0]

    def pieces() -> Iterable[np.ndarray]:
        return np.array_split(numbers, min(n, 5))

    assert lower_median(pieces) == torch.from_numpy(numbers).median().item()
