"""Tokens shaded by the activation of a feature."""

from collections.abc import Sequence

from latent_reasoning.report.wording import escaped

DARK_INK_FROM = 0.8
"""Share of the largest activation from which a shade needs dark text on either paper."""


def tokens_html(
    tokens: Sequence[str],
    activations: Sequence[float | int | None],
    top: float | int,
    peak: int | None = None,
) -> str:
    """A run of tokens; the exact activation of each is in its tooltip.

    Args:
        tokens: Text of each.
        activations: Activation at each; None where none was recorded.
        top: Activation of the deepest shade.
        peak: Index of the token to be outlined.
    """
    marks = (
        _token(token, activation, top, i == peak)
        for i, (token, activation) in enumerate(zip(tokens, activations, strict=True))
    )
    # A break is allowed between any two tokens, also where neither holds a space.
    return "<wbr>".join(marks)


def _token(token: str, activation: float | int | None, top: float | int, peak: bool) -> str:
    strength = min(abs(activation) / top, 1.0) if top and activation else 0.0
    names = ["peak"] * peak + ["below"] * ((activation or 0) < 0)
    names += ["strong"] * (strength >= DARK_INK_FROM)
    css = f' class="{" ".join(names)}"' if names else ""
    shown = escaped(token).replace("\n", "&#8629;\n")
    if not activation:
        # Most tokens are silent, and a page has tens of thousands of them.
        return f"<i{css}>{shown}</i>"
    return f'<i{css} style="--a:{strength:.2f}" title="{_exact(activation)}">{shown}</i>'


def _exact(activation: float | int) -> str:
    return f"{activation:.6g}"
