"""Plans in the formats that other tools steer with.

- `.gguf`: the control vectors of repeng and llama.cpp, one tensor `direction.{layer}` for each
  layer, added to the output of that layer.
- `.safetensors`: one tensor `{layer}` for each layer, the dict that SteeringVector of
  steering-vectors is made of.

Neither holds positions: elsewhere a control vector acts at every token.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.features.directions import Direction
from latent_reasoning.models.hook_points import HookPoint, parse_hook_point
from latent_reasoning.steering.gguf import read_gguf, write_gguf
from latent_reasoning.steering.plan import SteeringPlan

SUFFIXES = (".gguf", ".safetensors")
_NAME = re.compile(r"(?:direction\.)?(\d+)", re.ASCII)


def export_control_vector(
    plans: Sequence[SteeringPlan], path: Path | str, *, family: str = ""
) -> None:
    """Write what plans add, at their coefficients, so that strength 1 elsewhere is theirs here.

    Several plans on one layer are added up.

    Args:
        plans: Plans that add to the residual stream after a layer.
        path: Ends in .gguf or .safetensors, which decides the format.
        family: For .gguf: the `model_type` of the model.

    Raises:
        LatentReasoningError: A plan does something else, or the path ends otherwise.
    """
    path = _checked(path, "export_control_vector")
    vectors: dict[int, Tensor] = {}
    for plan in plans:
        point = parse_hook_point(plan.hook_point)
        plain = plan.written is None and not plan.radial and plan.gate.kind == "always-on"
        if plan.operator != "add" or point.site != "resid_post" or not plain:
            raise LatentReasoningError(
                f"export_control_vector: the plan {plan.direction.name!r} is {plan.operator} at "
                f"{plan.hook_point} with a gate of kind {plan.gate.kind!r}; expected add after a "
                f"layer, always on: nothing else can be written as a control vector"
            )
        delta = plan.delta.detach().cpu().float()
        vectors[point.layer] = vectors.get(point.layer, torch.zeros_like(delta)) + delta
    if not vectors:
        raise LatentReasoningError("export_control_vector: found 0 plans, expected at least one")
    if path.suffix == ".gguf":
        values = {
            "general.architecture": "controlvector",
            "controlvector.model_hint": family,
            "controlvector.layer_count": len(vectors),
        }
        arrays = {f"direction.{i}": vectors[i].numpy() for i in sorted(vectors)}
        write_gguf(path, values, arrays)
    else:
        from safetensors.torch import save_file

        save_file({str(i): vectors[i] for i in sorted(vectors)}, path)


def import_control_vector(path: Path | str, mean_norms: Mapping[str, float]) -> list[SteeringPlan]:
    """Plans that add what a control vector adds, at every token.

    Args:
        path: A .gguf or .safetensors file.
        mean_norms: Mean residual norm at the hook point of every layer in the file, from which the
            coefficient follows.

    Raises:
        LatentReasoningError: The file holds something else, or a mean norm is missing.
    """
    path = _checked(path, "import_control_vector")
    plans = []
    for name, vector in sorted(_vectors(path).items()):
        match = _NAME.fullmatch(name)
        if match is None or vector.ndim != 1 or not float(vector.norm()) > 0:
            raise LatentReasoningError(
                f"import_control_vector: {str(path)!r} holds {name!r} of shape "
                f"{tuple(vector.shape)}; expected vectors other than 0 named by their layers"
            )
        point = str(HookPoint(int(match[1]), "resid_post"))
        if point not in mean_norms:
            raise LatentReasoningError(
                f"import_control_vector: no mean residual norm was given for {point}; expected one "
                f"for every layer in {str(path)!r}"
            )
        norm = float(vector.norm())
        direction = Direction(vector / norm, "imported", f"{path.stem} {name}", (), point)
        plans.append(SteeringPlan(direction, norm / mean_norms[point], mean_norms[point], "all"))
    return plans


def _vectors(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".gguf":
        _, tensors = read_gguf(path)
        return {n: torch.from_numpy(np.array(t, dtype=np.float32)) for n, t in tensors.items()}
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise LatentReasoningError(
            f"import_control_vector: {str(path)!r} cannot be read ({error}); expected safetensors"
        ) from error


def _checked(path: Path | str, call: str) -> Path:
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise LatentReasoningError(
            f"{call}: {path.name!r} ends in {path.suffix!r}; expected {' or '.join(SUFFIXES)}"
        )
    return path
