"""Are dictionaries of the sparse trainer as good as those of SAELens, at equal data and steps?

Both start from the same weights, see the same batches at the same rate and are measured on the same
rows. `loss` compares the updates alone: both get the threshold that is fitted on held-out rows.
`saved` compares what a user loads: SAELens' own moving average of the threshold against ours.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any, NamedTuple

import torch
from torch import Tensor

from latent_reasoning.artifacts import provenance, write_json
from latent_reasoning.dictionaries.loading import load_dictionary
from latent_reasoning.dictionaries.metrics import measure
from latent_reasoning.dictionaries.recovery import f1_scores, matched
from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.scaled_rows import row_scale
from latent_reasoning.dictionaries.trainer import SparseTrainer
from latent_reasoning.dictionaries.training import Place, finished, fit_threshold
from latent_reasoning.dictionaries.weights import Weights, initial_weights

HERE = Path(__file__).parent
ARCHITECTURES = ("batchtopk", "topk", "matryoshka_batchtopk", "jumprelu")
N_TRUE, WIDTH, PER_ROW = 128, 64, 6
HELD_OUT = 6000
POINT = "blocks.1.hook_resid_post"
RATE = 1e-3
COLUMNS = ("fvu", "l0", "dead", "mcc", "f1", "loss_recovered")


class Data(NamedTuple):
    """Rows with what is known of them."""

    rows: Tensor
    """To train on, the last 6000 to measure on."""
    judge: Callable[[SparseAutoencoder], dict[str, float]]
    """Further measurements of a dictionary on held-out rows."""
    d_sae: int
    """Features to train."""
    k: int
    """Features active per row."""


def synthetic(seed: int, n: int) -> Data:
    """Rows of SAELens' synthetic ground truth: 128 features in 64 dimensions, 6 a row."""
    from sae_lens.synthetic import ActivationGenerator, FeatureDictionary

    torch.manual_seed(seed)
    truth = FeatureDictionary(N_TRUE, WIDTH, bias=True, seed=seed)
    with torch.no_grad():
        true_acts = ActivationGenerator(N_TRUE, torch.full((N_TRUE,), PER_ROW / N_TRUE)).sample(n)
        rows = truth(true_acts).detach()
    directions, held_out = truth.feature_vectors.detach(), true_acts[-HELD_OUT:] > 0

    def judge(sae: SparseAutoencoder) -> dict[str, float]:
        pairs = matched(sae.W_dec, directions)
        fires = sae.encode(rows[-HELD_OUT:]) > 0
        scores = f1_scores(fires[:, pairs.first], held_out[:, pairs.second])
        return {"mcc": pairs.similarity.mean().item(), "f1": scores.mean().item()}

    return Data(rows, judge, 160, PER_ROW)


def organism(_: int, n: int) -> Data:
    """Residual rows of the organism latent@0 at its middle layer, its own completions."""
    from latent_reasoning.activations.record import record_activations
    from latent_reasoning.activations.sequences import sequence_of
    from latent_reasoning.evaluation.conditions import Condition, run_condition
    from latent_reasoning.features.splicing import spliced_loss
    from latent_reasoning.models.generation import SamplingConfig
    from latent_reasoning.models.loading import load_model
    from latent_reasoning.organisms.corpus import setting
    from latent_reasoning.organisms.recipes import SOURCES, base_recipe

    model, point, samples = load_model("organism:latent@0"), POINT, []
    for source in SOURCES:
        problems, variant = setting(base_recipe("latent"), "tune", n // 200, 7, source)
        sampling, base = SamplingConfig(seed=7), Condition("base", "base")
        samples += run_condition(model, base, problems, variant, 1, sampling, lambda _: None)
    with tempfile.TemporaryDirectory() as folder:
        with record_activations(model, [point], Path(folder) / "rows") as recorder:
            recorder.record(samples)
        store = recorder.store
        rows = store.activations(point, rows=~store.rows.is_sink)
    limit = 10 * rows.norm(dim=1).median().item()
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    texts = [
        sequence_of(model.tokenizer, sample) for sample in samples[:: max(1, len(samples) // 100)]
    ]

    def judge(sae: SparseAutoencoder) -> dict[str, float]:
        return {"loss_recovered": spliced_loss(model, sae, texts, limit).recovered}

    return Data(rows, judge, 512, 12)


def trainings(data: Data, config: SaeConfig) -> dict[str, dict[str, Any]]:
    """Ours and theirs from one start on the same batches, measured with both thresholds."""
    scale, seed = row_scale(data.rows), config.seed
    rows, held_out = data.rows[:-HELD_OUT] * scale, data.rows[-HELD_OUT:]
    probe, unseen = held_out.chunk(2)
    generator = torch.Generator().manual_seed(seed)
    weights = initial_weights(rows.shape[1], config.d_sae, rows.mean(0), generator)
    theirs = their_trainer(Weights(*(tensor.clone() for tensor in weights)), config)
    ours = SparseTrainer(
        weights,
        config.k,
        config.architecture,
        config.dead_after,
        widths=config.widths,
        jumprelu=config.jumprelu,
    )
    seconds = {"ours": 0.0, "theirs": 0.0}
    for _ in range(config.steps):
        batch = rows[torch.randint(len(rows), (config.batch_size,), generator=generator)]
        start = time.process_time()
        ours.step(batch, RATE)
        middle = time.process_time()
        theirs.step(batch)
        theirs.n_training_steps += 1
        seconds["ours"] += middle - start
        seconds["theirs"] += time.process_time() - middle
    mine = finished(ours, Place("m", POINT, scale), config, probe)
    assert isinstance(mine, SparseAutoencoder)
    saved = exported(theirs, scale)
    found = {"ours": mine, "theirs, saved": saved, "theirs, our threshold": saved}
    if config.architecture != "jumprelu":
        fitted = fit_threshold(saved.pre_activations(probe), config.k)
        found["theirs, our threshold"] = replace(
            saved, threshold=torch.full_like(saved.threshold, fitted)
        )
    return {
        name: {
            **{key: getattr(measure(sae, unseen), key) for key in ("fvu", "l0", "dead")},
            **data.judge(sae),
            "seconds": seconds["ours" if name == "ours" else "theirs"],
        }
        for name, sae in found.items()
    }


def their_trainer(weights: Weights, config: SaeConfig) -> Any:
    """SAELens' trainer on its own class, from the same weights, at a constant rate."""
    import sae_lens as lens
    from sae_lens.config import LoggingConfig, SAETrainerConfig
    from sae_lens.training.sae_trainer import SAETrainer

    shape: dict[str, Any] = {"d_in": weights.encoder.shape[1], "d_sae": config.d_sae}
    jump: Any = config.jumprelu
    k = config.k
    sae: Any = {
        "batchtopk": lambda: lens.BatchTopKTrainingSAE(
            lens.BatchTopKTrainingSAEConfig(**shape, k=float(k))
        ),
        "topk": lambda: lens.TopKTrainingSAE(lens.TopKTrainingSAEConfig(**shape, k=k)),
        "matryoshka_batchtopk": lambda: lens.MatryoshkaBatchTopKTrainingSAE(
            lens.MatryoshkaBatchTopKTrainingSAEConfig(
                **shape, k=float(k), matryoshka_widths=list(config.widths)
            )
        ),
        "jumprelu": lambda: lens.JumpReLUTrainingSAE(
            lens.JumpReLUTrainingSAEConfig(
                **shape,
                jumprelu_init_threshold=jump.initial_threshold,
                jumprelu_bandwidth=jump.bandwidth,
                jumprelu_sparsity_loss_mode=jump.sparsity_loss,
                l0_coefficient=jump.l0_coefficient,
                target_l0=float(k),
            )
        ),
    }[config.architecture]()
    sae.W_enc.data.copy_(weights.encoder.T)
    sae.W_dec.data.copy_(weights.decoder)
    sae.b_dec.data.copy_(weights.b_dec)
    settings = SAETrainerConfig(
        total_training_samples=config.steps * config.batch_size,
        train_batch_size_samples=config.batch_size,
        lr=RATE,
        lr_end=RATE,
        lr_warm_up_steps=0,
        lr_decay_steps=0,
        dead_feature_window=config.dead_after,
        device="cpu",
        logger=LoggingConfig(log_to_wandb=False),
    )
    return SAETrainer(cfg=settings, sae=sae, data_provider=iter([]))


def exported(trainer: Any, scale: float) -> SparseAutoencoder:
    """What SAELens saves, as an autoencoder of raw rows."""
    sae = trainer.sae
    if sae.cfg.architecture() == "jumprelu":
        sae.fold_W_dec_norm()
    sae.fold_activation_norm_scaling_factor(scale)
    sae.cfg.metadata.model_name, sae.cfg.metadata.hook_name = "m", POINT
    with tempfile.TemporaryDirectory() as folder:
        if sae.cfg.architecture() == "topk":
            # TopK needs no threshold there; ours is fitted to the same weights.
            state = sae.state_dict()
            sae.process_state_dict_for_saving_inference(state)
            k_th = torch.zeros_like(state["b_enc"])
            names = ("W_enc", "W_dec", "b_enc", "b_dec")
            return SparseAutoencoder(
                **{name: state[name] for name in names},
                threshold=k_th,
                hook_point=POINT,
                model="m",
                k=sae.cfg.k,
            )
        sae.save_inference_model(folder)
        found = load_dictionary(folder)
    assert isinstance(found, SparseAutoencoder)
    return found


def compared(
    source: Callable[[int, int], Data],
    architecture: str,
    seeds: list[int],
    steps: int,
    n: int,
    batch: int,
) -> dict[str, Any]:
    """One architecture on one kind of data, over some seeds."""
    runs = []
    for seed in seeds:
        data = source(seed, n)
        config = SaeConfig(
            d_sae=data.d_sae,
            k=data.k,
            steps=steps,
            batch_size=batch,
            dead_after=200,
            seed=seed,
            architecture=architecture,  # pyright: ignore[reportArgumentType]
        )
        runs.append({"seed": seed, **trainings(data, config)})
    return {"data": source.__name__, "architecture": architecture, "runs": runs}


def table(rows: list[dict[str, Any]]) -> str:
    """Mean and standard deviation over seeds of every measurement."""
    heads = ("data", "architecture", "trained by", *COLUMNS, "processor s")
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for row in rows:
        for name in ("ours", "theirs, our threshold", "theirs, saved"):
            if name == "theirs, saved" and row["architecture"] in ("topk", "jumprelu"):
                continue
            cells = [row["data"], row["architecture"], name.replace("theirs", "SAELens")]
            for column in (*COLUMNS, "seconds"):
                values = [run[name][column] for run in row["runs"] if column in run[name]]
                spread = stdev(values) if len(values) > 1 else 0.0
                cells.append(f"{mean(values):.4f} ± {spread:.4f}" if values else "-")
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train, measure, and write results.json and the table of the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=800)
    chosen = parser.parse_args()
    cases = [
        *((synthetic, architecture, 26_000, 256) for architecture in ARCHITECTURES),
        (organism, "batchtopk", 60_000, 512),
    ]
    rows = []
    for source, architecture, n, batch in cases:
        rows.append(compared(source, architecture, chosen.seeds, chosen.steps, n, batch))
        print(table(rows[-1:]), flush=True)
    command = f"python -m experiments.16_dictionary_quality.run --steps {chosen.steps}"
    record = provenance(command, vars(chosen), chosen.seeds[0])
    write_json(HERE / "results.json", {"results": rows, **record})
    readme = HERE / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition("<!-- results -->\n")
    after = rest.partition("<!-- end -->")[2]
    readme.write_text(
        f"{before}<!-- results -->\n{table(rows)}<!-- end -->{after}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
