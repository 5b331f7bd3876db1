"""How objects of other parts of the package look in a notebook."""

from collections.abc import Mapping
from typing import Any

from latent_reasoning.display.card import card_html
from latent_reasoning.display.columns import named, score_html, title
from latent_reasoning.display.ranking import Ranking, table_note
from latent_reasoning.display.style import in_notebook
from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.features.ranking import RankedFeature
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.report.heading import MEANINGS
from latent_reasoning.report.tables import conditions_table, status_html, table
from latent_reasoning.report.wording import NOT_MEASURED, escaped, share
from latent_reasoning.steering.plan import SteeringPlan


def evidence(shown: FeatureEvidence) -> str:
    """The card of a feature."""
    return in_notebook(card_html(shown))


def score_table(shown: ScoreTable) -> str:
    """The table of a behaviour, sortable and filterable, and what it was measured on."""
    return Ranking(shown.scores, note=table_note(shown))._repr_html_()


def ranked_feature(shown: RankedFeature) -> str:
    """Name and scores of a feature."""
    return in_notebook(_panel(shown.name, named(shown).scores))


def steering_plan(shown: SteeringPlan) -> str:
    """What a plan does, where and how strongly."""
    return in_notebook(_panel(f"steering plan: {shown.direction.name}", shown.row()))


def comparison(shown: Any) -> str:
    """The verdict of a comparison, its ladder and its conditions.

    Args:
        shown: A `comparison.pipeline.Comparison`, which lies above this package.
    """
    verdict = shown.results["verdict"]
    label = verdict["label"]
    reasons = "".join(f"<li>{escaped(reason)}</li>" for reason in verdict.get("reasons") or [])
    return in_notebook(
        f'<article class="lr-card"><h3>{escaped(label)} <small>confidence '
        f"{share(verdict.get('confidence'))}; {escaped(MEANINGS.get(label, ''))}</small></h3>"
        f"<p>{escaped(verdict.get('summary') or '')}</p><ul>{reasons}</ul>"
        f"{_ladder(shown.results['ladder'])}"
        f"{conditions_table(shown.results['conditions'])}"
        f'<p class="lr-note">report: {escaped(shown.directory.name)}/report.html</p></article>'
    )


def _ladder(ladder: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        (
            f"{escaped(rung)} <small>{escaped(record.get('name') or '')}</small>",
            status_html(record.get("status") or NOT_MEASURED),
            escaped(record.get("summary") or ""),
        )
        for rung, record in ladder.items()
    ]
    return table(("rung", "status", "finding"), rows, "lr-ladder")


def _panel(heading: str, values: Mapping[str, Any]) -> str:
    items = "".join(
        f"<div><dt>{escaped(title(name))}</dt><dd>{score_html(value)}</dd></div>"
        for name, value in values.items()
        if value is not None
    )
    return (
        f'<article class="lr-card"><h3>{escaped(heading)}</h3>'
        f'<dl class="lr-facts">{items}</dl></article>'
    )
