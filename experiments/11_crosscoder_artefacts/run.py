"""How often does a crosscoder call a feature tuned-only that is not, on pairs of known truth?"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from experiments.crosscoder_pairs import PROBLEM_SEED, Pair, known_pairs, store_of
from experiments.zoo import between, table
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.cli import progress_bar
from latent_reasoning.dictionaries.crosscoders.checkpoints import Measured, load_crosscoder
from latent_reasoning.dictionaries.crosscoders.command import measured, run_crosscoder
from latent_reasoning.dictionaries.crosscoders.config import CrosscoderConfig, CrosscoderRun
from latent_reasoning.dictionaries.crosscoders.difference import (
    difference_rows,
    fit_difference_sae,
    match_difference,
)
from latent_reasoning.dictionaries.crosscoders.features import KINDS
from latent_reasoning.dictionaries.crosscoders.source_rows import read_sources
from latent_reasoning.dictionaries.crosscoders.training import ARCHITECTURES, row_order
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.dictionaries.sae_config import SaeConfig

HERE = Path(__file__).parent
FIELDS = ("by_norm", "kinds")


def measure(pair: Pair, chosen: argparse.Namespace) -> dict[str, Any]:
    """Every crosscoder of one pair, and the difference of its models."""
    store = store_of(pair, chosen.root, chosen.runs, chosen.problems)
    point = store.manifest.hook_points[0]
    apart = difference_rows(store, point)
    difference = None
    if apart.any():
        config = SaeConfig(steps=chosen.steps)
        difference = fit_difference_sae(store, point, config)
    row: dict[str, Any] = {"pair": pair.slug, "group": pair.group, "new": pair.new}
    base = store.activations(point, "base", ~store.rows.is_sink).float()
    row["difference"] = float(apart.square().sum() / (base - base.mean(dim=0)).square().sum())
    row["n_rows"] = len(base)
    config = CrosscoderConfig(steps=chosen.steps, batch_size=chosen.batch_size, l1=chosen.l1)
    row["crosscoders"] = [
        one_fit(replace(config, architecture=kind, seed=seed), pair, store, difference, chosen)
        for kind in ARCHITECTURES
        for seed in chosen.seeds
    ]
    return row


def one_fit(
    config: CrosscoderConfig,
    pair: Pair,
    store: ActivationStore,
    difference: SparseAutoencoder | None,
    chosen: argparse.Namespace,
) -> dict[str, Any]:
    """One crosscoder: its kinds of features, where exclusive ones fire, and the cross-check."""
    output = chosen.runs / pair.slug / f"{config.architecture}-{config.seed}"
    rows = read_sources(store, config)
    held_out = row_order(rows, config).held_out
    unseen = rows.stacked(held_out[len(held_out) // 2 :])
    if output.exists():
        found = measured(load_crosscoder(output), unseen)
    else:
        found = run_crosscoder(store.path, config, CrosscoderRun(output=output), progress_bar)
    kept = (~store.rows.is_sink).nonzero().squeeze(1)[held_out[len(held_out) // 2 :]]
    in_code = (store.shows("code") & ~store.rows.is_prompt)[kept]
    fires = found.crosscoder.encode(unseen) > 0
    share = fires[in_code].sum(dim=0) / fires.sum(dim=0).clamp(min=1)
    match = None if difference is None else match_difference(found.crosscoder, difference)
    return {
        "architecture": config.architecture,
        "seed": config.seed,
        **asdict(found.metrics),
        "by_norm": {kind: _count(found, kind, "by_norm") for kind in KINDS},
        "kinds": {kind: _count(found, kind, "kind") for kind in KINDS},
        "norm_ratio": _spread(found),
        "code_rows": in_code.float().mean().item(),
        "code_share_of_tuned_only": _mean_of(found, "tuned-only", share),
        "difference_cosine_of_tuned_only": match and _mean_of(found, "tuned-only", match.cosine),
        "difference_cosine_of_chance": match and match.chance,
    }


def _count(found: Measured, kind: str, field: str) -> int:
    return sum(getattr(record, field) == kind for record in found.records)


def _spread(found: Measured) -> list[float]:
    """Least and largest norm ratio of features that fire."""
    ratios = [record.norm_ratio for record in found.records if record.kind != "dead"]
    return [min(ratios), max(ratios)]


def _mean_of(found: Measured, kind: str, values: torch.Tensor) -> float | None:
    ids = [record.feature_id for record in found.records if record.kind == kind]
    return values[ids].float().mean().item() if ids else None


def lines(rows: Sequence[dict[str, Any]]) -> str:
    """One line a group of pairs and architecture: means over pairs and crosscoder seeds."""
    heads = ["pairs", "new?", "crosscoder", "fits", "l0", "fvu", "features that fire"]
    heads += ["tuned-only by norm", "tuned-only after scaling", "base-only by norm"]
    heads += ["base-only after scaling"]
    body = []
    for group in dict.fromkeys(row["group"] for row in rows):
        for kind in ARCHITECTURES:
            these = [row for row in rows if row["group"] == group]
            fits = [f for row in these for f in row["crosscoders"] if f["architecture"] == kind]
            alive = mean(sum(f["kinds"].values()) - f["kinds"]["dead"] for f in fits)
            cells = [group, "yes" if these[0]["new"] else "no", kind, str(len(fits))]
            cells += [f"{mean(f['l0'] for f in fits):.1f}"]
            cells += [f"{mean(mean(f['fvu']) for f in fits):.3f}", f"{alive:.0f}"]
            for side in ("tuned-only", "base-only"):
                cells += [_rates([_rate(f, field, side) for f in fits]) for field in FIELDS]
            body.append(cells)
    return table(heads, body)


def _rate(fit: dict[str, Any], field: str, side: str) -> float:
    """Share of the features that fire which are exclusive to one side."""
    alive = sum(fit[field].values()) - fit[field]["dead"]
    return fit[field][side] / alive


def _rates(found: Sequence[float]) -> str:
    if not any(found):
        return "0"
    return f"{mean(found):.1%} ({min(found):.1%} to {max(found):.1%})"


def taught(rows: Sequence[dict[str, Any]]) -> str:
    """Of pairs with something new: where their tuned-only features fire, and the cross-check."""
    heads = ["pair", "crosscoder", "tuned-only features", "of their firing, on code"]
    heads += ["of all rows, code", "cosine with a feature of the difference", "by chance"]
    body = []
    for row in rows:
        for kind in ARCHITECTURES:
            fits = [f for f in row["crosscoders"] if f["architecture"] == kind]
            counts = ", ".join(str(f["kinds"]["tuned-only"]) for f in fits)
            cells = [_mean(fits, "code_share_of_tuned_only"), _mean(fits, "code_rows")]
            cells += [_mean(fits, "difference_cosine_of_tuned_only")]
            cells += [_mean(fits, "difference_cosine_of_chance")]
            body.append([row["pair"], kind, counts, *cells])
    return table(heads, body)


def _mean(fits: Sequence[dict[str, Any]], field: str) -> str:
    found = [fit[field] for fit in fits if fit[field] is not None]
    return f"{mean(found):.2f}" if found else "none"


def flag(name: str) -> str:
    """A setting as it is given on the command line."""
    return f"--{name.replace('_', '-')}"


def main() -> None:
    """Fit what is missing; write results and the tables of the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=Path("organisms"))
    parser.add_argument("--runs", type=Path, default=Path("runs/crosscoder_artefacts"))
    parser.add_argument("--problems", type=int, default=150)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch-size", type=int, default=512)
    parser.add_argument("--l1", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    chosen = parser.parse_args()
    rows = [measure(pair, chosen) for pair in known_pairs()]
    asked = {k: v for k, v in vars(chosen).items() if not isinstance(v, Path)}
    words = [str(w) for k, v in asked.items() for w in (flag(k), *(v if k == "seeds" else [v]))]
    command = shlex.join(["python", "-m", f"experiments.{HERE.name}.run", *words])
    record = provenance(command, asked, PROBLEM_SEED)
    write_json(HERE / "results.json", {"pairs": rows, "provenance": record})
    said = f"Run on {record['started'][:10]} by\n\n    {command}"
    new = [row for row in rows if row["new"]]
    shown = f"{said}\n\n{lines(rows)}\n\n{taught(new)}"
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    readme.write_text(between(text, "results", shown), encoding="utf-8")
    sys.stdout.write(f"{shown}\n")


if __name__ == "__main__":
    main()
