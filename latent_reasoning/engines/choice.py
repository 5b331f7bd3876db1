"""Engines by name."""

from latent_reasoning.engines.interface import Engine
from latent_reasoning.engines.local import LocalEngine
from latent_reasoning.errors import LatentReasoningError, one_of

ENGINES = ("local", "ray")


def choose_engine(name: str, workers: int, device: str = "cpu") -> Engine:
    """The engine of a name.

    Args:
        name: local or ray.
        workers: Number of workers, where the engine has several.
        device: Where the models run; a worker on a graphics processor has one of its own.

    Raises:
        LatentReasoningError: There is none, or it is not installed.
    """
    if name == "local":
        return LocalEngine()
    if name == "ray":
        from latent_reasoning.engines.cluster import RayEngine

        return RayEngine(workers, gpus=1 if device.startswith("cuda") else 0)
    raise LatentReasoningError(one_of("choose_engine", "engine", name, ENGINES))
