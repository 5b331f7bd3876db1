"""Figures of experiments as SVG: rates with their intervals in small multiples, and curves."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#4C72B0", "#DD8452", "#55A868", "#8172B3", "#C44E52", "#937860")
GREY = "#8a8a8a"
QUIET: dict[Any, Any] = {
    "font.size": 9,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": "#333333",
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
    # Text stays text, and equal results give equal files.
    "svg.fonttype": "none",
    "svg.hashsalt": "latent_reasoning",
}


class Mark(NamedTuple):
    """A value, with its interval where it has one."""

    value: float
    low: float | None
    high: float | None

    @classmethod
    def of(cls, record: Mapping[str, Any] | None) -> "Mark | None":
        """From a record with `value`, `low` and `high`; None where there is no value."""
        if record is None or record["value"] is None:
            return None
        return cls(record["value"], record["low"], record["high"])


class Point(NamedTuple):
    """One point of a curve, with its band."""

    at: float
    value: float
    low: float
    high: float


def draw_marks(
    path: Path,
    panels: Mapping[str, Mapping[str, Mapping[str, Mark | None]]],
    *,
    label: str,
    zero: bool = True,
) -> None:
    """Rates in small multiples: panel, then row, then series; a hollow mark has no interval.

    Args:
        path: SVG file to write.
        panels: For each panel its rows, for each row its series; a None is left blank.
        label: What the horizontal axis shows.
        zero: Whether a line stands at zero.
    """
    rows = list(dict.fromkeys(row for panel in panels.values() for row in panel))
    series = list(dict.fromkeys(s for p in panels.values() for row in p.values() for s in row))
    size = (3 + 2.3 * len(panels), 0.9 + 0.26 * len(rows) * max(1.0, 0.4 + 0.3 * len(series)))
    with _figure(path, len(panels), size) as axes:
        for axis, (title, found) in zip(axes, panels.items(), strict=True):
            axis.set_title(title)
            if zero:
                axis.axvline(0, color=GREY, linewidth=0.8)
            for place, row in enumerate(rows):
                for turn, name in enumerate(series):
                    mark = found.get(row, {}).get(name)
                    height = place + (turn - (len(series) - 1) / 2) * 0.7 / len(series)
                    if mark is not None:
                        _mark(axis, mark, height, COLOURS[turn % len(COLOURS)])
            axis.set_ylim(len(rows) - 0.4, -0.6)
            axis.set_yticks(range(len(rows)), rows)
            axis.tick_params(length=0, axis="y")
            axis.grid(axis="x", color="#eeeeee")
            axis.set_axisbelow(True)
            axis.set_xlabel(label)
        if len(series) > 1:
            _legend(axes, series)


def draw_curves(
    path: Path,
    panels: Mapping[str, Mapping[str, Sequence[Point]]],
    *,
    along: str,
    label: str,
    doubling: bool = True,
    columns: int | None = None,
    levels: Sequence[float] = (),
) -> None:
    """Curves with bands: panel, then series.

    Args:
        path: SVG file to write.
        panels: For each panel its series, for each series its points.
        along: What the horizontal axis shows.
        label: What the vertical axis shows.
        doubling: Whether the horizontal axis is logarithmic, in powers of two.
        columns: Panels in a row; all of them if None.
        levels: Where a level line is drawn.
    """
    series = list(dict.fromkeys(name for panel in panels.values() for name in panel))
    wide = columns or len(panels)
    size = (1 + 2.6 * wide, 0.9 + 2 * math.ceil(len(panels) / wide))
    with _figure(path, len(panels), size, columns) as axes:
        for axis, (title, found) in zip(axes, panels.items(), strict=True):
            axis.set_title(title)
            for level in levels:
                axis.axhline(level, color=GREY, linewidth=0.8)
            for name, points in found.items():
                colour = COLOURS[series.index(name) % len(COLOURS)]
                at = [point.at for point in points]
                low, high = [point.low for point in points], [point.high for point in points]
                axis.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
                axis.plot(at, [point.value for point in points], color=colour, marker=".")
            if doubling:
                axis.set_xscale("log", base=2)
            axis.xaxis.set_major_formatter("{x:g}")
            axis.grid(color="#eeeeee")
        for axis in axes[-wide:]:
            axis.set_xlabel(along)
        for axis in axes[::wide]:
            axis.set_ylabel(label)
        _legend(axes, series)


def _mark(axis: "Axes", mark: Mark, height: float, colour: str) -> None:
    face = "white"
    if mark.low is not None and mark.high is not None:
        axis.plot([mark.low, mark.high], [height, height], color=colour, linewidth=1.6)
        face = colour
    axis.plot(mark.value, height, "o", color=colour, markerfacecolor=face, markersize=4.5)


def _legend(axes: Sequence["Axes"], series: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=COLOURS[turn % len(COLOURS)], marker="o", markersize=4)
        for turn in range(len(series))
    ]
    figure: Any = axes[0].figure
    figure.legend(handles, series, loc="outside lower center", ncols=min(5, len(series)))


class _figure:
    """A figure of panels in rows that is written where the block ends without an error."""

    def __init__(
        self, path: Path, n_panels: int, size: tuple[float, float], columns: int | None = None
    ) -> None:
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        self.path, self.style = path, rc_context(QUIET)
        self.style.__enter__()
        self.figure = Figure(figsize=size, layout="constrained")
        wide = columns or n_panels
        grid = (math.ceil(n_panels / wide), wide)
        found = self.figure.subplots(*grid, sharey=True, sharex=True, squeeze=False)
        self.axes: list[Axes] = list(found.flat)[:n_panels]
        for unused in list(found.flat)[n_panels:]:
            unused.set_axis_off()

    def __enter__(self) -> "list[Axes]":
        return self.axes

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        try:
            if kind is None:
                self.figure.savefig(self.path, format="svg", metadata={"Date": None})
        finally:
            self.style.__exit__(kind, *rest)
