"""Plans as files: one safetensors file that holds several, read without running anything."""

import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from latent_reasoning.errors import LatentReasoningError
from latent_reasoning.features.directions import Direction
from latent_reasoning.steering.gates import Gate
from latent_reasoning.steering.plan import SteeringPlan
from latent_reasoning.steering.reader import FeatureReader

FORMAT = "latent-reasoning steering plans 1"
PARTS: dict[str, type] = {"direction": Direction, "reader": FeatureReader, "gate": Gate}


def save_plans(plans: Sequence[SteeringPlan], path: Path | str) -> None:
    """Write plans to a safetensors file, whole or not at all.

    Raises:
        LatentReasoningError: There are no plans.
    """
    from safetensors.torch import save_file

    if not plans:
        raise LatentReasoningError("save_plans: found 0 plans, expected at least one")
    flat = [plan_fields(plan) for plan in plans]
    tensors = {
        f"{i}.{name}": value.detach().cpu().clone().contiguous()
        for i, plan in enumerate(flat)
        for name, value in plan.items()
        if isinstance(value, Tensor)
    }
    rest = [{n: v for n, v in plan.items() if not isinstance(v, Tensor)} for plan in flat]
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        save_file(tensors, partial, metadata={"format": FORMAT, "plans": json.dumps(rest)})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_plans(path: Path | str) -> list[SteeringPlan]:
    """Read plans that `save_plans` wrote.

    Raises:
        LatentReasoningError: The file is missing, damaged, or holds no plans.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise LatentReasoningError(
            f"load_plans: {str(path)!r} cannot be read ({error}); expected a file that save_plans "
            f"wrote"
        ) from error
    if metadata.get("format") != FORMAT:
        raise LatentReasoningError(
            f"load_plans: {str(path)!r} has format {metadata.get('format')!r}; expected {FORMAT!r}"
        )
    try:
        return [
            _built(plan | {n.partition(".")[2]: t for n, t in tensors.items() if _of(n, i)})
            for i, plan in enumerate(json.loads(metadata["plans"]))
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise LatentReasoningError(
            f"load_plans: the plans of {str(path)!r} do not fit together ({error}); save them anew"
        ) from error


def difference(one: SteeringPlan, other: SteeringPlan) -> dict[str, tuple[Any, Any]]:
    """Every field in which two plans differ, with both values; tensors by their cosine.

    A tensor that differs stands as (1.0, cosine of the two), so that a reversed direction is told
    apart from another one.
    """
    a, b = plan_fields(one), plan_fields(other)
    found: dict[str, tuple[Any, Any]] = {}
    for name in sorted(a.keys() | b.keys()):
        mine, theirs = a.get(name), b.get(name)
        if isinstance(mine, Tensor) and isinstance(theirs, Tensor):
            if mine.shape != theirs.shape:
                found[name] = (tuple(mine.shape), tuple(theirs.shape))
            elif not torch.equal(mine, theirs):
                cosine = torch.cosine_similarity(mine.flatten(), theirs.flatten(), dim=0)
                found[name] = (1.0, float(cosine))
        elif isinstance(mine, Tensor) or isinstance(theirs, Tensor):
            found[name] = (_shape(mine), _shape(theirs))
        elif mine != theirs:
            found[name] = (mine, theirs)
    return found


def _shape(value: Any) -> Any:
    return tuple(value.shape) if isinstance(value, Tensor) else value


def _of(name: str, index: int) -> bool:
    return name.partition(".")[0] == str(index)


def plan_fields(plan: SteeringPlan) -> dict[str, Any]:
    """Every field of a plan and its parts by dotted name; absent ones are left out."""
    found: dict[str, Any] = {}
    for field in fields(plan):
        value = getattr(plan, field.name)
        if field.name in PARTS and value is not None:
            for inner in fields(value):
                found[f"{field.name}.{inner.name}"] = getattr(value, inner.name)
        elif value is not None:
            found[field.name] = value
    return {name: value for name, value in found.items() if value is not None}


def _built(flat: dict[str, Any]) -> SteeringPlan:
    # JSON has no tuples.
    flat = {n: tuple(v) if isinstance(v, list) else v for n, v in flat.items()}
    arguments: dict[str, Any] = {n: v for n, v in flat.items() if "." not in n}
    for part, kind in PARTS.items():
        inner = {n.partition(".")[2]: v for n, v in flat.items() if n.startswith(f"{part}.")}
        if inner:
            arguments[part] = kind(**inner)
    return SteeringPlan(**arguments)
