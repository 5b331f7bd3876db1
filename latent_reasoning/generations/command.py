"""What `latent-reasoning evaluate` prints."""

import json
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
    print(summary(found.results))
    print(f"\nreport: {config.directory / 'report.html'}")


def run(files: Sequence[Path], config: EvaluateConfig, progress: Progress) -> None:
    """Evaluate files and print a summary, or with `json` the results."""
    found = evaluate(files, config, progress)
    # A lone surrogate in someone's text must not end the command after all the work is done.
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # pyright: ignore
    if config.json:
        print(json.dumps(found.results, indent=1, ensure_ascii=False, allow_nan=False))
        return
    print(summary(found.results))
    if config.rows is not None:
        print(f"\nrows: {config.rows}")
    if found.directory is not None:
        print(f"\nreport: {found.directory / 'report.html'}")
