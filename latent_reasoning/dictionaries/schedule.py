"""How the learning rate moves over a training."""


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
