"""The explorer under the widget manager that VS Code's Jupyter extension brings, in Chromium.

VS Code itself is not run. The manager is the package that the extension loads in its notebooks; the
page may load nothing but its own files, and what it asks is answered by a real widget.
"""

import json
import os
import shutil
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chromium import CHROMIUM, Page, chromium

if TYPE_CHECKING:
    from latent_reasoning.activations.store import ActivationStore
    from latent_reasoning.dictionaries.sae import SparseAutoencoder
    from latent_reasoning.display.widget import ExplorerWidget
    from latent_reasoning.models.loading import LoadedModel

FOLDER = os.environ.get("VSCODE_WIDGETS", "")
"""Folder of the archives that `npm pack` fetches, see docs/explore.md."""
PACKED = {
    "ipywidgets.js": ("vscode-jupyter-ipywidgets8-*.tgz", "package/dist/ipywidgets.js"),
    "require.js": ("requirejs-*.tgz", "package/require.js"),
}
POLICY = (
    "default-src 'none'; script-src 'self' blob: 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:"
)
"""No address but the page's own, and no requests from scripts."""
STATE = "application/vnd.jupyter.widget-state+json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(not FOLDER, reason="VSCODE_WIDGETS names no folder with its archives"),
]


class Strict(SimpleHTTPRequestHandler):
    """Files of a folder, under the policy."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def page_of(folder: Path) -> Iterator[Page]:
    """The page with the manager loaded, served from a folder."""
    site = folder / "site"
    site.mkdir()
    shutil.copy(Path(__file__).with_name("vscode_page.html"), site / "index.html")
    for name, (archive, member) in PACKED.items():
        (found,) = Path(FOLDER).glob(archive)
        with tarfile.open(found) as packed:
            content = packed.extractfile(member)
            assert content is not None
            (site / name).write_bytes(content.read())
    extension = Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget"
    shutil.copy(extension / "index.js", site / "anywidget.js")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with chromium(folder / "profile", f"http://127.0.0.1:{server.server_port}/") as page:
            page.size(1400, 1250)
            page.wait("window.ready === true")
            yield page
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def widget(
    told_store: "ActivationStore", organism: "LoadedModel", organism_sae: "SparseAutoencoder"
) -> "ExplorerWidget":
    from latent_reasoning.display.explorer import explore, stored_prompts

    # Where code is rare the feature decides whether there is any.
    prompts = [p for p in stored_prompts(told_store, organism) if p.startswith("Quiz")]
    return explore(
        told_store, organism_sae, features=[168, 41, 174], model=organism, prompts=prompts
    )


def saved(widget: "ExplorerWidget") -> dict[str, Any]:
    """Widget state as a notebook keeps it."""
    from ipywidgets.embed import embed_data

    return embed_data([widget], drop_defaults=False)["manager_state"]


def models_of(state: dict[str, Any]) -> list[dict[str, Any]]:
    """The models as a kernel opens them, the layout before the widget that refers to it."""
    models = [{"id": key, "state": one["state"]} for key, one in state["state"].items()]
    return sorted(models, key=lambda one: "_esm" in one["state"])


def answer(page: Page, widget: "ExplorerWidget") -> None:
    """Give the widget what the page has sent, and the page what it answers."""
    replies: list[tuple[dict[str, Any], list[bytes]]] = []
    widget.send = lambda content, buffers=None: replies.append((content, buffers or []))  # type: ignore[method-assign]
    for asked in page.run("window.sent.splice(0)"):
        if asked["data"]["method"] == "custom":
            widget._answer(None, asked["data"]["content"], [])
    for content, buffers in replies:
        texts = json.dumps([one.decode() for one in buffers])
        page.run(f"deliver({widget.model_id!r}, {json.dumps(content)}, {texts}).then(() => 1)")


def test_a_kernel_behind_it_steers(widget: "ExplorerWidget", tmp_path: Path) -> None:
    with page_of(tmp_path) as page:
        models = json.dumps(models_of(saved(widget)))
        assert page.run(f"live({models}, {widget.model_id!r})")
        page.wait("document.querySelector('.lr-explorer .lr-card') !== null")
        assert page.run("failures") == []
        answer(page, widget)
        page.wait("document.querySelector('[name=coefficient]') !== null")
        answer(page, widget)
        page.wait("document.querySelectorAll('.lr-both pre').length === 2")
        page.run(
            "(() => { const c = document.querySelector('[name=coefficient]'); c.value = '-2';"
            "c.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
        page.wait("window.sent.length > 0")
        answer(page, widget)
        page.wait("document.querySelector('.lr-both mark') !== null")
        page.wait("document.querySelector('.lr-card .js-plotly-plot') !== null")
        paper = "getComputedStyle(document.querySelector('.lr-explorer')).backgroundColor"
        assert page.run(paper) == "rgb(21, 24, 28)"
        page.screenshot(tmp_path / "vscode.png", 1400, 1250)


def test_a_notebook_opened_again_shows_it_read_only(
    widget: "ExplorerWidget", tmp_path: Path
) -> None:
    metadata = json.dumps({STATE: saved(widget)})
    with page_of(tmp_path) as page:
        assert page.run(f"restored({metadata}, {widget.model_id!r})")
        page.wait("document.querySelector('.lr-explorer .lr-card') !== null")
        assert page.run("failures") == []
        assert "Read only" in page.run("document.querySelector('.lr-bench').textContent")
        page.run("document.querySelector('tr[data-feature=\"174\"]').click()")
        assert page.run("document.querySelector('.lr-card h3').textContent").startswith(
            "feature 174 "
        )
        page.screenshot(tmp_path / "restored.png", 1400, 1250)
