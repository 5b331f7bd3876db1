"""From the records of the experiment to the tables of its README."""

from typing import Any

from experiments.zoo import table


def summary(records: list[dict[str, Any]], variable_records: list[dict[str, Any]]) -> str:
    """How often each verdict falls on each truth."""
    verdicts = ("token-driven", "partial", "context-dependent", "untested")
    known = [(r["kind"], r["truth"], r["verdict"]) for r in records if "verdict" in r]
    known += [
        ("best feature of a variable on equal tokens", "context", r["verdict"])
        for r in variable_records
        if "verdict" in r and telling(r)
    ]
    rows = []
    for kind, true in dict.fromkeys((kind, true) for kind, true, _ in known):
        counts = [sum(k == (kind, true, verdict) for k in known) for verdict in verdicts]
        rows.append([kind, true, *map(str, counts)])
    return table(["features", "truth", *verdicts], rows)


def telling(record: dict[str, Any]) -> bool:
    """Whether a feature carries its variable on problems it was not chosen on."""
    area = record["held_out"]
    return area["low"] > 0.5 or area["high"] < 0.5


def lines(records: list[dict[str, Any]]) -> str:
    """One line an organism and variable."""
    rows = []
    for record in records:
        if "absent" in record:
            rows.append([record["organism"], record["variable"], "not written", *[""] * 7])
            continue
        rivals = record["rivals"]
        rows.append(
            [
                record["organism"],
                record["variable"],
                f"{record['labelled']} of {record['rows']}",
                record["hook_point"].split(".")[1],
                record["name"],
                _area(record["auroc"]),
                _area(record["held_out"]),
                _area(rivals["diff mean"]),
                _area(rivals["linear probe"]),
                record["verdict"],
            ]
        )
    head = ["organism", "variable", "labelled rows", "layer", "best feature", "AUROC"]
    return table([*head, "held out", "difference of means", "probe", "verdict"], rows)


def over_seeds(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One record for every base and variable: how telling its best feature is over the seeds.

    A feature that fires less with the label tells as much as one that fires more, so the area is
    that of the telling direction, which selection chose.
    """
    found = []
    for base, variable in dict.fromkeys((_base(r), r["variable"]) for r in records):
        here = [r for r in records if (_base(r), r["variable"]) == (base, variable)]
        written = [r for r in here if "absent" not in r]
        if not written:
            continue
        areas = {"feature": [_telling(r["held_out"], r["auroc"]) for r in written]}
        for rival in ("diff mean", "linear probe"):
            areas[rival] = [r["rivals"][rival]["value"] for r in written]
        found.append(
            {
                "base": base,
                "variable": variable,
                "seeds": [int(r["organism"].partition("@")[2]) for r in written],
                "layers": [int(r["hook_point"].split(".")[1]) for r in written],
                "areas": areas,
                "verdicts": [r["verdict"] for r in written],
            }
        )
    return found


def seed_lines(records: list[dict[str, Any]]) -> str:
    """Mean and range over the seeds, a line for every base and variable."""
    head = ["base", "variable", "seeds", "layers", "best feature, held out", "difference of means"]
    rows = [
        [
            record["base"],
            record["variable"],
            ", ".join(map(str, record["seeds"])),
            ", ".join(map(str, record["layers"])),
            *map(_range, record["areas"].values()),
            ", ".join(record["verdicts"]),
        ]
        for record in records
    ]
    return table([*head, "probe", "verdicts"], rows)


def _base(record: dict[str, Any]) -> str:
    return record["organism"].partition("@")[0]


def _telling(held_out: dict[str, Any], selected: dict[str, Any]) -> float:
    return held_out["value"] if selected["value"] >= 0.5 else 1 - held_out["value"]


def _range(values: list[float]) -> str:
    return f"{sum(values) / len(values):.3f} ({min(values):.2f} to {max(values):.2f})"


def _area(area: dict[str, Any]) -> str:
    return f"{area['value']:.3f} [{area['low']:.2f}, {area['high']:.2f}]"
