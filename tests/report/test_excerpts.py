import re

import pytest

from latent_reasoning.errors import RunError
from latent_reasoning.report.excerpts import contexts_html, features_table, pre, sample_html


def context(tokens, activations, peak=None):
    return {"tokens": tokens, "activations": activations, "peak": peak, "problem_id": "p"}


def strengths(shown):
    return [float(a) for a in re.findall(r"--a:([0-9.]+)", shown)]


def test_shades_are_shares_of_the_largest_magnitude_over_all_contexts():
    shown = contexts_html([context(["a", "b"], [1.0, -4.0]), context(["c"], [2.0])])
    assert strengths(shown) == [0.25, 1.0, 0.5]


def test_negative_activations_differ_in_more_than_strength():
    shown = contexts_html([context(["a", "b"], [3.0, -3.0])])
    assert re.findall(r'<i class="(below )?strong" style', shown) == ["", "below "]


def test_the_peak_alone_is_outlined():
    shown = contexts_html([context(["a", "b", "c"], [0.0, 2.0, 1.0], peak=1)])
    assert re.findall(r'<i class="peak strong"[^>]*>(.)</i>', shown) == ["b"]
    assert shown.count("peak") == 1


def test_silent_contexts_have_no_shade():
    assert strengths(contexts_html([context(["a", "b"], [0.0, 0.0])])) == []


def test_a_line_break_token_is_visible():
    assert "&#8629;\n</i>" in contexts_html([context(["\n"], [1.0])])


def test_tokens_without_an_activation_are_refused():
    with pytest.raises(RunError, match="'p' has 2 tokens and 1 activations"):
        contexts_html([context(["a", "b"], [1.0])])


def test_a_leading_line_break_survives():
    # A browser drops the first line break after <pre>, and only the first.
    assert pre("\nx") == "<pre>\n\nx</pre>"


def test_completions_stand_base_steered_tuned_then_others():
    record = {"text": "t", "correct": True, "behaviours": []}
    names = ("best_prompt", "tuned", "base", "steered")
    shown = sample_html(
        {"problem_id": "p", "gold": "1", "completions": dict.fromkeys(names, record)}
    )
    assert re.findall(r"<h4>(\w+)", shown) == ["base", "steered", "tuned", "best_prompt"]


def test_a_feature_without_contexts_has_one_row():
    record = {"rank": 1, "kind": "feature", "feature_id": 7, "name": "running value"}
    shown = features_table([record])
    assert shown.count("<tr") == 2
    assert "<small>feature 7</small>" in shown
    assert shown.count("not measured") == 4


def test_a_kind_that_is_the_name_is_said_once():
    record = {"rank": 1, "kind": "diff mean", "feature_id": None, "name": "diff mean"}
    assert features_table([record]).count("diff mean") == 1
