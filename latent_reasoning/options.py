"""Command-line options from a dataclass: one flag per field, its docstring as help."""

import argparse
import ast
import inspect
import textwrap
from dataclasses import MISSING, Field, fields
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args

Config = TypeVar("Config")


def field_sentences(config: type) -> dict[str, str]:
    """The docstring under each field of a dataclass."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(config))).body[0]
    assert isinstance(tree, ast.ClassDef)
    sentences: dict[str, str] = {}
    for this, following in zip(tree.body, tree.body[1:], strict=False):
        if not isinstance(this, ast.AnnAssign) or not isinstance(this.target, ast.Name):
            continue
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            sentences[this.target.id] = str(following.value.value)
    return sentences


def add_options(parser: argparse.ArgumentParser, config: type) -> None:
    """Add one flag for every field of a dataclass with defaults."""
    sentences = field_sentences(config)
    for field in fields(config):
        assert field.default is not MISSING, f"{config.__name__}.{field.name} has no default"
        if field.default is False:
            parser.add_argument(
                f"--{field.name.replace('_', '-')}",
                action="store_true",
                help=_help(sentences[field.name]),
            )
            continue
        shown = "" if field.default is None else f" [{field.default}]"
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=_type_of(field),
            default=field.default,
            metavar=_type_of(field).__name__.upper(),
            help=_help(sentences[field.name]) + shown,
        )


def config_from(namespace: argparse.Namespace, config: type[Config]) -> Config:
    """The dataclass that the parsed flags describe."""
    return config(**{f.name: getattr(namespace, f.name) for f in fields(config)})  # pyright: ignore


def _help(sentence: str) -> str:
    return sentence.replace("%", "%%")


def _type_of(field: "Field[Any]") -> type:
    kinds = [kind for kind in get_args(field.type) if kind is not NoneType] or [field.type]
    assert kinds[0] in (str, int, float, Path), f"no flag for {field.name}: {field.type}"
    return kinds[0]
