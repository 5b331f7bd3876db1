"""Where each model family keeps its hook points: the module layout of its decoder layer.

Two layouts cover the supported families. Pre-norm layers normalise what attention and the MLP read;
post-norm layers (OLMo 2, 2501.00656) normalise what they write, so that what is added to the
residual stream is the output of the norm.
"""

from typing import Literal, NamedTuple

from latent_reasoning.models.hook_points import Site


class Tap(NamedTuple):
    """The input or the output of one module of a decoder layer."""

    module: str
    """Path of the module inside the layer; empty for the layer itself."""
    side: Literal["input", "output"]
    """Which of its tensors is meant."""


PRE_NORM: dict[Site, Tap] = {
    "resid_pre": Tap("", "input"),
    "attn_out": Tap("self_attn", "output"),
    "resid_mid": Tap("post_attention_layernorm", "input"),
    "mlp_out": Tap("mlp", "output"),
    "resid_post": Tap("", "output"),
}
POST_NORM: dict[Site, Tap] = {
    "resid_pre": Tap("", "input"),
    "attn_out": Tap("post_attention_layernorm", "output"),
    "resid_mid": Tap("mlp", "input"),
    "mlp_out": Tap("post_feedforward_layernorm", "output"),
    "resid_post": Tap("", "output"),
}
LAYOUTS: dict[str, dict[Site, Tap]] = {
    "qwen2": PRE_NORM,
    "qwen3": PRE_NORM,
    "llama": PRE_NORM,
    "olmo2": POST_NORM,
}
"""Layout of every supported family, by the `model_type` of its configuration."""
