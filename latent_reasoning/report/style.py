"""The style sheet of the report: system fonts, one column, light, dark and print."""

LIGHT = """\
  --ink: #1d2126; --soft: #5a626c; --paper: #ffffff; --panel: #f5f6f8; --line: #d5d9de;
  --accent: #0060a0; --hot: 230 120 0; --cold: 0 114 178;
"""
"""Colours on light paper, as custom properties."""

DARK = """\
  --ink: #e3e6ea; --soft: #a3abb5; --paper: #15181c; --panel: #1e2228; --line: #3a4048;
  --accent: #6cb6f0; --hot: 240 140 20; --cold: 70 160 220;
"""
"""Colours on dark paper."""

TOKENS = """\
.context { max-width: none; margin: .5rem 0; line-height: 1.9; }
.context i {
  font: .85rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-style: normal;
  white-space: pre-wrap; overflow-wrap: anywhere;
  padding: .1rem .15rem; margin-right: 2px; border-radius: 2px;
  background: rgb(var(--hot) / calc(var(--a, 0) * .75));
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.context .below {
  background: rgb(var(--cold) / calc(var(--a, 0) * .75)); border-bottom: 1px dashed var(--ink);
}
.context .strong { color: #14171a; }
.context .peak { font-weight: 700; outline: 1.5px solid var(--ink); }
"""
"""Tokens shaded by activation."""

STYLE = (
    f":root {{\n{LIGHT}}}\n"
    f"@media screen and (prefers-color-scheme: dark) {{\n:root {{\n{DARK}}}\n}}\n"
    + """\
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1100px; padding: 1.5rem 1.25rem 4rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .25rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .4rem; }
h4 { font-size: .9rem; margin: 0 0 .3rem; }
p { margin: .4rem 0; max-width: 48rem; }
a { color: var(--accent); }
small { color: var(--soft); font-weight: normal; font-size: .82em; }
main > section { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
nav { margin: 1rem 0 0; font-size: .9rem; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
.look { color: var(--soft); margin-bottom: 1rem; }
.missing { color: var(--soft); font-style: italic; }

.verdict {
  margin: 1.25rem 0; padding: 1.1rem 1.4rem; background: var(--panel);
  border: 1px solid var(--line); border-left: 6px solid var(--accent); border-radius: 4px;
}
.verdict .label { font-size: 2.6rem; font-weight: 700; line-height: 1.1; margin: 0; }
.verdict .label small { font-size: 1rem; }
.verdict .summary { font-size: 1.1rem; margin: .5rem 0; }
.verdict ul { margin: .4rem 0 .8rem; padding-left: 1.2rem; max-width: 48rem; }
.verdict h2 { font-size: 1rem; margin-top: .9rem; }

.facts { display: flex; flex-wrap: wrap; gap: .35rem 1.6rem; margin: .5rem 0; }
.facts dt { color: var(--soft); font-size: .8rem; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem .45rem 0; }
thead th { border-bottom: 2px solid var(--line); font-size: .82rem; color: var(--soft); }
tbody tr { border-bottom: 1px solid var(--line); }
tbody th { font-weight: 600; }
.numbers td { font-variant-numeric: tabular-nums; }
.numbers.scored tbody :is(th, td) { white-space: nowrap; }
.rate { white-space: nowrap; cursor: help; }
.ladder th[scope=row] { min-width: 7rem; max-width: 12rem; overflow-wrap: anywhere; }
.ladder th small { display: block; }
.ladder p { margin: 0 0 .2rem; }
.ladder .asks { color: var(--soft); font-size: .88rem; }
.status {
  display: inline-block; white-space: nowrap; padding: 0 .5rem; border-radius: 3px;
  border: 1px solid currentColor; font-size: .85rem; font-weight: 600;
}
.status.passed { color: var(--accent); }
.status.failed { color: var(--paper); background: var(--ink); border-color: var(--ink); }
.status.undecided { border-style: dashed; }
.status.unmeasured { color: var(--soft); border-color: transparent; padding-left: 0; }
.cells { max-width: 44rem; }
.cells td { border-left: 1px solid var(--line); padding-left: .8rem; }
.cells .big { font-size: 1.3rem; font-weight: 600; }

figure { margin: .8rem 0 1.2rem; }
.plot { width: 100%; }
.plot .main-svg text { fill: var(--ink) !important; }
.plot .errorbar path { stroke: var(--ink) !important; }
.plot:not(:hover) .modebar { opacity: 0; }
.plot .hoverlayer text { fill: #111111 !important; }

details { margin: .3rem 0; }
summary { cursor: pointer; color: var(--accent); font-size: .9rem; }
.features tr:has(+ .contexts) { border-bottom: 0; }
.contexts td { padding-top: 0; }
"""
    + TOKENS
    + """\
.sample { margin: 1.2rem 0 2rem; }
.sample .question { white-space: pre-wrap; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; }
.beside section { min-width: 0; }
pre {
  margin: 0; padding: .7rem .8rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .82rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace;
}

@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .modebar { display: none !important; }
  a { color: inherit; text-decoration: none; }
  .verdict, .sample, .facts div, figure, tr, p { break-inside: avoid; }
  h2, h3, .look, summary, .features tr:has(+ .contexts) { break-after: avoid; }
  .scroll { overflow: visible; }
}
"""
)
