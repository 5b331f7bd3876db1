"""Working in this process: one shard is written while the next is computed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from latent_reasoning.engines.interface import Contents, Result, Task, Worker


class LocalEngine:
    """One worker here; writing happens in a thread beside the computation."""

    remote = False

    def run(
        self, start: Callable[[], Worker[Task, Contents, Result]], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Results in the order of the tasks; at most one task is written while one is computed."""
        worker = start()
        writing: Future[Result] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="writer") as writer:
            for task in tasks:
                contents = worker.compute(task)
                if writing is not None:
                    yield writing.result()
                writing = writer.submit(worker.write, contents)
                del contents
            if writing is not None:
                yield writing.result()
