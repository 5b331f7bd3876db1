"""Settings of crosscoders, in the library and on the command line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CrosscoderConfig:
    """Fit one crosscoder to a recorded store: one set of features over models, layers or both."""

    models: str = "base,tuned"
    """Recorded models it reads and writes, comma separated: base, tuned or both."""
    hook_points: str = ""
    """Where they are read, comma separated, all in one crosscoder; all that were recorded if
    empty."""
    architecture: str = "batchtopk"
    """How sparsity is enforced: batchtopk, or l1, the baseline whose exclusive features mislead."""
    d_sae: int = 512
    """Number of features."""
    k: int = 12
    """Features active per row, on average over a batch (batchtopk)."""
    k_start: int | None = None
    """Features active per row at the first update (batchtopk); eight times k if not given."""
    anneal: float = 0.2
    """Share of the updates over which k falls to its final value (batchtopk)."""
    l1: float = 1.0
    """Weight of the sparsity penalty, for rows of mean norm sqrt(d_in) (l1)."""
    steps: int = 1500
    """Optimiser updates."""
    batch_size: int = 1024
    """Rows per update."""
    learning_rate: float = 2e-3
    """Peak learning rate of Adam, for rows of mean norm sqrt(d_in)."""
    held_out: float = 0.1
    """Share of the rows kept from training, for the threshold and the metrics."""
    keep_sinks: bool = False
    """Train on attention sinks too, whose norms are far above those of other rows."""
    seed: int = 0
    """Of initialisation, held-out rows and order of the rows."""


@dataclass(frozen=True)
class CrosscoderRun:
    """Where a crosscoder goes and how often its state is saved."""

    output: Path = Path("crosscoder")
    """Folder of the crosscoder, with its metrics and a record of every feature."""
    save_every: int = 200
    """Updates between two states on disk from which an interrupted fit goes on."""
