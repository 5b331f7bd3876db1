"""The pipeline's own error rates, as measured on organisms whose history is known.

The file is written by experiments/12_verdict_calibration and ships with the package; without it
nothing is claimed.
"""

import json
from pathlib import Path
from typing import Any

ERROR_RATES = Path(__file__).parent / "error_rates.json"


def measured_error_rates() -> dict[str, Any] | None:
    """Rates with intervals and the number of cases, or None where they were not measured."""
    if not ERROR_RATES.is_file():
        return None
    return json.loads(ERROR_RATES.read_text(encoding="utf-8"))
