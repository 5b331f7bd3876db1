"""Files for other tools, beside the table."""

from collections.abc import Sequence
from pathlib import Path

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.errors import one_of
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.delphi import write_delphi
from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.features.neuronpedia import write_neuronpedia
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.models.loading import LoadedModel

TOOLS = ("neuronpedia", "delphi")


def parse_exports(names: str) -> tuple[str, ...]:
    """The tools of a list with commas.

    Raises:
        FeatureError: One is not known.
    """
    wanted = tuple(dict.fromkeys(part.strip() for part in names.split(",") if part.strip()))
    for name in wanted:
        if name not in TOOLS:
            raise FeatureError(one_of("features", "tool to export for", name, TOOLS))
    return wanted


def top_features(tables: Sequence[ScoreTable], top: int) -> list[int]:
    """Numbers of the top features of every table, each once, in order of rank."""
    ranked = [score.feature_id for table in tables for score in table.features()[:top]]
    return list(dict.fromkeys(number for number in ranked if number is not None))


def write_exports(
    tools: Sequence[str],
    folder: Path,
    store: ActivationStore,
    model: LoadedModel,
    sae: SparseAutoencoder,
    evidence: Sequence[FeatureEvidence],
    role: str,
) -> None:
    """Write features for each tool, in a folder of its name."""
    if "neuronpedia" in tools:
        write_neuronpedia(folder / "neuronpedia", store, sae, evidence)
    if "delphi" in tools:
        ids = [one.feature_id for one in evidence]
        write_delphi(folder / "delphi", store, sae, ids, role=role, pad_id=model.pad_id)
