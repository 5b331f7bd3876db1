"""Latent scaling: how much of a feature the other model has, whatever its decoder says.

An exclusive feature may be an artefact. The penalty on decoder norms takes a weak decoder to zero
(complete shrinkage), or one concept is written by two features, one for each model (decoupling).
So the direction d of the model that has the feature is laid against each model's target y, and the
scale at which it fits best is the least-squares solution

    beta = argmin sum_t |y_t - beta f_t d|^2 = sum_t f_t <d, y_t> / (|d|^2 sum_t f_t^2),

for two targets: what all other features leave (error), where shrinkage shows, and what the features
write together (reconstruction, without the bias), where decoupling shows. nu is beta of a model
over beta of the model that has the feature (Minder, Dumas et al., 2504.02922).
"""

from dataclasses import dataclass

import torch
from einops import einsum
from jaxtyping import Float, Int
from torch import Tensor

from latent_reasoning.dictionaries.crosscoders.crosscoder import Crosscoder
from latent_reasoning.dictionaries.sae import DictionaryError

CHUNK_VALUES = 2**22


@dataclass(frozen=True, eq=False)
class Scaling:
    """Latent scaling of every feature in every source; NaN where a feature never fires.

    The model that has a feature is looked for among the sources at the same hook point.
    """

    beta_error: Float[Tensor, "d_sae n_models"]
    """Best scale of the feature on what all other features leave of every source."""
    beta_reconstruction: Float[Tensor, "d_sae n_models"]
    """Best scale on what the features write together in every source."""
    owner: Int[Tensor, "d_sae n_models"]
    """At the hook point of every source, the source whose decoder is longest."""
    density: Float[Tensor, " d_sae"]
    """Share of the rows every feature fires on."""

    @property
    def nu_error(self) -> Float[Tensor, "d_sae n_models"]:
        """Scale on the error, as a share of the owner's: 1 for the owner, 0 where it is absent."""
        return self.beta_error / self.beta_error.gather(1, self.owner)

    @property
    def nu_reconstruction(self) -> Float[Tensor, "d_sae n_models"]:
        """Scale on the reconstruction, as a share of the owner's."""
        return self.beta_reconstruction / self.beta_reconstruction.gather(1, self.owner)


def owners(crosscoder: Crosscoder) -> Int[Tensor, "d_sae n_models"]:
    """For every feature and source, the source at the same hook point that writes it strongest."""
    norms, owner = crosscoder.norms, torch.zeros_like(crosscoder.norms, dtype=torch.int64)
    places = [source.hook_point for source in crosscoder.sources]
    for place in dict.fromkeys(places):
        here = torch.tensor([i for i, found in enumerate(places) if found == place])
        owner[:, here] = here[norms[:, here].argmax(dim=1)][:, None]
    return owner


@torch.no_grad()
def latent_scaling(crosscoder: Crosscoder, rows: Float[Tensor, "row n_models d_in"]) -> Scaling:
    """Scales of all features in closed form, in one pass over rows it was not trained on.

    Raises:
        DictionaryError: The rows have other sources or another width, or there are none.
    """
    if rows.shape[1:] != (crosscoder.n_models, crosscoder.d_in) or not len(rows):
        raise DictionaryError(
            f"latent_scaling: rows of shape {tuple(rows.shape)}; expected [row, "
            f"{crosscoder.n_models}, {crosscoder.d_in}], as the crosscoder has them, and at least "
            f"one row"
        )
    decoder = crosscoder.W_dec
    error = torch.zeros_like(decoder, dtype=torch.float64)
    written = torch.zeros_like(error)
    square = torch.zeros(crosscoder.d_sae, dtype=torch.float64)
    fired = torch.zeros_like(square)
    for chunk in rows.split(max(1, CHUNK_VALUES // crosscoder.d_sae)):
        acts = crosscoder.encode(chunk)
        features = einsum(acts, decoder, "row d_sae, d_sae n_models d_in -> row n_models d_in")
        rest = crosscoder.scaled(chunk) - crosscoder.b_dec - features
        written += _against(acts, features)
        error += _against(acts, rest)
        square += acts.double().square().sum(dim=0)
        fired += (acts > 0).sum(dim=0)
    # What a feature itself writes is no part of what the others leave.
    error += square[:, None, None] * decoder
    owner = owners(crosscoder)
    direction = decoder.gather(1, owner[:, :, None].expand_as(decoder)).double()
    unit = direction.square().sum(dim=2) * square[:, None]
    return Scaling(
        beta_error=_fit(error, direction, unit),
        beta_reconstruction=_fit(written, direction, unit),
        owner=owner,
        density=(fired / len(rows)).float(),
    )


def _against(
    acts: Float[Tensor, "row d_sae"], target: Float[Tensor, "row n_models d_in"]
) -> Float[Tensor, "d_sae n_models d_in"]:
    found = einsum(acts, target, "row d_sae, row n_models d_in -> d_sae n_models d_in")
    return found.double()


def _fit(
    product: Float[Tensor, "d_sae n_models d_in"],
    direction: Float[Tensor, "d_sae n_models d_in"],
    unit: Float[Tensor, "d_sae n_models"],
) -> Float[Tensor, "d_sae n_models"]:
    along = (product * direction).sum(dim=2)
    return torch.where(unit > 0, along / unit, torch.nan).float()
