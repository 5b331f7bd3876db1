"""What a store or an unfinished recording holds and what is wrong with it, for people."""

from pathlib import Path

from latent_reasoning.activations.integrity import damage
from latent_reasoning.activations.manifest import (
    FILE,
    RECORDING,
    RECORDS,
    Manifest,
    Recording,
    Shard,
    contradictions,
    read_manifest,
    read_record,
)
from latent_reasoning.activations.space import readable
from latent_reasoning.errors import ActivationError


def problems_of(folder: Path) -> list[str]:
    """Everything that is wrong with a store or an unfinished recording, every byte read.

    Raises:
        ActivationError: The folder is neither.
    """
    recording, shards, found = contents(folder)
    for index, shard in sorted(shards.items()):
        problem = damage(folder, recording, shard, index)
        if problem is not None:
            found.append(problem)
    return found


def require_sound(folder: Path) -> str:
    """Read every byte of a store; returns a line that says that nothing is wrong.

    Raises:
        ActivationError: Something is: the first problem, and how many more there are.
    """
    problems = problems_of(folder)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ActivationError(f"{problems[0]}{more}")
    recording, shards, _ = contents(folder)
    state = "complete" if isinstance(recording, Manifest) else "not finished"
    return f"{folder}: {state}, {len(shards)} shards, every checksum is right"


def contents(folder: Path) -> tuple[Recording, dict[int, Shard], list[str]]:
    """What a folder records, the shards it claims, and what is wrong with its records."""
    if (folder / FILE).is_file():
        manifest = read_record(folder / FILE, Manifest)
        return manifest, dict(enumerate(manifest.shards)), contradictions(folder, manifest)
    if not (folder / RECORDING).is_file():
        read_manifest(folder)
    shards: dict[int, Shard] = {}
    found: list[str] = []
    for path in sorted(folder.glob(RECORDS)):
        try:
            shards[int(path.stem)] = read_record(path, Shard)
        except ActivationError as error:
            found.append(str(error))
    return read_record(folder / RECORDING, Recording), shards, found


def describe(folder: Path) -> str:
    """What a store or an unfinished recording holds, for people."""
    recording, shards, _ = contents(folder)
    n_rows = sum(shard.n_rows for shard in shards.values())
    n_bytes = sum(file.n_bytes for shard in shards.values() for file in shard.files)
    finished = isinstance(recording, Manifest)
    lines = [
        f"{folder}: {'complete' if finished else 'not finished, run its command again to resume'}",
        f"rows         {n_rows:,} of {sum(s.n_sequences for s in shards.values()):,} sequences",
        f"shards       {len(shards)}, {readable(n_bytes)}",
        *(f"{role:<12} {name}" for role, name in recording.models.items()),
        f"hook points  {', '.join(recording.hook_points)}",
        f"positions    {recording.positions}",
        f"stored as    {recording.dtype}, d_model {recording.d_model}, computed in "
        f"{recording.computed_in}",
    ]
    if isinstance(recording, Manifest):
        lines += [
            f"median norm  {value:.4g} ({role} at {point})"
            for role, points in recording.median_norms.items()
            for point, value in points.items()
        ]
        lines.append(
            f"sinks        rows above {recording.sink_factor:g} times the median norm; batches, "
            f"means and normalisation leave them out"
        )
    return "\n".join(lines)
