"""Text written by models, shown as text: example contexts of features and sample completions."""

from collections.abc import Mapping, Sequence
from typing import Any

from latent_reasoning.errors import RunError
from latent_reasoning.report.tokens import tokens_html
from latent_reasoning.report.wording import escaped, number, rate_html, value_html

Record = Mapping[str, Any]

COLUMNS = ("Rank", "Direction", "AUROC", "Contrast", "Effect", "Density")
FIRST = ("base", "steered", "tuned")
"""Conditions whose completions come first, in this order."""


def features_table(features: Sequence[Record]) -> str:
    """Ranked directions, dictionary features beside difference of means and linear probe.

    The contexts of a direction unfold beneath its row.
    """
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    rows = "\n".join(_feature_rows(record) for record in features)
    return (
        f'<div class="scroll"><table class="numbers features"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def contexts_html(contexts: Sequence[Record]) -> str:
    """Example contexts behind a fold, each token shaded by its activation.

    Shades are relative to the largest magnitude in these contexts; negative activations have a
    second hue and a broken underline.
    """
    read = [a for context in contexts for a in context["activations"] if a is not None]
    top = max(map(abs, read), default=0.0)
    shown = "\n".join(_context(context, top) for context in contexts)
    count = f"{len(contexts)} context{'s' * (len(contexts) != 1)}, largest {number(top)}"
    return f"<details><summary>{count}</summary>\n{shown}\n</details>"


def sample_html(sample: Record) -> str:
    """Completions of one problem side by side: base, steered, tuned, then any others."""
    completions = sample.get("completions") or {}
    order = [c for c in FIRST if c in completions] + [c for c in completions if c not in FIRST]
    columns = "\n".join(_completion(condition, completions[condition]) for condition in order)
    return (
        f'<article class="sample"><h3>{escaped(sample["problem_id"])}</h3>\n'
        f'<p class="question">{escaped(sample.get("question") or "")}</p>\n'
        f"<p>Correct answer: <b>{escaped(sample.get('gold'))}</b></p>\n"
        f'<div class="beside">\n{columns}\n</div></article>'
    )


def pre(text: str) -> str:
    """Text kept as it is, line breaks included.

    HTML drops a line break that directly follows the tag, so one is added to be dropped.
    """
    return f"<pre>\n{escaped(text)}</pre>"


def _feature_rows(record: Record) -> str:
    cells = (
        f"{escaped(record.get('name') or '')} {_kind(record)}",
        rate_html(record.get("auroc")),
        *(value_html(record.get(column)) for column in ("contrast", "effect", "density")),
    )
    numbers = "".join(f"<td>{cell}</td>" for cell in cells)
    row = f'<tr><th scope="row">{number(record.get("rank"))}</th>{numbers}</tr>'
    contexts = record.get("contexts")
    if not contexts:
        return row
    return (
        f'{row}\n<tr class="contexts"><td colspan="{len(COLUMNS)}">'
        f"{contexts_html(contexts)}</td></tr>"
    )


def _kind(record: Record) -> str:
    feature_id = record.get("feature_id")
    kind = record.get("kind") or ""
    full = kind if feature_id is None else f"{kind} {feature_id}"
    return "" if full == record.get("name") else f"<small>{escaped(full)}</small>"


def _context(context: Record, top: float | int) -> str:
    tokens, activations = context["tokens"], context["activations"]
    if len(tokens) != len(activations):
        raise RunError(
            f"render_page: a context of problem {context.get('problem_id')!r} has {len(tokens)} "
            f"tokens and {len(activations)} activations, expected as many; write both again"
        )
    name = escaped(context.get("problem_id") or "")
    shown = tokens_html(tokens, activations, top, context.get("peak"))
    return f'<p class="context"><small>{name}</small> {shown}</p>'


def _completion(condition: str, record: Record) -> str:
    correct = record.get("correct")
    words = {True: "&#10003; correct", False: "&#10007; wrong", None: "not graded"}[correct]
    shown = ", ".join(map(escaped, record.get("behaviours") or [])) or "no behaviour found"
    return (
        f"<section><h4>{escaped(condition)} <small>{words}; {shown}</small></h4>"
        f"{pre(record.get('text') or '')}</section>"
    )
