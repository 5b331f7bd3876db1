import pytest

from latent_reasoning.activations.sequences import TokenSequence
from latent_reasoning.errors import ActivationError


def test_prompt_and_completion_share_out_the_positions() -> None:
    sequence = TokenSequence((5, 6, 7, 8, 9), n_prompt=3, problem_id="p")
    assert [*sequence.kept("prompt"), *sequence.kept("completion")] == [*sequence.kept("all")]
    assert [*sequence.kept("last_prompt")] == [2]


@pytest.mark.parametrize(("tokens", "n_prompt"), [((), 0), ((5,), 0), ((5,), 2)])
def test_a_sequence_needs_a_prompt_within_its_tokens(
    tokens: tuple[int, ...], n_prompt: int
) -> None:
    with pytest.raises(ActivationError, match="problem 'p7'"):
        TokenSequence(tokens, n_prompt, problem_id="p7")
