"""The style sheet of cards, rankings and the widget: everything lies under `.lr`.

It keeps clear of the notebook around it, and follows the theme of JupyterLab and VS Code, or else
the system's.
"""

from latent_reasoning.report.style import DARK, LIGHT, TOKENS

_DARK_PLACES = (
    '[data-jp-theme-light="false"] .lr, .vscode-dark .lr, '
    ".vscode-high-contrast:not(.vscode-high-contrast-light) .lr"
)
_LIGHT_PLACES = (
    '[data-jp-theme-light="true"] .lr, .vscode-light .lr, .vscode-high-contrast-light .lr'
)
_SCOPED_TOKENS = TOKENS.replace("\n.context", "\n.lr .context").replace(
    ".context", ".lr .context", 1
)

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
.lr h3 {
  font-size: 17px; font-weight: 650; margin: 0; line-height: 1.3; color: inherit;
  overflow-wrap: anywhere;
}
.lr h4 { font-size: 13px; font-weight: 650; margin: 14px 0 5px; line-height: 1.3; color: inherit; }
.lr small { color: var(--soft); font-weight: 400; font-size: 12px; margin-left: 5px; }
.lr a { color: var(--accent); cursor: pointer; text-decoration: none; }
.lr a:hover { text-decoration: underline; }
.lr .missing, .lr .lr-none { color: var(--soft); font-style: italic; }
.lr .lr-contexts > .lr-none { margin-top: 14px; }
.lr .rate { white-space: nowrap; cursor: help; }

.lr .lr-card {
  padding: 14px 16px 16px; border: 1px solid var(--line); border-radius: 8px;
  container-type: inline-size;
}
.lr .lr-facts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 8px 0 2px; padding: 0; }
.lr .lr-facts dt, .lr .lr-facts dd {
  display: block; float: none; width: auto; margin: 0; padding: 0; font-weight: 400;
}
.lr .lr-facts dt { color: var(--soft); font-size: 11.5px; }
.lr .lr-facts dd { font-variant-numeric: tabular-nums; }
.lr .lr-columns { display: grid; grid-template-columns: minmax(0, 1fr) 300px; gap: 4px 26px; }
.lr .lr-columns > div { min-width: 0; }
@container (max-width: 560px) { .lr .lr-columns { grid-template-columns: minmax(0, 1fr); } }

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

.lr table[class] {
  table-layout: auto; border-collapse: collapse; width: 100%; font-size: 13px; margin: 0; border: 0;
  background: none; color: inherit;
}
.lr table tr, .lr tbody tr:nth-child(odd), .lr tbody tr:nth-child(even) { background: none; }
.lr table[class] th, .lr table[class] td {
  text-align: left; vertical-align: baseline; padding: 4px 14px 4px 0; border: 0; max-width: none;
  font-variant-numeric: tabular-nums; white-space: nowrap; color: inherit; font-weight: 400;
}
.lr table[class] thead th {
  color: var(--soft); font-size: 12px; border-bottom: 1.5px solid var(--line);
}
.lr tbody tr { border-bottom: 1px solid var(--panel); }
.lr .lr-ladder tbody td:last-child { white-space: normal; }
.lr ul { margin: 6px 0 10px; padding-left: 20px; }
.lr .lr-small tr th, .lr .lr-small tr td { padding: 1px 8px 1px 0; font-size: 12.5px; }
.lr .lr-small tr td:not(:first-child), .lr .lr-small tr th:not(:first-child) { text-align: right; }

.lr .lr-small i, .lr .lr-chips i, .lr .lr-preview i {
  font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre;
  background: var(--panel); border-radius: 3px; padding: 0 4px; unicode-bidi: isolate;
  display: inline-block; max-width: 100%; overflow: hidden; text-overflow: ellipsis;
  vertical-align: text-bottom;
}
.lr .lr-small i { max-width: 170px; }
.lr .lr-preview i { max-width: 120px; }
.lr .lr-note { color: var(--soft); margin: 0 0 8px; max-width: 60em; }
.lr .lr-tried { margin: 6px 0 0; }
.lr .lr-verdict {
  font-size: 12px; font-weight: 650; padding: 1px 8px; border-radius: 9px; margin-right: 6px;
  border: 1.5px solid var(--soft);
}
.lr .lr-verdict[data-verdict="context-dependent"] { border-color: var(--accent); }
.lr .lr-verdict[data-verdict="token-driven"] { border-style: dashed; }
.lr .lr-chips { line-height: 1.9; }
.lr .lr-chips b { color: var(--soft); font-weight: 400; font-size: 10px; margin-right: 6px; }
.lr .lr-chips a, .lr .lr-chips span { margin-right: 8px; overflow-wrap: anywhere; }
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
.lr .lr-ranking tbody tr[data-feature]:not([aria-selected="true"]):hover {
  background: var(--panel);
}
.lr.lr-explorer .lr-ranking tbody tr[data-feature] { cursor: pointer; }
.lr .lr-ranking tbody tr[aria-selected="true"] {
  background: color-mix(in srgb, var(--accent) 16%, transparent);
}
.lr .lr-ranking td:first-child { color: var(--soft); }
.lr .lr-ranking td:nth-child(2) > span {
  display: inline-block; max-width: 260px; overflow: hidden; text-overflow: ellipsis;
  vertical-align: bottom;
}
.lr .lr-ranking tr > .lr-n { text-align: right; }
.lr .lr-nothing { color: var(--soft); font-style: italic; padding: 14px 0; margin: 0; }
.lr .lr-nothing[hidden] { display: none; }
.lr .lr-scroll:focus-visible, .lr th:focus-visible, .lr tr:focus-visible {
  outline: 2px solid var(--accent); outline-offset: -2px;
}

.lr.lr-explorer {
  display: grid; grid-template-columns: minmax(340px, 3fr) minmax(0, 6fr); gap: 16px;
  padding: 12px; border: 1px solid var(--line);
}
.lr .lr-left { min-width: 0; }
.lr .lr-left .lr-scroll { max-height: 760px; }
.lr .lr-left tr th, .lr .lr-left tr td { padding-right: 10px; font-size: 12.5px; }
.lr .lr-left td:nth-child(2) > span { max-width: 118px; }
.lr .lr-right { min-width: 0; display: grid; gap: 12px; align-content: start; }
.lr .lr-bench { border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; }
.lr .lr-bench label { color: var(--soft); font-size: 12px; }
.lr .lr-title { margin: 0 0 8px; }
.lr .lr-controls {
  display: grid; grid-template-columns: minmax(200px, 1fr) auto; gap: 8px 22px; align-items: end;
}
.lr .lr-controls label { display: block; min-width: 0; margin: 0; }
.lr .lr-controls select { display: block; margin-top: 2px; }
.lr .lr-controls .lr-wide { grid-column: 1 / -1; }
.lr .lr-controls .lr-wide select { width: 100%; }
.lr .lr-controls input[type="range"] {
  display: block; width: 100%; margin: 4px 0 2px; accent-color: var(--accent);
}
.lr .lr-controls output { font-variant-numeric: tabular-nums; color: var(--ink); padding: 0; }
.lr .lr-bench select, .lr .lr-bench textarea {
  font: inherit; font-size: 12.5px; color: inherit; background: var(--panel); max-width: 100%;
  border: 1px solid var(--line); border-radius: 5px; padding: 3px 6px;
}
.lr .lr-bench textarea {
  width: 100%; height: 62px; margin-top: 8px; resize: vertical; display: block;
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace;
}
.lr .lr-both { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; margin-top: 10px; }
.lr .lr-both > div { min-width: 0; }
.lr .lr-both h4 { margin: 0 0 4px; }
.lr .lr-both pre {
  margin: 0; padding: 8px 10px; background: var(--panel); color: inherit; border-radius: 6px;
  font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; max-height: 320px; overflow: auto; border: 0;
}
.lr .lr-both mark {
  background: rgb(var(--hot) / .22); color: inherit; border-radius: 2px;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.lr .lr-status { color: var(--soft); font-size: 12px; min-height: 1.4em; }
.lr .lr-open[data-absent] { color: inherit; cursor: default; text-decoration: none; }
.lr-frame { container-type: inline-size; }
@container (max-width: 860px) {
  .lr.lr-explorer { grid-template-columns: minmax(0, 1fr); }
  .lr .lr-left .lr-scroll { max-height: 260px; }
}
"""
)


def in_notebook(fragment: str) -> str:
    """A fragment as the output of a cell: with the style sheet it needs."""
    return f'<div class="lr">\n<style>\n{STYLE}</style>\n{fragment}\n</div>'
