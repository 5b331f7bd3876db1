"""R2 and R3: what the numbers about features say, by their intervals.

R2, presence. Every feature that was tried is asked two things: does it tell with from without, by
the interval of its AUROC against the best of all features under shuffled labels, and is it driven
by its tokens alone. The rung passes where some feature tells and survives; it fails where none
tells, or all that tell are token-driven. Where the features that may carry it are untested, it is
undecided. `partial` survives: its tokens raise it, but not to the size that counts as driven. With
no falsifier run the best feature is asked the first alone, and the summary says so.

R3, shared. The correlation decides as before; where a crosscoder was fitted, the feature with the
largest contrast has to be shared too, and none of the carriers tuned's alone. Either part alone can
fail the rung; what a crosscoder calls uneven, base's alone or an artefact leaves it undecided.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from latent_reasoning.verdict.rules import Status

MOST_FVU_GROWTH = 2.0
ALIKE = 0.5
CHANCE = 0.5
TOKEN_DRIVEN, UNTESTED = "token-driven", "untested"
Record = Mapping[str, Any]


class Decided(NamedTuple):
    """What a rung says."""

    status: Status
    """Passed, failed or undecided."""
    summary: str
    """Why, in a sentence."""
    numbers: dict[str, Any]
    """The numbers behind it."""


def presence(record: Record) -> Decided:
    """R2, from the section `presence` of the evidence."""
    area, limit = record["best_feature_auroc"], record["shuffled_best_95"]
    tried = record.get("token_injection") or ()
    said = _some(tried, limit) if tried else tells(area, limit)
    summary = (
        f"{record['feature']} tells with from without at AUROC {area['value']:.3f} on "
        f"{record['where']}; the best of all features under shuffled labels reaches "
        f"{limit:.3f} (0.2 tells as much as 0.8); "
    )
    left = ("feature", "where", "token_injection")
    numbers = {k: v for k, v in record.items() if k not in left}
    if not tried:
        return Decided(
            said,
            f"{summary}token-injection falsifier not run",
            numbers | {"token_injection": None},
        )
    best = tried[0]
    numbers |= {
        "token_injection": best["verdict"],
        "token_injection_cohens_d": best["cohens_d"],
        "token_injection_p": best["p_value"],
        "token_injection_texts": best["n_texts"],
    }
    numbers |= {f"token_injection_of_{one['feature']}": _tried(one) for one in tried[1:]}
    words = f"with its own tokens put into texts without, {best['feature']} is {_tried(best)}"
    if "last prompt" in record["where"]:
        words += "; prompts end alike, so this speaks of their last tokens only"
    if rest := [one["verdict"] for one in tried[1:]]:
        counted = ", ".join(f"{rest.count(said)} {said}" for said in dict.fromkeys(rest))
        words += f"; of the other features steered with: {counted}"
    return Decided(said, f"{summary}{words}", numbers)


def tells(area: Record, limit: float) -> Status:
    """Whether an AUROC, as telling below 0.5 as above, is beyond a limit by its interval."""
    telling = max(area["value"], 1 - area["value"])
    sure = area["low"] > CHANCE or area["high"] < CHANCE
    least = area["low"] if area["value"] >= CHANCE else 1 - area["high"]
    if not sure or telling <= limit:
        return "failed"
    return "passed" if least > limit else "undecided"


def _some(tried: list[Record], limit: float) -> Status:
    """Whether some feature tells and survives the falsifier."""
    found: list[Status] = []
    for one in tried:
        said = tells(one["auroc"], limit)
        if said != "failed" and one["verdict"] == TOKEN_DRIVEN:
            said = "failed"
        elif said == "passed" and one["verdict"] == UNTESTED:
            said = "undecided"
        found.append(said)
    if "passed" in found:
        return "passed"
    return "undecided" if "undecided" in found else "failed"


def _tried(one: Record) -> str:
    if one["verdict"] == UNTESTED:
        return f"untested: {one['untested_because']}"
    return (
        f"{one['verdict']} (d {one['cohens_d']:.2f}, p {one['p_value']:.3f}, {one['n_texts']} "
        f"texts, silent share {one['silent_share']:.2f})"
    )


def shared(record: Record) -> Decided:
    """R3, from the section `shared` of the evidence."""
    alike, others = record["feature_correlation"], record["other_features_correlation_95"]
    bar, growth = max(ALIKE, others), record["fvu_on_tuned"] / record["fvu_on_base"]
    said: Status = "undecided"
    if alike["low"] > bar and growth < MOST_FVU_GROWTH:
        said = "passed"
    if alike["high"] < bar:
        said = "failed"
    crosscoder = record.get("crosscoder")
    carriers = (crosscoder or {}).get("carriers") or []
    if crosscoder:
        said = _both(said, _of_carriers(carriers))
    summary = (
        f"base's dictionary leaves {record['fvu_on_base']:.3f} of base's variance unexplained and "
        f"{record['fvu_on_tuned']:.3f} of tuned's; {record['feature']} fire alike in both on the "
        f"same tokens (correlation {alike['value']:.3f}, other features {others:.3f} at the 95th "
        f"percentile); {_of_crosscoder(crosscoder, carriers)}"
    )
    numbers = {k: v for k, v in record.items() if k not in ("feature", "crosscoder")}
    return Decided(said, summary, numbers | _numbers(crosscoder, carriers))


def _of_carriers(carriers: list[Record]) -> Status:
    kinds = [one["kind"] for one in carriers]
    if kinds[:1] == ["tuned-only"]:
        return "failed"
    return "passed" if kinds[:1] == ["shared"] and "tuned-only" not in kinds else "undecided"


def _both(one: Status, other: Status) -> Status:
    if "failed" in (one, other):
        return "failed"
    return "passed" if one == other == "passed" else "undecided"


def _of_crosscoder(crosscoder: Record | None, carriers: list[Record]) -> str:
    if not crosscoder:
        return "no crosscoder was trained"
    if not carriers:
        return f"no crosscoder: {crosscoder.get('reason', 'no feature fires with the behaviour')}"
    best = carriers[0]
    kinds = [one["kind"] for one in carriers]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return (
        f"in a crosscoder of both (FVU {crosscoder['fvu_on_base']:.3f} and "
        f"{crosscoder['fvu_on_tuned']:.3f}) {best['feature']} tells the behaviour best and is "
        f"{best['kind']}, with {best['norm_ratio']:.2f} of its decoder norm in tuned; of the "
        f"{len(kinds)} that tell best: {counted}"
    )


def _numbers(crosscoder: Record | None, carriers: list[Record]) -> dict[str, Any]:
    if not crosscoder or not carriers:
        return {"crosscoder": None if not crosscoder else crosscoder.get("reason")}
    best = carriers[0]
    scales = {
        f"nu_{what}_{role}": nu
        for what in ("error", "reconstruction")
        for role, nu in best[f"nu_{what}"].items()
    }
    return {
        "crosscoder": best["kind"],
        "norm_ratio": best["norm_ratio"],
        **scales,
        "crosscoder_fvu_on_base": crosscoder["fvu_on_base"],
        "crosscoder_fvu_on_tuned": crosscoder["fvu_on_tuned"],
    }
