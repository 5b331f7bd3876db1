"""Which features carry what is known of organisms, and how often is the falsifier right?

python -m experiments.10_features.run
"""

import argparse
import tempfile
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from experiments.zoo import between, table
from latent_reasoning.activations.record import record_activations
from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.dictionaries.checkpoints import shipped_sae
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.features.auroc import FeatureError, auroc_interval, auroc_per_feature
from latent_reasoning.features.behaviours import LabelledBehaviour, labelled_behaviours
from latent_reasoning.features.falsify import FalsifyConfig, falsify
from latent_reasoning.features.labelling import (
    label_rows,
    parse_label_positions,
    part_rows,
    problem_numbers,
)
from latent_reasoning.features.readings import some_features
from latent_reasoning.features.rerendering import ORGANISM_WAYS, other_words
from latent_reasoning.features.score_table import FeatureScore, ScoreTable
from latent_reasoning.features.scores import ScoreConfig, score_store
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms.corpus import source_ladder
from latent_reasoning.organisms.grammar import organism_problems

variables = import_module("experiments.10_features.variables")
truth = import_module("experiments.10_features.truth")

HERE = Path(__file__).parent
POINT = "blocks.1.hook_resid_post"
ORGANISMS = ("latent@0", "no-code@0", "bad-code@0")
SEED, TEXTS, TOP, TOKENS = 0, 300, 20, 20
CODE = labelled_behaviours(["code"])[0]


def recorded(model: LoadedModel, folder: Path, n: int) -> ActivationStore:
    """What the organism writes at every source, one completion a problem and source."""
    problems = organism_problems("held-out", n, SEED)
    samples = [
        sample
        for variant in source_ladder().variants
        for sample in run_condition(
            model,
            Condition(variant.name, "base"),
            problems,
            variant,
            1,
            SamplingConfig(seed=SEED),
        )
    ]
    with record_activations({"base": model}, [POINT, truth.EMBEDDING], folder) as recorder:
        recorder.record(samples)
    return ActivationStore.open(folder)


def best_features(found: ScoreTable, n: int) -> list[FeatureScore]:
    """Features whose AUROC is farthest from a half."""
    return sorted(found.features(), key=lambda s: -abs(s.auroc.value - 0.5))[:n]


def held_out(
    store: ActivationStore,
    model: LoadedModel,
    sae: SparseAutoencoder,
    behaviour: LabelledBehaviour,
    positions: str,
    feature_id: int,
) -> dict[str, Any]:
    """AUROC of a chosen feature on problems it was not chosen on."""
    chosen_positions = parse_label_positions(positions)
    labelling = label_rows(store, model.tokenizer, behaviour, chosen_positions, SEED)
    rows = torch.from_numpy(part_rows(store, "held out", SEED) & labelling.counts)
    labels = torch.from_numpy(labelling.labels)[rows]
    acts = some_features(sae, [feature_id]).encode(store.activations(POINT, "base", rows))
    groups = torch.from_numpy(problem_numbers(store))[rows]
    return asdict(auroc_interval(auroc_per_feature(acts, labels), labels, groups)[0])


def recovered(store: ActivationStore, model: LoadedModel, name: str) -> list[dict[str, Any]]:
    """One record for every variable: its best feature, what it has to beat, the verdict."""
    sae = shipped_sae(model.name, POINT)
    records = []
    for positions, behaviour in variables.VARIABLES:
        shown = "mode" if behaviour is CODE else behaviour.name
        config = ScoreConfig(positions=positions, seed=SEED)
        try:
            found = score_store(store, sae, [behaviour], model.tokenizer, config)[0]
        except FeatureError as error:
            records.append({"organism": name, "variable": shown, "absent": str(error)})
            continue
        best = int(best_features(found, 1)[0].feature_id or 0)
        config = FalsifyConfig(texts=TEXTS, ways=ORGANISM_WAYS, seed=SEED)
        score = falsify(store, model, sae, behaviour, found, [best], config).of(best)
        rivals = {s.kind: asdict(s.auroc) for s in found.scores if s.kind != "feature"}
        tested = held_out(store, model, sae, behaviour, positions, best)
        records.append(
            {
                "organism": name,
                "variable": shown,
                "meaning": behaviour.meaning,
                "rows": found.n_rows,
                "labelled": found.n_labelled,
                "held_out": tested,
                "rivals": rivals,
                **asdict(score),
            }
        )
    return records


def by_truth(store: ActivationStore, model: LoadedModel, name: str) -> list[dict[str, Any]]:
    """Verdicts on features whose nature is known: detectors of tokens, and by variance."""
    config = FalsifyConfig(texts=TEXTS, ways={"other words": other_words}, seed=SEED)
    behaviour = CODE if name != "no-code@0" else variables.OPENS_WITH_SO
    labelling = label_rows(store, model.tokenizer, behaviour, "completion", SEED)
    counted = store.rows.token_id[torch.from_numpy(labelling.counts)]
    common = counted.bincount().topk(TOKENS).indices.tolist()
    records = []
    for sae, kind in (
        (truth.token_detectors(model, common), "detector of a token"),
        (shipped_sae(model.name, POINT), "feature of the dictionary"),
    ):
        try:
            found = score_store(store, sae, [behaviour], model.tokenizer)[0]
        except FeatureError as error:
            records.append({"organism": name, "kind": kind, "absent": str(error)})
            continue
        share = truth.explained_by_token(store, sae, labelling.counts)
        ids = [int(s.feature_id or 0) for s in found.features()[:TOP]]
        found = falsify(store, model, sae, behaviour, found, ids, config)
        for feature_id in ids:
            score = found.of(feature_id)
            records.append(
                {
                    "organism": name,
                    "kind": kind,
                    "feature_id": feature_id,
                    "explained_by_token": float(share[feature_id]),
                    "truth": _truth(kind, float(share[feature_id])),
                    **{key: asdict(score)[key] for key in ("contrast", "verdict", "falsification")},
                }
            )
    return records


def _truth(kind: str, share: float) -> str:
    if kind == "detector of a token" or share >= truth.TOKEN:
        return "token"
    return "context" if share <= truth.CONTEXT else "between"


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
            rows.append([record["organism"], record["variable"], "not written", *[""] * 6])
            continue
        rivals = record["rivals"]
        rows.append(
            [
                record["organism"],
                record["variable"],
                f"{record['labelled']} of {record['rows']}",
                record["name"],
                _area(record["auroc"]),
                _area(record["held_out"]),
                _area(rivals["diff mean"]),
                _area(rivals["linear probe"]),
                record["verdict"],
            ]
        )
    head = ["organism", "variable", "labelled rows", "best feature", "AUROC", "held out"]
    return table([*head, "difference of means", "probe", "verdict"], rows)


def _area(area: dict[str, Any]) -> str:
    return f"{area['value']:.3f} [{area['low']:.2f}, {area['high']:.2f}]"


def main() -> None:
    """Measure, write results.json and the tables of the README."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--problems", type=int, default=300)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    command = f"python -m experiments.10_features.run --problems {chosen.problems}"
    origin = provenance(command, {"problems": chosen.problems, "texts": TEXTS}, SEED)
    began, found, tried = time.process_time(), [], []
    for name in ORGANISMS:
        model = load_model(f"organism:{name}")
        with tempfile.TemporaryDirectory() as folder:
            store = recorded(model, Path(folder) / "store", chosen.problems)
            found += recovered(store, model, name)
            tried += by_truth(store, model, name)
        print(name, f"{time.process_time() - began:.0f} s of processor time")
    write_json(
        HERE / "results.json", {"provenance": origin, "variables": found, "falsifier": tried}
    )
    seconds = time.process_time() - began
    said = (
        f"Run on {origin['started'][:10]} by `{command}`, {seconds:.0f} s of processor time.\n\n"
        f"{lines(found)}\n\nVerdicts by what is known:\n\n{summary(tried, found)}"
    )
    page = HERE / "README.md"
    page.write_text(between(page.read_text(encoding="utf-8"), "results", said), encoding="utf-8")


if __name__ == "__main__":
    main()
