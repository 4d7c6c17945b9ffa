"""`sample` makes up one value of any contract type, the same one each time."""

from __future__ import annotations

from typing import Any

from typedxcom.errors import UnsupportedTypeError
from typedxcom.evolution.samples import opened_sample, samples
from typedxcom.promises import promise_of

__all__ = ["sample"]


def sample(annotation: Any, number: int = 0) -> Any:
    """Returns a made-up value of *annotation*, for tests that need just any value.

    It keeps the constraints of the type, and passes its validators. The first values are short.

    Args:
        annotation: What a task takes or returns, for example ``list[Order]`` or ``Table[Trip]``.
        number: Which one of the few values that there are; they repeat.

    Raises:
        ContractError: No XCom can hold values of this type.
        UnsupportedTypeError: No value was found, for example of `File`, or because a validator
            rejects them all.
    """
    codec = promise_of(annotation).codec
    found = samples(codec)
    if not found:
        raise UnsupportedTypeError(
            f"No value of `{codec.schema}` can be made up. Write one in your test.",
            annotation=annotation,
        )
    return opened_sample(found[number % len(found)], codec)
