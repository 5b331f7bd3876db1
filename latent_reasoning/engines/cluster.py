"""Many workers through Ray Data, on one machine or a cluster; the only door to ray.

Every worker is an actor that holds its own models. Ray starts an actor that died again and gives
its task to another; tasks write the same files however often they are done, so nothing else is
needed.
"""

import itertools
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from latent_reasoning.engines.interface import Result, Task, Worker
from latent_reasoning.errors import LatentReasoningError

TASKS_AHEAD = 16
"""Tasks sent ahead for every worker; what is sent lies in memory."""


@dataclass(frozen=True)
class RayEngine:
    """Actors that each do one task after another."""

    workers: int = 2
    """Number of actors."""
    cpus: int = 1
    """Cores each of them holds; PyTorch in it uses as many threads."""
    gpus: int = 0
    """Graphics processors each of them holds."""
    remote: bool = True
    """Workers load their own models."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise LatentReasoningError(
                f"RayEngine: {self.workers} workers; expected at least one, set --workers"
            )
        _ray(self.workers * self.cpus)

    def run(
        self, start: Callable[[], Worker[Task, Any, Result]], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Results as they come.

        Raises:
            LatentReasoningError: A task was refused; tasks that were being done are finished.
        """
        ray = _ray(self.workers * self.cpus)
        waiting = iter(tasks)
        while ahead := list(itertools.islice(waiting, TASKS_AHEAD * self.workers)):
            items = [{"task": task} for task in ahead]
            blocks = ray.data.from_items(items, override_num_blocks=len(items))
            done = blocks.map_batches(
                _Actor,
                fn_constructor_args=(start,),
                batch_size=1,
                compute=ray.data.ActorPoolStrategy(size=self.workers),
                num_cpus=self.cpus,
                num_gpus=self.gpus,
            )
            for row in done.iter_rows():
                if isinstance(row["result"], LatentReasoningError):
                    raise row["result"]
                yield row["result"]


class _Actor:
    """A worker behind the interface of Ray Data."""

    def __init__(self, start: Callable[[], Worker[Any, Any, Any]]) -> None:
        self._worker = start()

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        (task,) = batch["task"]
        try:
            return {"result": [self._worker.write(self._worker.compute(task))]}
        except LatentReasoningError as refusal:
            # As a value: Ray would try a task that raises again, and wrap what it raised.
            return {"result": [refusal]}


def _ray(cpus: int) -> Any:
    """The library, connected to the cluster of RAY_ADDRESS or else to one on this machine."""
    try:
        import ray  # pyright: ignore[reportMissingImports]
        import ray.data  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise LatentReasoningError(
            "engine ray: ray is not installed; install the extra: pip install "
            '"latent-reasoning[cluster]"'
        ) from error
    if not ray.is_initialized():
        # Actors hold their cores for good, and Ray Data needs one beside them to move blocks.
        own = None if os.environ.get("RAY_ADDRESS") else cpus + 1
        ray.init(
            num_cpus=own,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
        logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    return ray
