"""Whether the files of a store are what its manifest says."""

from pathlib import Path

from latent_reasoning.activations.manifest import Manifest, Recording, Shard, check_files
from latent_reasoning.activations.provenance import read_table
from latent_reasoning.activations.shards import FORMATS, sha256, shard_layout, tensor_name
from latent_reasoning.errors import ActivationError


def check_headers(folder: Path, manifest: Manifest) -> None:
    """Check that every shard is the one it should be and holds what the manifest says.

    Raises:
        ActivationError: Shards were swapped, or number format or shape differ.
    """
    for shard in manifest.shards:
        _check_header(folder, manifest, shard)


def _check_header(folder: Path, recording: Recording, shard: Shard) -> None:
    number, found = shard_layout(folder / shard.activations.file)
    one = (FORMATS.get(recording.dtype, ""), (shard.n_rows, recording.d_model))
    expected = {tensor_name(*place): one for place in recording.places}
    if number != str(shard.index):
        raise ActivationError(
            f"ActivationStore.open: {shard.activations.file!r} in {str(folder)!r} is shard "
            f"{number or '?'}, expected {shard.index}; files were swapped, run `latent-reasoning "
            f"store repair`"
        )
    if found != expected:
        differing = next(n for n in (*expected, *found) if expected.get(n) != found.get(n))
        raise ActivationError(
            f"ActivationStore.open: {shard.activations.file!r} in {str(folder)!r} holds "
            f"{_layout(found.get(differing))} for {differing}, the manifest says "
            f"{_layout(expected.get(differing))}; run `latent-reasoning store repair`"
        )


def _layout(entry: tuple[str, tuple[int, ...]] | None) -> str:
    return "nothing" if entry is None else f"{entry[0] or 'an unknown format'} {list(entry[1])}"


def check_sums(folder: Path, manifest: Manifest) -> None:
    """Compute the checksum of every file.

    Raises:
        ActivationError: One differs.
    """
    for shard in manifest.shards:
        _check_sums(folder, shard)


def _check_sums(folder: Path, shard: Shard) -> None:
    for stored in shard.files:
        found = sha256(folder / stored.file)
        if found != stored.sha256:
            raise ActivationError(
                f"ActivationStore.open: {stored.file!r} in {str(folder)!r} has checksum "
                f"{found[:12]}, expected {stored.sha256[:12]}; it changed since it was recorded, "
                f"run `latent-reasoning store repair`"
            )


def damage(folder: Path, recording: Recording, shard: Shard, index: int) -> str | None:
    """What is wrong with a shard, every byte of it read; None if nothing is."""
    try:
        check_files(folder, shard, index)
        _check_sums(folder, shard)
        _check_header(folder, recording, shard)
        read_table(folder / shard.rows.file, index, shard.n_rows)
        read_table(folder / shard.sequences.file, index, shard.n_sequences)
    except ActivationError as error:
        return str(error)
    return None
