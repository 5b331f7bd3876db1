"""What `latent-reasoning evaluate` prints."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from latent_reasoning.generations.config import EvaluateConfig
from latent_reasoning.generations.contamination_config import ContaminationConfig
from latent_reasoning.generations.pipeline import evaluate
from latent_reasoning.generations.summary import summary
from latent_reasoning.progress import Progress


def run_contamination(config: ContaminationConfig, progress: Progress) -> None:
    """Check a model for contamination and print a summary."""
    from latent_reasoning.generations.contamination import check_contamination

    found = check_contamination(config, progress)
    _print(f"{summary(found.results)}\n\nreport: {config.directory / 'report.html'}")


def run(files: Sequence[Path], config: EvaluateConfig, progress: Progress) -> None:
    """Evaluate files and print a summary, or with `json` the results."""
    found = evaluate(files, config, progress)
    if config.json:
        _print(json.dumps(found.results, indent=1, ensure_ascii=False, allow_nan=False))
        return
    lines = [summary(found.results)]
    if config.rows is not None:
        lines.append(f"rows: {config.rows}")
    if found.directory is not None:
        lines.append(f"report: {found.directory / 'report.html'}")
    _print("\n\n".join(lines))


def _print(text: str) -> None:
    # A lone surrogate in someone's text must not end the command after all the work is done.
    with suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # The reader, such as head, has what it wanted; what is left would be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
