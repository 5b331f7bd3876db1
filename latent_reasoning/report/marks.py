"""Marks of the figures as plain mappings: lines, bands, error bars and their colours."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from latent_reasoning.report.wording import rate

Record = Mapping[str, Any]

# After Okabe and Ito, "Color Universal Design": without black and yellow, which vanish on one
# ground, and with a lighter blue, which reads on both.
PALETTE = ("#1A80C4", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
COLOURS = {"base": "#8A8A8A", "tuned": "#D55E00", "steered": "#1A80C4"}
CONTROL = "#CC79A7"
GREY = "#808080"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")


def value_of(record: Record | None) -> float | int | None:
    """Value of a rate, None where it was not measured."""
    return None if record is None else record.get("value")


def error_bars(records: Sequence[Record | None]) -> dict[str, Any]:
    """Asymmetric error bars; none where the rate was not measured or has no interval."""
    measured = [None if value_of(r) is None else r for r in records]
    return {
        "type": "data",
        "symmetric": False,
        "array": [None if r is None else _bound(r, "high") - r["value"] for r in measured],
        "arrayminus": [None if r is None else r["value"] - _bound(r, "low") for r in measured],
        "color": GREY,
        "thickness": 1.5,
        "width": 4,
    }


def curve(points: Sequence[Record], label: str, name: str, i: int) -> list[dict[str, Any]]:
    """Band and line of one pass@k curve.

    Args:
        points: Rates, each with its k.
        label: Name in the legend, escaped.
        name: Name of the condition, which decides the colour of the known ones.
        i: Number of the curve, which decides dash and symbol.
    """
    colour = COLOURS.get(name, PALETTE[i % len(PALETTE)])
    ks = [p["k"] for p in points]
    lows, highs = ([_bound(p, side) for p in points] for side in ("low", "high"))
    band = {
        "type": "scatter",
        "x": ks + ks[::-1],
        "y": highs + lows[::-1],
        "mode": "lines",
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": _faded(colour, 0.18),
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": f"curve {i}",
    }
    line = {
        "type": "scatter",
        "x": ks,
        "y": [p["value"] for p in points],
        "name": label,
        "legendgroup": f"curve {i}",
        "mode": "lines+markers",
        "line": {"color": colour, "dash": DASHES[i % len(DASHES)]},
        "marker": {"symbol": SYMBOLS[i % len(SYMBOLS)], "size": 8},
        "customdata": [rate(p) for p in points],
        "hovertemplate": "k = %{x}: %{customdata}<extra>%{fullData.name}</extra>",
    }
    return [band, line]


def dose_line(points: Sequence[Record], measure: str, label: str, i: int) -> dict[str, Any]:
    """Line of one direction against the coefficient; the chosen point is larger and ringed."""
    rates = [p.get(measure) for p in points]
    chosen = [bool(p.get("chosen")) for p in points]
    notes = [", chosen" if c else "" for c in chosen]
    return {
        "type": "scatter",
        "x": [p["coefficient"] for p in points],
        "y": [value_of(r) for r in rates],
        "name": label,
        "legendgroup": f"direction {i}",
        "mode": "lines+markers",
        "line": {"color": PALETTE[i % len(PALETTE)], "dash": DASHES[i % len(DASHES)]},
        "marker": {
            "symbol": SYMBOLS[i % len(SYMBOLS)],
            "size": [14 if c else 7 for c in chosen],
            "opacity": 1,
            "line": {"width": [2 if c else 0 for c in chosen], "color": GREY},
        },
        "error_y": error_bars(rates),
        "customdata": [rate(r) + note for r, note in zip(rates, notes, strict=True)],
        "hovertemplate": "coefficient %{x}: %{customdata}<extra>%{fullData.name}</extra>",
    }


def null_spans(values: Sequence[float | int]) -> dict[str, tuple[float | int, float | int]]:
    """Ends of the null distribution: from the 5th to the 95th percentile, and all of it.

    Percentiles interpolate linearly between order statistics (type 7, the default of numpy).

    >>> null_spans([0.0, 0.5, 1.0])["min to max"]
    (0.0, 1.0)
    """
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"5 to 95 %": (cuts[0], cuts[-1]), "min to max": (min(values), max(values))}


def null_bands(doses: Sequence[Record], measure: str) -> list[dict[str, Any]]:
    """What random directions do at each coefficient: percentiles dark, extremes light.

    Coefficients at which fewer than two random directions were measured are left out.
    """
    spans = {
        dose["coefficient"]: null_spans(values)
        for dose in sorted(doses, key=lambda dose: dose["coefficient"])
        if len(values := [v for v in dose.get(measure) or [] if v is not None]) > 1
    }
    if not spans:
        return []
    coefficients = list(spans)
    n = max(len(dose[measure]) for dose in doses)
    return [
        {
            "type": "scatter",
            "x": coefficients + coefficients[::-1],
            "y": [spans[c][name][1] for c in coefficients]
            + [spans[c][name][0] for c in coefficients[::-1]],
            "mode": "lines",
            "name": f"{n} random directions, {name}",
            "legendgroup": name,
            "line": {"color": GREY, "width": 1 if len(coefficients) > 1 else 6},
            "fill": "toself",
            "fillcolor": _faded(GREY, alpha),
            "hoverinfo": "skip",
        }
        for name, alpha in (("min to max", 0.12), ("5 to 95 %", 0.3))
    ]


def _bound(record: Record, side: str) -> float | int:
    bound = record.get(side)
    return record["value"] if bound is None else bound


def _faded(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
