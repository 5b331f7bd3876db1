import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from report_fixture import empty_results, full_results

from latent_reasoning.errors import RunError
from latent_reasoning.report import figures
from latent_reasoning.report.page import REQUIRED, render_page, write_page

VOID = {"meta", "br", "wbr", "img", "input", "link", "hr", "base"}
HOSTILE = (
    "</script><script>alert(1)</script></pre><!--<script><img src=x onerror=alert(1)>"
    "\" onmouseover=\"alert(1)' onclick='alert(1)<a href=javascript:alert(1)>{{x}}&lt;b"
)


class Outline(HTMLParser):
    """Elements, attributes, texts and scripts of a page; fails where tags do not nest."""

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["script"]:
            attrs, before = self.scripts[-1]
            self.scripts[-1] = (attrs, before + data)
        elif self.open[-1:] != ["style"]:
            self.text.append(data)

    @property
    def programs(self):
        return [text for attrs, text in self.scripts if "type" not in attrs]

    @property
    def payloads(self):
        return [text for attrs, text in self.scripts if attrs.get("type") == "application/json"]

    @property
    def words(self):
        return " ".join("".join(self.text).split())


@pytest.fixture
def light(monkeypatch):
    """Spares tests of the file the four megabytes of plotly.js."""
    monkeypatch.setattr(figures, "plotly_script", lambda: "var Plotly;")


@pytest.fixture(scope="module")
def full():
    return Outline(render_page(full_results()))


@pytest.fixture(scope="module")
def empty():
    return Outline(render_page(empty_results()))


def poisoned(value, key=""):
    """Every text, and every key that is shown, with hostile text added."""
    if isinstance(value, dict):
        free = {"conditions", "controls", "numbers", "completions", "versions", "machine", "cells"}
        free.add("parts")
        names = {k: k + HOSTILE if key in free and k not in ("base", "tuned") else k for k in value}
        return {names[k]: poisoned(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, key) for v in value]
    return value + HOSTILE if value and isinstance(value, str) and key != "status" else value


@pytest.fixture(scope="module")
def attacked():
    results = poisoned(full_results())
    results["verdict"]["label"] = "activated"
    return Outline(render_page(results))


@pytest.mark.parametrize("page", ["full", "empty", "attacked"])
def test_tags_nest_and_anchors_are_unique(page, request):
    outline = request.getfixturevalue(page)
    assert outline.open == []
    anchors = [attrs["id"] for _, attrs in outline.elements if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    links = [attrs["href"] for tag, attrs in outline.elements if tag == "a"]
    assert {link.removeprefix("#") for link in links} <= set(anchors)


@pytest.mark.parametrize("page", ["full", "empty", "attacked"])
def test_nothing_is_loaded(page, request):
    outline = request.getfixturevalue(page)
    assert not {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in outline.elements}
    for _, attrs in outline.elements:
        assert "src" not in attrs
        assert (attrs.get("href") or "#").startswith("#")


@pytest.mark.parametrize("page", ["full", "empty", "attacked"])
def test_the_policy_allows_the_two_scripts_of_the_page_and_no_others(page, request):
    outline = request.getfixturevalue(page)
    [policy] = [attrs["content"] for _, attrs in outline.elements if "http-equiv" in attrs]
    digests = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in outline.programs
    ]
    assert re.findall(r"'sha256-([^']+)'", policy) == digests
    assert len(digests) == 2
    assert "default-src 'none'" in policy


def test_hostile_text_runs_nowhere(attacked, full):
    assert [tag for tag, _ in attacked.elements] == [tag for tag, _ in full.elements]
    assert [sorted(attrs) for _, attrs in attacked.elements] == [
        sorted(attrs) for _, attrs in full.elements
    ]
    assert attacked.programs == full.programs
    for payload in attacked.payloads:
        assert "<" not in payload
        decoded = json.dumps(json.loads(payload))
        assert not re.search(r"<(script|img|a )", decoded)


def test_hostile_text_is_shown_as_it_is(attacked):
    shown = "".join(attacked.text)
    free = ("beyond asking", "far from random", "isotropic random directions", "every token")
    for text in ("test-017", "Mia", "feature 212", "x = 37", "random direction", "Linux", *free):
        assert re.search(re.escape(text) + r"[^<]*?" + re.escape(HOSTILE), shown)


def test_figures_have_their_data(full):
    holders = [attrs["data-figure"] for _, attrs in full.elements if "data-figure" in attrs]
    sources = [attrs["id"] for attrs, _ in full.scripts if "id" in attrs]
    assert holders == sources == [f"figure-{n}" for n in ("pass-at-k", "dose", "controls", "modes")]
    assert all(json.loads(payload)["data"] for payload in full.payloads)


@pytest.mark.parametrize("page", ["full", "empty"])
def test_the_verdict_comes_first_and_every_section_names_its_control(page, request):
    outline = request.getfixturevalue(page)
    titles = (
        *("activated" if page == "full" else "inconclusive", "How often this pipeline is wrong"),
        *("Rung", "look for accuracy and behaviour rising", "look for the base curve"),
        *("up to the chosen coefficient", "standing clear", "without the direction beyond"),
        "where the gain arises",
        *(
            "whose contexts show",
            "look for steered text",
            "before you quote",
            "look for the command",
        ),
    )
    words = outline.words.lower()
    places = [words.index(title.lower()) for title in titles]
    assert places == sorted(places)
    looks = [attrs for tag, attrs in outline.elements if attrs.get("class") == "look"]
    sections = [attrs for tag, attrs in outline.elements if tag == "section" and "id" in attrs]
    assert len(looks) == len(sections) == 11


def test_numbers_reach_the_page(full):
    for text in ("confidence 0.97", "0.94 [0.86, 1.02]", "484,000", "+0.37 [+0.32, +0.42]"):
        assert text in full.words


def test_parts_of_a_rung_have_their_own_status_interval_and_rule(full):
    row = full.words[full.words.index("sufficiency") : full.words.index("R5 necessity")]
    for name, status, interval in (
        ("beyond random directions", "passed", "+0.24 [+0.20, +0.28]"),
        ("beyond asking", "failed", "-0.02 [-0.03, -0.01]"),
        ("without off-task loss", "not measured", "not measured"),
    ):
        assert re.search(rf"{name}\W*{status}\s*{re.escape(interval)}", row)
    assert "Passes if far from random is right." in row
    assert "Only the first part enters the verdict." in row


def test_controls_of_the_ablation_show_their_rank_or_that_there_is_none(full, light):
    table = full.words[full.words.index("Lost at most under it") :]
    for text in ("+0.21 [+0.11, +0.31]", "+0.31", "0.5", "not measured"):
        assert text in table
    after = table.split("another behaviour")[1]
    assert after.split("Look")[0].count("not measured") == 6
    older = {k: v for k, v in full_results().items() if k != "necessity"}
    assert "Necessity beside its controls was not measured" in Outline(render_page(older)).words


def test_an_empty_run_says_not_measured_everywhere_and_never_zero(empty):
    assert empty.payloads == []
    assert empty.words.count("not measured") >= 14
    assert "0.00" not in empty.words


def test_unknown_error_rates_are_called_not_measured(empty):
    after = empty.words.split("How often this pipeline is wrong")[1]
    assert after.strip().startswith("not measured")


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_field_is_named(name):
    results = {k: v for k, v in full_results().items() if k != name}
    with pytest.raises(RunError, match=f"lack {name}"):
        render_page(results)


def test_another_schema_is_refused():
    with pytest.raises(RunError, match="schema 3, expected 2"):
        render_page(full_results() | {"schema": 3})


def test_an_unknown_verdict_is_refused(light):
    verdict = full_results()["verdict"] | {"label": "latent"}
    with pytest.raises(RunError, match="'latent' is not a known verdict"):
        render_page(full_results() | {"verdict": verdict})


def test_rendering_twice_gives_the_same_page(light):
    assert render_page(full_results()) == render_page(full_results())


def test_the_written_file_is_the_page_and_alone(tmp_path, light):
    write_page(full_results(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == render_page(full_results())
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_failed_rendering_leaves_the_old_page(tmp_path, light):
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(RunError):
        write_page({"schema": 2}, path)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["report.html"]


def test_a_page_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path, light):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(RunError, match="cannot write"):
        write_page(full_results(), tmp_path / "report.html")
    assert [found.name for found in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_that_does_not_exist_is_one_clear_line(tmp_path, light):
    with pytest.raises(RunError, match="a folder that exists"):
        write_page(full_results(), tmp_path / "absent" / "report.html")


def test_importing_the_page_imports_neither_plotly_nor_torch():
    code = "import sys, latent_reasoning.report.page; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"plotly", "torch", "numpy"} & set(done.stdout.split())
