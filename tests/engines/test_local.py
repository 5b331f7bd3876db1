import threading
from collections.abc import Iterator

import pytest

from latent_reasoning.engines.choice import choose_engine
from latent_reasoning.engines.local import LocalEngine
from latent_reasoning.errors import LatentReasoningError


class Doubler:
    """Counts the results that are written while the next task is computed."""

    def __init__(self) -> None:
        self.begun = [threading.Event() for _ in range(102)]
        self.overlapped = 0

    def compute(self, task: int) -> int:
        if task < 0:
            raise LatentReasoningError("negative")
        self.begun[task].set()
        return 2 * task

    def write(self, contents: int) -> int:
        # One after the other, the next task would not begin before this returns.
        if self.begun[contents // 2 + 1].wait(timeout=1):
            self.overlapped += 1
        return contents + 1


def test_results_come_in_order_and_writing_overlaps_with_computing() -> None:
    worker = Doubler()
    assert list(LocalEngine().run(lambda: worker, range(5))) == [1, 3, 5, 7, 9]
    assert worker.overlapped == 4


def test_a_refusal_comes_after_what_was_begun_is_written() -> None:
    written = []

    class Noting(Doubler):
        def write(self, contents: int) -> int:
            written.append(contents)
            return contents

    with pytest.raises(LatentReasoningError, match="negative"):
        list(LocalEngine().run(Noting, [1, 2, -1, 3]))
    assert written == [2, 4]


def test_tasks_are_read_as_they_are_needed() -> None:
    read = []

    def tasks() -> Iterator[int]:
        for i in range(100):
            read.append(i)
            yield i

    results = LocalEngine().run(Doubler, tasks())
    next(results)
    assert len(read) <= 3


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(LatentReasoningError, match="'spark' is not a known engine; .* local, ray"):
        choose_engine("spark", 2)
