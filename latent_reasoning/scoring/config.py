"""Settings of `latent-reasoning features`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FeaturesConfig:
    """Rank the features of a dictionary for behaviours over a recorded store.

    Writes scores.json, scores.parquet, table.html, a page of cards a behaviour, and run.json.
    """

    behaviour: str = "code"
    """What to rank for, with commas: code, direct_answer, addition, wrong_step, backtracking and
    others."""
    output: Path = Path("runs/features")
    """Folder of the run; it must not exist."""
    positions: str = "completion"
    """Tokens that are rows: completion, or last_prompt for what is known before it begins."""
    role: str = "base"
    """Recorded model whose rows are scored: base or tuned."""
    model: str | None = None
    """Where that model is found; its name in the store if not given."""
    top: int = 20
    """Features, those with the largest contrast, that are tried, measured and shown on cards."""
    falsify: bool = True
    """Whether the top features are tried against firing on their tokens only."""
    causal: bool = True
    """Whether output score, attribution and ablation of the top features are measured."""
    texts: int = 500
    """Texts without the behaviour that tokens are injected into."""
    crosscoder: Path | None = None
    """Folder of a crosscoder of the recorded models: whose each feature is, by the nearest of its
    features. DICTIONARY may be a crosscoder itself."""
    export: str = ""
    """Other tools to write files for, with commas: neuronpedia, delphi."""
    seed: int = 0
    """Of the parts, of what is drawn at random, and of the random signs."""
    dtype: str = "float32"
    """Number format the model computes in."""
    device: str = "cpu"
    """Where the model runs."""
