r"""Gold answers: what a field says is correct, read the same way from problems and generations."""

import math
from typing import Any

from latent_reasoning.traces.answers import extract_answer


def golds_of(value: Any, together: bool = False) -> tuple[str, ...]:
    r"""The correct answers a value holds, each of which is right; none where it holds none.

    Of a worked solution the final answer is taken. Truth values, NaN and infinity are no answers.

    Args:
        value: Text, a number, or a list of them.
        together: Whether all entries of a list are needed; they become one answer, with commas.

    >>> golds_of("9 * 2 = 18\n#### 18"), golds_of(["4", 5]), golds_of(r"So $\boxed{7}$.")
    (('18',), ('4', '5'), ('7',))
    >>> golds_of(["$4$", "5"], together=True), golds_of("So.\n#### "), golds_of(float("nan"))
    (('4, 5',), (), ())
    """
    if isinstance(value, list | tuple):
        found = tuple(gold for item in value for gold in golds_of(item))
        if not together or len(found) < 2:
            return found
        return (", ".join(gold.strip("$").strip() for gold in found),)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ()
    if isinstance(value, float) and not math.isfinite(value):
        return ()
    text = str(value).strip()
    if "####" in text:
        text = text.rsplit("####", maxsplit=1)[1].strip()
    elif "\\boxed" in text:
        text = extract_answer(text) or text
    return (text,) if text else ()


def belong_together(field: str, flag: Any) -> bool:
    """Whether all entries of a list of answers are needed, and not any of them is right.

    OlympiadBench says so in `is_multiple_answer`, and lists its answers in `final_answer`.

    Args:
        field: Name of the field with the answers.
        flag: What stands beside it under `is_multiple_answer`; None without.
    """
    if flag is None:
        return field.rpartition(".")[2] == "final_answer"
    return str(flag).lower() == "true"
