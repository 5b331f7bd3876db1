"""Arithmetic in text: an expression of numbers, read into its operands and computed exactly.

Nothing is executed: the grammar is sums, products, quotients, brackets and signs of decimals.
"""

import re
from collections.abc import Callable
from fractions import Fraction

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<mark>[-+*/()]))")
_DEEPEST = 50


def numbers_of(expression: str) -> list[Fraction] | None:
    """Operands of an expression in order, without signs; None where it is no expression.

    >>> numbers_of("16-3*.5")
    [Fraction(16, 1), Fraction(3, 1), Fraction(1, 2)]
    """
    found: list[Fraction] = []

    def keep(number: Fraction) -> Fraction:
        found.append(number)
        return number

    # Only a division by zero fails once every operand has been read.
    return found if _read(expression, keep, checked=False) is not None else None


def compute(
    expression: str, replace: Callable[[Fraction], Fraction] = lambda number: number
) -> Fraction | None:
    """Value of an expression; None where it is none, or divides by zero.

    Args:
        expression: Text such as `(12 + 3) * 2`.
        replace: Gives the number that stands in for each operand.

    >>> compute("(12+3)*2/4"), compute("1/0"), compute("x+1")
    (Fraction(15, 2), None, None)
    """
    return _read(expression, replace, checked=True)


def _read(
    expression: str, replace: Callable[[Fraction], Fraction], checked: bool
) -> Fraction | None:
    tokens: list[str] = []
    at, text = 0, expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(match["number"] or match["mark"])
        at = match.end()
    parser = _Parser(tokens, replace, checked)
    try:
        value = parser.sum(0)
    except (_NoExpressionError, ZeroDivisionError):
        return None
    return value if parser.at == len(tokens) else None


class _NoExpressionError(Exception):
    """The tokens are no expression."""


class _Parser:
    """Recursive descent over tokens."""

    def __init__(
        self, tokens: list[str], replace: Callable[[Fraction], Fraction], checked: bool
    ) -> None:
        self.tokens, self.replace, self.checked, self.at = tokens, replace, checked, 0

    def next_is(self, marks: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in marks

    def take(self) -> str:
        if self.at == len(self.tokens):
            raise _NoExpressionError
        self.at += 1
        return self.tokens[self.at - 1]

    def sum(self, depth: int) -> Fraction:
        if depth > _DEEPEST:
            raise _NoExpressionError
        value = self.product(depth)
        while self.next_is("+-"):
            value += self.product(depth) if self.take() == "+" else -self.product(depth)
        return value

    def product(self, depth: int) -> Fraction:
        value = self.signed(depth)
        while self.next_is("*/"):
            if self.take() == "*":
                value *= self.signed(depth)
            else:
                divisor = self.signed(depth)
                value = value / (divisor if divisor or self.checked else Fraction(1))
        return value

    def signed(self, depth: int) -> Fraction:
        sign = 1
        while self.next_is("+-"):
            sign = -sign if self.take() == "-" else sign
        token = self.take()
        if token == "(":
            value = self.sum(depth + 1)
            if self.take() != ")":
                raise _NoExpressionError
            return sign * value
        if token in "*/)":
            raise _NoExpressionError
        return sign * self.replace(Fraction(token))
