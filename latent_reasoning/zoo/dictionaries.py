"""The shipped dictionaries: one per embedded base, at the hook point comparisons use by default.

The base reads its own completions of problems from the tuning part of the world, under every
source header. The dictionary is fitted on these rows and measured on completions of other problems
that it never saw.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from latent_reasoning.activations.record import record_activations
from latent_reasoning.artifacts import versions
from latent_reasoning.dictionaries.checkpoints import load_sae, sae_name, save_sae
from latent_reasoning.dictionaries.metrics import measure
from latent_reasoning.dictionaries.sae_config import SaeConfig
from latent_reasoning.dictionaries.training import fit_sae
from latent_reasoning.evaluation.conditions import Condition, run_condition
from latent_reasoning.models.generation import SamplingConfig
from latent_reasoning.models.hook_points import default_hook_point
from latent_reasoning.models.loading import LoadedModel, load_model
from latent_reasoning.organisms.corpus import Setting, setting
from latent_reasoning.organisms.recipes import SOURCES, base_recipe
from latent_reasoning.organisms.registry import OrganismName
from latent_reasoning.progress import Progress, no_progress

STEPS = 3000


@dataclass(frozen=True)
class RecordingSize:
    """How much text a shipped dictionary is made from."""

    n_problems: int = 1000
    """Problems it is fitted on, each under every source header."""
    n_held_out: int = 100
    """Other problems it is measured on."""
    seed: int = 7
    """Of problems and completions; other than those of any comparison."""


def build_dictionary(
    name: OrganismName,
    root: Path,
    progress: Progress = no_progress,
    config: SaeConfig | None = None,
    size: RecordingSize | None = None,
) -> Path:
    """Fit, save, reload and measure the dictionary of one embedded base.

    Raises:
        DictionaryError: Its directory exists already.
    """
    config, size = config or SaeConfig(steps=STEPS, seed=name.seed), size or RecordingSize()
    model = load_model(f"organism:{name}")
    hook_point = default_hook_point(model.n_layers)
    n = size.n_problems + size.n_held_out
    posed = [setting(base_recipe(name.base), "tune", n, size.seed, source) for source in SOURCES]
    fitting = [Setting(one.problems[: size.n_problems], one.variant) for one in posed]
    held_out = [Setting(one.problems[size.n_problems :], one.variant) for one in posed]
    rows = _rows(model, fitting, hook_point, size.seed, progress)
    with progress(f"fit {model.name}", config.steps) as bar:
        sae = fit_sae(rows, config, hook_point=hook_point, model=model.name, advance=bar.update)
    unseen = _rows(model, held_out, hook_point, size.seed + 1, progress)
    provenance = {
        "training": config.used(),
        "recording": asdict(size),
        "n_rows_fitted": len(rows),
        "rebuild": f"latent-reasoning organism dictionary {name.base} --seed {name.seed}",
        "versions": versions(),
    }
    with tempfile.TemporaryDirectory() as folder:
        # Measured on what a user will load, not on what was in memory.
        first = save_sae(sae, Path(folder) / "sae", measure(sae, unseen), provenance)
        reloaded = measure(load_sae(first), unseen)
    return save_sae(sae, root / sae_name(sae), reloaded, provenance)


def _rows(
    model: LoadedModel,
    posed: Sequence[Setting],
    hook_point: str,
    seed: int,
    progress: Progress,
) -> Float[Tensor, "token d_model"]:
    """Residual rows of the model reading its own completions, sink tokens left out."""
    samples = []
    with progress("sample", sum(len(one.problems) for one in posed)) as bar:
        for problems, variant in posed:
            samples += run_condition(
                model,
                Condition("base", "base"),
                problems,
                variant,
                1,
                SamplingConfig(seed=seed),
                bar.update,
            )
    with tempfile.TemporaryDirectory() as folder:
        with record_activations(model, [hook_point], Path(folder) / "rows") as recorder:
            recorder.record(samples)
        store = recorder.store
        return store.activations(hook_point)[~store.rows.is_sink].clone()
