"""Objects of the package show themselves in Jupyter.

IPython is told by the names of their classes what to call, so that nothing is imported before an
object of the kind is shown, and no class below knows how it looks.
"""

from collections.abc import Callable
from typing import Any

_HOMES = {
    ("features.evidence", "FeatureEvidence"): "evidence",
    ("features.score_table", "ScoreTable"): "score_table",
    ("features.ranking", "RankedFeature"): "ranked_feature",
    ("steering.plan", "SteeringPlan"): "steering_plan",
    ("comparison.pipeline", "Comparison"): "comparison",
}


def show_in(shell: Any) -> None:
    """Register the displays in an IPython shell."""
    formatter = shell.display_formatter.formatters["text/html"]
    for (module, kind), name in _HOMES.items():
        formatter.for_type_by_name(f"latent_reasoning.{module}", kind, _displayed(name))


def _displayed(name: str) -> Callable[[Any], str]:
    def display(shown: Any) -> str:
        from latent_reasoning.display import objects

        return getattr(objects, name)(shown)

    return display
