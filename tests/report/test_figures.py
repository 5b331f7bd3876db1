import json
import math

import pytest
from report_fixture import full_results, interval

from latent_reasoning.report.figures import (
    control_bars,
    dose_response,
    mode_contributions,
    pass_at_k_curves,
    payload,
)

RESULTS = full_results()


def traces(figure):
    return json.loads(payload(figure))["data"]


def named(figure, name):
    return [trace for trace in traces(figure) if trace.get("name") == name]


def test_pass_at_k_draws_the_conditions_that_have_a_curve():
    figure = pass_at_k_curves(RESULTS["conditions"])
    shown = {trace["name"] for trace in traces(figure) if trace.get("name")}
    assert shown == {"base", "tuned", "steered, feature 212"}
    [line] = named(figure, "base")
    expected = RESULTS["conditions"]["base"]["pass_at_k"]
    assert line["x"] == [p["k"] for p in expected]
    assert line["y"] == [p["value"] for p in expected]
    assert figure.layout.xaxis.type == "log"


def test_dose_response_has_each_direction_in_both_panels_in_order_of_the_coefficient():
    shuffled = RESULTS["steering"] | {
        "dose_response": list(reversed(RESULTS["steering"]["dose_response"]))
    }
    lines = named(dose_response(shuffled, RESULTS["conditions"]), "diff mean")
    assert len(lines) == 2
    for line in lines:
        assert line["x"] == sorted(line["x"])
    [top] = [r for r in shuffled["dose_response"] if r["direction"] == "diff mean"][:1]
    assert lines[0]["y"][-1] == top["accuracy"]["value"]
    assert lines[1]["y"][-1] == top["behaviour_frequency"]["value"]


def test_dose_response_marks_base_and_tuned():
    figure = dose_response(RESULTS["steering"], RESULTS["conditions"])
    heights = {shape.y0 for shape in figure.layout.shapes}
    expected = {
        RESULTS["conditions"][name][measure]["value"]
        for name in ("base", "tuned")
        for measure in ("accuracy", "behaviour_frequency")
    }
    assert heights == expected


def test_dose_response_without_null_or_references_has_the_directions_alone():
    figure = dose_response(RESULTS["steering"] | {"null_doses": None}, {})
    assert {trace["name"] for trace in traces(figure)} == {
        *("feature 212", "diff mean", "linear probe")
    }
    assert not figure.layout.shapes


def test_bars_stand_in_the_order_base_tuned_steered_controls():
    figure = control_bars(RESULTS["conditions"], RESULTS["controls"])
    accuracy = next(trace for trace in traces(figure) if trace["type"] == "bar")
    records = [RESULTS["conditions"][n] for n in ("base", "tuned", "steered")]
    records += RESULTS["controls"].values()
    assert accuracy["x"] == [record["accuracy"]["value"] for record in records]
    assert list(figure.layout.yaxis.ticktext) == [record["label"] for record in records]
    first, last = figure.layout.yaxis.range
    assert first > last


def test_controls_with_one_label_keep_a_bar_each():
    twice = {"a": RESULTS["controls"]["random"], "b": RESULTS["controls"]["random"]}
    bar = traces(control_bars({}, twice))[0]
    assert len(set(bar["y"])) == 2


def test_a_control_that_was_not_measured_has_words_for_a_bar():
    unmeasured = {"label": "best prompt", "accuracy": None, "behaviour_frequency": interval(0.5)}
    bar, words = traces(control_bars({}, {"best_prompt": unmeasured}))[:2]
    assert bar["x"] == [None]
    assert words["text"] == ["not measured"]


def test_contributions_sum_to_the_gain():
    figure = mode_contributions(RESULTS["modes"])
    cells, total = traces(figure)
    assert math.isclose(sum(cells["x"]), total["x"][0])
    labels = dict(zip(figure.layout.yaxis.ticktext, cells["x"] + total["x"], strict=True))
    assert labels["language \u2192 code"] == max(cells["x"])


def test_contributions_without_a_gain_draw_the_cells():
    cells, total = traces(mode_contributions(RESULTS["modes"] | {"gain": None}))
    assert len(cells["x"]) == 4
    assert total["x"] == [None]


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", '<a href="https://x.y">x</a>'])
def test_no_markup_reaches_a_payload(text):
    condition = {**RESULTS["conditions"]["base"], "label": text}
    control = {**RESULTS["controls"]["random"], "label": text}
    steering = {
        **RESULTS["steering"],
        "coefficient_unit": text,
        "dose_response": [{**RESULTS["steering"]["dose_response"][0], "direction": text}],
    }
    for figure in (
        pass_at_k_curves({text: condition}),
        control_bars({"base": condition}, {text: control}),
        dose_response(steering, {"base": condition}),
        mode_contributions({"cells": {text: {"contribution": 0.1}}, "gain": None}),
    ):
        shown = payload(figure)
        assert "<" not in shown
        # plotly.js reads a few tags in labels, so the labels hold none either.
        assert text not in json.dumps(json.loads(shown), ensure_ascii=False).replace('\\"', '"')


def test_backgrounds_are_transparent():
    for figure in (pass_at_k_curves({}), control_bars({}, {}), mode_contributions({})):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
