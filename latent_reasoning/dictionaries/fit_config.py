"""Settings of `latent-reasoning fit`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FitConfig:
    """Fit sparse dictionaries to a recorded store, all of them in one pass over its rows."""

    output: Path = Path("dictionaries")
    """Folder of the dictionaries; each goes into a directory of its own."""
    model: str = "base"
    """Which of the recorded models: base or tuned."""
    hook_points: str = ""
    """Where to read, comma separated; all that were recorded if empty."""
    targets: str = ""
    """Where transcoders write, comma separated, one for each hook point; empty for autoencoders."""
    d_sae: str = "512"
    """Numbers of features, comma separated: one dictionary for each."""
    seeds: str = "0"
    """Seeds of initialisation, comma separated: one dictionary for each."""
    order_seed: int = 0
    """Seed of held-out rows and of the order of the rows, the same for all dictionaries."""
    k: int = 12
    """Features active per row, on average."""
    k_start: int | None = None
    """Features active per row at the first update, from which k is annealed; k if not given."""
    anneal: float = 0.2
    """Share of the updates over which k-start turns into k."""
    architecture: str = "batchtopk"
    """How sparsity is enforced: batchtopk, topk, matryoshka_batchtopk or jumprelu."""
    levels: str = "0.0625,0.125,0.25,0.5"
    """Shares of the features in the inner prefixes of a Matryoshka dictionary, comma separated."""
    steps: int = 1000
    """Optimiser updates."""
    batch_size: int = 1024
    """Rows per update, divided among the processes where there are several."""
    learning_rate: float = 2e-3
    """Peak learning rate of Adam, for rows of mean norm sqrt(d_in)."""
    dead_after: int = 200
    """Updates without firing after which a feature counts as dead and is revived."""
    held_out: float = 0.1
    """Share of the rows kept from training, for the threshold and the metrics."""
    keep_sinks: bool = False
    """Train on attention sinks too, whose norms are far above those of other rows."""
    save_every: int = 200
    """Updates between two states on disk from which an interrupted fit goes on."""
    device: str = "auto"
    """Where to compute: cpu, cuda, or auto, which is the GPU where there is one."""
