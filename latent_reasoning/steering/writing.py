"""Behaviours in a completion while it is being written."""

from collections.abc import Iterable

from latent_reasoning.models.loading import LoadedModel
from latent_reasoning.traces.behaviours import get_behaviour


class Writing:
    """One completion, token by token.

    A token is within a behaviour if it overlaps a span that the behaviour has in the completion up
    to and with that token. What comes later decides nothing, as it is not known yet.
    """

    def __init__(self, model: LoadedModel, behaviours: Iterable[str]) -> None:
        self._model = model
        self._behaviours = [get_behaviour(name) for name in behaviours]
        self._tokens: list[int] = []
        self._end = 0

    def add(self, token: int) -> dict[str, bool]:
        """Write a token; which behaviours it is within.

        Tokens without text, as special ones, are within none, and of those that make up one
        character only the last is.
        """
        self._tokens.append(token)
        # The decoder puts this character for one that is not complete.
        text = self._model.decode(self._tokens).rstrip("\ufffd")
        start, end = min(self._end, len(text)), len(text)
        self._end = end
        return {
            behaviour.name: start < end
            and any(span.start < end and start < span.end for span in behaviour.spans(text))
            for behaviour in self._behaviours
        }
