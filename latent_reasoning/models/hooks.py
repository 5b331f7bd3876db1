"""Reading and editing activations through plain PyTorch hooks.

1. Every name is checked before the first hook is set, and every hook is removed on any exit.
2. A hook that never fired is an error: an intervention that did nothing must not look like one.
3. Hooks on the same place run in the order they were set, so an inner block sees what an outer
   block wrote.
4. An edit may say that it is steady: after the first step of decoding it does the same operations
   on tensors in every step and asks the host nothing. Only such edits may be recorded and replayed.
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
            _attach(stack, model, point, _Watched(name, function, fired))
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


def all_steady(model: LoadedModel) -> bool:
    """Whether all hooks of a model are steady: the attribute `steady` of edits says so of them.

    Those that transformers leaves behind act only where its outputs of hidden states are asked for.
    """
    return all(
        getattr(hook, "steady", False) or str(hook.__module__).startswith("transformers.")
        for module in model.model.modules()
        for hook in (*module._forward_hooks.values(), *module._forward_pre_hooks.values())
    )


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


class _Watched:
    """An edit, noting that it was called and checking what it returns."""

    def __init__(self, name: str | HookPoint, function: Edit, fired: set[str | HookPoint]) -> None:
        self.name, self.function, self.fired = name, function, fired
        self.steady: bool = getattr(function, "steady", False)

    def __call__(self, x: Tensor) -> Tensor:
        self.fired.add(self.name)
        y = self.function(x)
        if y.shape != x.shape or y.dtype != x.dtype:
            raise HookPointError(
                f"edit: the function on {str(self.name)!r} turned {tuple(x.shape)} {x.dtype} into "
                f"{tuple(y.shape)} {y.dtype}; expected the same shape and dtype"
            )
        return y


def _attach(stack: ExitStack, model: LoadedModel, point: HookPoint, function: _Watched) -> None:
    layer = _layer(model, point.layer)
    tap = LAYOUTS[model.family][point.site]
    module = layer.get_submodule(tap.module)
    carry = _Carry() if point.site == "resid_mid" else None
    if tap.side == "output":
        handle = module.register_forward_hook(_OnOutput(function))
    else:
        handle = module.register_forward_pre_hook(_OnInput(function, carry))
    stack.callback(handle.remove)
    if carry is not None:
        # First of the layer's hooks, so that all hooks on resid_post see the edited stream.
        stack.callback(layer.register_forward_hook(carry, prepend=True).remove)


class _Carry:
    """Adds an edit of `resid_mid` to the stream that passes the MLP by.

    The tensor is read where it branches into the MLP, so replacing it there leaves the skip
    connection unedited; the difference is added to the output of the layer.
    """

    steady = True

    def __init__(self) -> None:
        self.difference: Tensor | None = None

    def __call__(self, _module: nn.Module, _args: Any, output: Any) -> Any:
        if self.difference is None:
            return None
        difference, self.difference = self.difference, None
        return _replaced(output, _first(output) + difference)


class _OnOutput:
    """A hook that edits the output of a module."""

    def __init__(self, function: _Watched) -> None:
        self.function, self.steady = function, function.steady

    def __call__(self, _module: nn.Module, _args: Any, output: Any) -> Any:
        x = _first(output)
        y = self.function(x)
        return None if y is x else _replaced(output, y)


class _OnInput:
    """A hook that edits the input of a module."""

    def __init__(self, function: _Watched, carry: _Carry | None) -> None:
        self.function, self.carry, self.steady = function, carry, function.steady

    def __call__(self, _module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        y = self.function(args[0])
        if y is args[0]:
            return None
        if self.carry is not None:
            self.carry.difference = y - args[0]
        return (y, *args[1:])


def _first(output: Any) -> Tensor:
    """The activation: the output, or the first of several as attention and older layers return."""
    return output[0] if isinstance(output, tuple) else output


def _replaced(output: Any, activation: Tensor) -> Any:
    return (activation, *output[1:]) if isinstance(output, tuple) else activation
