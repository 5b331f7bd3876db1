"""A ranking of features as a table that sorts by any score and filters by score, text or token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from latent_reasoning.display.card import token_text
from latent_reasoning.display.columns import (
    Named,
    named,
    score_html,
    score_names,
    sort_key,
    title,
)
from latent_reasoning.display.script import ranking_in_cell
from latent_reasoning.display.style import in_notebook
from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.features.score_table import ScoreTable
from latent_reasoning.report.wording import escaped

PREVIEWED = 4
HELP = "search: words, token:x, auroc>0.9"


def table_note(table: ScoreTable) -> str:
    """What a score table was measured on, in a sentence."""
    return (
        f"{table.behaviour}: {table.meaning}. {table.n_labelled:,} of {table.n_rows:,} rows "
        f"({table.positions}) of {table.n_problems:,} problems show it; {table.model} at "
        f"{table.hook_point}. {table.multiple_testing}"
    )


@dataclass(frozen=True)
class Ranking:
    """A ranking that shows itself."""

    scores: Sequence[Any]
    """Records of scores in order of rank, see `display.columns`."""
    evidence: Mapping[int, FeatureEvidence] = field(default_factory=dict)
    """Evidence by number of feature, where it was gathered."""
    note: str = ""
    """A sentence above it."""

    def _repr_html_(self) -> str:
        note = f'<p class="lr-note">{escaped(self.note)}</p>' if self.note else ""
        return in_notebook(ranking_in_cell(note + ranking_html(self.scores, self.evidence)))


def ranking_html(
    scores: Sequence[Any],
    evidence: Mapping[int, FeatureEvidence],
    *,
    linked: bool = False,
    most: int | None = None,
) -> str:
    """The table with its search box, as a fragment of HTML.

    Args:
        scores: Records of scores in order of rank.
        evidence: Evidence by number of feature; its tokens and contexts are searched.
        linked: Whether each feature is a link to `#feature-<number>` of the same page.
        most: Most scores to show, the first ones; all of them if None.
    """
    rows = [named(score) for score in scores]
    names = score_names(rows)[:most]
    heads = ["#", "feature", *(title(name) for name in names), *(["fires on"] if evidence else [])]
    columns = ["rank", "name", *names, *(["fires_on"] if evidence else [])]
    numeric = {name for name in names if not any(isinstance(r.scores.get(name), str) for r in rows)}
    head = "".join(
        f'<th scope="col"{_aligned(column in numeric)} data-column="{escaped(column.lower())}">'
        f"{escaped(text)}</th>"
        for column, text in zip(columns, heads, strict=True)
    )
    body = "".join(
        _row(rank, row, names, numeric, evidence, linked) for rank, row in enumerate(rows, start=1)
    )
    return (
        f'<input class="lr-search" type="search" placeholder="{escaped(HELP)}" '
        f'aria-label="search features"><p class="lr-found">{len(rows)} rows</p>'
        f'<div class="lr-scroll" tabindex="0"><table class="lr-ranking"><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table>"
        '<p class="lr-nothing" role="status" hidden></p></div>'
    )


def _row(
    rank: int,
    row: Named,
    names: list[str],
    numeric: set[str],
    evidence: Mapping[int, FeatureEvidence],
    linked: bool,
) -> str:
    known = evidence.get(row.feature_id) if row.feature_id is not None else None
    name = escaped(row.name)
    if linked and known is not None:
        name = f'<a href="#feature-{row.feature_id}">{name}</a>'
    titled = f'<span title="{escaped(row.name)}">{name}</span>'
    cells = [(str(rank), str(rank), False), (row.name, titled, False)]
    cells += [(*_cell(row.scores.get(n)), n in numeric) for n in names]
    if evidence:
        cells.append(("" if known is None else _first_token(known), _preview(known), False))
    shown = "".join(
        f'<td{_aligned(right)} data-value="{escaped(key)}">{cell}</td>'
        for key, cell, right in cells
    )
    tokens, text = ("", row.name) if known is None else _searched(known)
    found = escaped(f"{row.name} {text}".lower())
    number = "" if known is None else f' data-feature="{row.feature_id}"'
    return f'<tr{number} data-tokens="{escaped(tokens.lower())}" data-text="{found}">{shown}</tr>'


def _aligned(right: bool) -> str:
    return ' class="lr-n"' if right else ""


def _cell(value: Any) -> tuple[str, str]:
    """What a score is sorted by, and how it is printed; a table has many that do not apply."""
    shown = '<span class="missing">&ndash;</span>' if value is None else score_html(value)
    return sort_key(value), shown


def _first_token(evidence: FeatureEvidence) -> str:
    return evidence.tokens[0].token if evidence.tokens else ""


def _preview(evidence: FeatureEvidence | None) -> str:
    if evidence is None or not evidence.tokens:
        return ""
    shown = " ".join(f"<i>{token_text(one.token)}</i>" for one in evidence.tokens[:PREVIEWED])
    return f'<span class="lr-preview">{shown}</span>'


def _searched(evidence: FeatureEvidence) -> tuple[str, str]:
    """Tokens it fires on or promotes, and the text of its strongest contexts."""
    tokens = [one.token for one in (*evidence.tokens, *evidence.lens.promoted)]
    contexts = ["".join(context.tokens) for context in evidence.top]
    return "\n".join(tokens), "\n".join([*tokens, *contexts])
