"""Figures from plain records: each function takes a part of results.json and returns a Figure.

Backgrounds are transparent and axes a neutral grey, so that one figure reads on light and on dark
paper. No meaning is carried by colour alone: lines differ in dash and symbol, bars have labels.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from latent_reasoning.report.marks import (
    COLOURS,
    CONTROL,
    GREY,
    curve,
    dose_line,
    error_bars,
    null_bands,
    value_of,
)
from latent_reasoning.report.wording import NOT_MEASURED, plotted, rate, share

Record = Mapping[str, Any]

MEASURES = {"accuracy": "accuracy", "behaviour_frequency": "behaviour frequency"}


def plotly_script() -> str:
    """Source of plotly.js, to be inlined once a page."""
    return get_plotlyjs()


def payload(figure: Figure) -> str:
    r"""JSON of a figure that is inert inside a script element.

    Every "<" is escaped, not only "</": the pair "<!--", "<script" would otherwise keep the
    element open.
    """
    return str(figure.to_json()).replace("<", "\\u003c")


def pass_at_k_curves(conditions: Mapping[str, Record]) -> Figure:
    """Probability that at least one of k samples is right, against k, with interval bands.

    Conditions without a curve are left out.
    """
    figure = _neutral(Figure(layout={"template": {}}), 420)
    ticks: set[int] = set()
    for i, (name, condition) in enumerate(conditions.items()):
        points = [p for p in condition.get("pass_at_k") or [] if value_of(p) is not None]
        if points:
            ticks |= {p["k"] for p in points}
            figure.add_traces(curve(points, plotted(condition.get("label") or name), name, i))
    ordered = sorted(ticks)
    figure.update_xaxes(
        title="k (samples a problem)", type="log", tickvals=ordered, ticktext=[*map(str, ordered)]
    )
    figure.update_yaxes(title="pass@k", range=[-0.02, 1.04])
    return figure


def dose_response(steering: Record, conditions: Mapping[str, Record]) -> Figure:
    """Accuracy and behaviour frequency against the coefficient, one line a direction.

    Horizontal lines mark base and tuned. The grey bands show what random directions of the same
    norm do: 5 to 95 % dark, minimum to maximum light.
    """
    figure = _panels(460)
    directions: dict[str, list[Record]] = {}
    for row in steering.get("dose_response") or []:
        directions.setdefault(row["direction"], []).append(row)
    for column, measure in enumerate(MEASURES, 1):
        marks = null_bands(steering.get("null_doses") or [], measure)
        for i, (direction, points) in enumerate(directions.items()):
            ordered = sorted(points, key=lambda point: point["coefficient"])
            marks.append(dose_line(ordered, measure, plotted(direction), i))
        for mark in marks:
            figure.add_trace(mark | {"showlegend": column == 1}, row=1, col=column)
        _add_references(figure, conditions, measure, column)
    unit = plotted(steering.get("coefficient_unit") or "unit not recorded")
    tested = [row["coefficient"] for points in directions.values() for row in points]
    figure.update_xaxes(title=f"coefficient ({unit})", range=_widened(tested, 0.06, 0.22))
    figure.update_yaxes(range=[-0.04, 1.1])
    return figure


def control_bars(conditions: Mapping[str, Record], controls: Mapping[str, Record]) -> Figure:
    """Accuracy and behaviour frequency of base, tuned, steered and each control."""
    named = [(n, conditions[n], COLOURS[n]) for n in COLOURS if n in conditions]
    named += [(n, control, CONTROL) for n, control in controls.items()]
    figure = _panels(120 + 40 * len(named), shared_y=True)
    positions = list(range(len(named)))
    labels = [plotted(record.get("label") or name) for name, record, _ in named]
    for column, measure in enumerate(MEASURES, 1):
        rates = [record.get(measure) for _, record, _ in named]
        values = [value_of(r) for r in rates]
        bars = {
            "type": "bar",
            "x": values,
            "y": positions,
            "orientation": "h",
            "marker": {"color": [colour for _, _, colour in named]},
            "error_x": error_bars(rates),
            "customdata": [rate(r) for r in rates],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        words = {
            "type": "scatter",
            "x": [0.02 if v is None else 1.04 for v in values],
            "y": positions,
            "mode": "text",
            "text": [NOT_MEASURED if v is None else share(v) for v in values],
            "textposition": "middle right",
            "hoverinfo": "skip",
        }
        figure.add_trace(bars, row=1, col=column)
        figure.add_trace(words, row=1, col=column)
    figure.update_xaxes(range=[0, 1.2], tickvals=[0, 0.25, 0.5, 0.75, 1])
    _list_bars(figure, labels)
    figure.update_layout(showlegend=False)
    return figure


def mode_contributions(modes: Record) -> Figure:
    """Signed contribution of each change of mode to the gain in accuracy, and their sum."""
    cells = modes.get("cells") or {}
    contributions = {_arrow(name): (cell or {}).get("contribution") for name, cell in cells.items()}
    measured = {name: {"value": v} for name, v in contributions.items() if v is not None}
    gain = modes.get("gain")
    return contribution_bars(measured, f"total gain {rate(gain, signed=True)}", gain)


def contribution_bars(
    parts: Mapping[str, Record], total_label: str, total: Record | None
) -> Figure:
    """Signed parts of a difference, each with its interval if it has one, and their sum.

    Args:
        parts: Label to value, low and high.
        total_label: Label of the sum.
        total: The sum with its interval.
    """
    values = [part["value"] for part in parts.values()]
    figure = _neutral(Figure(layout={"template": {}}), 140 + 40 * len(values))
    figure.add_bar(
        x=values,
        y=list(range(len(values))),
        orientation="h",
        marker_color=[COLOURS["steered" if v > 0 else "tuned"] for v in values],
        error_x=error_bars(list(parts.values())) if _has_bounds(parts) else None,
        text=None if _has_bounds(parts) else [share(v, signed=True) for v in values],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.add_bar(
        x=[value_of(total)],
        y=[len(values)],
        orientation="h",
        marker_color=COLOURS["base"],
        error_x=error_bars([total]),
        hoverinfo="skip",
    )
    sides = (
        record.get(side) for record in (*parts.values(), total or {}) for side in ("low", "high")
    )
    ends = [0.0, *values, *sides]
    span = _widened([end for end in ends if end is not None], 0.08, 0.08)
    figure.update_xaxes(title="contribution to the gain in accuracy", range=span, zeroline=True)
    _list_bars(figure, [*map(plotted, parts), total_label])
    figure.update_layout(showlegend=False, barmode="overlay")
    return figure


def _has_bounds(parts: Mapping[str, Record]) -> bool:
    return any(part.get("low") is not None for part in parts.values())


def _list_bars(figure: Figure, labels: Sequence[str]) -> None:
    # Bars stand at numbers, not at labels: two bars may bear one label, none may hide another.
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=labels,
        range=[len(labels) - 0.4, -0.6],
        showgrid=False,
    )


def _panels(height: int, shared_y: bool = False) -> Figure:
    figure = make_subplots(
        rows=1,
        cols=2,
        shared_yaxes=shared_y,
        horizontal_spacing=0.05 if shared_y else 0.08,
        subplot_titles=list(MEASURES.values()),
        figure=Figure(layout={"template": {}}),
    )
    return _neutral(figure, height)


def _neutral(figure: Figure, height: int) -> Figure:
    figure.update_layout(
        height=height,
        autosize=True,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": GREY, "size": 13, "family": "system-ui, sans-serif"},
        margin={"l": 60, "r": 20, "t": 40, "b": 50},
        legend={"orientation": "h", "y": -0.2, "x": 0},
        hoverlabel={"bgcolor": "#f4f4f4", "bordercolor": GREY, "font": {"color": "#111111"}},
        bargap=0.35,
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": COLOURS["steered"]},
    )
    grid = {"gridcolor": "rgba(128,128,128,0.25)", "zerolinecolor": "rgba(128,128,128,0.6)"}
    figure.update_xaxes(grid | {"zeroline": False})
    figure.update_yaxes(grid | {"zeroline": False, "automargin": True, "ticklabelstandoff": 6})
    return figure


def _arrow(change: str) -> str:
    return " \u2192 ".join(change.split("->"))


def _widened(values: Sequence[float | int], below: float, above: float) -> list[float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = high - low or 1.0
    return [low - below * room, high + above * room]


def _add_references(
    figure: Figure, conditions: Mapping[str, Record], measure: str, column: int
) -> None:
    for name, dash, position in (("base", "dot", "bottom right"), ("tuned", "dash", "top right")):
        value = value_of(conditions.get(name, {}).get(measure))
        if value is not None:
            figure.add_hline(
                y=value,
                line={"color": COLOURS[name], "dash": dash, "width": 1.5},
                annotation={"text": f"{name} {share(value)}", "font": {"size": 12}},
                annotation_position=position,
                row=1,  # pyright: ignore[reportArgumentType]
                col=column,  # pyright: ignore[reportArgumentType]
            )
