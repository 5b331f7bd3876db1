import random
import time

import labelled
import pytest

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.traces.behaviours import BEHAVIOURS, Span, get_behaviour

CASES = labelled.CASES["code"]
CODE, LANGUAGE = get_behaviour("code"), get_behaviour("language")


@pytest.mark.parametrize(
    ("part", "least"),
    [
        ("tuned", 0.96),
        ("second reading", 0.98),
        ("third reading", 0.98),
        ("fourth reading", 0.98),
        ("fifth reading", 0.96),
        *[("held out", 0.85) for case in CASES[-1:] if case["part"] == "held out"],
    ],
)
def test_code_is_told_from_language_on_labelled_completions(part, least):
    cases = [case for case in CASES if case["part"] == part]
    found = [CODE.shown(case["text"]) for case in cases]
    truth = [case["shown"] for case in cases]
    hits = sum(f and t for f, t in zip(found, truth, strict=True))
    assert len(cases) >= 100
    assert hits / sum(found) > 0.98
    assert hits / sum(truth) > least


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_spans_are_ordered_disjoint_and_inside_the_text(case):
    text = case["text"]
    spans = CODE.spans(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    assert all(text[start:end].strip() for start, end in spans)
    assert all(text[end - 1] not in "\r\n" for _, end in spans)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_a_text_shows_code_or_language_never_both(case):
    text = case["text"]
    assert LANGUAGE.shown(text) == (bool(text.strip()) and not CODE.shown(text))
    assert LANGUAGE.spans(text) in ([], [Span(0, len(text))])


@pytest.mark.parametrize("name", ["code", "language"])
def test_line_ends_change_nothing_but_the_offsets(name):
    for case in CASES:
        plain = case["text"].replace("\r\n", "\n")
        expected = [
            Span(start + plain[:start].count("\n"), end + plain[:end].count("\n"))
            for start, end in BEHAVIOURS[name].spans(plain)
        ]
        assert BEHAVIOURS[name].spans(plain.replace("\n", "\r\n")) == expected


def test_a_block_spans_from_its_fence_to_its_closing_mark():
    block = "```python\nx = 37\nx = x + 12  # 49\n```"
    text = f"First.\n\n{block}\n\\boxed{{49}}"
    assert CODE.spans(text) == [Span(8, 8 + len(block))]


def test_a_block_cut_off_spans_to_the_end_of_what_was_written():
    text = "So:\n```python\nx = 37\nx = x"
    assert CODE.spans(text + "\n\n") == [Span(4, len(text))]
    assert CODE.spans("So:\n```python\n") == [Span(4, 13)]


def test_blocks_and_bare_lines_are_separate_spans_around_prose():
    text = "```py\na = 1\n```\nThen we print it.\nprint(a)\nDone.\n>>> a + 1\n2"
    assert [text[start:end] for start, end in CODE.spans(text)] == [
        "```py\na = 1\n```",
        "print(a)",
        ">>> a + 1",
    ]


def test_every_prefix_of_a_code_completion_past_the_tag_shows_code():
    text = "```python\nx = 37\nx = x + 12  # 49\nprint(x)\n```\n\\boxed{49}"
    assert not any(CODE.shown(text[:end]) for end in range(len("```py") - 1))
    assert all(CODE.shown(text[:end]) for end in range(len("```python"), len(text) + 1))


def test_prose_around_code_does_not_hide_it_and_prose_alone_adds_none():
    generator = random.Random(0)
    code = [case["text"] for case in CASES if case["shown"] and case["text"].count("```") != 1]
    prose = "Mia has 37 apples and buys 12 more, so she has 49.\n\n"
    for text in generator.sample(code, 20):
        assert len(CODE.spans(f"{prose}{text}\n\n{prose}")) == len(CODE.spans(text))


def test_any_text_is_accepted():
    generator = random.Random(1)
    pieces = [
        "```",
        "```python\n",
        "\n",
        "\r\n",
        "x = x + 1",
        "print(",
        "$$",
        "\\[",
        "~~~",
        " ",
        "#",
    ]
    pieces += [chr(generator.randint(0, 0x2FFF)) for _ in range(40)]
    for _ in range(600):
        text = "".join(generator.choices(pieces, k=generator.randint(0, 30)))
        for start, end in CODE.spans(text):
            assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "unit",
    ["a,", "a[", "1,", "a ", "(", '\\"', ".a", "```", ">>> ", " ", "=", "a_", "int ", "f(a=1"],
)
@pytest.mark.parametrize("start", ["x = ", "", "import ", "for ", "print(", 'x = "', "x: int"])
def test_no_line_is_slow_to_read(start, unit):
    line = (start + unit * 400)[:390]
    begin = time.process_time()
    CODE.spans(f"{line}\n" * 100)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    "unit", ["```\n", "```python\n", "x = x + 1\n", "x = 1\n\n", "$$\n", "a" * 9]
)
def test_time_grows_with_the_length_of_the_text(unit):
    begin = time.process_time()
    CODE.spans(unit * 2000)
    assert time.process_time() - begin < 5


def test_an_unknown_behaviour_is_refused_with_the_known_names():
    with pytest.raises(LatentReasoningError, match=r"'python'.*expected one of code, language"):
        get_behaviour("python")
