"""Trains every architecture for some updates in double precision; run by test_processes.py."""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from trainers import BATCH, D_IN, D_SAE, WIDTHS, K, start

from latent_reasoning.dictionaries.jumprelu_config import JumpReluConfig
from latent_reasoning.dictionaries.processes import Processes, launched
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.weights import Weights, initial_transcoder

JUMP = JumpReluConfig(initial_threshold=0.2, bandwidth=0.3, l0_coefficient=0.02)


def trained(processes: Processes) -> dict[str, Tensor]:
    states: dict[str, Tensor] = {}
    for architecture in ("batchtopk", "topk", "matryoshka_batchtopk", "jumprelu", "transcoder"):
        rows, weights = start()
        targets = rows[:, :20] * rows[:, 1:21] if architecture == "transcoder" else None
        if targets is not None:
            generator = torch.Generator().manual_seed(1)
            weights = initial_transcoder(rows.mean(0), targets.mean(0), D_SAE, generator)
        trainer = SparseTrainer(
            Weights(*(tensor.double() for tensor in weights)),
            K,
            "batchtopk" if architecture == "transcoder" else architecture,
            3,
            widths=WIDTHS if architecture == "matryoshka_batchtopk" else (),
            jumprelu=JUMP,
            processes=processes,
        )
        for index in torch.arange(20 * BATCH).split(BATCH):
            own = index[processes.share(BATCH)]
            target = None if targets is None else targets[own].double()
            trainer.step(rows[own].double(), 1e-3, target=target)
        states |= {f"{architecture}.{name}": value for name, value in trainer.state().items()}
    assert states["batchtopk.encoder"].shape == (D_SAE, D_IN)
    return states


if __name__ == "__main__":
    with launched("cpu") as processes:
        save_file(trained(processes), Path(sys.argv[1]) / f"{processes.rank}.safetensors")
