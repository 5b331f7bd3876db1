"""A crosscoder of base and tuned as an autoencoder: their rows side by side are one row.

Side by side, the encoders of both models are one encoder and their decoders one decoder, so all
that is done with the features of an autoencoder is done with those of a crosscoder as well. What
differs is that both models have to be read, and that a feature writes one direction in each.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.sae import DictionaryError, SparseAutoencoder


@dataclass(frozen=True, eq=False)
class PairedAutoencoder(SparseAutoencoder):
    """An autoencoder whose rows are those of several models side by side."""

    roles: tuple[str, ...] = ()
    """The models, in the order in which their rows lie side by side."""

    @property
    def d_model(self) -> int:
        """Width of the stream of one model."""
        return self.d_in // len(self.roles)

    def roles_read(self, role: str) -> tuple[str, ...]:  # noqa: ARG002
        """All of its models, whichever is asked about."""
        return self.roles

    def rows_of(
        self,
        by_role: Mapping[str, Float[Tensor, "*batch d_model"]],
        role: str,  # noqa: ARG002
    ) -> Float[Tensor, "*batch d_in"]:
        """Rows of all models, side by side.

        Raises:
            DictionaryError: Rows of a model are missing.
        """
        missing = [one for one in self.roles if one not in by_role]
        if missing:
            raise DictionaryError(
                f"crosscoder: no rows of {' and '.join(missing)}; expected those of "
                f"{' and '.join(self.roles)} on the same tokens, as it reads them together"
            )
        return torch.cat([by_role[one].to(self.W_enc.dtype) for one in self.roles], dim=-1)

    def written(self, role: str) -> Float[Tensor, "d_sae d_model"]:
        """The direction that every feature writes in the stream of one model, one a row."""
        return self.W_dec.unflatten(1, (len(self.roles), -1))[:, self.roles.index(role)]


def paired(crosscoder: Crosscoder) -> PairedAutoencoder:
    """The autoencoder of rows side by side that a crosscoder of base and tuned is.

    `encode` gives the activations of the crosscoder, `decode` its reconstructions side by side.

    Raises:
        DictionaryError: It has other sources than base and tuned at one hook point.
    """
    sources = crosscoder.sources
    places = {source.hook_point for source in sources}
    if sorted(source.role for source in sources) != ["base", "tuned"] or len(places) != 1:
        found = ", ".join(f"{source.role} at {source.hook_point}" for source in sources)
        raise DictionaryError(
            f"paired: a crosscoder of {found}; expected base and tuned at one hook point"
        )
    scale = crosscoder.scale[:, None]
    return PairedAutoencoder(
        W_enc=(crosscoder.W_enc * scale[:, :, None]).flatten(0, 1),
        W_dec=(crosscoder.W_dec / scale).flatten(1),
        b_enc=crosscoder.b_enc,
        b_dec=(crosscoder.b_dec / scale).flatten(),
        threshold=crosscoder.threshold,
        hook_point=sources[0].hook_point,
        model=" and ".join(source.model for source in sources),
        k=crosscoder.k,
        architecture=f"crosscoder-{crosscoder.architecture}",
        roles=tuple(source.role for source in sources),
    )
