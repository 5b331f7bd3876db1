import random

import numpy as np
import pytest

from latent_reasoning.report.marks import curve, dose_line, error_bars, null_bands, null_spans


@pytest.mark.parametrize("n", [2, 3, 20, 101])
def test_null_spans_agree_with_numpy(n):
    rng = random.Random(n)
    values = [rng.random() for _ in range(n)]
    spans = null_spans(values)
    assert spans["5 to 95 %"] == pytest.approx(tuple(np.percentile(values, [5, 95])))
    assert spans["min to max"] == (min(values), max(values))


def test_a_null_of_one_direction_has_no_band():
    assert null_bands([{"coefficient": 2.0, "accuracy": [0.5]}], "accuracy") == []


def test_null_bands_run_along_the_coefficients_and_close():
    doses = [
        {"coefficient": 4.0, "accuracy": [0.3, 0.2, 0.7]},
        {"coefficient": 2.0, "accuracy": [0.1, 0.2, 0.9]},
    ]
    wide, narrow = null_bands(doses, "accuracy")
    assert wide["x"] == narrow["x"] == [2.0, 4.0, 4.0, 2.0]
    assert wide["y"] == [0.9, 0.7, 0.2, 0.1]
    top, bottom = (np.percentile([0.1, 0.2, 0.9], q) for q in (95, 5))
    assert [narrow["y"][0], narrow["y"][-1]] == pytest.approx([top, bottom])


def test_error_bars_reach_from_the_value_to_its_interval():
    rates = [{"value": 0.5, "low": 0.4, "high": 0.7}, None, {"value": 0.2, "low": None}]
    bars = error_bars(rates)
    assert bars["array"][0] == pytest.approx(0.2)
    assert bars["arrayminus"][0] == pytest.approx(0.1)
    assert bars["array"][1:] == bars["arrayminus"][1:] == [None, 0]


def test_the_band_of_a_curve_encloses_its_line():
    points = [{"k": k, "value": 0.5, "low": 0.4, "high": 0.6} for k in (1, 2, 4)]
    band, line = curve(points, "base", "base", 0)
    assert band["x"] == [1, 2, 4, 4, 2, 1]
    assert band["y"] == [0.6] * 3 + [0.4] * 3
    assert line["y"] == [0.5] * 3


def test_curves_differ_in_dash_and_symbol_as_well_as_in_colour():
    points = [{"k": 1, "value": 0.5, "low": 0.4, "high": 0.6}]
    lines = [curve(points, "c", "c", i)[1] for i in range(6)]
    for part, name in (("line", "color"), ("line", "dash"), ("marker", "symbol")):
        assert len({line[part][name] for line in lines}) == 6


def test_the_chosen_dose_is_the_only_large_marker():
    points = [
        {"coefficient": c, "accuracy": {"value": c / 4}, "chosen": c == 2.0} for c in (1.0, 2.0)
    ]
    line = dose_line(points, "accuracy", "feature 3", 0)
    small, large = line["marker"]["size"]
    assert small < large
    assert line["customdata"][1].endswith(", chosen")
