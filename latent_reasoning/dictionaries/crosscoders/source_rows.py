"""Rows of several sources, token by token the same, as a crosscoder is trained on them."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig
from latent_reasoning.dictionaries.crosscoders.crosscoder import Source
from latent_reasoning.dictionaries.sae import DictionaryError
from latent_reasoning.dictionaries.training import SMALLEST_HELD_OUT, row_scale
from latent_reasoning.errors import ActivationError


@dataclass(frozen=True, eq=False)
class SourceRows:
    """Activations of every source on the same tokens, and what brings each to a common scale."""

    sources: tuple[Source, ...]
    """The sources."""
    rows: tuple[Float[Tensor, "token d_in"], ...]
    """Rows of every source, as they were recorded."""
    scale: Float[Tensor, " n_models"]
    """Factor by which the rows of each source get a mean norm of sqrt(d_in)."""

    @classmethod
    def of(
        cls, sources: tuple[Source, ...], rows: tuple[Float[Tensor, "token d_in"], ...]
    ) -> "SourceRows":
        """Rows of sources, scaled each for itself.

        Raises:
            ActivationError: Rows are NaN or infinite, or all rows of a source are zero.
        """
        for source, found in zip(sources, rows, strict=True):
            bad = int((~torch.isfinite(found)).any(dim=1).sum())
            if bad or not found.any():
                what = f"{bad} of {len(found)} rows hold NaN or inf" if bad else "all rows are zero"
                raise ActivationError(
                    f"fit_crosscoder: {source.role} at {source.hook_point}: {what}; expected "
                    f"finite activations, record again in float32"
                )
        return cls(sources, rows, torch.tensor([row_scale(found) for found in rows]))

    @property
    def d_in(self) -> int:
        """Width of a row of one source."""
        return self.rows[0].shape[1]

    def __len__(self) -> int:
        return len(self.rows[0])

    def stacked(self, index: Int[Tensor, " row"]) -> Float[Tensor, "row n_models d_in"]:
        """Some rows of all sources, as they were recorded, in float32."""
        return torch.stack([found[index].float() for found in self.rows], dim=1)

    def batch(self, index: Int[Tensor, " row"]) -> Float[Tensor, "row width"]:
        """Some rows, scaled, the sources side by side: width is n_models x d_in."""
        return (self.stacked(index) * self.scale[:, None]).flatten(1)

    def mean(self) -> Float[Tensor, " width"]:
        """Mean of the scaled rows, the sources side by side."""
        means = [found.mean(dim=0, dtype=torch.float32) for found in self.rows]
        return (torch.stack(means) * self.scale[:, None]).flatten()


def read_sources(store: ActivationStore, config: CrosscoderConfig) -> SourceRows:
    """The rows a crosscoder of these settings is trained on, sinks left out unless kept.

    Raises:
        LatentReasoningError: A model or hook point was not recorded, or the rows are too few or
            cannot be trained on.
    """
    kept = None if config.keep_sinks else ~store.rows.is_sink
    roles = _listed(config.models)
    places = _listed(config.hook_points) or list(store.manifest.hook_points)
    if not roles or len({*roles}) < len(roles) or len({*places}) < len(places):
        raise DictionaryError(
            f"fit_crosscoder: models {config.models!r}, hook points {config.hook_points!r}; "
            f"expected names that differ, comma separated, and at least one model"
        )
    pairs = [(role, place) for place in places for role in roles]
    rows = tuple(store.activations(place, role, kept) for role, place in pairs)
    names = store.manifest.models
    sources = tuple(Source(role, names[role], place) for role, place in pairs)
    return SourceRows.of(sources, rows)


def require_enough(rows: SourceRows, config: CrosscoderConfig) -> None:
    """Refuse rows too few for the settings.

    Raises:
        DictionaryError: They are.
    """
    held_out = int(len(rows) * config.held_out)
    needed = max(config.batch_size, config.d_sae)
    if len(rows) - held_out < needed or held_out < 2 * SMALLEST_HELD_OUT:
        raise DictionaryError(
            f"fit_crosscoder: {len(rows)} rows, {held_out} of them held out; expected at least "
            f"{needed} to train on (batch_size and d_sae) and {2 * SMALLEST_HELD_OUT} held out"
        )


def _listed(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
