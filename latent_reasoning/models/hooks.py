"""Reading and editing activations through plain PyTorch hooks.

1. Every name is checked before the first hook is set, and every hook is removed on any exit.
2. A hook that never fired is an error: an intervention that did nothing must not look like one.
3. Hooks on the same place run in the order they were set, so an inner block sees what an outer
   block wrote.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from latent_reasoning.errors import HookPointError
from latent_reasoning.models.families import LAYOUTS
from latent_reasoning.models.hook_points import HookPoint, parse_hook_point
from latent_reasoning.models.loading import LoadedModel

Edit = Callable[[Float[Tensor, "batch pos d_model"]], Float[Tensor, "batch pos d_model"]]
Edits = Mapping[str, Edit] | Mapping[HookPoint, Edit] | Mapping[str | HookPoint, Edit]


class _ForwardStopped(Exception):  # noqa: N818
    """Ends a forward pass early; never leaves `stop_after`."""


@contextmanager
def capture(model: LoadedModel, names: Iterable[str | HookPoint]) -> Iterator[dict[str, Tensor]]:
    """Keep the activations of the latest forward pass.

    Yields:
        A dict from each name, as given, to a tensor [batch, pos, d_model]; filled anew by every
        forward pass, and with gradients where the pass has them.

    Raises:
        HookPointError: A name is not a hook point of the model, or no forward pass reached it.
    """
    cache: dict[str, Tensor] = {}

    def keep(name: str) -> Edit:
        def store(x: Tensor) -> Tensor:
            cache[name] = x
            return x

        return store

    with edit(model, {name: keep(str(name)) for name in names}):
        yield cache


@contextmanager
def edit(model: LoadedModel, edits: Edits) -> Iterator[None]:
    """Replace activations during every forward pass inside the block.

    With a key-value cache a function sees all positions of the prompt first, then one position a
    step. An edit of `resid_mid` changes the residual stream itself: what the MLP reads and what is
    carried past it.

    Args:
        model: The model to edit; its weights stay as they are.
        edits: For each hook point a function from the activation [batch, pos, d_model] to its
            replacement, of the same shape and dtype. It returns a new tensor, or its input
            unchanged.

    Raises:
        HookPointError: A name is not a hook point of the model, a replacement has another shape or
            dtype, or the block ended normally without a forward pass reaching a hook.
    """
    planned = [(n, parse_hook_point(n, model.n_layers), f) for n, f in edits.items()]
    fired: set[str | HookPoint] = set()
    with ExitStack() as stack:
        for name, point, function in planned:
            _attach(stack, model, point, _watched(name, function, fired))
        yield
        # Reached on normal exit only: an exception from the block is the better news.
        silent = [str(name) for name, _, _ in planned if name not in fired]
        if silent:
            raise HookPointError(
                f"edit: no forward pass of {model.name!r} reached {', '.join(silent)}; expected at "
                f"least one inside the block"
            )


@contextmanager
def stop_after(model: LoadedModel, layer: int) -> Iterator[None]:
    """End the block as soon as a forward pass has computed a decoder layer.

    Set it inside `capture` to record early layers without computing the later ones.
    """
    parse_hook_point(HookPoint(layer, "resid_post"), model.n_layers)

    def stop(*_: Any) -> None:
        raise _ForwardStopped

    with ExitStack() as stack:
        stack.callback(_layer(model, layer).register_forward_hook(stop).remove)
        with suppress(_ForwardStopped):
            yield


def check_unedited(model: LoadedModel, asker: str) -> None:
    """Refuse a model that is being edited where others would work with copies of it.

    Raises:
        HookPointError: The call stands inside `edit`, `capture` or `steer` on the model.
    """
    for module in model.model.modules():
        for hook in (*module._forward_hooks.values(), *module._forward_pre_hooks.values()):
            if getattr(hook, "__module__", None) == __name__:
                raise HookPointError(
                    f"{asker}: {model.name!r} has hooks set here, and workers elsewhere load the "
                    f"model without them; expected no hooks, leave the block that sets them or "
                    f"use the engine local"
                )


def _layer(model: LoadedModel, index: int) -> nn.Module:
    return model.model.get_submodule(f"model.layers.{index}")


def _watched(name: str | HookPoint, function: Edit, fired: set[str | HookPoint]) -> Edit:
    """The function, noting that it was called and checking what it returns."""

    def watched(x: Tensor) -> Tensor:
        fired.add(name)
        y = function(x)
        if y.shape != x.shape or y.dtype != x.dtype:
            raise HookPointError(
                f"edit: the function on {str(name)!r} turned {tuple(x.shape)} {x.dtype} into "
                f"{tuple(y.shape)} {y.dtype}; expected the same shape and dtype"
            )
        return y

    return watched


def _attach(stack: ExitStack, model: LoadedModel, point: HookPoint, function: Edit) -> None:
    layer = _layer(model, point.layer)
    tap = LAYOUTS[model.family][point.site]
    module = layer.get_submodule(tap.module)
    carry = _Carry() if point.site == "resid_mid" else None
    if tap.side == "output":
        handle = module.register_forward_hook(_on_output(function))
    else:
        handle = module.register_forward_pre_hook(_on_input(function, carry))
    stack.callback(handle.remove)
    if carry is not None:
        # First of the layer's hooks, so that all hooks on resid_post see the edited stream.
        stack.callback(layer.register_forward_hook(carry, prepend=True).remove)


class _Carry:
    """Adds an edit of `resid_mid` to the stream that passes the MLP by.

    The tensor is read where it branches into the MLP, so replacing it there leaves the skip
    connection unedited; the difference is added to the output of the layer.
    """

    def __init__(self) -> None:
        self.difference: Tensor | None = None

    def __call__(self, _module: nn.Module, _args: Any, output: Any) -> Any:
        if self.difference is None:
            return None
        difference, self.difference = self.difference, None
        return _replaced(output, _first(output) + difference)


def _on_output(function: Edit) -> Callable[..., Any]:
    def hook(_module: nn.Module, _args: Any, output: Any) -> Any:
        x = _first(output)
        y = function(x)
        return None if y is x else _replaced(output, y)

    return hook


def _on_input(function: Edit, carry: _Carry | None) -> Callable[..., Any]:
    def hook(_module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        y = function(args[0])
        if y is args[0]:
            return None
        if carry is not None:
            carry.difference = y - args[0]
        return (y, *args[1:])

    return hook


def _first(output: Any) -> Tensor:
    """The activation: the output, or the first of several as attention and older layers return."""
    return output[0] if isinstance(output, tuple) else output


def _replaced(output: Any, activation: Tensor) -> Any:
    return (activation, *output[1:]) if isinstance(output, tuple) else activation
