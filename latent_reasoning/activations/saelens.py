"""Exchange with the cached activations of SAELens, which are a `datasets` folder.

A row of that dataset is a context of fixed length: a column named after the hook point, of shape
[context, d_model], and `token_ids`. It knows one model and no provenance.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from latent_reasoning.activations.ledger import close
from latent_reasoning.activations.lock import only_writer
from latent_reasoning.activations.manifest import FORMAT, Recording
from latent_reasoning.activations.plan import ShardTask, default_shard_rows
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.settings import SINK_FACTOR
from latent_reasoning.activations.shard_recorder import ShardContents, ShardRecorder, row_norms
from latent_reasoning.activations.shards import tensor_name
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import run_directory
from latent_reasoning.errors import ActivationError
from latent_reasoning.models.hook_points import parse_hook_point
from latent_reasoning.models.loading import DTYPES

TOKENS = "token_ids"


def export_saelens(
    store: ActivationStore,
    hook_point: str,
    path: Path | str,
    *,
    model: str = "base",
    context_size: int = 128,
) -> int:
    """Write one model at one hook point as cached activations that SAELens reads.

    Rows are laid end to end and cut into contexts; the rows left over at the end, fewer than one
    context, are not written. Sinks stay, as they are part of a context. bfloat16 becomes float32,
    which Arrow can hold.

    Returns:
        Number of rows written.

    Raises:
        ActivationError: The model or the hook point was not recorded, or there is no full context.
        RunError: The path exists already.
    """
    from datasets import Array2D, Dataset, Features, Value
    from datasets import Sequence as Repeated

    name = str(parse_hook_point(hook_point))
    store.manifest.require(model, name)
    n = len(store) // context_size if context_size > 0 else 0
    if not n:
        raise ActivationError(
            f"export_saelens: {len(store)} rows in contexts of {context_size}; expected at least "
            f"one full context"
        )
    dtype = "float16" if store.manifest.dtype == "float16" else "float32"
    features = Features(
        {
            name: Array2D((context_size, store.manifest.d_model), dtype),
            TOKENS: Repeated(Value("int32"), length=context_size),
        }
    )

    def contexts() -> Iterator[dict[str, Any]]:
        for i in range(n):
            chosen = slice(i * context_size, (i + 1) * context_size)
            x = store.activations(name, model, chosen).to(getattr(torch, dtype))
            yield {name: x.numpy(), TOKENS: store.rows.token_id[chosen].numpy()}

    with run_directory(Path(path)) as folder:
        cache = folder / "building"
        dataset = Dataset.from_generator(contexts, features=features, cache_dir=str(cache))
        dataset.save_to_disk(str(folder / "dataset"))
        del dataset
        _lift(folder)
    return n * context_size


def _lift(folder: Path) -> None:
    """Leave the saved dataset alone in the folder."""
    import shutil

    shutil.rmtree(folder / "building")
    for file in (folder / "dataset").iterdir():
        file.rename(folder / file.name)
    (folder / "dataset").rmdir()


def import_saelens(
    source: Path | str, path: Path | str, *, model: str, tokenizer_sha256: str = ""
) -> ActivationStore:
    """Make a store of cached activations that SAELens wrote.

    Args:
        source: The folder SAELens wrote.
        path: Folder of the new store.
        model: Name of the model they come from, which the folder does not say.
        tokenizer_sha256: Hash of its tokenizer, if it is to be known.

    Raises:
        ActivationError: The source is no such folder, or a value is NaN or inf.
        RunError: The path exists already.
    """
    dataset, column = _cached(Path(source))
    context, d_model = dataset.features[column].shape
    dtype, name = dataset.features[column].dtype, str(parse_hook_point(column))
    recording = Recording(
        format=FORMAT,
        models={"base": model},
        computed_in=dtype,
        tokenizer_sha256=tokenizer_sha256,
        hook_points=(name,),
        positions="all",
        dtype=dtype,
        d_model=d_model,
        batch_tokens=context,
        shard_rows=default_shard_rows(1, d_model, DTYPES[dtype].itemsize),
        sink_factor=SINK_FACTOR,
    )
    per_shard = max(1, recording.shard_rows // context)
    with run_directory(Path(path)) as folder, only_writer(folder):
        writer = ShardRecorder({}, recording, folder)
        shards = [
            writer.write(_contents(dataset, column, index, first, per_shard))
            for index, first in enumerate(range(0, len(dataset), per_shard))
        ]
        close(folder, recording, shards)
    return ActivationStore.open(path)


def _cached(source: Path) -> tuple[Any, str]:
    from datasets import Array2D, load_from_disk

    try:
        dataset: Any = load_from_disk(str(source))
        columns = [n for n, f in dataset.features.items() if isinstance(f, Array2D)]
    except (OSError, ValueError, AttributeError) as error:
        raise ActivationError(
            f"import_saelens: {str(source)!r} is no saved dataset; expected the folder "
            f"CacheActivationsRunner wrote"
        ) from error
    if len(columns) != 1 or dataset.features[columns[0]].dtype not in DTYPES:
        raise ActivationError(
            f"import_saelens: {str(source)!r} has columns {', '.join(dataset.features)}; expected "
            f"one of shape [context, d_model] in float32 or float16"
        )
    return dataset.with_format("numpy"), columns[0]


def _contents(dataset: Any, column: str, index: int, first: int, n: int) -> ShardContents:
    rows = dataset[first : first + n]
    x = np.ascontiguousarray(rows[column])
    tensor = torch.from_numpy(x.reshape(-1, x.shape[-1]))
    # The numpy format of datasets widens float16.
    tensor = tensor.to(DTYPES[dataset.features[column].dtype])
    norms = row_norms(tensor)
    if not torch.isfinite(norms).all():
        where = first + int((~torch.isfinite(norms)).nonzero()[0]) // x.shape[1]
        raise ActivationError(f"import_saelens: NaN or inf in context {where}; leave it out")
    ids = rows[TOKENS] if TOKENS in rows else np.zeros(x.shape[:2], np.int64)
    sequences = tuple(
        TokenSequence(tuple(map(int, tokens)), len(tokens), str(first + i))
        for i, tokens in enumerate(ids)
    )
    key = tensor_name("base", str(parse_hook_point(column)))
    return ShardContents(ShardTask(index, first, sequences), {key: tensor}, {key: norms})
