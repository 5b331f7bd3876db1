import re

import pytest
from report_fixture import full_results, interval

from latent_reasoning.errors import RunError
from latent_reasoning.report.tables import (
    conditions_table,
    controls_table,
    dose_table,
    ladder_table,
    modes_table,
    pass_at_k_table,
    status_html,
)

RESULTS = full_results()


def rows(table):
    """Text of the cells, row by row, the head first."""
    found = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in row] for row in cells]


@pytest.mark.parametrize("kept", [0, 3, 7])
def test_the_ladder_has_seven_rungs_whatever_was_measured(kept):
    ladder = dict(list(RESULTS["ladder"].items())[:kept])
    shown = rows(ladder_table(ladder))[1:]
    assert [row[0].split()[0] for row in shown] == [f"R{i}" for i in range(7)]
    assert all("not measured" in row[1] for row in shown[kept:])


def test_a_status_has_a_mark_and_a_word_of_its_own():
    statuses = ("passed", "failed", "undecided", "not measured")
    shown = [rows(f"<tr><td>{status_html(status)}</td></tr>")[0][0] for status in statuses]
    assert [text.split(" ", 1)[1] for text in shown] == list(statuses)
    assert len({text.split(" ", 1)[0] for text in shown}) == 4


def test_an_unknown_status_is_refused():
    with pytest.raises(RunError, match="'done' is not a known status of a rung; expected one of"):
        status_html("done")


def test_conditions_have_one_row_each_with_their_numbers():
    shown = rows(conditions_table(RESULTS["conditions"]))
    assert len(shown) == 1 + len(RESULTS["conditions"])
    assert shown[1][0] == "base"
    assert shown[1][1].startswith("0.60 [")
    assert shown[1][5] == "21.4"


def test_a_condition_without_numbers_says_not_measured():
    shown = rows(conditions_table({"base": {"label": "base", "accuracy": None}}))
    assert shown[1] == ["base", *["not measured"] * 5]


def test_controls_say_whether_their_norm_is_equal():
    shown = rows(controls_table(RESULTS["controls"]))
    assert {row[0]: row[3] for row in shown[1:]} == {
        record["label"]: "yes" if record["equal_norm"] else "no"
        for record in RESULTS["controls"].values()
    }


def test_modes_stand_base_down_and_tuned_across():
    cells = {
        f"{before}->{after}": {"share": share, "accuracy_base": None, "contribution": -share}
        for before, after, share in (("code", "code", 0.1), ("code", "language", 0.2))
    } | {"language->code": {"share": 0.3, "contribution": 0.3}}
    head, code, language = rows(modes_table(cells))
    assert head == ["", "tuned: code", "tuned: language"]
    assert code[0] == "base: code"
    assert code[1].startswith("0.10 of problems")
    assert code[2].startswith("0.20 of problems")
    assert code[2].endswith("contribution -0.20")
    assert language[1].startswith("0.30 of problems")
    assert language[2] == "not measured"


def test_a_k_that_one_curve_lacks_is_not_measured():
    conditions = {
        "base": {"pass_at_k": [{"k": 1, **interval(0.5)}, {"k": 8, **interval(0.9)}]},
        "tuned": {"pass_at_k": [{"k": 1, **interval(0.95)}]},
        "steered": {"pass_at_k": None},
    }
    shown = rows(pass_at_k_table(conditions))
    assert shown[0] == ["k", "base", "tuned"]
    assert shown[2][0] == "8"
    assert shown[2][2] == "not measured"


def test_the_chosen_dose_is_named():
    shown = rows(dose_table(RESULTS["steering"]["dose_response"]))
    assert [row[:2] for row in shown if "chosen" in row[1]] == [["feature 212", "2 (chosen)"]]
