"""Small bar charts: drawn as SVG at once, and by plotly where a page has it.

The SVG stands in a notebook without any script, in print and where scripts are taken out. Where
plotly.js is loaded it takes the place of the SVG when the chart comes into view.
"""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.report.marks import COLOURS, GREY
from latent_reasoning.report.wording import escaped, number, plotted

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

WIDTH, HEIGHT = 320, 104
PLOTTED_HEIGHT = 190


@dataclass(frozen=True)
class Bars:
    """A bar chart in plain data."""

    title: str
    """What it shows."""
    labels: tuple[str, ...]
    """What each bar stands for, for its tooltip and its axis."""
    heights: tuple[float | int | None, ...]
    """Height of each bar; None where nothing was measured."""
    words: tuple[str, ...]
    """Height of each bar in words, for its tooltip."""
    x_title: str
    """Title of the horizontal axis."""
    y_title: str
    """Title of the vertical axis."""
    ends: tuple[str, str]
    """What stands under the left and the right end in the small drawing."""
    log: bool = False
    """Whether heights are counts drawn on a logarithmic axis."""

    @property
    def shares(self) -> list[float]:
        """Heights as shares of the largest, on the axis that is drawn."""
        drawn = [np.log1p(h or 0) if self.log else (h or 0) for h in self.heights]
        top = max(drawn, default=0)
        return [float(h / top) if top else 0.0 for h in drawn]


def activation_bars(evidence: FeatureEvidence) -> Bars:
    """How strong the feature fires where it does, on a logarithmic axis."""
    edges, counts = evidence.histogram
    spans = pairwise(edges) if counts else ()
    return Bars(
        title="Activation",
        labels=tuple(f"{number(low)} to {number(high)}" for low, high in spans),
        heights=counts,
        words=tuple(f"{number(count)} rows" for count in counts),
        x_title="activation",
        y_title="rows",
        ends=("0", number(float(edges[-1])) if counts else ""),
        log=True,
    )


def place_bars(evidence: FeatureEvidence) -> Bars:
    """How often the feature fires in the prompt and along the completion."""
    places = evidence.places
    return Bars(
        title="Where it fires",
        labels=tuple(place.part for place in places),
        heights=tuple(place.density for place in places),
        words=tuple(
            "no rows" if p.density is None else f"{p.density:.2%} of {number(p.n_rows)} rows"
            for p in places
        ),
        x_title="part of the text",
        y_title="share of rows",
        ends=("prompt", "end"),
    )


def bars_html(bars: Bars) -> str:
    """The chart, with what plotly needs to draw it anew."""
    spec = escaped(json.dumps(plotly_spec(bars), allow_nan=False))
    return (
        f'<figure class="lr-chart"><figcaption>{escaped(bars.title)}'
        f"<small>{escaped(bars.y_title)}{', log scale' if bars.log else ''}</small></figcaption>"
        f'<div class="lr-plot" data-spec="{spec}">{_svg(bars)}</div></figure>'
    )


def plotly_spec(bars: Bars) -> dict[str, Any]:
    """The chart as plotly takes it: `data` and `layout`."""
    axis = {"gridcolor": "rgba(128,128,128,0.25)", "zeroline": False, "automargin": True}
    labels = [plotted(label) for label in bars.labels]
    return {
        "data": [
            {
                "type": "bar",
                "x": labels,
                "y": list(bars.heights),
                "customdata": [plotted(word) for word in bars.words],
                "hovertemplate": "%{x}<br>%{customdata}<extra></extra>",
                "marker": {"color": COLOURS["steered"]},
            }
        ],
        "layout": {
            "height": PLOTTED_HEIGHT,
            "margin": {"l": 36, "r": 6, "t": 6, "b": 36},
            "bargap": 0.12,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": GREY, "size": 11, "family": "system-ui, sans-serif"},
            "xaxis": axis
            | {
                "title": bars.x_title,
                "type": "category",
                "tickvals": [labels[0], labels[-1]] if labels else [],
                "ticktext": [plotted(end) for end in bars.ends],
                "tickangle": 0,
            },
            "yaxis": axis | ({"type": "log", "dtick": 1} if bars.log else {"nticks": 4}),
        },
    }


def figure(bars: Bars) -> "Figure":
    """The chart as a plotly figure."""
    from latent_reasoning.report.figures import Figure

    return Figure(plotly_spec(bars))


def _svg(bars: Bars) -> str:
    n = len(bars.heights)
    if not n:
        return '<p class="lr-none">it never fires</p>'
    step, room = WIDTH / n, HEIGHT - 18
    columns = []
    for i, (share, label, words) in enumerate(
        zip(bars.shares, bars.labels, bars.words, strict=True)
    ):
        high = max(share * room, 1.0 if share else 0.0)
        columns.append(
            f'<g><title>{escaped(label)}: {escaped(words)}</title><rect class="lr-hit" '
            f'x="{i * step:.1f}" y="0" width="{step:.1f}" height="{room}"/><rect class="lr-bar" '
            f'x="{i * step + 0.5:.1f}" y="{room - high:.1f}" width="{max(step - 1, 0.8):.1f}" '
            f'height="{high:.1f}"/></g>'
        )
    left, right = (escaped(end) for end in bars.ends)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escaped(bars.title)}">'
        f"{''.join(columns)}"
        f'<line x1="0" x2="{WIDTH}" y1="{room}" y2="{room}" class="lr-axis"/>'
        f'<text x="0" y="{HEIGHT - 4}">{left}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT - 4}" text-anchor="end">{right}</text></svg>'
    )
