"""Workers: grading in several processes, in the order of the rows and a few batches ahead."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice

from latent_reasoning.generations.grading import Grade, grade
from latent_reasoning.generations.sources import Fault, Generation

_BATCH = 256
_AHEAD = 3

Found = Generation | Fault


def graded(found: Iterator[Found], workers: int) -> Iterator[tuple[Found, Grade | None]]:
    """Every row with its grade, in order; None for a fault.

    Args:
        found: The rows. They are read only a few batches ahead, so that memory stays bounded.
        workers: Number of processes; with one, rows are graded in this process.
    """
    if workers <= 1:
        for one in found:
            yield one, None if isinstance(one, Fault) else grade(*_parts(one))
        return
    # Spawned, not forked: a fork of a process with threads, as of pyarrow, may never end.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[tuple[list[Found], Future[list[Grade]]]] = deque()
        while batch := list(islice(found, _BATCH)):
            texts = [_parts(one) for one in batch if isinstance(one, Generation)]
            waiting.append((batch, pool.submit(_grade_all, texts)))
            if len(waiting) > _AHEAD * workers:
                yield from _paired(*waiting.popleft())
        while waiting:
            yield from _paired(*waiting.popleft())


_Parts = tuple[str, tuple[str, ...], bool]


def _parts(one: Generation) -> _Parts:
    return one.text, one.golds, one.failed


def _grade_all(texts: list[_Parts]) -> list[Grade]:
    return [grade(*parts) for parts in texts]


def _paired(
    batch: list[Found], future: "Future[list[Grade]]"
) -> Iterator[tuple[Found, Grade | None]]:
    grades = iter(future.result())
    for one in batch:
        yield one, next(grades) if isinstance(one, Generation) else None
