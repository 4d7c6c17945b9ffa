"""Reads from a function's code what it needs of a parameter that nobody annotated.

A need is a use that every run of the body makes, such as ``order["total"]`` in its first line. A
value of another kind surely fails there, so an edge that carries one is wrong. Uses in branches and
`try` say nothing, and neither does anything after the value was given to code that cannot be seen
here. A use in a loop over the value is made for each item, and one after ``if not order: return``
for each order that is not empty.

The plugin asks this too, so this package imports only the standard library and `nearness`.
"""

from __future__ import annotations

from typedxcom.needs.found import ITEM, KINDS, OBJECT, Need, Needs, Shown, broken
from typedxcom.needs.lambdas import as_function
from typedxcom.needs.reading import Meaning, needs_of
from typedxcom.needs.values import Given, values_of

__all__ = [
    "ITEM",
    "KINDS",
    "OBJECT",
    "Given",
    "Meaning",
    "Need",
    "Needs",
    "Shown",
    "as_function",
    "broken",
    "needs_of",
    "values_of",
]
