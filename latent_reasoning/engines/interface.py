"""The interface between a job and the machines it runs on.

A job is a stream of independent tasks. A worker computes a task and then writes what it computed;
an engine starts workers and hands the tasks out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar, runtime_checkable

Task = TypeVar("Task", contravariant=True)
Contents = TypeVar("Contents")
Result = TypeVar("Result", covariant=True)


@runtime_checkable
class Worker(Protocol[Task, Contents, Result]):
    """Does one task after another."""

    def compute(self, task: Task, /) -> Contents:
        """What the models do."""
        ...

    def write(self, contents: Contents, /) -> Result:
        """What the disk does; must give the same files however often a task is done."""
        ...


@runtime_checkable
class Engine(Protocol):
    """Runs tasks on workers."""

    @property
    def remote(self) -> bool:
        """Whether workers live in other processes, so that `start` must load its own models."""
        ...

    def run(
        self, start: Callable[[], Worker[Task, Contents, Result]], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Results of all tasks, in any order.

        Args:
            start: Makes a worker, once in every process that works.
            tasks: Read only as fast as workers take them.

        Raises:
            LatentReasoningError: A task was refused.
        """
        ...
