"""A feature as a card: contexts with shaded tokens, charts, logit lens, company, neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from latent_reasoning.display.bars import activation_bars, bars_html, figure, place_bars
from latent_reasoning.display.columns import Named, named, score_html, title
from latent_reasoning.display.style import in_notebook
from latent_reasoning.features.contexts import Context
from latent_reasoning.features.evidence import FeatureEvidence
from latent_reasoning.features.falsify import untested_because
from latent_reasoning.features.logit_lens import TokenLogit
from latent_reasoning.features.score_table import Falsification
from latent_reasoning.report.tokens import tokens_html
from latent_reasoning.report.wording import escaped, number, share

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LONGEST = 40
"""Characters of a token that are shown where it stands alone."""
KINDS = {
    "top": ("Strongest", "one a completion, strongest first"),
    "median": ("Typical", "near the median of a random draw"),
    "low": ("Weakest", "one a completion, weakest first"),
}
"""Kinds of contexts: heading, and how they were chosen."""
COUNTED = ("density", "max_activation", "mean_activation")
"""Scores that a card leaves out, as it has counted them itself on all rows of the recording."""


@dataclass(frozen=True)
class FeatureCard:
    """A feature that shows itself."""

    evidence: FeatureEvidence
    """What is known of it."""
    score: Any = None
    """A record of its scores, if there are any."""

    def figures(self) -> dict[str, "Figure"]:
        """Its charts as plotly figures, by title."""
        charts = (activation_bars(self.evidence), place_bars(self.evidence))
        return {chart.title: figure(chart) for chart in charts}

    def _repr_html_(self) -> str:
        return in_notebook(card_html(self.evidence, self.score))


def card_html(evidence: FeatureEvidence, score: Any = None) -> str:
    """The card as a fragment of HTML; it takes the style sheet of `display.style`.

    Args:
        evidence: What is known of the feature.
        score: A record of its scores, see `display.columns`.
    """
    scored, tried = None if score is None else named(score), _tried(score)
    said = (*COUNTED, "verdict") if tried else COUNTED
    contexts = "".join(_contexts(evidence, kind) for kind in KINDS)
    silent = '<p class="lr-none">It fires on no row of this recording.</p>'
    return (
        f'<article class="lr-card">{_head(evidence)}{tried}{_facts(evidence, scored, said)}'
        f'<div class="lr-columns"><div class="lr-contexts">{contexts or silent}</div>'
        f'<div class="lr-side">{bars_html(activation_bars(evidence))}'
        f"{bars_html(place_bars(evidence))}{_tokens(evidence)}{_lens(evidence)}"
        f"{_company(evidence)}</div></div></article>"
    )


def _head(evidence: FeatureEvidence) -> str:
    return (
        f"<h3>feature {evidence.feature_id} <small>{escaped(evidence.hook_point)}, dictionary of "
        f"{escaped(evidence.dictionary_of)}, read from {escaped(evidence.read_from)}</small></h3>"
    )


def _tried(score: Any) -> str:
    """What the falsifier found, where it was tried."""
    tried: Falsification | None = getattr(score, "falsification", None)
    if tried is None:
        return ""
    verdict = escaped(tried.verdict)
    pill = f'<b class="lr-verdict" data-verdict="{verdict}">{verdict}</b>'
    because = untested_because(tried)
    if because is not None:
        return f'<p class="lr-tried">{pill}{escaped(because)}</p>'
    tokens = " ".join(f"<i>{token_text(token)}</i>" for token in tried.tokens)
    found = [f"Cohen's d {tried.cohens_d:.2f}"]
    if tried.rerendered is not None:
        found.append(f"said in other words {share(tried.rerendered)} of it is left")
    if tried.other_sources is not None:
        found.append(f"in other sources {share(tried.other_sources)}")
    return (
        f'<p class="lr-tried">{pill}<span class="lr-chips">{escaped(tried.injected)} {tokens} '
        f"put into {number(tried.n_texts)} other texts: {'; '.join(found)}</span></p>"
    )


def _facts(evidence: FeatureEvidence, scored: Named | None, said: tuple[str, ...]) -> str:
    listed = {
        "fires on": f"{evidence.density:.2%} of {number(evidence.n_rows)} rows",
        "largest activation": number(evidence.max_activation),
        "mean where it fires": number(evidence.mean_activation),
    }
    scores = {} if scored is None else scored.scores
    listed |= {
        escaped(title(name)): score_html(value)
        for name, value in scores.items()
        if value is not None and name not in said
    }
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in listed.items())
    return f'<dl class="lr-facts">{items}</dl>'


def _contexts(evidence: FeatureEvidence, kind: str) -> str:
    contexts: tuple[Context, ...] = getattr(evidence, kind)
    if not contexts:
        return ""
    heading, chosen = KINDS[kind]
    shown = "".join(_context(context, evidence.max_activation) for context in contexts)
    return f"<h4>{heading} <small>{chosen}</small></h4>{shown}"


def _context(context: Context, top: float) -> str:
    peak = context.activations[context.peak]
    tokens = tokens_html(context.tokens, context.activations, top, context.peak)
    return (
        f'<p class="context" title="problem {escaped(context.problem_id)}">'
        f"<b>{number(peak)}</b><span>{tokens}</span></p>"
    )


def _tokens(evidence: FeatureEvidence) -> str:
    rows = "".join(
        f'<tr title="{one.of_token:.1%} of the rows of this token, mean activation '
        f'{number(one.mean)}"><td><i>{token_text(one.token)}</i></td>'
        f"<td>{one.of_firings:.0%}</td><td>{number(one.mean)}</td></tr>"
        for one in evidence.tokens
    )
    if not rows:
        return ""
    return (
        "<h4>Tokens it fires on</h4><table class='lr-small'><thead><tr><th>token</th>"
        f"<th>of firings</th><th>mean</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _lens(evidence: FeatureEvidence) -> str:
    up, down = (_chips(end) for end in evidence.lens)
    return (
        "<h4>Logit lens <small>its decoder row through final norm and unembedding</small></h4>"
        f'<p class="lr-chips"><b title="promotes">&#9650;</b>{up}</p>'
        f'<p class="lr-chips"><b title="suppresses">&#9660;</b>{down}</p>'
    )


def _chips(tokens: Sequence[TokenLogit]) -> str:
    return " ".join(f'<i title="{one.logit:+.4g}">{token_text(one.token)}</i>' for one in tokens)


def _company(evidence: FeatureEvidence) -> str:
    together = " ".join(
        f'<a class="lr-open" data-feature="{one.feature_id}" title="fires on '
        f'{one.of_firings:.0%} of its rows, Jaccard {one.jaccard:.3g}">{one.feature_id}'
        f"<small>{one.jaccard:.2f}</small></a>"
        for one in evidence.together
    )
    nearest = " ".join(
        f'<span title="cosine of the decoder rows">{escaped(one.dictionary)}: '
        f"{one.feature_id}<small>{one.cosine:.2f}</small></span>"
        for one in evidence.nearest
    )
    found = ""
    if together:
        found += f'<h4>Fires with <small>Jaccard</small></h4><p class="lr-chips">{together}</p>'
    if nearest:
        found += f'<h4>Nearest <small>cosine</small></h4><p class="lr-chips">{nearest}</p>'
    return found


def token_text(token: str) -> str:
    r"""A token that stands alone: its spaces, tabs and line breaks are visible, and it is short.

    >>> token_text(" the\n"), token_text("<b>"), token_text("x" * 99)[-4:]
    ('&middot;the&#8629;', '&lt;b&gt;', 'xxx\u2026')
    """
    short = token if len(token) <= LONGEST else token[: LONGEST - 1] + "\u2026"
    shown = escaped(short) or "&empty;"
    return shown.replace(" ", "&middot;").replace("\n", "&#8629;").replace("\t", "&rarr;")
