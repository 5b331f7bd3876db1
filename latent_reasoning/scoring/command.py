"""What `latent-reasoning features` does: score, try, measure, and write it all down."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from latent_reasoning.activations.store import ActivationStore
from latent_reasoning.artifacts import provenance, require_new, run_directory, write_json
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.display.page import write_cards
from latent_reasoning.features.auroc import FeatureError
from latent_reasoning.features.behaviours import LabelledBehaviour, labelled_behaviours
from latent_reasoning.features.decision import find_decision, measure_decision
from latent_reasoning.features.evidence import gather_evidence
from latent_reasoning.features.falsify import FEWEST_TEXTS, FalsifyConfig, falsify
from latent_reasoning.features.labelling import TokenLabeller, parse_label_positions
from latent_reasoning.features.rerendering import ORGANISM_WAYS
from latent_reasoning.features.score_parquet import write_scores_parquet
from latent_reasoning.features.score_table import ScoreTable, write_tables
from latent_reasoning.features.scores import ScoreConfig, score_store
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.organisms.registry import PREFIX
from latent_reasoning.progress import Progress, no_progress
from latent_reasoning.report.score_tables import write_score_page
from latent_reasoning.scoring.config import FeaturesConfig
from latent_reasoning.scoring.dictionaries import load_ranked
from latent_reasoning.scoring.exports import parse_exports, top_features, write_exports
from latent_reasoning.scoring.store_model import model_of

SHOWN = 10


def rank_store(
    store_path: Path, dictionary: Path, config: FeaturesConfig, progress: Progress = no_progress
) -> str:
    """Rank features as the settings say; returns the best of each table, for people.

    Args:
        store_path: Folder of a recorded store.
        dictionary: Folder of a dictionary.
        config: The settings.
        progress: Shows how far it is.

    Raises:
        LatentReasoningError: A setting, the store, the dictionary or the model cannot be used.
    """
    _require_counts(config)
    behaviours = labelled_behaviours(
        part.strip() for part in config.behaviour.split(",") if part.strip()
    )
    positions = parse_label_positions(config.positions)
    exports = parse_exports(config.export)
    require_new(config.output)
    store, (sae, crosscoder) = (
        ActivationStore.open(store_path),
        load_ranked(dictionary, config.crosscoder),
    )
    models = _models(store, sae, config)
    model = models[config.role]
    settings = {key: str(value) for key, value in asdict(config).items()}
    command = f"latent-reasoning features {store_path} {dictionary}"
    origin = provenance(command, settings, config.seed)
    scoring = ScoreConfig(positions, config.role, dictionary.name, config.seed)
    with run_directory(config.output) as folder:
        with progress("scoring features", len(behaviours)) as bar:
            tables = score_store(store, sae, behaviours, model.tokenizer, scoring, crosscoder)
            bar.update(len(behaviours))
        with progress("trying top features", len(behaviours)) as bar:
            tried = []
            for table, behaviour in zip(tables, behaviours, strict=True):
                tried.append(_tried(store, models, sae, behaviour, table, config))
                bar.update(1)
        write_tables(folder / "scores.json", tried, origin)
        write_scores_parquet(folder / "scores.parquet", tried)
        write_score_page([asdict(table) for table in tried], folder / "table.html")
        chosen = top_features(tried, config.top)
        evidence = gather_evidence(store, sae, chosen, model, role=config.role)
        names = ", ".join(behaviour.name for behaviour in behaviours)
        write_cards(
            folder / "cards.html", evidence, tried, title=f"Features of {model.name} for {names}"
        )
        write_exports(exports, folder, store, model, sae, evidence, config.role)
        write_json(folder / "run.json", origin)
    pages = "\n".join(f"{page}: {config.output / page}.html" for page in ("table", "cards"))
    return "\n\n".join([*map(summary, tried), pages, *_strangers(store, sae)])


def _require_counts(config: FeaturesConfig) -> None:
    if config.top < 1:
        raise FeatureError(f"features: --top {config.top}; expected 1 or more features")
    if config.falsify and config.texts < FEWEST_TEXTS:
        raise FeatureError(
            f"features: --texts {config.texts}; expected {FEWEST_TEXTS} or more to inject tokens "
            f"into, or --no-falsify"
        )


def _strangers(store: ActivationStore, sae: SparseAutoencoder) -> list[str]:
    """A line where the dictionary was trained on none of the recorded models."""
    recorded = store.manifest.models.values()
    if len(sae.roles_read("base")) > 1 or sae.model in recorded:
        return []
    return [
        f"note: the dictionary was trained on {sae.model}, the rows are of {' and '.join(recorded)}"
    ]


def _models(
    store: ActivationStore, sae: SparseAutoencoder, config: FeaturesConfig
) -> dict[str, LoadedModel]:
    """The model that is scored, and those that a crosscoder reads beside it."""
    found = {config.role: model_of(store, config.role, config.model, config.dtype, config.device)}
    for role in sae.roles_read(config.role):
        if role not in found:
            found[role] = model_of(store, role, None, config.dtype, config.device)
    return found


def _tried(
    store: ActivationStore,
    models: Mapping[str, LoadedModel],
    sae: SparseAutoencoder,
    behaviour: LabelledBehaviour,
    table: ScoreTable,
    config: FeaturesConfig,
) -> ScoreTable:
    chosen = [int(score.feature_id or 0) for score in table.features()[: config.top]]
    model = models[config.role]
    beside = {role: other for role, other in models.items() if role != config.role}
    if config.falsify and chosen:
        ways = ORGANISM_WAYS if model.name.startswith(PREFIX) else {}
        trial = FalsifyConfig(config.texts, config.role, config.seed, ways)
        table = falsify(store, model, sae, behaviour, table, chosen, trial, beside)
    if config.causal and chosen:
        labeller = TokenLabeller(model.tokenizer, behaviour)
        decision = find_decision(store, model, labeller, sae.hook_point, seed=config.seed)
        strength = store.mean_norm(sae.hook_point, config.role)
        table = measure_decision(decision, sae, table, chosen, strength, config.role, beside)
    return table


def summary(table: ScoreTable) -> str:
    """The best rows of a table, as text."""
    whose = "" if table.crosscoder is None else "whose (cosine with the crosscoder)"
    lines = [
        f"{table.behaviour}: {table.n_labelled:,} of {table.n_rows:,} rows ({table.positions}) of "
        f"{table.n_problems} problems, {len(table.features())} of {table.d_sae} features fire",
        f"{'':20} {'contrast':>9} {'AUROC':>20} {'q':>8}  {'verdict':18}{whose}",
    ]
    rivals = [score for score in table.scores if score.kind != "feature"]
    for score in [*table.features()[:SHOWN], *rivals]:
        area = f"{score.auroc.value:.3f} [{score.auroc.low:.2f}, {score.auroc.high:.2f}]"
        verdict = score.verdict if score.kind == "feature" else ""
        cosine = "" if score.crosscoder_cosine is None else f" ({score.crosscoder_cosine:.2f})"
        lines.append(
            f"{score.name:20} {score.contrast:>9.2f} {area:>20} {score.q_value:>8.1g}  "
            f"{verdict:18}{score.whose or ''}{cosine}"
        )
    return "\n".join(line.rstrip() for line in lines)
