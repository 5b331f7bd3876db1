"""Decoding on a GPU by replaying a step that was recorded once.

A step of a small or middle model is hundreds of short kernels, and starting them one by one takes
the host longer than the GPU takes to run them. So a step is recorded as a CUDA graph, with the
choice of the next token in it, and replayed. It is recorded anew when the buffers of keys and
values are full or half of the rows have ended; until then ended rows go on, and what they write is
cut off.
"""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from latent_reasoning.models.decoding import packed
from latent_reasoning.models.hooks import all_steady
from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.models.picking import SamplingConfig, pick
from latent_reasoning.models.stepping import Rows, take_step

LOOKED_AFTER_EVERY = 4
"""Steps between two looks at how many rows have ended; each makes the host wait for the GPU."""
FEW = 0.5
"""Share of living rows at which the step is recorded anew without the others."""


def can_replay(model: LoadedModel) -> bool:
    """Whether a recorded step of a model does what its next steps would do.

    On one GPU, where no hook does one thing in one step and another in the next, and where neither
    attention nor positions depend on the length of the text in other ways than through masks.
    """
    if model.device.type != "cuda":
        return False
    config: Any = model.model.config
    rope = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    grows = "dynamic" in str(rope) or "longrope" in str(rope)
    windowed = "sliding_attention" in (getattr(config, "layer_types", None) or ())
    placed = len(set((getattr(model.model, "hf_device_map", None) or {}).values())) > 1
    return not (grows or windowed or placed) and all_steady(model)


class Replaying:
    """Draws the rest of a batch by recorded steps."""

    def __init__(
        self,
        model: LoadedModel,
        config: SamplingConfig,
        written: Int[Tensor, "row step"],
        lengths: Int[Tensor, " row"],
        ends: Int[Tensor, " end"],
    ) -> None:
        """Prepare to continue a batch.

        Args:
            model: The model.
            config: How tokens are chosen.
            written: Receives the tokens of every row.
            lengths: Receives the number of tokens of every row that ends.
            ends: Tokens that end a text.
        """
        self.model, self.config = model, config
        self.written, self.lengths, self.ends = written, lengths, ends

    def finish(self, rows: Rows, drawn: Int[Tensor, " batch"], step: int) -> None:
        """Draw until every row has ended or is as long as it may be.

        Args:
            rows: The rows still being drawn.
            drawn: Their latest tokens.
            step: Number of these tokens; they are in `written`.
        """
        while step + 1 < self.config.max_new_tokens:
            room = min(rows.cache.count_on_device(), self.config.max_new_tokens - 1 - step)
            recording = _Recording(self, rows, drawn, step)
            replay = recorded(recording.take, rows.index.device)
            done, lives = 0, len(drawn)
            while done < room and lives > FEW * len(drawn):
                for _ in range(count := min(LOOKED_AFTER_EVERY, room - done)):
                    replay()
                done += count
                lives = int(recording.lives.sum())
            rows.cache.passed(done)
            step += done
            self._note_ends(rows.index[~recording.lives], step)
            if not lives:
                return
            drawn = recording.tokens[packed(recording.lives)]
            rows.keep(recording.lives)

    def _note_ends(self, ended: Int[Tensor, " ended"], step: int) -> None:
        """Write down where rows ended."""
        is_end = torch.isin(self.written[ended, : step + 1], self.ends)
        self.lengths[ended] = is_end.int().argmax(dim=1) + 1


class _Recording:
    """One step of a set of rows, whose whole state lies in tensors that stay where they are."""

    def __init__(self, of: Replaying, rows: Rows, drawn: Int[Tensor, " batch"], step: int) -> None:
        self.of, self.rows = of, rows
        self.tokens = drawn.clone()
        self.step = torch.tensor([step], device=drawn.device)
        self.lives = torch.ones_like(drawn, dtype=torch.bool)

    def take(self) -> None:
        """Compute the latest tokens, choose the next ones and write them down."""
        of, rows = self.of, self.rows
        logits = take_step(of.model, rows, self.tokens)
        self.step.add_(1)
        uniforms = rows.uniforms.index_select(1, self.step).squeeze(1)
        self.tokens.copy_(pick(logits, uniforms, of.config))
        of.written[rows.index, self.step.expand_as(rows.index)] = self.tokens
        self.lives.logical_and_(~torch.isin(self.tokens, of.ends))


def recorded(take: Callable[[], None], device: torch.device) -> Callable[[], object]:
    """What takes a step: a CUDA graph of it on a GPU, elsewhere the step itself."""
    if device.type != "cuda":
        return take
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        take()
    return graph.replay
