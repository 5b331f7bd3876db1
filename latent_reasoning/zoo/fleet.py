"""Building the zoo: every planned organism that is missing, one after another, resumable."""

from collections.abc import Callable
from pathlib import Path

from latent_reasoning.errors import LatentReasoningError, one_of
from latent_reasoning.organisms.recipes import BASES
from latent_reasoning.organisms.registry import ARMS
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.zoo.building import build_organism
from latent_reasoning.zoo.plan import Work, work_ahead


def build_zoo(
    root: Path,
    only: tuple[str, ...] = (),
    progress: Progress = no_progress,
    say: Callable[[str], object] = lambda _: None,
) -> Work:
    """Build what is planned and missing; what a stopped build left is gone on with.

    Args:
        root: Directory that receives the organisms.
        only: Bases or arms to keep to, `base` being the bases; everything if empty.
        progress: Makes a progress bar from a label and a total.
        say: Told what lies ahead, then each organism as it is begun.

    Returns:
        What there was to build.

    Raises:
        LatentReasoningError: A base or an arm is unknown.
    """
    known = (*BASES, *ARMS, "base")
    for word in only:
        if word not in known:
            raise LatentReasoningError(one_of("zoo build", "base or arm", word, known))
    work = work_ahead(root, only)
    say(str(work))
    for place, name in enumerate(work.missing, start=1):
        say(f"{place} of {len(work.missing)}: {name}")
        build_organism(name, root, progress)
    return work
