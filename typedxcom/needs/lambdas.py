"""Makes a lambda a function, so that all code is read in one form."""

from __future__ import annotations

import ast

__all__ = ["as_function"]


def as_function(node: ast.Lambda) -> ast.FunctionDef:
    """Returns a function with the parameters of a lambda, which returns its expression."""
    made = ast.parse("def made(): return 0").body[0]
    assert isinstance(made, ast.FunctionDef)
    made.args, made.body = node.args, [ast.Return(node.body)]
    return ast.fix_missing_locations(ast.copy_location(made, node))
