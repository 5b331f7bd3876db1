"""One way of training a sparse autoencoder on random rows; started by sae.py.

All peers start from the same weights and say the squared error of their first step, so that they
can be seen to train the same thing.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import itertools
import math
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from peers import serve

RATE = 3e-4
Step = Callable[[torch.Tensor], float]
"""One update; returns the squared error of a row before it."""


def rows(n: int, d_in: int) -> torch.Tensor:
    """Rows made of sparse directions, of mean norm about sqrt(d_in)."""
    generator = torch.Generator().manual_seed(0)
    directions = torch.randn(4 * d_in, d_in, generator=generator) / d_in**0.5
    found = torch.empty(n, d_in)
    # In parts, so that making the rows takes less memory than any training on them.
    for part in found.split(256):
        codes = torch.rand(len(part), 4 * d_in, generator=generator)
        codes = torch.where(codes < 16 / (4 * d_in), 1 + codes, torch.zeros(()))
        torch.mm(codes, directions, out=part)
    return found.mul_(d_in**0.5 / found.norm(dim=1).mean())


def directions(d_in: int, d_sae: int) -> torch.Tensor:
    """The decoder all peers start from, a feature a row; the encoder is its transpose."""
    drawn = torch.randn(d_sae, d_in, generator=torch.Generator().manual_seed(1))
    return drawn.div_(drawn.norm(dim=1, keepdim=True))


@torch.no_grad()
def start_alike(encoder: torch.Tensor, decoder: torch.Tensor, biases: list[torch.Tensor]) -> None:
    """Give a peer the common weights; both matrices have a feature a row, or views that do."""
    common = directions(decoder.shape[1], decoder.shape[0])
    encoder.copy_(common)
    decoder.copy_(common)
    for bias in biases:
        bias.zero_()


def resident() -> float:
    """Memory of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def ours(d_in: int, d_sae: int, k: int, _: int) -> Step:
    """This package."""
    from latent_reasoning.dictionaries.trainer import SparseTrainer
    from latent_reasoning.dictionaries.weights import Weights

    common = directions(d_in, d_sae)
    weights = Weights(common.clone(), common, torch.zeros(d_sae), torch.zeros(d_in))
    trainer = SparseTrainer(weights, k, "batchtopk", 1000)
    return lambda x: trainer.step(x, RATE).item()


def floor(d_in: int, d_sae: int, _: int, __: int) -> Step:
    """One dense encoder product, and fused Adam over all weights."""
    shapes = ((d_in, d_sae), (d_sae, d_in), (d_sae,), (d_in,))
    weights = [torch.nn.Parameter(torch.randn(shape) * 0.01) for shape in shapes]
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    adam = torch.optim.Adam(weights, lr=RATE, fused=True)
    pre = torch.empty(0)

    def step(x: torch.Tensor) -> float:
        nonlocal pre
        with torch.no_grad():
            pre = x @ weights[0]
        adam.step()
        return math.nan

    return step


def sae_lens(d_in: int, d_sae: int, k: int, batch: int) -> Step:
    """The SAETrainer of SAELens on its BatchTopK autoencoder."""
    from sae_lens import BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig
    from sae_lens.config import LoggingConfig, SAETrainerConfig
    from sae_lens.training.sae_trainer import SAETrainer

    torch.manual_seed(0)
    config = SAETrainerConfig(
        total_training_samples=batch * 10_000,
        train_batch_size_samples=batch,
        lr=RATE,
        lr_end=RATE,
        dead_feature_window=1000,
        device="cpu",
        logger=LoggingConfig(log_to_wandb=False),
    )
    sae = BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(d_in=d_in, d_sae=d_sae, k=float(k)))
    start_alike(sae.W_enc.T, sae.W_dec, [sae.b_enc, sae.b_dec])
    trainer = SAETrainer(cfg=config, sae=sae, data_provider=iter([]))
    return lambda x: trainer.step(x).losses["mse_loss"].item()


def dictionary_learning(d_in: int, d_sae: int, k: int, _: int) -> Step:
    """The BatchTopK trainer of dictionary_learning."""
    from dictionary_learning.trainers.batch_top_k import (  # pyright: ignore
        BatchTopKTrainer,
    )

    trainer = BatchTopKTrainer(
        steps=10_000,
        activation_dim=d_in,
        dict_size=d_sae,
        k=k,
        layer=0,
        lm_name="none",
        lr=RATE,
        seed=0,
        device="cpu",
    )
    ae = trainer.ae
    start_alike(ae.encoder.weight, ae.decoder.weight.T, [ae.encoder.bias, ae.b_dec])
    # Before its step 0 it would look for the median of the first batch, which is no training.
    steps = itertools.count(1)
    return lambda x: trainer.update(next(steps), x)


def sparsify(d_in: int, d_sae: int, k: int, _: int) -> Step:
    """The TopK coder of sparsify, with Adam and its own order of steps."""
    from sparsify import SparseCoder, SparseCoderConfig  # pyright: ignore

    coder = SparseCoder(d_in, SparseCoderConfig(num_latents=d_sae, k=k), device="cpu")
    start_alike(coder.encoder.weight, coder.W_dec, [coder.encoder.bias, coder.b_dec])
    adam = torch.optim.Adam(coder.parameters(), lr=RATE)

    def step(x: torch.Tensor) -> float:
        fvu = coder(x).fvu
        fvu.backward()
        coder.remove_gradient_parallel_to_decoder_directions()
        torch.nn.utils.clip_grad_norm_(coder.parameters(), 1.0)
        adam.step()
        adam.zero_grad()
        coder.set_decoder_norm_to_unit_norm()
        # Its loss is the squared error over the variance of the batch.
        return fvu.item() * (x - x.mean(dim=0)).square().sum().item() / len(x)

    return step


PEERS: dict[str, Callable[[int, int, int, int], Step]] = {
    "ours": ours,
    "floor": floor,
    "sae_lens": sae_lens,
    "dictionary_learning": dictionary_learning,
    "sparsify": sparsify,
}


def main() -> None:
    """`sae_peer.py PEER D_IN D_SAE K BATCH STEPS THREADS`."""
    name, *numbers = sys.argv[1:]
    d_in, d_sae, k, batch, steps, threads = map(int, numbers)
    torch.set_num_threads(threads)
    data = rows(4 * batch, d_in).split(batch)
    # Loads the libraries, whose memory is not that of a training.
    PEERS[name](16, 32, 2, 16)
    idle = resident()
    step = PEERS[name](d_in, d_sae, k, batch)
    loss = step(data[0])

    def once() -> dict[str, Any]:
        cpu, wall = time.process_time(), time.perf_counter()
        for i in range(steps):
            step(data[i % len(data)])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - idle
        return {
            "wall": wall / steps,
            "cpu": cpu / steps,
            "rate": batch * steps / wall,
            "peak": peak,
            "loss": loss,
        }

    serve(once)


if __name__ == "__main__":
    main()
