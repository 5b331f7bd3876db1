import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import CASES, COMPLETIONS, TEXTS
from unchecked import unchecked

from latent_reasoning.traces.behaviours import BEHAVIOURS, Span, find_behaviours
from latent_reasoning.traces.prose_line import ProseLine

LINE_BY_LINE = [
    *("backtracking", "self_doubt", "gap_analysis", "planning"),
    *("reflection", "monitoring", "exploration", "verification"),
]


@pytest.mark.parametrize("name", CASES)
def test_each_behaviour_is_found_on_the_cases_it_was_written_with(name):
    cases = [case for case in CASES[name] if case["part"] == "tuned"]
    wrong = [case for case in cases if BEHAVIOURS[name].shown(case["text"]) != case["shown"]]
    assert len(cases) >= 40
    assert sum(case["shown"] for case in cases) >= 20
    assert len(wrong) <= len(cases) // 50, [case["text"] for case in wrong]


LATER = [
    (name, part)
    for part in ("third reading", "fourth reading", "fifth reading", "held out")
    for name, cases in CASES.items()
    if any(case["part"] == part for case in cases)
]


@pytest.mark.parametrize(("name", "part"), LATER)
def test_each_behaviour_holds_on_cases_written_later(name, part):
    cases = [case for case in CASES[name] if case["part"] == part]
    hits = sum(case["shown"] and BEHAVIOURS[name].shown(case["text"]) for case in cases)
    found = sum(BEHAVIOURS[name].shown(case["text"]) for case in cases)
    # Rules have never seen what is held out.
    assert hits >= (0.65 if part == "held out" else 0.75) * found
    assert hits >= 0.5 * sum(case["shown"] for case in cases)


@pytest.mark.parametrize("case", COMPLETIONS, ids=lambda case: case["text"][:30])
def test_whole_completions_show_what_they_show_and_nothing_else(case):
    assert sorted(find_behaviours(case["text"])) == case["shown"]


def test_every_behaviour_but_the_complement_of_code_has_cases():
    assert set(CASES) == set(BEHAVIOURS) - {"language"}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_spans_are_ordered_disjoint_inside_the_text_and_not_blank(name):
    for text in TEXTS:
        spans = BEHAVIOURS[name].spans(text)
        edges = [edge for span in spans for edge in span]
        assert edges == sorted(edges)
        assert all(text[start:end].strip() for start, end in spans)


def test_all_at_once_finds_what_each_finds_alone():
    with unchecked():
        for text in [*TEXTS, *(text.replace("\n", "\r\n") for text in TEXTS)]:
            alone = {name: behaviour.spans(text) for name, behaviour in BEHAVIOURS.items()}
            assert find_behaviours(text) == {name: spans for name, spans in alone.items() if spans}


@pytest.mark.parametrize("name", LINE_BY_LINE)
def test_a_text_cut_between_lines_has_the_spans_of_its_pieces(name):
    generator = random.Random(0)
    for _ in range(60):
        lines = "\n".join(generator.choices(TEXTS, k=5)).split("\n")
        cut = generator.randrange(1, len(lines))
        first, second = "\n".join(lines[:cut]) + "\n", "\n".join(lines[cut:])
        moved = [Span(a + len(first), b + len(first)) for a, b in BEHAVIOURS[name].spans(second)]
        assert BEHAVIOURS[name].spans(first + second) == BEHAVIOURS[name].spans(first) + moved


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1 .*>(-\u2014:,#)_\n", max_size=40))
def test_a_place_begins_a_clause_where_it_is_among_the_beginnings(text):
    start = 0
    for line in text.split("\n"):
        here = ProseLine(text, start, start + len(line))
        places = range(start, start + len(line) + 1)
        assert [at for at in places if here.begins(at)] == list(here.beginnings)
        start += len(line) + 1


def test_a_word_in_one_line_makes_no_cue_of_a_broken_word_in_another():
    backtracking = BEHAVIOURS["backtracking"]
    whole, broken = "Let me recompute the sum.", "Let me recomputed it."
    assert backtracking.spans(broken) == []
    assert backtracking.spans(f"{whole}\n{broken}") == backtracking.spans(whole)


def test_code_cut_between_paragraphs_of_prose_has_the_spans_of_its_pieces():
    generator = random.Random(1)
    closed = [
        case["text"]
        for case in CASES["code"]
        if "```" not in case["text"] or "```" in case["text"].rstrip()[-4:]
    ]
    prose = "\n\nMia has 37 apples and buys 12 more.\n\n"
    code = BEHAVIOURS["code"]
    for _ in range(100):
        texts = generator.choices(closed, k=4)
        whole, expected = "", []
        for text in texts:
            expected += [Span(a + len(whole), b + len(whole)) for a, b in code.spans(text)]
            whole += text + prose
        assert code.spans(whole) == expected


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(TEXTS),
            st.text(max_size=30),
            st.sampled_from(["\r\n", "\n", "\r", "```", "```python\n", ">>> ", "\u2713", "\u0130"]),
        ),
        max_size=6,
    )
)
def test_any_text_with_any_line_ends_has_the_same_spans(pieces):
    plain = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")
    found = find_behaviours(plain)
    for ending in ("\r\n", "\r"):
        extra = len(ending) - 1
        expected = {
            name: [
                Span(a + extra * plain[:a].count("\n"), b + extra * plain[:b].count("\n"))
                for a, b in spans
            ]
            for name, spans in found.items()
        }
        assert find_behaviours(plain.replace("\n", ending)) == expected


def test_a_text_shows_code_or_language_and_a_blank_one_nothing():
    for text in filter(str.strip, TEXTS):
        found = find_behaviours(text)
        assert ("code" in found) != ("language" in found)
    for blank in ("", " \n\t\r\n"):
        assert find_behaviours(blank) == {}


@pytest.mark.parametrize(
    "unit",
    [
        "to find ",
        "sum(a for a ",
        "```python =",
        "[a for a in ",
        "x = 1; ",
        "print(1 ",
        "wait, ",
        "we need to know ",
        "first, i will ",
        "let's ",
        "so, ",
        "is this ",
        "* ",
    ],
)
def test_no_text_is_slow_to_read(unit):
    begin = time.process_time()
    find_behaviours(unit * (20_000 // len(unit)))
    assert time.process_time() - begin < 5
