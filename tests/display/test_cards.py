"""Cards, rankings and pages: text stays text, numbers are those of the records."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from hostile_evidence import HOSTILE, build_evidence

from latent_reasoning.display.bars import place_bars, plotly_spec
from latent_reasoning.display.bench import Continuations, continuations_html
from latent_reasoning.display.card import FeatureCard, card_html
from latent_reasoning.display.columns import named
from latent_reasoning.display.explorer import bench_html
from latent_reasoning.display.page import cards_page, counted, write_cards
from latent_reasoning.display.ranking import Ranking, ranking_html
from latent_reasoning.errors import RunError
from latent_reasoning.features.auroc import Auroc
from latent_reasoning.features.directions import Direction
from latent_reasoning.features.evidence import FeatureEvidence, Histogram
from latent_reasoning.features.ranking import RankedFeature
from latent_reasoning.features.score_table import Falsification, FeatureScore


class Elements(HTMLParser):
    """Every element with its attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def score(feature_id: int, verdict: str = "partial") -> FeatureScore:
    tried = Falsification(verdict, 0.91, 0.01, "tokens", HOSTILE[:3], 500, 0.125, 0.75)
    return FeatureScore(
        name=HOSTILE[0],
        kind="feature",
        feature_id=feature_id,
        contrast=1.5,
        auroc=Auroc(0.875, 0.8, 0.92, 60),
        mutual_information=0.25,
        p_value=0.001,
        q_value=0.01,
        p_max=0.02,
        verdict=verdict,
        falsification=tried,
    )


FRAGMENTS = {
    "card": lambda e: card_html(e[0], score(1)),
    "ranking": lambda e: ranking_html([score(1), score(2)], {one.feature_id: one for one in e}),
    "continuations": lambda _: continuations_html(Continuations("".join(HOSTILE), "x"), 1, 2.0),
    "steered": lambda _: continuations_html(Continuations("x", "".join(HOSTILE)), 1, 2.0),
    "bench": lambda _: bench_html(HOSTILE),
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_no_text_becomes_markup(name: str, hostile: list[FeatureEvidence]) -> None:
    found = Elements(FRAGMENTS[name](hostile))
    assert {tag for tag, _ in found.found} & {"script", "img", "style", "b onerror"} == set()
    attributes = {key for _, named_ in found.found for key in named_}
    assert not [key for key in attributes if key.startswith("on") or "hacked" in key]
    assert "window.hacked = 1" in found.text or name == "bench"


def test_a_card_shows_the_activation_of_every_token(hostile: list[FeatureEvidence]) -> None:
    exact = replace(
        hostile[2],
        top=(replace(hostile[2].top[0], activations=(0.123456789, 2.0), peak=1),),
        median=(),
    )
    html = card_html(exact)
    assert 'title="0.123457">plain</i>' in html
    assert re.search(r'class="peak strong" style="--a:0.89" title="2"> words</i>', html)


def test_a_card_says_what_the_falsifier_found(hostile: list[FeatureEvidence]) -> None:
    html = card_html(hostile[0], score(1, "token-driven"))
    assert 'data-verdict="token-driven">token-driven</b>' in html
    assert "put into 500 other texts: Cohen's d 0.91" in html
    assert "said in other words 0.75 of it is left" in html
    assert "token-driven" not in card_html(hostile[0])


def test_a_feature_without_a_verdict_says_why(hostile: list[FeatureEvidence]) -> None:
    tried = Falsification("untested", 0.1, 0.5, "tokens", ("a",), 500, 0.95, None)
    untested = replace(score(1), verdict="untested", falsification=tried)
    assert named(untested).scores["verdict"] == "untested"
    html = card_html(hostile[0], untested)
    assert 'data-verdict="untested">untested</b>it fires as strongly in texts without' in html
    assert "other texts" not in html
    not_tried = named(replace(untested, falsification=None))
    assert not_tried.scores["verdict"] is None


def test_a_long_token_is_cut_where_it_stands_alone(hostile: list[FeatureEvidence]) -> None:
    long = "x" * 700
    shown = re.findall("x+\u2026?", Elements(card_html(build_evidence(1, (long, "b")))).text)
    assert long in shown
    assert {len(word) for word in shown if word != long} <= {700, 40}
    row = ranking_html([{"feature_id": 1}], {1: build_evidence(1, (long, "b"))})
    assert max(map(len, re.findall("x+\u2026?", Elements(row).text))) == 40


def test_numbers_are_set_apart_from_words() -> None:
    rows = [{"feature_id": i, "verdict": word, "auroc": 0.5} for i, word in enumerate("ab")]
    heads = [attrs for tag, attrs in Elements(ranking_html(rows, {})).found if tag == "th"]
    right = {attrs["data-column"]: attrs.get("class") for attrs in heads}
    assert right == {"rank": None, "name": None, "verdict": None, "auroc": "lr-n"}


def test_the_steered_text_says_what_was_done() -> None:
    texts = Continuations("a", "b")
    assert "feature 3 added, coefficient 2" in continuations_html(texts, 3, 2.0)
    assert "feature 3 taken away, coefficient -2" in continuations_html(texts, 3, -2.0)
    assert "feature 3 left alone" in continuations_html(texts, 3, 0.0)


def test_a_feature_that_never_fires_has_a_card(hostile: list[FeatureEvidence]) -> None:
    silent = replace(
        *(hostile[2],), n_firing=0, top=(), median=(), tokens=(), histogram=Histogram((0.0,), ())
    )
    assert "It fires on no row of this recording." in card_html(silent)


def test_charts_have_the_numbers_of_the_records(hostile: list[FeatureEvidence]) -> None:
    figures = FeatureCard(hostile[0]).figures()
    assert list(figures) == ["Activation", "Where it fires"]
    shown = figures["Activation"].to_plotly_json()["data"][0]
    assert list(shown["y"]) == [4, 9]
    assert shown["x"][1] == "1 to 2"
    places = plotly_spec(place_bars(hostile[0]))["data"][0]
    assert places["y"] == [None, 0.25]
    assert places["customdata"] == ["no rows", "25.00% of 100 rows"]


def test_scores_of_any_record_become_columns() -> None:
    direction = Direction(torch.tensor([1.0, 0.0]), "feature", "feature 5", (5,), "p")
    ranked = RankedFeature("feature", direction, Auroc(0.9, 0.8, 1.0, 10), 2.0, 0.5, 3.0)
    assert named(ranked).feature_id == 5
    assert named(ranked).scores == {
        "auroc": {"value": 0.9, "low": 0.8, "high": 1.0, "n": 10},
        "contrast": 2.0,
        "density": 0.5,
        "max_activation": 3.0,
        "effect": None,
    }
    scored = named(score(3, "context-dependent"))
    assert next(iter(scored.scores.items())) == ("verdict", "context-dependent")
    assert "falsification" not in scored.scores
    assert named({"feature_id": 7, "x": 1}).name == "feature 7"


def test_a_row_is_sorted_by_its_exact_numbers_and_found_by_its_words() -> None:
    words = ("Python", " prints")
    evidence = {4: build_evidence(4, words)}
    html = ranking_html([{"feature_id": 4, "auroc": Auroc(0.123456789, 0.0, 1.0, 2)}], evidence)
    row = next(attrs for tag, attrs in Elements(html).found if tag == "tr" and attrs)
    assert row["data-feature"] == "4"
    assert "python prints" in str(row["data-text"])
    assert "prints" in str(row["data-tokens"])
    values = [attrs["data-value"] for tag, attrs in Elements(html).found if tag == "td"]
    assert values == ["1", "feature 4", "0.123456789", "Python"]


def test_the_page_holds_a_card_for_every_feature_and_loads_nothing(
    hostile: list[FeatureEvidence], tmp_path: Path
) -> None:
    path = write_cards(tmp_path / "cards.html", hostile, title=HOSTILE[0], note=HOSTILE[1])
    page = path.read_text(encoding="utf-8")
    found = Elements(page).found
    ids = [attrs.get("id") for _, attrs in found if "lr-page" in str(attrs.get("class"))]
    assert ids == ["feature-1", "feature-2", "feature-3"]
    assert [tag for tag, _ in found].count("script") == 2
    outside = [a for _, attrs in found for a in ("src", "href") if "//" in str(attrs.get(a))]
    assert outside == []
    assert [s["density"] for s in counted(hostile)] == [0.01, 0.02, 0.03]
    with pytest.raises(RunError, match="no features"):
        cards_page([])


def test_cells_hold_their_own_style_and_differ_by_content(hostile: list[FeatureEvidence]) -> None:
    cell = FeatureCard(hostile[0])._repr_html_()
    assert cell.startswith('<div class="lr">\n<style>')
    # One <style>, and text of the models cannot end it.
    assert cell.count("</style>") == 1
    one, other = (Ranking(counted(hostile[:n]))._repr_html_() for n in (1, 2))
    number = re.search(r'data-lr="(\w+)"', one)
    assert number is not None
    assert number[0] not in other


def test_where_two_texts_part() -> None:
    assert Continuations("abcd", "abXd").differ_from == 2
    assert Continuations("ab", "abc").differ_from == 2
    assert "<mark>c</mark>" in continuations_html(Continuations("ab", "abc"), 1, 1.0)
    assert "<mark>" not in continuations_html(Continuations("ab", "ab"), 1, 0.0)
