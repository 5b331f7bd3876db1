"""Run by the Python of an environment with neuronpedia: reads an upload and sends it.

neuronpedia_client.py ADDRESS FILE
"""

import json
import sys
from pathlib import Path


def main() -> None:
    """Send every feature of the file to the address."""
    from neuronpedia.np_activation import (  # pyright: ignore[reportMissingImports]
        Activation,
    )
    from neuronpedia.np_feature import (  # pyright: ignore[reportMissingImports]
        Feature,
        Logit,
    )
    from neuronpedia.np_source import Source  # pyright: ignore[reportMissingImports]
    from neuronpedia.requests.base_request import (  # pyright: ignore[reportMissingImports]
        NPRequest,
    )

    address, path = sys.argv[1:]
    NPRequest.BASE_URL = address
    NPRequest._get_api_key = staticmethod(lambda key=None: "key")
    body = json.loads(Path(path).read_text(encoding="utf-8"))
    model, source = body["modelId"], body["source"]
    features = [
        Feature(
            model,
            source,
            one["index"],
            one["density"],
            [Logit(**logit) for logit in one["topLogits"]],
            [Logit(**logit) for logit in one["bottomLogits"]],
            [],
            [Activation(model, source, one["index"], **context) for context in one["activations"]],
        )
        for one in body["features"]
    ]
    Source(source, model, source.split("-", 1)[1]).upload_batch(features)


if __name__ == "__main__":
    main()
