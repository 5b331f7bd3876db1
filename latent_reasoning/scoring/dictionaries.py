"""The dictionary that is ranked, and the crosscoder that says whose its features are."""

from pathlib import Path
from typing import NamedTuple

from latent_reasoning.dictionaries.checkpoints import load_sae
from latent_reasoning.dictionaries.crosscoders.checkpoints import CONFIG, Measured, load_measured
from latent_reasoning.dictionaries.crosscoders.paired import paired
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder


class Ranked(NamedTuple):
    """What is ranked."""

    sae: SparseAutoencoder
    """The dictionary."""
    crosscoder: Measured | None
    """Says whose its features are; of a crosscoder it is the crosscoder itself."""


def load_ranked(dictionary: Path, crosscoder: Path | None) -> Ranked:
    """Load a dictionary or a crosscoder, and the crosscoder beside it.

    Raises:
        DictionaryError: One cannot be read, or a crosscoder has another beside it.
    """
    if not (dictionary / CONFIG).is_file():
        beside = None if crosscoder is None else load_measured(crosscoder)
        return Ranked(load_sae(dictionary), beside)
    if crosscoder is not None:
        raise DictionaryError(
            f"features: --crosscoder {str(crosscoder)!r} beside {str(dictionary)!r}, which is a "
            f"crosscoder; expected one of them, its own features say whose they are"
        )
    found = load_measured(dictionary)
    return Ranked(paired(found.crosscoder), found)
