"""A page of cards: a ranking above, a card for every feature below, all in one file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from latent_reasoning.display.card import card_html
from latent_reasoning.display.columns import named
from latent_reasoning.display.ranking import ranking_html, table_note
from latent_reasoning.display.script import page_script
from latent_reasoning.display.style import STYLE
from latent_reasoning.errors import RunError
from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.report.page import document, write_document
from latent_reasoning.report.wording import escaped

_PAGE_STYLE = """\
.lr .lr-card { margin: 0 0 18px; content-visibility: auto; contain-intrinsic-size: auto 640px; }
.lr-page { scroll-margin-top: 12px; }
body:has(.lr-page) { max-width: 1240px; }
@media print { .lr .lr-card { content-visibility: visible; } .lr .lr-scroll { max-height: none; } }
"""


class _Rows(NamedTuple):
    """One ranking of the page."""

    title: str
    """Its heading."""
    note: str
    """A sentence above it."""
    scores: Sequence[Any]
    """Records of scores in order of rank."""


def write_cards(
    path: Path | str,
    evidence: Sequence[FeatureEvidence],
    scores: ScoreTable | Sequence[Any] | None = None,
    *,
    title: str = "Features",
    note: str = "",
) -> Path:
    """Write the page, all of it or nothing.

    Args:
        path: File to write.
        evidence: What is known of the features, in the order of the cards.
        scores: A score table or several, or records of scores in order of rank, also of directions
            without a card; by default what the evidence itself counts. A card shows the first
            scores that its feature has.
        title: Heading of the page.
        note: A sentence under it.

    Raises:
        RunError: There is no feature, or the file cannot be written.
    """
    write_document(cards_page(evidence, scores, title=title, note=note), path)
    return Path(path)


def cards_page(
    evidence: Sequence[FeatureEvidence],
    scores: ScoreTable | Sequence[Any] | None = None,
    *,
    title: str = "Features",
    note: str = "",
) -> str:
    """The page as HTML; see `write_cards`."""
    if not evidence:
        raise RunError("write_cards: no features; expected evidence of at least one")
    known = {one.feature_id: one for one in evidence}
    rankings = _rankings(counted(evidence) if scores is None else scores)
    first = {named(s).feature_id: s for one in reversed(rankings) for s in reversed(one.scores)}
    cards = "\n".join(
        f'<div class="lr lr-page" id="feature-{i}">{card_html(one, first.get(i))}</div>'
        for i, one in known.items()
    )
    sections = {f"ranking-{i}": _section(one, known) for i, one in enumerate(rankings)}
    sections["features"] = ("Features", cards)
    head = f"<h1>{escaped(title)}</h1>" + (f'<p class="look">{escaped(note)}</p>' if note else "")
    script = page_script() + _LINKS
    return document(escaped(title), head, sections, style=STYLE + _PAGE_STYLE, script=script)


def _rankings(scores: ScoreTable | Sequence[Any]) -> list[_Rows]:
    several = [scores] if isinstance(scores, ScoreTable) else list(scores)
    tables = [table for table in several if isinstance(table, ScoreTable)]
    if not tables:
        return [_Rows("Ranking", "", several)]
    return [_Rows(f"Ranking: {one.behaviour}", table_note(one), one.scores) for one in tables]


def _section(ranking: _Rows, known: dict[int, FeatureEvidence]) -> tuple[str, str]:
    note = f'<p class="lr-note">{escaped(ranking.note)}</p>' if ranking.note else ""
    table = ranking_html(ranking.scores, known, linked=True)
    return escaped(ranking.title), f'<div class="lr lr-rank">{note}{table}</div>'


_LINKS = """
for (const link of document.querySelectorAll(".lr-open")) {
  const card = document.getElementById(`feature-${link.dataset.feature}`);
  if (card) link.href = `#${card.id}`;
}
"""


def counted(evidence: Sequence[FeatureEvidence]) -> list[dict[str, Any]]:
    """Scores of features that nobody has scored: how often and how strongly they fire."""
    return [
        {
            "feature_id": one.feature_id,
            "density": one.density,
            "max_activation": one.max_activation,
            "mean_activation": one.mean_activation,
        }
        for one in evidence
    ]
