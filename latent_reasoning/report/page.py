"""The report: one HTML page that holds everything it needs and can be handed on."""

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latent_reasoning.errors import RunError
from latent_reasoning.report.script import SCRIPT
from latent_reasoning.report.style import STYLE

SCHEMA = 2
REQUIRED = (
    *("question", "verdict", "ladder", "conditions", "steering", "controls", "modes"),
    *("dictionary", "features", "samples", "limits", "provenance"),
)
"""Fields of results.json that must be there, though most may be null or empty."""


def render_page(results: Mapping[str, Any]) -> str:
    """Render the content of results.json as one self-contained HTML page.

    The page loads nothing: plotly.js is inside it, and its content security policy forbids the
    browser any connection and any script but its own two. All text is escaped.

    Args:
        results: The content of results.json, as docs/results.md describes it.

    Returns:
        The page.

    Raises:
        RunError: The schema is another one, a field is missing, or a verdict or status is unknown.
    """
    _check(results)
    # Sections need plotly, which takes a quarter of a second to import.
    from latent_reasoning.report.heading import heading
    from latent_reasoning.report.sections import SECTIONS

    head = heading(results)
    sections = {name: (title, build(results)) for name, (title, build) in SECTIONS.items()}
    return document(head.title, head.html, sections)


def document(
    title: str,
    head: str,
    sections: Mapping[str, tuple[str, str]],
    *,
    style: str = "",
    script: str = SCRIPT,
) -> str:
    """One self-contained page from its parts.

    Args:
        title: Title of the document, escaped.
        head: HTML above the list of sections.
        sections: Anchor to title and content, both HTML, in reading order.
        style: Added to the style sheet of the report.
        script: The page's own JavaScript; plotly.js comes before it.
    """
    from latent_reasoning.report.figures import plotly_script

    scripts = [_inert(plotly_script()), _inert(script)]
    links = "".join(f'<a href="#{name}">{heading}</a>' for name, (heading, _) in sections.items())
    body = "\n".join(
        f'<section id="{name}">\n<h2>{heading}</h2>\n{content}\n</section>'
        for name, (heading, content) in sections.items()
    )
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(scripts)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n<body>\n"
        f"<header>\n{head}\n<nav>{links}</nav>\n</header>\n<main>\n{body}\n</main>\n"
        + "".join(f"<script>{script}</script>\n" for script in scripts)
        + "</body>\n</html>\n"
    )


def write_page(results: Mapping[str, Any], path: Path | str) -> None:
    """Write the page so that the file is either the old one or the new one, never half of it.

    Raises:
        RunError: The results cannot be rendered, or the file cannot be written.
    """
    write_document(render_page(results), path)


def write_document(page: str, path: Path | str) -> None:
    """Write a page so that the file is either the old one or the new one, never half of it.

    Raises:
        RunError: The file cannot be written.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        partial.write_text(page, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise RunError(
            f"write_page: cannot write {path} ({error.strerror}); expected a file name in a "
            "folder that exists and can be written to"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _check(results: Mapping[str, Any]) -> None:
    if results.get("schema") != SCHEMA:
        raise RunError(
            f"render_page: results have schema {results.get('schema')!r}, expected {SCHEMA}; "
            "run the comparison again with this version"
        )
    missing = [name for name in REQUIRED if name not in results]
    if missing:
        raise RunError(
            f"render_page: results lack {', '.join(missing)}; expected every field of "
            "docs/results.md, null where nothing was measured"
        )


def _inert(script: str) -> str:
    # Inside a string or a comment, where alone it can occur, "<\/" means the same.
    return script.replace("</script", "<\\/script")


def _policy(scripts: list[str]) -> str:
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
