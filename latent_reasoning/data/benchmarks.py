"""Benchmarks: public problem sets by name, through `datasets` or from a local file.

A name such as `math500` stands wherever a file of problems does. Loaded is what the hub or its
local cache holds, and the number of problems is checked; offline, a file of the same rows does as
well. The place where `datasets` is imported to load one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from latent_reasoning.data.record import Record
from latent_reasoning.errors import ProblemError, one_of


@dataclass(frozen=True)
class Benchmark:
    """One public problem set."""

    hub: str
    """Name on the Hugging Face hub."""
    split: str
    """Split that is evaluated on."""
    n_problems: int
    """Number of its problems."""
    config: str | None = None
    """Configuration, where the hub has several."""
    note: str = ""
    """What to know before its numbers are set beside others'."""


BENCHMARKS: dict[str, Benchmark] = {
    "gsm8k": Benchmark("openai/gsm8k", "test", 1319, "main"),
    "math500": Benchmark("HuggingFaceH4/MATH-500", "test", 500),
    "amc23": Benchmark(
        "math-ai/amc23", "test", 40, note="40 problems of 2023; amc83 has 83 of 2022 and 2023"
    ),
    "amc83": Benchmark(
        "AI-MO/aimo-validation-amc", "train", 83, note="answers are floats, 142.0; amc23 has 40"
    ),
    "aime24": Benchmark("HuggingFaceH4/aime_2024", "train", 30, note="one problem is 3.3 points"),
    "aime25": Benchmark("math-ai/aime25", "test", 30, note="one problem is 3.3 points"),
    "minerva": Benchmark("math-ai/minervamath", "test", 272),
    "olympiadbench": Benchmark(
        "Hothan/OlympiadBench", "train", 674, "OE_TO_maths_en_COMP", "text only, English"
    ),
}
"""Every benchmark that can be named."""


def benchmark_records(name: str) -> Iterator[Record]:
    """Rows of a benchmark, through `datasets`, each named by its place from 1.

    Raises:
        ProblemError: The name is unknown, the set cannot be loaded, or has another number of
            problems.
    """
    if name not in BENCHMARKS:
        raise ProblemError(one_of("read_problems", "benchmark", name, BENCHMARKS))
    rows = _load(name, BENCHMARKS[name])
    if len(rows) != BENCHMARKS[name].n_problems:
        raise ProblemError(
            f"read_problems: {BENCHMARKS[name].hub} has {len(rows)} problems, expected "
            f"{BENCHMARKS[name].n_problems}; it is another version, name a file of your own"
        )
    for number, row in enumerate(rows, start=1):
        yield Record(f"{name}:{number}", dict(row))


def _load(name: str, benchmark: Benchmark) -> Any:
    import datasets

    try:
        return datasets.load_dataset(benchmark.hub, benchmark.config, split=benchmark.split)
    # What a missing connection raises differs with the version of the hub's client.
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise ProblemError(
            f"read_problems: cannot load {name} ({benchmark.hub}) from the hub or its cache "
            f"({reason}); give a local file of its rows instead"
        ) from error
