"""The displays in a real browser: a page of cards, the widget in JupyterLab, exported HTML."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium import CHROMIUM, Page, chromium
from hostile_evidence import build_evidence

if TYPE_CHECKING:
    from latent_reasoning.features.evidence import FeatureEvidence

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]

CELL = """
import latent_reasoning as lr

point = "blocks.1.hook_resid_post"
pair = lr.load_pair("organism:latent", "organism:latent/rl-truth")
problems = lr.organism_problems("held-out", 24, seed=0)
ladder = lr.source_ladder()
samples = [
    sample
    for variant in ladder.variants
    for sample in lr.run_condition(pair.base, lr.Condition("base", "base"), problems, variant, 1)
]
store = lr.record_pair(pair, samples, [point], "store")
sae = lr.shipped_sae(pair.base.name, point)
last = store.rows.is_last_prompt
ranked = lr.rank_features(sae, store.activations(point, "base", last), store.shows("code")[last])
prompts = [ladder.variant("Quiz").prompt(problem.question) for problem in problems[:8]]
lr.explore(store, sae, scores=ranked, limit=12, model=pair.base, prompts=prompts)
"""
SHOWN = ".lr-left tbody tr:not([hidden])"


def type_into(page: Page, selector: str, text: str) -> None:
    """Set an input as a hand would."""
    page.run(
        f"""(() => {{
          const input = document.querySelector({selector!r});
          input.value = {text!r};
          input.dispatchEvent(new Event("input", {{bubbles: true}}));
        }})()"""
    )


def press(page: Page, key: str) -> None:
    """Press a key where the focus is."""
    for kind in ("keyDown", "keyUp"):
        page.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)


def texts(page: Page, selector: str) -> list[str]:
    return page.run(f"[...document.querySelectorAll({selector!r})].map((e) => e.textContent)")


def test_a_page_of_cards_runs_nothing_that_a_model_wrote(
    hostile: "list[FeatureEvidence]", tmp_path: Path
) -> None:
    from latent_reasoning.display.page import counted, write_cards

    plain = build_evidence(9, ("Python", " prints"))
    scores = counted([*hostile, plain])
    page_file = write_cards(tmp_path / "cards.html", [*hostile, plain], scores)
    with chromium(tmp_path / "profile", page_file.as_uri()) as page:
        page.wait("document.querySelectorAll('.js-plotly-plot').length > 1")
        # Handlers of images and of the pointer would have had their chance.
        page.run(
            "document.querySelectorAll('*').forEach("
            "(e) => e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"
        )
        assert page.run("String(window.hacked)") == "undefined"
        assert "<script>window.hacked = 1</script>" in page.run("document.body.innerText")
        rows = "tbody tr[data-feature]:not([hidden])"
        for query, found in {
            "prints": ["9"],
            "token:python": ["9"],
            "density>0.015": ["2", "3", "9"],
            "density>0.015 density<0.025": ["2"],
            "nowhere": [],
            "": ["1", "2", "3", "9"],
        }.items():
            type_into(page, ".lr-search", query)
            ids = page.run(
                f"[...document.querySelectorAll('{rows}')].map((e) => e.dataset.feature)"
            )
            assert ids == found, query
        type_into(page, ".lr-search", "nowhere")
        assert texts(page, ".lr-nothing:not([hidden])")[0].startswith("No row matches")
        type_into(page, ".lr-search", "densty>0")
        (said,) = texts(page, ".lr-nothing:not([hidden])")
        assert said.startswith(
            "There is no column \u201cdensty\u201d. Columns: rank, name, density"
        )
        type_into(page, ".lr-search", "")
        assert texts(page, ".lr-nothing:not([hidden])") == []
        page.run("document.querySelector('th[data-column=density]').focus()")
        press(page, "Enter")
        ids = page.run(f"[...document.querySelectorAll('{rows}')].map((e) => e.dataset.feature)")
        assert ids == ["9", "3", "2", "1"]


def test_the_widget_steers_in_jupyterlab_and_stays_readable_in_exported_html(
    tmp_path: Path,
) -> None:
    import nbformat
    from lab_server import jupyterlab
    from nbconvert import HTMLExporter

    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    cell = nbformat.v4.new_code_cell(CELL)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
    nbformat.write(notebook, notebooks / "one.ipynb")
    with (
        jupyterlab(tmp_path, notebooks) as address,
        chromium(tmp_path / "profile", f"{address}/lab/tree/one.ipynb?reset") as page,
    ):
        page.size(1500, 1250)
        run_all(page)
        page.wait("document.querySelector('.lr-explorer .lr-card') !== null", 300)
        search_and_open(page)
        walk(page)
        steer(page)
        page.wait("document.querySelector('.lr-card .js-plotly-plot') !== null")
        page.run("document.querySelector('.lr-explorer').scrollIntoView()")
        page.screenshot(tmp_path / "explorer.png", 1500, 1250)
        assert (tmp_path / "explorer.png").stat().st_size > 50_000
        page.run("jupyterapp.commands.execute('docmanager:save').then(() => 1)")
        page.wait("!jupyterapp.shell.currentWidget.context.model.dirty")
    exported, _ = HTMLExporter().from_filename(str(notebooks / "one.ipynb"))
    (tmp_path / "one.html").write_text(exported, encoding="utf-8")
    with chromium(tmp_path / "profile", (tmp_path / "one.html").as_uri()) as page:
        page.wait("document.querySelector('.lr-explorer .lr-card') !== null")
        assert "Read only" in texts(page, ".lr-bench")[0]
        search_and_open(page)
        page.screenshot(tmp_path / "exported.png", 1300, 1100)


def run_all(page: Page) -> None:
    session = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
    page.wait(f"{session}?.connectionStatus === 'connected' && {session}.status === 'idle'", 180)
    page.run("jupyterapp.commands.execute('notebook:run-all-cells').then(() => 1)")


def search_and_open(page: Page) -> None:
    """The search leaves what fits, and a click on a row opens its card."""
    n = len(texts(page, SHOWN))
    type_into(page, ".lr-search", "auroc>0.5 contrast>0")
    kept = texts(page, SHOWN)
    assert 0 < len(kept) < n
    assert not [row for row in kept if "minus" in row]
    type_into(page, ".lr-search", "")
    assert len(texts(page, SHOWN)) == n
    last = page.run(
        """(() => {
          const rows = document.querySelectorAll(".lr-left tr[data-feature]");
          rows[rows.length - 1].click();
          return rows[rows.length - 1].dataset.feature;
        })()"""
    )
    assert texts(page, ".lr-card h3")[0].startswith(f"feature {last} ")
    page.run('document.querySelector(".lr-left tr[data-feature]").click()')


def walk(page: Page) -> None:
    """Arrow keys open the next card and go back, also from the search field."""
    ids = page.run(
        "[...document.querySelectorAll('.lr-left tr[data-feature]')].map(e=>e.dataset.feature)"
    )
    for place in (".lr-left .lr-scroll", ".lr-left .lr-search"):
        page.run(f"document.querySelector({place!r}).focus()")
        for key, feature in (("ArrowDown", ids[1]), ("ArrowUp", ids[0]), ("ArrowUp", ids[0])):
            press(page, key)
            assert texts(page, ".lr-card h3")[0].startswith(f"feature {feature} ")
    assert page.run("document.querySelectorAll('.jp-Notebook .jp-Cell').length") == 1


def steer(page: Page) -> None:
    """A coefficient brings another text at once, and 0 the same as before."""
    page.wait("document.querySelectorAll('.lr-both pre').length === 2")
    page.wait("document.querySelector('.lr-both h4:last-of-type') !== null")
    first, second = texts(page, ".lr-both pre")
    assert first == second
    type_into(page, "[name=coefficient]", "-2")
    page.wait("document.querySelector('.lr-both mark') !== null")
    steered = texts(page, ".lr-both pre")
    assert steered[0] == first
    # The first feature fires where the base will not write code; taken away, it does.
    assert "```python" in steered[1]
    assert "```python" not in first
    type_into(page, "[name=prompt]", "")
    page.wait("document.querySelector('.lr-status').textContent.includes('no tokens')")
    type_into(page, "[name=chosen]", "1")
    page.wait("document.querySelector('.lr-status').textContent === ''")
    assert texts(page, ".lr-both pre")[0] != first


def test_the_driver_reports_errors_of_the_page(tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as page, pytest.raises(AssertionError, match="boom"):
        page.run("(() => { throw new Error('boom') })()")
