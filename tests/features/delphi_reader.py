"""Reads an export with delphi's own loader; started with the Python of an environment that has it.

delphi_reader.py FOLDER TOKENIZER writes one line of JSON: for every feature the examples that
delphi makes of it.
"""

import json
import sys


def main() -> None:
    from delphi.config import (  # pyright: ignore[reportMissingImports]
        ConstructorConfig,
        SamplerConfig,
    )
    from delphi.latents import LatentDataset  # pyright: ignore[reportMissingImports]
    from transformers import AutoTokenizer

    folder, tokenizer = sys.argv[1:]
    dataset = LatentDataset(
        folder,
        SamplerConfig(n_examples_train=4, n_examples_test=4, n_quantiles=2, train_type="top"),
        ConstructorConfig(min_examples=8, n_non_activating=4),
        AutoTokenizer.from_pretrained(tokenizer),
    )
    found = {
        record.latent.latent_index: {
            "tokens": [example.tokens.tolist() for example in record.train],
            "activations": [example.activations.tolist() for example in record.train],
            "silent": len(record.not_active),
        }
        for record in dataset
    }
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
