"""Was the skill a tuned model shows already latent in its base model?

Names are imported when they are first used, so that importing the package costs nothing.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from latent_reasoning.activations.record import record_activations as record_activations
    from latent_reasoning.activations.record import record_pair as record_pair
    from latent_reasoning.activations.saelens import export_saelens as export_saelens
    from latent_reasoning.activations.saelens import import_saelens as import_saelens
    from latent_reasoning.activations.sequences import TokenSequence as TokenSequence
    from latent_reasoning.activations.sequences import sequence_of as sequence_of
    from latent_reasoning.activations.store import ActivationStore as ActivationStore
    from latent_reasoning.comparison.config import CompareConfig as CompareConfig
    from latent_reasoning.comparison.pipeline import Comparison as Comparison
    from latent_reasoning.comparison.pipeline import compare as compare
    from latent_reasoning.data.problems import Problem as Problem
    from latent_reasoning.data.problems import read_problems as read_problems
    from latent_reasoning.data.prompts import PromptLadder as PromptLadder
    from latent_reasoning.data.samples import Sample as Sample
    from latent_reasoning.data.samples import read_samples as read_samples
    from latent_reasoning.dictionaries.checkpoints import load_sae as load_sae
    from latent_reasoning.dictionaries.checkpoints import shipped_sae as shipped_sae
    from latent_reasoning.dictionaries.crosscoders.checkpoints import (
        load_crosscoder as load_crosscoder,
    )
    from latent_reasoning.dictionaries.crosscoders.checkpoints import (
        shipped_crosscoder as shipped_crosscoder,
    )
    from latent_reasoning.dictionaries.crosscoders.config import (
        CrosscoderConfig as CrosscoderConfig,
    )
    from latent_reasoning.dictionaries.crosscoders.features import (
        feature_records as feature_records,
    )
    from latent_reasoning.dictionaries.crosscoders.training import (
        fit_crosscoder as fit_crosscoder,
    )
    from latent_reasoning.dictionaries.loading import load_dictionary as load_dictionary
    from latent_reasoning.dictionaries.sae_config import SaeConfig as SaeConfig
    from latent_reasoning.dictionaries.training import fit_sae as fit_sae
    from latent_reasoning.display.card import FeatureCard as FeatureCard
    from latent_reasoning.display.explorer import explore as explore
    from latent_reasoning.display.page import write_cards as write_cards
    from latent_reasoning.display.ranking import Ranking as Ranking
    from latent_reasoning.errors import LatentReasoningError as LatentReasoningError
    from latent_reasoning.evaluation.conditions import Condition as Condition
    from latent_reasoning.evaluation.conditions import outcomes as outcomes
    from latent_reasoning.evaluation.conditions import run_condition as run_condition
    from latent_reasoning.evaluation.contrasts import (
        difference_in_differences as difference_in_differences,
    )
    from latent_reasoning.evaluation.contrasts import over_seeds as over_seeds
    from latent_reasoning.evaluation.pass_at_k import pass_at_k_curve as pass_at_k_curve
    from latent_reasoning.features.evidence import EvidenceConfig as EvidenceConfig
    from latent_reasoning.features.evidence import gather_evidence as gather_evidence
    from latent_reasoning.features.ranking import rank_features as rank_features
    from latent_reasoning.generations.config import EvaluateConfig as EvaluateConfig
    from latent_reasoning.generations.pipeline import evaluate as evaluate
    from latent_reasoning.models.branching import cot_decode as cot_decode
    from latent_reasoning.models.generation import SamplingConfig as SamplingConfig
    from latent_reasoning.models.generation import generate as generate
    from latent_reasoning.models.hooks import capture as capture
    from latent_reasoning.models.hooks import edit as edit
    from latent_reasoning.models.loading import load_model as load_model
    from latent_reasoning.models.pair import load_pair as load_pair
    from latent_reasoning.organisms.corpus import source_ladder as source_ladder
    from latent_reasoning.organisms.grammar import organism_problems as organism_problems
    from latent_reasoning.steering.control_vectors import (
        export_control_vector as export_control_vector,
    )
    from latent_reasoning.steering.control_vectors import (
        import_control_vector as import_control_vector,
    )
    from latent_reasoning.steering.gates import Gate as Gate
    from latent_reasoning.steering.intervention import steer as steer
    from latent_reasoning.steering.plan import SteeringPlan as SteeringPlan
    from latent_reasoning.steering.plan import random_plans as random_plans
    from latent_reasoning.steering.plan_files import load_plans as load_plans
    from latent_reasoning.steering.plan_files import save_plans as save_plans
    from latent_reasoning.steering.reader import feature_reader as feature_reader
    from latent_reasoning.steering.rivals import bias_logits as bias_logits
    from latent_reasoning.tuning.grpo import GrpoConfig as GrpoConfig
    from latent_reasoning.tuning.grpo import Task as Task
    from latent_reasoning.tuning.grpo import train_grpo as train_grpo
    from latent_reasoning.tuning.vectors import VectorConfig as VectorConfig
    from latent_reasoning.tuning.vectors import train_vectors as train_vectors
    from latent_reasoning.zoo.tune import TuneConfig as TuneConfig
    from latent_reasoning.zoo.tune import tune as tune

_HOMES = {
    "activations.record": ("record_activations", "record_pair"),
    "activations.saelens": ("export_saelens", "import_saelens"),
    "activations.sequences": ("TokenSequence", "sequence_of"),
    "activations.store": ("ActivationStore",),
    "comparison.config": ("CompareConfig",),
    "comparison.pipeline": ("Comparison", "compare"),
    "data.problems": ("Problem", "read_problems"),
    "data.prompts": ("PromptLadder",),
    "data.samples": ("Sample", "read_samples"),
    "dictionaries.checkpoints": ("load_sae", "shipped_sae"),
    "dictionaries.crosscoders.checkpoints": ("load_crosscoder", "shipped_crosscoder"),
    "dictionaries.crosscoders.config": ("CrosscoderConfig",),
    "dictionaries.crosscoders.features": ("feature_records",),
    "dictionaries.crosscoders.training": ("fit_crosscoder",),
    "dictionaries.loading": ("load_dictionary",),
    "dictionaries.sae_config": ("SaeConfig",),
    "dictionaries.training": ("fit_sae",),
    "errors": ("LatentReasoningError",),
    "evaluation.conditions": ("Condition", "outcomes", "run_condition"),
    "evaluation.contrasts": ("difference_in_differences", "over_seeds"),
    "evaluation.pass_at_k": ("pass_at_k_curve",),
    "display.card": ("FeatureCard",),
    "display.explorer": ("explore",),
    "display.page": ("write_cards",),
    "display.ranking": ("Ranking",),
    "features.evidence": ("EvidenceConfig", "gather_evidence"),
    "features.ranking": ("rank_features",),
    "generations.config": ("EvaluateConfig",),
    "generations.pipeline": ("evaluate",),
    "models.branching": ("cot_decode",),
    "models.generation": ("SamplingConfig", "generate"),
    "models.hooks": ("capture", "edit"),
    "models.loading": ("load_model",),
    "models.pair": ("load_pair",),
    "organisms.corpus": ("source_ladder",),
    "organisms.grammar": ("organism_problems",),
    "steering.control_vectors": ("export_control_vector", "import_control_vector"),
    "steering.gates": ("Gate",),
    "steering.intervention": ("steer",),
    "steering.plan": ("SteeringPlan", "random_plans"),
    "steering.plan_files": ("load_plans", "save_plans"),
    "steering.reader": ("feature_reader",),
    "steering.rivals": ("bias_logits",),
    "tuning.grpo": ("GrpoConfig", "Task", "train_grpo"),
    "tuning.vectors": ("VectorConfig", "train_vectors"),
    "zoo.tune": ("TuneConfig", "tune"),
}
_EXPORTS = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_EXPORTS)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'latent_reasoning' has no attribute {name!r}")
    value = getattr(import_module(f"latent_reasoning.{_EXPORTS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


def _show_in_notebooks() -> None:
    """Where IPython runs, let objects show themselves."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        import_module("latent_reasoning.display.registration").show_in(shell)


_show_in_notebooks()
