"""Known variables are read off tokens as the grammar wrote them; building resumes where it was."""

import json
import random
from pathlib import Path

import pytest
import torch

from latent_reasoning.dictionaries.checkpoints import load_sae
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.models.loading import load_model
from latent_reasoning.organisms import grammar
from latent_reasoning.organisms.corpus import source_ladder
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.zoo import dictionaries
from latent_reasoning.zoo.dictionaries import RecordingSize, build_dictionaries
from latent_reasoning.zoo.random_model import randomly_initialised
from latent_reasoning.zoo.variables import UNKNOWN, story_of, token_values

LATENT = OrganismName("latent", None, 0)


@pytest.mark.parametrize("in_code", [True, False])
def test_values_at_the_ends_of_steps_are_those_of_the_story(in_code: bool) -> None:
    rng = random.Random(0)
    tokenizer = load_model(f"organism:{LATENT}").tokenizer
    for story, _ in zip(grammar.stories("tune", rng), range(20), strict=False):
        prompt = source_ladder().variant("Forum").prompt(grammar.tell(story, rng))
        written = (
            grammar.solve_in_code(story, "values")
            if in_code
            else grammar.solve_in_language(story, "steps", rng)
        )
        pieces = [tokenizer(text).input_ids for text in (prompt, written)]
        tokens = tokenizer.convert_ids_to_tokens([*pieces[0], *pieces[1]])
        found = token_values(tokens, len(pieces[0]), story.key, in_code)
        assert len(found) == len(tokens)
        assert {values.source for values in found} == {2}
        for part, mode in ((found[: len(pieces[0])], UNKNOWN), (found[len(pieces[0]) :], in_code)):
            assert {values.mode for values in part} == {mode}
            assert [v.value for v in part if v.value != UNKNOWN] == [story.start, *story.values]
            operands = [operation.n for operation in story.operations]
            assert [v.operand for v in part if v.operand != UNKNOWN] == operands
            steps = [v.step for v in part if v.step != UNKNOWN]
            assert steps == sorted(steps)
            assert set(steps) == set(range(len(operands) + 1))
        assert (story_of(story.key).start, story_of(story.key).operations) == (
            story.start,
            story.operations,
        )


def test_what_does_not_go_step_by_step_has_no_steps() -> None:
    tokens = ["Quiz", "\n", "Mia", " has", " 3", ".", "So", " 5", "."]
    found = token_values(tokens, 6, "3+2", in_code=False)
    assert [values.step for values in found] == [-1, -1, 0, 0, 0, 0, -1, -1, -1]
    assert [values.value for values in found][5] == 3
    assert {values.mode for values in found[6:]} == {0}


def test_a_random_model_has_the_shape_and_none_of_the_weights() -> None:
    model = load_model(f"organism:{LATENT}")
    state = torch.get_rng_state()
    fresh, again = randomly_initialised(model, 0), randomly_initialised(model, 0)
    assert torch.equal(torch.get_rng_state(), state)
    ours, theirs = model.model.state_dict(), fresh.model.state_dict()
    assert {n: t.shape for n, t in ours.items()} == {n: t.shape for n, t in theirs.items()}
    name = "model.layers.0.mlp.up_proj.weight"
    assert not torch.equal(ours[name], theirs[name])
    assert torch.equal(theirs[name], again.model.state_dict()[name])


@pytest.mark.slow
def test_building_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, size = SaeConfig(steps=30), RecordingSize(30, 80)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dictionaries, "_measure_missing", stop)
        with pytest.raises(KeyboardInterrupt):
            build_dictionaries([LATENT], tmp_path, config=config, size=size)
    before = {path: path.read_bytes() for path in tmp_path.glob("*/sae_weights.safetensors")}
    assert len(before) == 3
    build_dictionaries([LATENT], tmp_path, config=config, size=size)
    assert before == {path: path.read_bytes() for path in tmp_path.glob("*/*.safetensors")}
    for path in before:
        found = json.loads((path.parent / "metrics.json").read_text())
        assert found["loss"]["with_error"] == pytest.approx(found["loss"]["clean"], rel=1e-4)
        assert 0 < found["seed_stability"] < 1
        assert set(found["variables"]) == {"mode", "source", "step", "operand", "value"}
        # Other rows are sinks of a random model, so a value rare in so few texts may be left out.
        untrained = set(found["random_model"]["variables"])
        assert {"mode", "source", "step"} <= untrained <= set(found["variables"])
        assert f"{found['loss']['recovered']:.3f}" in (tmp_path / "TABLE.md").read_text()
        assert load_sae(path.parent).model == "organism:latent@0"
