"""The JavaScript of rankings, cards and the explorer, for each place it runs in."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

PAGE = """
for (const root of document.querySelectorAll(".lr-rank")) ranking(root);
charts(document);
"""
WIDGET = """
function render({model, el}) {
  const waiting = new Map();
  let serial = 0;
  const view = explorer(el, model.get("state"));
  const ask = (request) => new Promise((done) => {
    serial += 1;
    waiting.set(serial, done);
    model.send({kind: "steer", serial, ...request});
  });
  model.on("msg:custom", (message, buffers) => {
    if (message.kind === "awake") view.wake(ask);
    else if (message.kind === "plotly")
      plotly(new TextDecoder().decode(buffers[0])).then(view.redraw);
    else if (waiting.has(message.serial)) {
      waiting.get(message.serial)(message);
      waiting.delete(message.serial);
    }
  });
  // Restored from a saved notebook there may be no kernel: nothing answers, and it stays read only.
  try {
    model.send({kind: "awake"});
    if (!window.Plotly) model.send({kind: "plotly"});
  } catch (error) {
    console.warn(error);
  }
}
export default {render};
"""


@cache
def source() -> str:
    """The functions of explorer.js."""
    return Path(__file__).with_name("explorer.js").read_text(encoding="utf-8")


def page_script() -> str:
    """For a page of cards: tables sort and filter, charts are drawn."""
    return f'"use strict";\n{source()}{PAGE}'


def widget_script() -> str:
    """For the widget: an ES module as anywidget takes it."""
    return f"{source()}{WIDGET}"


def ranking_in_cell(fragment: str) -> str:
    """A ranking as the output of a cell, with a script that makes its table sort and filter."""
    return _in_cell(fragment, "lr-rank", "ranking(root);")


def explorer_in_cell(state: dict[str, Any], fallback: str) -> str:
    """The explorer, without a kernel behind it, as the output of a cell.

    Args:
        state: What explorer.js takes.
        fallback: HTML that is shown where scripts do not run.
    """
    # "\\/" is "/" and "\\x21" is "!" inside a string: no text there ends or opens a script.
    content = json.dumps(state).replace("</", "<\\/").replace("<!", "<\\x21")
    return _in_cell(fallback, "lr lr-static", f"explorer(root, {content});")


def _in_cell(fragment: str, css: str, call: str) -> str:
    # A cell that is shown twice has the same number, and every place is made alive once.
    number = hashlib.blake2b((fragment + call).encode(), digest_size=6).hexdigest()
    return (
        f'<div class="{css}" data-lr="{number}">{fragment}</div>\n<script>\n(() => {{\n{source()}\n'
        f"for (const root of document.querySelectorAll('[data-lr=\"{number}\"]:not([data-on])')) {{"
        f'\nroot.dataset.on = "";\n{call}\n}}\n}})();\n</script>'
    )
