"""README of a dictionary, and a table of several, from what `metrics.json` says."""

from collections.abc import Mapping
from typing import Any

from latent_reasoning.dictionaries.sae import SparseAutoencoder
from latent_reasoning.dictionaries.transcoder import Transcoder

HEAD = (
    *("dictionary", "l0", "fvu", "dead", "median density", "CE recovered", "with error"),
    *(
        "F1 mode",
        "F1 step",
        "F1 operand",
        "F1 value",
        "the same, random model",
        "fvu, random model",
    ),
    "seed MCC",
)


def card(sae: SparseAutoencoder | Transcoder, found: Mapping[str, Any]) -> str:
    """README of one dictionary.

    Args:
        sae: The dictionary.
        found: What its metrics.json says.
    """
    transcodes = isinstance(sae, Transcoder)
    place = f"{sae.hook_point} to {sae.target}" if transcodes else sae.hook_point
    widths = (
        f"from width {sae.d_in} to width {sae.d_out}"
        if transcodes
        else f"over rows of width {sae.d_in}"
    )
    made = "\n".join(f"- {name}: {value}" for name, value in found["provenance"].items())
    return f"""# {"Transcoder" if transcodes else "Sparse autoencoder"} of {sae.model} at {place}

A {sae.architecture} dictionary of {sae.d_sae} features {widths}, stored as a
JumpReLU in the SAELens format: `sae_lens.SAE.load_from_disk(path)` reads it, and so does
`latent_reasoning.load_dictionary(path)`.

| measured on held-out rows | |
|---|---|
{"".join(f"| {name} | {value} |{chr(10)}" for name, value in _rows(found).items())}
{_variables(found)}How it was made:

{made}
"""


def table(cards: Mapping[str, Mapping[str, Any]]) -> str:
    """A Markdown table of dictionaries by name, from what their metrics.json say."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for name, found in cards.items():
        loss, random = found.get("loss"), found.get("random_model")
        cells = [name, f"{found['l0']:.2f}", f"{found['fvu']:.4f}", f"{found['dead']:.1%}"]
        cells.append(f"{found['density']['median']:.4f}" if "density" in found else "")
        cells.append(f"{loss['recovered']:.3f}" if loss else "")
        cells.append(f"{loss['recovered_with_error']:.4f}" if loss else "")
        named = ("mode", "step", "operand", "value")
        cells += [_f1(found.get("variables"), variable) for variable in named]
        cells.append(", ".join(_f1(random["variables"], v) for v in named) if random else "")
        cells.append(f"{random['fvu']:.4f}" if random else "")
        cells.append(f"{found['seed_stability']:.2f}" if "seed_stability" in found else "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _rows(found: Mapping[str, Any]) -> dict[str, str]:
    rows = {
        "features active per row (l0)": f"{found['l0']:.2f}",
        "fraction of variance unexplained (fvu)": f"{found['fvu']:.4f}",
        "features that never fired": f"{found['dead']:.1%}",
        "rows": f"{found['n_rows']:,}",
    }
    if "density" in found:
        density = found["density"]
        rows["share of rows a feature fires on, median"] = f"{density['median']:.4f}"
        rows["features firing on over a tenth of the rows"] = f"{density['dense']:.1%}"
        rows["features firing on fewer than one row in a thousand"] = f"{density['rare']:.1%}"
    if "loss" in found:
        loss = found["loss"]
        names = ("clean", "spliced", "with_error", "ablated")
        rows["cross-entropy (nats a token): model, spliced, with error term, zeros"] = ", ".join(
            f"{loss[name]:.4f}" for name in names
        )
        rows["share of the loss recovered"] = f"{loss['recovered']:.4f}"
        rows["the same with the error term"] = f"{loss['recovered_with_error']:.4f}"
    if "seed_stability" in found:
        rows["MCC with another seed"] = f"{found['seed_stability']:.3f}"
    if "random_model" in found:
        rows["fvu of the same training on a random model"] = f"{found['random_model']['fvu']:.4f}"
    return rows


def _variables(found: Mapping[str, Any]) -> str:
    if not found.get("variables"):
        return ""
    lines = [
        "The best single feature for every value of a known variable, chosen on one half of the",
        "rows and measured on the other; chance is a feature that always fires.",
        "",
        "| variable | values | F1 | chance | correlation | F1, random model |",
        "|---|---|---|---|---|---|",
    ]
    random = found.get("random_model", {}).get("variables")
    for name, one in found["variables"].items():
        lines.append(
            f"| {name} | {one['n_values']} | {one['f1']:.3f} | {one['chance']:.3f} | "
            f"{one['correlation']:.3f} | {_f1(random, name)} |"
        )
    return "\n".join(lines) + "\n\n"


def _f1(variables: Mapping[str, Any] | None, name: str) -> str:
    return f"{variables[name]['f1']:.3f}" if variables and name in variables else "-"
