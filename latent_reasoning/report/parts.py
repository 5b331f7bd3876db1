"""Parts every section of the report is made of."""

from latent_reasoning.report.figures import Figure, payload


def figure_html(name: str, figure: Figure, description: str) -> str:
    """Place of a figure and its data, which the page's script draws.

    Args:
        name: Name of the figure, unique in the page.
        figure: What to draw.
        description: What it shows, for readers who cannot see it; HTML.
    """
    height = figure.layout.height  # pyright: ignore[reportAttributeAccessIssue]
    return (
        f'<figure><div class="plot" data-figure="figure-{name}" role="img" '
        f'aria-label="{description}" style="min-height:{height}px"></div>\n'
        f'<script type="application/json" id="figure-{name}">{payload(figure)}</script>\n'
        "<noscript>This figure is drawn by JavaScript inside this page; its numbers are in the "
        "tables.</noscript></figure>"
    )


def look(sentence: str) -> str:
    """First sentence of a section: what to look for and what its control is."""
    return f'<p class="look">{sentence}</p>\n'


def missing(subject: str, done: str = "measured") -> str:
    r"""Why a section is empty.

    >>> missing("Steering was")
    '<p class="missing">Steering was not measured in this run.</p>\n'
    """
    return f'<p class="missing">{subject} not {done} in this run.</p>\n'


def fold(summary: str, content: str) -> str:
    """Content that unfolds on a click, and in print."""
    return f"<details><summary>{summary}</summary>\n{content}\n</details>\n"
