from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from latent_reasoning.features.evidence import FeatureEvidence


@pytest.fixture
def hostile() -> "list[FeatureEvidence]":
    from hostile_evidence import build_evidence

    return [build_evidence(1), build_evidence(2), build_evidence(3, ("plain", " words"))]
