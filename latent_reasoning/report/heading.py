"""The head of the report: the question, the verdict, how sure it is and how often it errs."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from latent_reasoning.errors import RunError, one_of
from latent_reasoning.report.tables import facts
from latent_reasoning.report.wording import MISSING, escaped, number, rate_html, share_html

Record = Mapping[str, Any]

MEANINGS = {
    "activated": "The gain runs through the behaviour, and the base model already had it, dormant.",
    "taught": "The gain runs through the behaviour, and the base model did not have it.",
    "elsewhere": "The tuned model gained, but not through this behaviour.",
    "no gain": "The tuned model is not shown to be better than the base model.",
    "inconclusive": "The evidence does not settle the question under the rules.",
}
"""What each label says, in one sentence."""


class Heading(NamedTuple):
    """Top of the page."""

    title: str
    """Title of the document, escaped."""
    html: str
    """Question, verdict and the facts of the comparison."""


def heading(results: Record) -> Heading:
    """Build the question and the verdict card."""
    question = results["question"]
    behaviour, base, tuned = (
        escaped(question.get(name) or "not recorded") for name in ("behaviour", "base", "tuned")
    )
    title = f"Was the behaviour &ldquo;{behaviour}&rdquo; latent in {base}, or taught to {tuned}?"
    html = f"<h1>{title}</h1>\n{_verdict(results['verdict'])}\n{_comparison(question)}"
    return Heading(title, html)


def error_rates_html(rates: Record | None) -> str:
    """The pipeline's own error rates, measured where the truth is known."""
    if rates is None:
        return (
            f"<p>{MISSING}: in this run the pipeline was not tried on models whose history is "
            "known, so how often its verdict is wrong is open.</p>"
        )
    source = escaped(rates.get("source") or "source not recorded")
    listed = {
        "called activated of those taught": rate_html(rates.get("false_positive")),
        "called something else of those activated": rate_html(rates.get("false_negative")),
        "decided, of those whose history allows one verdict": rate_html(
            rates.get("strict_decided")
        ),
        "right of these": rate_html(rates.get("strict_right")),
        "cases of known history": number(rates.get("n_cases")),
        "measured on": source,
    }
    return facts(listed)


def _verdict(verdict: Record) -> str:
    label = verdict.get("label")
    if label not in MEANINGS:
        raise RunError(one_of("render_page", "verdict", label, MEANINGS))
    leaning = verdict.get("leaning")
    # Confidence is that of the leaning, which a verdict that is withheld does not show.
    sure = f"confidence {share_html(verdict.get('confidence'))}"
    if leaning and leaning != label:
        sure += f", for {escaped(leaning)}"
    reasons = "".join(f"<li>{escaped(reason)}</li>" for reason in verdict.get("reasons") or [])
    listed = f"<h2>Reasons</h2>\n<ul>{reasons}</ul>" if reasons else ""
    summary = verdict.get("summary")
    return (
        '<div class="verdict">\n'
        f'<p class="label">{escaped(label)} '
        f"<small>{sure}</small></p>\n"
        f'<p class="summary">{escaped(summary) if summary else MISSING}</p>\n'
        f"<p><small>&ldquo;{escaped(label)}&rdquo; means: {MEANINGS[label]}</small></p>\n{listed}\n"
        "<p><small>Confidence is the share of bootstrap resamples over problems in which the rules "
        "give the same label. It says how stable the label is, not how likely it is to be true; "
        "for that, read the error rates.</small></p>\n"
        "<h2>How often this pipeline is wrong</h2>\n"
        f"{error_rates_html(verdict.get('error_rates'))}\n</div>"
    )


def _comparison(question: Record) -> str:
    splits = question.get("n_problems") or {}
    problems = ", ".join(f"{escaped(name)} {number(n)}" for name, n in splits.items())
    listed = {name: question.get(name) for name in ("base", "tuned", "behaviour", "prompt")}
    listed |= {"hook point": question.get("hook_point"), "seed": question.get("seed")}
    shown = {n: MISSING if v is None else escaped(v) for n, v in listed.items()}
    return facts(shown | {"problems": problems or MISSING})
