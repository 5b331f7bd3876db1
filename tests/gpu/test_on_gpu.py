"""What has to hold on a GPU; run with `pytest -m gpu` on a machine that has one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from builders import build_tokenizer, save_model

from latent_reasoning.activations.record import record_activations
from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.comparison.config import CompareConfig
from latent_reasoning.comparison.pipeline import compare
from latent_reasoning.dictionaries.fit import fit
from latent_reasoning.dictionaries.fit_config import FitConfig
from latent_reasoning.features.directions import Direction
from latent_reasoning.models import replaying
from latent_reasoning.models.generation import Completion, SamplingConfig, generate
from latent_reasoning.models.hook_points import hook_point_names
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.intervention import steer
from latent_reasoning.steering.plan import SteeringPlan

pytestmark = pytest.mark.gpu

PROMPTS = ["Mia has 3 7 apples .", "She buys", "After all of this there are", "x"]
LONG = SamplingConfig(max_new_tokens=75, seed=3)
GREEDY = replace(LONG, temperature=0.0)
POINT = "blocks.1.hook_resid_post"
FAMILIES = ["qwen2", "qwen3", "llama", "olmo2"]
PLANS: list[dict[str, Any]] = [
    {"positions": "last prompt token"},
    {"positions": "first generated"},
    {"positions": "generated"},
    {"positions": "all", "operator": "ablate"},
    {"positions": "generated", "gate": Gate("learned", torch.linspace(-1, 1, 32))},
    {"positions": "generated", "every": 2},
]


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp(request.param) / "model", request.param)


def loaded(folder: Path, device: str = "cuda", dtype: str = "float32") -> LoadedModel:
    """The model with whole words and a few end tokens, so that rows end one after another."""
    model = load_model(folder, device=device, dtype=dtype)
    model.model.generation_config.eos_token_id = [1, 20, 21]
    tokenizer = build_tokenizer()
    tokenizer.padding_side = "left"
    return replace(model, tokenizer=tokenizer)


def plan(coefficient: float = 2.0, **of: Any) -> SteeringPlan:
    vector = torch.randn(32, generator=torch.Generator().manual_seed(1))
    unit = torch.nn.functional.normalize(vector, dim=0)
    return SteeringPlan(Direction(unit, "random", "a", (), POINT), coefficient, 3.0, **of)


def equal_share(one: list[list[Completion]], other: list[list[Completion]]) -> float:
    """Share of completions that are the same: another order of adding may break a near tie."""
    pairs = [
        (a.tokens, b.tokens)
        for row, also in zip(one, other, strict=True)
        for a, b in zip(row, also, strict=True)
    ]
    return sum(a == b for a, b in pairs) / len(pairs)


def test_models_go_where_they_are_asked_to(folder: Path) -> None:
    assert loaded(folder).device.type == "cuda"
    assert loaded(folder, "auto").device.type == "cuda"
    assert loaded(folder, "cpu").device.type == "cpu"


@pytest.mark.parametrize("config", [LONG, GREEDY, replace(LONG, top_p=0.8)])
def test_recorded_steps_draw_what_single_steps_draw(
    folder: Path, config: SamplingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, taken = loaded(folder), []
    usual = replaying.recorded
    monkeypatch.setattr(
        replaying, "recorded", lambda take, device: taken.append(device) or usual(take, device)
    )
    single = generate(model, PROMPTS, 32, config, replay=False)
    assert not taken
    assert equal_share(generate(model, PROMPTS, 32, config), single) > 0.98
    assert taken


def test_samples_are_those_of_the_cpu(folder: Path) -> None:
    here = generate(loaded(folder, "cpu"), PROMPTS, 32, LONG)
    assert equal_share(generate(loaded(folder), PROMPTS, 32, LONG), here) > 0.98


def test_greedy_completions_are_those_of_transformers(folder: Path) -> None:
    model = loaded(folder)
    batch = model.tokenizer(PROMPTS, return_tensors="pt", padding=True).to("cuda")
    whole: Any = model.model
    theirs = whole.generate(
        input_ids=batch.input_ids,
        attention_mask=batch.attention_mask,
        do_sample=False,
        max_new_tokens=75,
        pad_token_id=model.pad_id,
    )[:, batch.input_ids.shape[1] :]
    for row, tokens in zip(generate(model, PROMPTS, 1, GREEDY), theirs.tolist(), strict=True):
        assert list(row[0].tokens) == tokens[: len(row[0].tokens)]


@pytest.mark.parametrize("of", PLANS)
def test_steering_replays_and_is_that_of_the_cpu(folder: Path, of: dict[str, Any]) -> None:
    found = {}
    for device in ("cpu", "cuda"):
        model = loaded(folder, device)
        with steer(model, plan(**of)):
            found[device] = generate(model, PROMPTS, 16, LONG)
    assert equal_share(found["cuda"], found["cpu"]) > 0.97
    assert equal_share(generate(loaded(folder), PROMPTS, 16, LONG), found["cuda"]) < 0.9


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("positions", ["last prompt token", "generated", "all"])
def test_coefficient_zero_changes_no_bit(folder: Path, dtype: str, positions: Any) -> None:
    model = loaded(folder, dtype=dtype)
    plain = generate(model, PROMPTS, 16, LONG)
    with steer(model, plan(0.0, positions=positions)):
        assert generate(model, PROMPTS, 16, LONG) == plain
    assert not any(module._forward_pre_hooks for module in model.model.modules())


def sequences() -> list[TokenSequence]:
    rng = torch.Generator().manual_seed(0)
    return [
        TokenSequence(
            tokens=tuple(torch.randint(5, 60, (6 + i % 9,), generator=rng).tolist()),
            n_prompt=4,
            problem_id=f"p{i}",
            sample=0,
            labels={"behaviour": "code"},
        )
        for i in range(400)
    ]


@pytest.mark.parametrize("stored", ["float32", "bfloat16"])
def test_recorded_activations_are_those_of_the_cpu(
    folder: Path, stored: str, tmp_path: Path
) -> None:
    names, stores = hook_point_names(3), {}
    for device in ("cpu", "cuda"):
        with record_activations(
            loaded(folder, device), names, tmp_path / device, dtype=stored
        ) as recorder:
            recorder.record(sequences())
        stores[device] = recorder.store
    for name in names:
        one, other = (stores[device].activations(name).float() for device in stores)
        tolerance = 1e-4 if stored == "float32" else 2e-2
        torch.testing.assert_close(one, other, atol=tolerance, rtol=tolerance)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store")
    model = loaded(save_model(path / "model", "qwen2"))
    with record_activations(model, [POINT], path / "store") as recorder:
        recorder.record(sequences())
    return path / "store"


@pytest.mark.parametrize("architecture", ["topk", "batchtopk", "matryoshka_batchtopk", "jumprelu"])
def test_dictionaries_fitted_on_both_devices_agree(
    store: Path, tmp_path: Path, architecture: Any
) -> None:
    metrics = {}
    for device in ("cpu", "cuda"):
        config = FitConfig(
            output=tmp_path / device,
            architecture=architecture,
            d_sae="128",
            k=8,
            steps=60,
            batch_size=256,
            device=device,
        )
        fit(store, config)
        written = next((tmp_path / device).glob("*/metrics.json"))
        metrics[device] = json.loads(written.read_text())
    assert metrics["cuda"]["fvu"] == pytest.approx(metrics["cpu"]["fvu"], rel=0.05)
    assert metrics["cuda"]["l0"] == pytest.approx(metrics["cpu"]["l0"], rel=0.1, abs=0.3)


def test_a_comparison_on_the_gpu_finds_what_one_on_the_cpu_finds(tmp_path: Path) -> None:
    found = {}
    for device in ("cpu", "cuda"):
        config = CompareConfig(
            n_problems=120,
            samples=8,
            controls=20,
            null_pool=20,
            crosscoder_steps=50,
            output=tmp_path / device,
            device=device,
        )
        compare(config)
        found[device] = json.loads((tmp_path / device / "results.json").read_text())
    assert found["cuda"]["verdict"]["label"] == found["cpu"]["verdict"]["label"]
    rates = [
        {name: row["accuracy"]["value"] for name, row in one["conditions"].items()}
        for one in found.values()
    ]
    assert rates[0].keys() == rates[1].keys()
    for name, value in rates[0].items():
        assert rates[1][name] == pytest.approx(value, abs=0.05), name


def test_a_store_of_the_gpu_opens_anywhere(store: Path) -> None:
    assert ActivationStore.open(store).activations(POINT).device.type == "cpu"
