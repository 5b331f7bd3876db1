"""Mending a store: what is damaged goes, what is sound stays and can be resumed."""

from dataclasses import fields
from pathlib import Path

from latent_reasoning.activations.inspection import contents
from latent_reasoning.activations.integrity import damage
from latent_reasoning.activations.ledger import clear_leftovers, close
from latent_reasoning.activations.lock import only_writer
from latent_reasoning.activations.manifest import (
    FILE,
    RECORDING,
    RECORDS,
    Recording,
    Shard,
    read_record,
    record_name,
    write_record,
)
from latent_reasoning.errors import ActivationError


def repair(folder: Path, close_now: bool = False) -> str:
    """Remove what is damaged or half-written, so that the rest is a sound recording to resume.

    Args:
        folder: A store or an unfinished recording.
        close_now: Do not wait for a resume: close the store with the sound shards before the first
            that is missing.

    Returns:
        What was done, for people.

    Raises:
        ActivationError: The folder is neither, is being written, or has nothing to close.
    """
    with only_writer(folder):
        recording, shards, wrong = contents(folder)
        damaged = [i for i, s in shards.items() if damage(folder, recording, s, i) is not None]
        sound = {index: shard for index, shard in shards.items() if index not in damaged}
        was_finished = (folder / FILE).is_file()
        if was_finished and not damaged:
            return _rewritten(folder, recording, shards, wrong)
        _reopen(folder, recording, sound)
        run = next((i for i in range(len(shards) + 1) if i not in sound), len(shards))
        if not close_now:
            return (
                f"{len(sound)} shards are sound, {len(damaged)} were damaged and are removed; run "
                f"the command that recorded them again to compute what is missing, or `store "
                f"repair --close` to keep the first {run} shards as they are"
            )
        if not run:
            raise ActivationError(
                f"repair: {str(folder)!r} has no sound first shard; record the activations again"
            )
        for index in [i for i in sound if i >= run]:
            (folder / record_name(index)).unlink()
        clear_leftovers(folder, finished=False)
        close(folder, read_record(folder / RECORDING, Recording), [sound[i] for i in range(run)])
        return f"closed with {run} shards; {len(shards) - run} were damaged or came after a gap"


def _rewritten(
    folder: Path, recording: Recording, shards: dict[int, Shard], wrong: list[str]
) -> str:
    """Of a store whose shards are all sound, write the manifest anew if that is what was wrong."""
    if not wrong:
        clear_leftovers(folder, finished=True)
        return f"{len(shards)} shards, nothing to repair"
    close(folder, recording, [shards[i] for i in sorted(shards)])
    return f"{len(shards)} shards are sound, the manifest contradicted them and is written anew"


def _reopen(folder: Path, recording: Recording, sound: dict[int, Shard]) -> None:
    """Turn a store back into an unfinished recording of its sound shards."""
    if (folder / FILE).is_file():
        settings = {f.name: getattr(recording, f.name) for f in fields(Recording)}
        write_record(folder / RECORDING, Recording(**settings))
        for index, shard in sound.items():
            write_record(folder / record_name(index), shard)
        (folder / FILE).unlink()
    for path in folder.glob(RECORDS):
        if int(path.stem) not in sound:
            path.unlink()
    clear_leftovers(folder, finished=False)
    for path in folder.glob("normalisation.*"):
        path.unlink()
