"""The explorer on a tiny model: what the widget sends and answers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

import latent_reasoning as lr
from latent_reasoning.activations.record import record_activations
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.display import objects, registration
from latent_reasoning.display.explorer import Explorer, explore, stored_prompts
from latent_reasoning.display.widget import ExplorerWidget
from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.directions import random_directions
from latent_reasoning.models.generation import SamplingConfig, generate
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan

POST = "blocks.1.hook_resid_post"
SHORT = SamplingConfig(temperature=0.0, max_new_tokens=6)
PROMPTS = ["Mia has 3 apples .", "How many <b> does Mia have ?"]


@pytest.fixture(scope="module")
def store(tiny_model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> ActivationStore:
    sequences = [
        TokenSequence(tuple(5 + (i * j) % 50 for j in range(1, 12)), 4, f"p{i}") for i in range(12)
    ]
    path = tmp_path_factory.mktemp("explore") / "store"
    with record_activations({"base": tiny_model}, [POST], path) as recorder:
        recorder.record(sequences)
    return ActivationStore.open(path)


def dictionary(threshold: float) -> SparseAutoencoder:
    w = torch.nn.functional.normalize(
        torch.randn(16, 32, generator=torch.Generator().manual_seed(0)), dim=1
    )
    zeros = torch.zeros(16)
    return SparseAutoencoder(
        w.T.contiguous(), w, zeros, torch.zeros(32), zeros + threshold, POST, "tiny", None
    )


@pytest.fixture
def widget(store: ActivationStore, tiny_model: LoadedModel) -> ExplorerWidget:
    found = explore(
        store, dictionary(0.5), limit=5, model=tiny_model, prompts=PROMPTS, sampling=SHORT
    )
    assert isinstance(found, ExplorerWidget)
    return found


def test_the_features_shown_are_those_with_the_largest_sum(
    widget: ExplorerWidget, store: ActivationStore
) -> None:
    acts = dictionary(0.5).encode(store.activations(POST, "base"))[~store.rows.is_sink]
    order = acts.sum(dim=0).argsort(descending=True)[:5].tolist()
    assert [one.feature_id for one in widget.explorer.evidence] == order
    assert list(widget.state["cards"]) == [str(i) for i in order]


def test_the_slider_s_answer_is_what_the_library_writes(
    widget: ExplorerWidget, store: ActivationStore, tiny_model: LoadedModel
) -> None:
    sent: list[Any] = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))  # type: ignore[method-assign]
    feature = widget.explorer.evidence[0].feature_id
    prompt = widget.explorer.prompts[0]
    asked = {"kind": "steer", "serial": 4, "feature": feature, "coefficient": 3, "prompt": prompt}
    widget._answer(None, asked | {"positions": "generated"}, [])
    plan = widget.explorer.bench.plan(feature, 3.0, "generated")
    unsteered = generate(tiny_model, [prompt], 1, SHORT)[0][0].text
    with steer(tiny_model, plan):
        steered = generate(tiny_model, [prompt], 1, SHORT)[0][0].text
    found = widget.explorer.bench.continued(prompt, feature, 3.0, "generated")
    assert (found.unsteered, found.steered) == (unsteered, steered)
    assert unsteered != steered
    ((content, _),) = sent
    assert content["serial"] == 4
    texts = [
        re.sub("<[^>]*>", "", t) for t in re.findall(r"<pre>\n(.*?)</pre>", content["html"], re.S)
    ]
    assert len(texts) == 2
    direction = plan.direction.vector
    assert torch.allclose(plan.delta, 3.0 * store.mean_norm(POST) * direction)


def test_coefficient_zero_changes_nothing(widget: ExplorerWidget) -> None:
    explorer = widget.explorer
    feature = explorer.evidence[0].feature_id
    found = explorer.bench.continued(explorer.prompts[0], feature, 0.0)
    assert found.unsteered == found.steered


def test_a_request_that_cannot_be_met_is_answered_with_its_reason(widget: ExplorerWidget) -> None:
    asked = {"feature": 99, "coefficient": 1, "prompt": "Mia has", "positions": "all"}
    assert "99 is not a feature" in widget._steered(asked)["error"]
    assert "no tokens" in widget._steered(asked | {"feature": 1, "prompt": ""})["error"]
    assert "'spans' is not a known" in widget._steered(asked | {"positions": "spans"})["error"]


def test_plotly_is_sent_when_it_is_asked_for(widget: ExplorerWidget) -> None:
    sent: list[Any] = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))  # type: ignore[method-assign]
    widget._answer(None, {"kind": "plotly"}, [])
    widget._answer(None, {"kind": "anything else"}, [])
    widget._answer(None, {"kind": "awake"}, [])
    (content, buffers), awake = sent
    assert awake == ({"kind": "awake"}, None)
    assert content == {"kind": "plotly"}
    assert b"Plotly" in buffers[0]


def test_the_widget_s_module_brings_all_it_needs(widget: ExplorerWidget) -> None:
    module = str(widget._esm)
    # A page that forbids all requests, as that of VS Code's notebooks may, must still run it.
    for request in ("import ", "import(", "require(", "fetch(", "XMLHttpRequest", "WebSocket"):
        assert request not in module, request
    assert not re.search(r"https?://|//cdn|importScripts|new Worker", module)
    assert module.count("export default") == 1
    html = json.dumps(widget.state)
    assert not re.search(r"(src|href)=.{0,2}(https?:)?//|@import|url\(", html)


def test_a_notebook_can_keep_all_that_it_shows(widget: ExplorerWidget) -> None:
    from ipywidgets.embed import embed_data

    models = json.loads(json.dumps(embed_data([widget], drop_defaults=False)))["manager_state"][
        "state"
    ]
    kept = models[widget.model_id]
    assert (kept["model_module"], kept["model_name"]) == ("anywidget", "AnyModel")
    assert kept["state"]["_esm"] == str(widget._esm)
    assert kept["state"]["state"] == widget.state
    assert list(widget.state["cards"]) == [str(i) for i in widget.explorer.table]


@pytest.mark.parametrize("kept", [True, False])
def test_an_exported_notebook_is_read_only_without_requests(
    widget: ExplorerWidget, kept: bool
) -> None:
    import nbformat
    from ipywidgets.embed import embed_data
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    data, _ = widget._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=data)
    cell = nbformat.v4.new_code_cell("explore()", outputs=[output])
    state = {"application/vnd.jupyter.widget-state+json": embed_data([widget])["manager_state"]}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": state} if kept else {})
    # With its state kept nbconvert prefers the widget, which it loads from elsewhere.
    order = Config()
    order.NbConvertBase.display_data_priority = ["text/html", "image/png", "text/plain"]
    html, _ = HTMLExporter(config=order).from_notebook_node(notebook)
    shown = html.partition('<div class="lr lr-static"')[2].partition("</script>")[0]
    assert "explorer(root, {" in shown
    assert "Read only" in shown
    assert f"feature {widget.explorer.evidence[0].feature_id} " in shown


def test_without_a_kernel_the_same_cards_are_shown_read_only(widget: ExplorerWidget) -> None:
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    html = data["text/html"]
    payload = re.search(r"explorer\(root, (\{.*\})\);", html)
    assert payload is not None
    state = json.loads(payload[1].replace("\\x21", "!"))
    assert state["cards"] == widget.state["cards"]
    assert (state["bench"], state["prompts"]) == ("", [])
    assert "Read only" in state["still"]


def test_scores_decide_which_features_have_a_card(
    store: ActivationStore, tiny_model: LoadedModel
) -> None:
    scores = [{"feature_id": i, "score": -float(i)} for i in (3, 1, 2)]
    found = explore(store, dictionary(0.5), scores=scores, limit=2, model=tiny_model)
    assert [one.feature_id for one in found.explorer.evidence] == [3, 1]
    assert found.explorer.scores == tuple(scores)
    chosen = explore(store, dictionary(0.5), features=[7], model=tiny_model)
    assert list(chosen.state["cards"]) == ["7"]


def test_a_dictionary_that_never_fires_is_refused(
    store: ActivationStore, tiny_model: LoadedModel
) -> None:
    with pytest.raises(FeatureError, match="none of 16 features fires"):
        explore(store, dictionary(1e9), model=tiny_model)


def test_where_anywidget_is_not_installed_the_view_is_read_only(
    store: ActivationStore, tiny_model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "latent_reasoning.display.widget")
    found = explore(store, dictionary(0.5), limit=2, model=tiny_model)
    assert isinstance(found, Explorer)
    assert "Read only" in found._repr_html_()


def test_objects_show_themselves_in_ipython(widget: ExplorerWidget) -> None:
    from IPython.core.formatters import DisplayFormatter

    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    registration.show_in(shell)
    direction = random_directions(4, 1, 0, hook_point=POST)[0]
    shown = shell.display_formatter.format(SteeringPlan(direction, 1.5, 2.0))[0]["text/html"]
    assert "steering plan: random 0" in shown
    assert "1.5" in shown
    card = shell.display_formatter.format(widget.explorer.evidence[0])[0]["text/html"]
    assert f"feature {widget.explorer.evidence[0].feature_id} " in card


def test_every_display_is_of_a_class_that_exists() -> None:
    from importlib import import_module

    for (module, kind), name in registration._HOMES.items():
        assert isinstance(getattr(import_module(f"latent_reasoning.{module}"), kind), type)
        function: Callable[[Any], str] = getattr(objects, name)
        assert callable(function)


def test_a_comparison_shows_its_verdict(tmp_path: Path) -> None:
    results = {
        "verdict": {"label": "taught", "confidence": 0.75, "summary": "<b>", "reasons": ["<i>"]},
        "ladder": {"R0": {"name": "difference", "status": "passed"}},
        "conditions": {"base": {"label": "base"}},
    }
    html = objects.comparison(SimpleNamespace(results=results, directory=tmp_path))
    assert "taught <small>confidence 0.75" in html
    assert "&lt;b&gt;" in html
    assert "<li>&lt;i&gt;</li>" in html


def test_prompts_of_the_store_are_offered_where_they_read_back(
    store: ActivationStore, tiny_model: LoadedModel
) -> None:
    # This tokenizer writes tokens without spaces, so that only digits read back.
    assert stored_prompts(store, tiny_model) == []
    digits = tuple(tiny_model.tokenizer("37").input_ids)
    single = TokenSequence((*digits, 5), len(digits), "p")
    path = store.path.parent / "single"
    with record_activations({"base": tiny_model}, [POST], path) as recorder:
        recorder.record([single])
    assert stored_prompts(ActivationStore.open(path), tiny_model) == ["37"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"role": "tuned"}, "'tuned' at 'blocks.1.hook_resid_post' was not recorded"),
        ({"limit": 0}, "limit=0, features=None; expected one feature or more"),
        ({"features": []}, "expected one feature or more"),
        ({"features": [99]}, "expected at least one, each from 0 to 15"),
        ({"prompts": "How many?"}, "expected a list of texts"),
        ({"prompts": []}, "expected a list of texts"),
    ],
)
def test_what_cannot_be_explored_is_one_clear_line(
    store: ActivationStore, tiny_model: LoadedModel, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(LatentReasoningError, match=re.escape(message)) as raised:
        explore(store, dictionary(0.5), model=tiny_model, **given)
    assert "\n" not in str(raised.value)


def test_a_dictionary_of_another_width_is_refused(
    store: ActivationStore, tiny_model: LoadedModel
) -> None:
    wide = torch.nn.functional.normalize(torch.ones(16, 48), dim=1)
    zeros = torch.zeros(16)
    other = SparseAutoencoder(
        wide.T.contiguous(), wide, zeros, torch.zeros(48), zeros, POST, "other", None
    )
    with pytest.raises(FeatureError, match="a dictionary of width 48 and rows of width 32"):
        explore(store, other, model=tiny_model)


def test_the_names_of_the_package_are_these() -> None:
    assert lr.explore is explore
