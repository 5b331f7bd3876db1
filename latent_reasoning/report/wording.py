"""Words and numbers as the page prints them: one format for each kind, all text escaped."""

import html
import math
from collections.abc import Mapping
from typing import Any

NOT_MEASURED = "not measured"
MISSING = f'<span class="missing">{NOT_MEASURED}</span>'

# HTML drops or replaces control characters, and a lone surrogate cannot be written as UTF-8.
_VISIBLE = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)}
_VISIBLE |= {127: 0x2421} | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)


def escaped(value: object) -> str:
    """Text that cannot be markup, with control characters made visible.

    >>> escaped('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(str(value).translate(_VISIBLE), quote=True)


def plotted(value: object, limit: int = 40) -> str:
    r"""Text for a label of a figure: plotly.js reads a few tags, but knows no escaped quotes.

    Args:
        value: The text.
        limit: Longest label in characters; a longer one would leave the figure no room.

    >>> plotted("<b>it's</b>"), plotted("steered, feature 212", limit=10)
    ("&lt;b&gt;it's&lt;/b&gt;", 'steered, \u2026')
    """
    text = str(value).translate(_VISIBLE)
    shown = text if len(text) <= limit else text[: limit - 1] + "\u2026"
    return html.escape(shown, quote=False)


def spaced(name: str) -> str:
    """Name of a field as words, not escaped.

    >>> spaced("accuracy_gain")
    'accuracy gain'
    """
    return name.replace("_", " ")


def share(value: float | int | None, signed: bool = False) -> str:
    """Share or difference of shares with two decimals.

    >>> share(0.974), share(0.351, signed=True), share(None), share(-0.001)
    ('0.97', '+0.35', 'not measured', '0.00')
    """
    if value is None:
        return NOT_MEASURED
    if not math.isfinite(value):
        return "not finite"
    # A value that rounds to zero has no sign to show; adding 0.0 turns -0.0 into 0.0.
    rounded = round(value, 2) + 0.0
    return f"{rounded:+.2f}" if signed and rounded else f"{rounded:.2f}"


def number(value: float | int | str | None) -> str:
    """Quantity that is not a share: integers in full, floats with three significant digits.

    >>> number(484000), number(0.010834), number(36.0), number(None)
    ('484,000', '0.0108', '36', 'not measured')
    """
    if value is None:
        return NOT_MEASURED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3g}" if math.isfinite(value) else "not finite"


def rate(record: Mapping[str, Any] | None, signed: bool = False) -> str:
    """Rate with its interval, as plain text.

    Args:
        record: Holds value, low and high; None where it was not measured.
        signed: Print the sign of a positive value, for differences.

    >>> rate({"value": 0.97, "low": 0.95, "high": 0.984, "n": 400})
    '0.97 [0.95, 0.98]'
    """
    if record is None or record.get("value") is None:
        return NOT_MEASURED
    value = share(record["value"], signed)
    low, high = record.get("low"), record.get("high")
    if low is None or high is None:
        return f"{value} [no interval]"
    return f"{value} [{share(low, signed)}, {share(high, signed)}]"


def rate_html(record: Mapping[str, Any] | None, signed: bool = False) -> str:
    """Rate with its interval; n and the unrounded value are in the tooltip."""
    text = rate(record, signed)
    if record is None or text == NOT_MEASURED:
        return MISSING
    n = record.get("n")
    exact = f"{record['value']:.6g}; n = {number(n)}"
    return f'<span class="rate" title="{escaped(exact)}">{text}</span>'


def value_html(value: Any) -> str:
    """Rate, settings, number or text, whichever it is.

    >>> value_html({"problems": 300, "samples": 16})
    'problems 300, samples 16'
    """
    if isinstance(value, Mapping):
        if value and "value" not in value:
            return escaped(", ".join(f"{spaced(n)} {number(v)}" for n, v in value.items()))
        return rate_html(value)
    return MISSING if value is None else escaped(number(value))


def share_html(value: float | int | None, signed: bool = False) -> str:
    """Share without an interval."""
    return MISSING if value is None else share(value, signed)
