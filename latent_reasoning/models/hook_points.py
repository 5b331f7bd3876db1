"""Names of the places in a transformer where activations are read and written.

TransformerLens names are used everywhere: `blocks.1.hook_resid_post` is the residual stream after
the second decoder layer. `hook_out` and `hook_in`, the canonical names of TransformerBridge for
`hook_resid_post` and `hook_resid_pre`, are read as the same places.
"""

import difflib
import re
from dataclasses import dataclass
from typing import Literal, get_args

from latent_reasoning.errors import HookPointError

Site = Literal["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"]
SITES: tuple[Site, ...] = get_args(Site)
_ALIASES: dict[str, Site] = {"hook_in": "resid_pre", "hook_out": "resid_post"}
_SITE_OF: dict[str, Site] = {**{f"hook_{site}": site for site in SITES}, **_ALIASES}
_NAME = re.compile(r"blocks\.(\d+)\.(\w+)", re.ASCII)


@dataclass(frozen=True)
class HookPoint:
    """One place in a decoder layer; `str` gives its TransformerLens name."""

    layer: int
    """Index of the decoder layer, from 0."""
    site: Site
    """Residual stream before, within or after the layer; what attention or the MLP adds to it."""

    def __post_init__(self) -> None:
        if self.layer < 0 or self.site not in SITES:
            raise HookPointError(
                f"HookPoint: found layer {self.layer}, site {self.site!r}; expected a layer from 0 "
                f"on and a site of {', '.join(SITES)}"
            )

    def __str__(self) -> str:
        return f"blocks.{self.layer}.hook_{self.site}"


def parse_hook_point(name: str | HookPoint, n_layers: int | None = None) -> HookPoint:
    """Read a hook point from its name.

    >>> parse_hook_point("blocks.3.hook_out")
    HookPoint(layer=3, site='resid_post')

    Args:
        name: A TransformerLens name; a HookPoint is only checked against `n_layers`.
        n_layers: Number of decoder layers of the model, if known.

    Raises:
        HookPointError: The name is not a hook point, or its layer lies outside the model.
    """
    match = _NAME.fullmatch(str(name))
    if match is None or match[2] not in _SITE_OF:
        raise HookPointError(_unknown(str(name), n_layers))
    point = HookPoint(int(match[1]), _SITE_OF[match[2]])
    if n_layers is not None and point.layer >= n_layers:
        raise HookPointError(
            f"parse_hook_point: {str(name)!r} names layer {point.layer}; expected a layer from 0 "
            f"to {n_layers - 1}, the model has {n_layers}"
        )
    return point


def default_hook_point(n_layers: int) -> str:
    """The residual stream after the middle layer.

    >>> default_hook_point(3)
    'blocks.1.hook_resid_post'
    """
    return f"blocks.{(n_layers - 1) // 2}.hook_resid_post"


def hook_point_names(n_layers: int) -> list[str]:
    """Names of every hook point of a model, in the order they are computed within each layer.

    >>> hook_point_names(1)[:2]
    ['blocks.0.hook_resid_pre', 'blocks.0.hook_attn_out']
    """
    order: tuple[Site, ...] = ("resid_pre", "attn_out", "resid_mid", "mlp_out", "resid_post")
    return [str(HookPoint(layer, site)) for layer in range(n_layers) for site in order]


def _unknown(name: str, n_layers: int | None) -> str:
    layers = "0, 1, ..." if n_layers is None else f"0 to {n_layers - 1}"
    valid = [f"blocks.{{i}}.{hook}" for hook in _SITE_OF]
    layer = re.search(r"\d+", name)
    likely = [pattern.format(i=layer[0] if layer else 0) for pattern in valid]
    close = difflib.get_close_matches(name, likely, n=1, cutoff=0.5)
    meant = f"; did you mean {close[0]!r}?" if close else ""
    return (
        f"parse_hook_point: {name!r} is not a known hook point; expected one of "
        f"{', '.join(valid)} with i = {layers}{meant}"
    )
