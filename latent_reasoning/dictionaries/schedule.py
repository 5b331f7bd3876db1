"""How the learning rate and k move over a training."""


def learning_rate(step: int, steps: int, warmup: float, decay: float) -> float:
    """Factor of the peak rate at one update: linear up, flat, linear down to zero.

    Args:
        step: Number of the update, from 0.
        steps: Updates of the whole training.
        warmup: Share of the steps over which it rises.
        decay: Share of the steps, at the end, over which it falls.
    """
    rise, fall = int(steps * warmup), int(steps * decay)
    up = (step + 1) / rise if step < rise else 1.0
    down = (steps - step) / fall if step > steps - fall else 1.0
    return min(up, down)


def active_k(step: int, steps: int, k: int, start: int, share: float) -> int:
    """Features alive on a row at one update: linear from the first number to the final one.

    Args:
        step: Number of the update, from 0.
        steps: Updates of the whole training.
        k: The final number.
        start: The number of the first update.
        share: Share of the steps after which the final number is reached.

    >>> [active_k(step, 20, 2, 16, 0.2) for step in range(6)]
    [16, 12, 9, 6, 2, 2]
    """
    fall = int(steps * share)
    return k if step >= fall else round(start + (k - start) * step / fall)
