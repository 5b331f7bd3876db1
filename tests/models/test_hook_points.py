import pytest

from latent_reasoning.errors import HookPointError
from latent_reasoning.models.hook_points import HookPoint, hook_point_names, parse_hook_point


def test_every_name_reads_back_as_itself() -> None:
    names = hook_point_names(3)
    assert len(names) == len(set(names)) == 15
    assert [str(parse_hook_point(name, 3)) for name in names] == names


def test_canonical_bridge_names_are_aliases() -> None:
    assert parse_hook_point("blocks.3.hook_out") == HookPoint(3, "resid_post")
    assert parse_hook_point("blocks.3.hook_in") == HookPoint(3, "resid_pre")


def test_a_hook_point_passes_through_and_is_checked() -> None:
    assert parse_hook_point(HookPoint(2, "attn_out"), 3) == HookPoint(2, "attn_out")
    with pytest.raises(HookPointError, match="layer 3; expected a layer from 0 to 2"):
        parse_hook_point(HookPoint(3, "attn_out"), 3)


def test_a_misspelt_name_lists_the_valid_ones_and_suggests_the_nearest() -> None:
    with pytest.raises(HookPointError) as error:
        parse_hook_point("blocks.1.hook_resid_pots", 3)
    message = str(error.value)
    for site in ("resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"):
        assert f"blocks.{{i}}.hook_{site}" in message
    assert "did you mean 'blocks.1.hook_resid_post'?" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "name", ["", "blocks.-1.hook_out", "blocks.1.hook_out ", "blocks.1.attn.hook_z", "x"]
)
def test_anything_else_is_refused(name: str) -> None:
    with pytest.raises(HookPointError, match="not a known hook point"):
        parse_hook_point(name)


def test_a_layer_out_of_range_gives_the_range() -> None:
    with pytest.raises(HookPointError, match="names layer 24; expected a layer from 0 to 23"):
        parse_hook_point("blocks.24.hook_out", 24)
    with pytest.raises(HookPointError, match="found layer -1"):
        HookPoint(-1, "resid_pre")
