"""The page's own JavaScript: draws the figures, and unfolds and fits them for print."""

SCRIPT = """\
"use strict";
const figures = document.querySelectorAll("[data-figure]");
for (const holder of figures) {
  const payload = document.getElementById(holder.dataset.figure).textContent;
  const {data, layout} = JSON.parse(payload);
  Plotly.newPlot(holder, data, layout, {responsive: true, displaylogo: false});
}
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    fold.dataset.folded = "";
  }
  for (const holder of figures) Plotly.relayout(holder, {width: 660});
});
addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-folded]")) {
    fold.open = false;
    delete fold.dataset.folded;
  }
  for (const holder of figures) Plotly.relayout(holder, {width: null, autosize: true});
});
"""
