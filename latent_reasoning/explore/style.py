"""The style sheet of cards, rankings and the widget: everything lies under `.lr`.

It keeps clear of the notebook around it, and follows the theme of JupyterLab and VS Code, or else
the system's.
"""

from latent_reasoning.report.style import DARK, LIGHT, TOKENS

_DARK_PLACES = '[data-jp-theme-light="false"] .lr, .vscode-dark .lr'
_LIGHT_PLACES = '[data-jp-theme-light="true"] .lr, .vscode-light .lr'
_SCOPED_TOKENS = TOKENS.replace("\n.context", "\n.lr .context").replace(".context", ".lr .context", 1)

STYLE = (
    f".lr {{\n{LIGHT}}}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ .lr {{\n{DARK}}} }}\n"
    f"{_DARK_PLACES} {{\n{DARK}}}\n{_LIGHT_PLACES} {{\n{LIGHT}}}\n"
    + _SCOPED_TOKENS
    + """\
.lr, .lr * { box-sizing: border-box; }
.lr {
  color: var(--ink); background: var(--paper); text-align: left; border-radius: 8px;
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
.lr p { margin: 0; max-width: none; }
.lr h3 { font-size: 17px; font-weight: 650; margin: 0; line-height: 1.3; color: inherit; }
.lr h4 { font-size: 13px; font-weight: 650; margin: 14px 0 5px; line-height: 1.3; color: inherit; }
.lr small { color: var(--soft); font-weight: 400; font-size: 12px; margin-left: 5px; }
.lr a { color: var(--accent); cursor: pointer; text-decoration: none; }
.lr a:hover { text-decoration: underline; }
.lr .missing, .lr .lr-none { color: var(--soft); font-style: italic; }
.lr .rate { white-space: nowrap; cursor: help; }

.lr .lr-card { padding: 14px 16px 16px; border: 1px solid var(--line); border-radius: 8px; }
.lr .lr-facts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 8px 0 2px; padding: 0; }
.lr .lr-facts dt { color: var(--soft); font-size: 11.5px; font-weight: 400; margin: 0; }
.lr .lr-facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.lr .lr-columns { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 4px 26px; }
.lr .lr-columns > div { min-width: 0; }
@media (max-width: 760px) { .lr .lr-columns { grid-template-columns: minmax(0, 1fr); } }

.lr .context {
  display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 8px; align-items: baseline;
  margin: 0; padding: 3px 0; line-height: 1.75; border-bottom: 1px solid var(--panel);
}
.lr .context b {
  color: var(--soft); font-weight: 400; font-size: 12px; text-align: right;
  font-variant-numeric: tabular-nums;
}
.lr .context i { font-size: 12.5px; padding: 1px 2px; margin-right: 1px; }
.lr .context i[title] { cursor: help; }

.lr .lr-chart { margin: 8px 0 10px; padding: 0; }
.lr .lr-chart figcaption { font-size: 13px; font-weight: 650; margin-bottom: 4px; }
.lr .lr-plot svg:not(.main-svg) { display: block; width: 100%; height: auto; overflow: visible; }
.lr .lr-plot > svg text { fill: var(--soft); font-size: 10.5px; }
.lr .lr-bar { fill: var(--accent); opacity: .8; }
.lr .lr-hit { fill: transparent; }
.lr g:hover > .lr-bar { opacity: 1; }
.lr g:hover > .lr-hit { fill: var(--panel); }
.lr .lr-axis { stroke: var(--line); stroke-width: 1; }
.lr .lr-plot .main-svg text { fill: var(--soft) !important; }
.lr .lr-plot .hoverlayer text { fill: #111111 !important; }

.lr table {
  border-collapse: collapse; width: 100%; font-size: 13px; margin: 0; border: 0;
  background: none; color: inherit;
}
.lr tr, .lr tbody tr:nth-child(odd), .lr tbody tr:nth-child(even) { background: none; }
.lr th, .lr td {
  text-align: left; vertical-align: baseline; padding: 4px 14px 4px 0; border: 0; max-width: none;
  font-variant-numeric: tabular-nums; white-space: nowrap; color: inherit; font-weight: 400;
}
.lr thead th { color: var(--soft); font-size: 12px; border-bottom: 1.5px solid var(--line); }
.lr tbody tr { border-bottom: 1px solid var(--panel); }
.lr .lr-small th, .lr .lr-small td { padding: 1px 8px 1px 0; font-size: 12.5px; }
.lr .lr-small td:not(:first-child), .lr .lr-small th:not(:first-child) { text-align: right; }

.lr .lr-small i, .lr .lr-chips i, .lr .lr-preview i {
  font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre;
  background: var(--panel); border-radius: 3px; padding: 0 4px;
}
.lr .lr-chips { line-height: 1.9; }
.lr .lr-chips b { color: var(--soft); font-weight: 400; font-size: 10px; margin-right: 6px; }
.lr .lr-chips a, .lr .lr-chips span { margin-right: 8px; white-space: nowrap; }
.lr .lr-chips small { margin-left: 3px; }

.lr .lr-search {
  width: 100%; font: inherit; color: inherit; background: var(--panel); padding: 6px 10px;
  border: 1px solid var(--line); border-radius: 6px; margin-bottom: 6px; height: auto;
}
.lr .lr-search:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
.lr .lr-found { color: var(--soft); font-size: 12px; margin: 0 0 4px; }
.lr .lr-scroll { overflow: auto; max-height: 440px; }
.lr .lr-ranking thead th {
  position: sticky; top: 0; background: var(--paper); cursor: pointer; user-select: none;
}
.lr .lr-ranking thead th:hover { color: var(--ink); }
.lr .lr-ranking thead th[data-order="down"]::after { content: " \\25BE"; }
.lr .lr-ranking thead th[data-order="up"]::after { content: " \\25B4"; }
.lr .lr-ranking tbody tr[data-feature]:hover { background: var(--panel); }
.lr.lr-explorer .lr-ranking tbody tr[data-feature] { cursor: pointer; }
.lr .lr-ranking tbody tr[aria-selected="true"] {
  background: color-mix(in srgb, var(--accent) 16%, transparent);
}
.lr .lr-ranking td:first-child { font-weight: 600; }
"""
)


def in_notebook(fragment: str) -> str:
    """A fragment as the output of a cell: with the style sheet it needs."""
    return f'<div class="lr">\n<style>\n{STYLE}</style>\n{fragment}\n</div>'
