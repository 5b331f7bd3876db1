import html

import pytest

from latent_reasoning.report.wording import (
    escaped,
    number,
    plotted,
    rate,
    rate_html,
    share,
    value_html,
)


@pytest.mark.parametrize("text", ["<b>", '"quoted"', "a & b", "it's", "</script>", "plain\ntext"])
def test_escaped_text_holds_no_markup_and_reads_as_it_was(text):
    shown = escaped(text)
    assert not set('<>"') & set(shown)
    assert html.unescape(shown) == text


def test_text_that_utf8_cannot_hold_is_made_writable():
    assert escaped("a\ud800b").encode().decode() == "a\ufffdb"


def test_control_characters_stay_visible_and_line_breaks_stay_breaks():
    assert escaped("\x00\x1b\n\t") == "\u2400\u241b\n\t"


@pytest.mark.parametrize("shown", [rate(None), rate({"value": None}), share(None), number(None)])
def test_what_was_not_measured_never_reads_as_a_number(shown):
    assert shown == "not measured"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_broken_number_is_called_broken(value):
    assert share(value) == number(value) == "not finite"


@pytest.mark.parametrize(
    ("value", "expected"), [(0.004, "0.00"), (-0.004, "0.00"), (0.006, "+0.01"), (-0.2, "-0.20")]
)
def test_a_difference_that_rounds_to_zero_has_no_sign(value, expected):
    assert share(value, signed=True) == expected


def test_a_rate_without_an_interval_says_so():
    assert rate({"value": 0.5, "low": None, "high": None, "n": 3}) == "0.50 [no interval]"


def test_the_tooltip_holds_n_and_the_unrounded_value():
    shown = rate_html({"value": 0.97251, "low": 0.95, "high": 0.99, "n": 4000})
    assert "0.97251; n = 4,000" in shown
    assert ">0.97 [0.95, 0.99]<" in shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, "yes"), (3, "3"), ("a<b", "a&lt;b"), (0.04762, "0.0476"), (41.0, "41")],
)
def test_each_kind_of_value_has_one_format(value, expected):
    assert value_html(value) == expected


@pytest.mark.parametrize("n", [39, 40, 41, 500])
def test_a_label_keeps_its_text_up_to_the_limit(n):
    shown = plotted("x" * n)
    assert len(shown) == min(n, 40)
    assert shown.endswith("\u2026") == (n > 40)


def test_a_label_is_cut_before_it_is_escaped():
    # An entity cut in half would be shown as its source.
    assert html.unescape(plotted("<" * 50)) == "<" * 39 + "\u2026"
