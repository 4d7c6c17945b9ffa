"""Types ``out["key"]``, ``out.map(f)``, ``out.zip(...)`` and ``out.concat(...)``."""

from __future__ import annotations

from collections.abc import Collection

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import (
    ARG_POS,
    CallExpr,
    Context,
    Expression,
    FuncDef,
    LambdaExpr,
    RefExpr,
    TempNode,
)
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_KEY, XCOM_MAP
from typedxcom.mypy.features.keynames import key_fault, shown_key, text_of
from typedxcom.mypy.types.elements import element_of, is_dict
from typedxcom.mypy.types.inferred import keys_of
from typedxcom.mypy.types.needs import Reader, broken_by, lacks
from typedxcom.mypy.types.origins import note_of
from typedxcom.mypy.types.outputs import Note, Output, make_output, output_of
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tables import fields_of, is_table
from typedxcom.mypy.types.tasks import task_of
from typedxcom.mypy.types.unions import args_of, members, without_constants
from typedxcom.mypy.types.vague import is_vague

__all__ = ["batched", "concat", "item", "lambda_context", "mapped", "zipped"]


# out["key"] --------------------------------------------------------------------------------------


def item(site: Site, output: Output, key: Expression | None, where: Context) -> Type:
    """Returns the type of one key of an output. Reports keys that will not be there."""
    note = output.note or Note()
    name = None if key is None else text_of(site, key)
    value = get_proper_type(output.value)
    if output.kind == names.DERIVED:
        site.fail(
            f"The result of map(), zip() or concat() of {output.phrase()} has no keys",
            where,
            XCOM_KEY,
        )
        return make_output(site, unknown(), kind=names.KEYED, note=note)
    if name is None:
        if key is not None and not _is_str(site.type_of(key)):
            site.fail(
                f"A key of {_subject(output)} is a str: an output cannot be indexed", key, XCOM_KEY
            )
            return make_output(site, unknown(), kind=names.KEYED, note=note)
        return make_output(site, _any_key(site, output, value), kind=names.KEYED, note=note)
    if (fault := key_fault(name)) is not None:
        text = f'Key "{shown_key(name)}" of {output.phrase()} cannot name an XCom: {fault}'
        site.fail(text, key or where, XCOM_KEY)
        return make_output(site, unknown(), kind=names.KEYED, note=note)
    inferred = output.inferred
    if output.mapped:
        value = get_proper_type(map_list(value))
        inferred = None if inferred is None else map_list(get_proper_type(inferred))
    shape = None if inferred is None or note.keys is False else keys_of(inferred)
    if shape is not None and (note.pushed is None or name in shape.items or name in note.pushed):
        shape_of_key = shape.items.get(name)
    elif shape is not None and name != "return_value":
        (shown,) = site.describe(without_constants(shape))
        _no_key(
            site, output, name, shown, {**shape.items, **dict.fromkeys(note.pushed or ())}, where
        )
        return make_output(site, unknown(), kind=names.KEYED, note=note._replace(key=name))
    else:
        shape_of_key = None
    found = _field(site, output, value, name, where)
    if output.mapped:
        found = site.builtin("list", [found])
        shape_of_key = shape_of_key and site.builtin("list", [shape_of_key])
    note = note._replace(key=name)
    return make_output(site, found, kind=names.KEYED, note=note, inferred=shape_of_key)


def _any_key(site: Site, output: Output, value: ProperType) -> Type:
    """Returns the type of a computed key: all values of a dict have the same type."""
    one = get_proper_type(map_list(value)) if output.mapped else value
    if (output.note and output.note.keys is False) or (found := _values(one)) is None:
        return unknown()
    return site.builtin("list", [found]) if output.mapped else found


def _values(value: ProperType) -> Type | None:
    if not isinstance(value, Instance) or not value.type.has_base("typing.Mapping"):
        return None
    base = next(b for b in value.type.mro if b.fullname == "typing.Mapping")
    return map_instance_to_supertype(value, base).args[1]


def map_list(value: ProperType) -> Type:
    """Returns the item type of the list that a mapped output is."""
    return value.args[0] if isinstance(value, Instance) and value.args else unknown()


def _subject(output: Output) -> str:
    return "an output" if output.note is None else f"the output of {output.phrase()}"


def _is_str(found: ProperType) -> bool:
    if isinstance(found, UnionType):
        return all(_is_str(get_proper_type(item)) for item in found.items)
    if isinstance(found, LiteralType):
        found = found.fallback
    return isinstance(found, AnyType) or (
        isinstance(found, Instance) and found.type.has_base("builtins.str")
    )


def _field(site: Site, output: Output, value: ProperType, name: str, where: Context) -> Type:
    is_open = isinstance(value, AnyType) and output.inferred is None
    if is_open or name == "return_value":
        return unknown()
    keys, pushed = (output.note.keys, output.note.pushed) if output.note else (None, None)
    label = f"{output.phrase()[0].upper()}{output.phrase()[1:]}"
    if output.note is not None and output.note.key is not None:
        site.fail(f'{label}: key "{output.note.key}" has no keys of its own', where, XCOM_KEY)
        return unknown()
    if pushed is None or name in pushed:
        return _known_field(site, value, name)
    if keys is False:
        text = f'{label} pushes no key "{name}": it needs multiple_outputs=True'
        if pushed:
            text += f", or one of {_listed(dict.fromkeys(pushed))}, which its body pushes"
        site.fail(text, where, XCOM_KEY)
        return unknown()
    if (values := _values(value)) is not None:
        return values
    fields = fields_of(value)
    site.depend_on(value)
    if fields is not None and name in fields:
        return fields[name][0]
    if fields is not None and isinstance(value, (TypedDictType, Instance)):
        (shown,) = site.describe(value)
        _no_key(site, output, name, shown, {**fields, **dict.fromkeys(pushed)}, where)
    elif keys and not isinstance(value, AnyType):
        (shown,) = site.describe(value)
        site.fail(f'{label} has no output keys: it returns "{shown}"', where, XCOM_KEY)
    return unknown()


def _no_key(
    site: Site, output: Output, name: str, shown: str, known: Collection[str], where: Context
) -> None:
    label = f"{output.phrase()[0].upper()}{output.phrase()[1:]}"
    text = f'{label} has no output key "{name}": "{shown}" has {_listed(known)}'
    site.fail(text, where, XCOM_KEY)


def _known_field(site: Site, value: ProperType, name: str) -> Type:
    """Returns the type of the field with a key's name, if any. The body may push the key too."""
    if (values := _values(value)) is not None:
        return values
    fields = fields_of(value)
    site.depend_on(value)
    return fields[name][0] if fields is not None and name in fields else unknown()


def _listed(fields: Collection[str]) -> str:
    shown = [f'"{name}"' for name in list(fields)[:8]]
    return ", ".join(shown) + (", ..." if len(fields) > 8 else "")


# out.map(f) --------------------------------------------------------------------------------------


def mapped(site: Site, output: Output, call: CallExpr) -> Type:
    """Returns the type of ``out.map(f)``. Reports a function that does not take the elements."""
    note = output.note or note_of(site, call)
    element = _element(site, output, call, "mapped")
    if not call.args or len(call.args) > 1:
        return make_output(site, site.builtin("list", [unknown()]), kind=names.DERIVED, note=note)
    output = output._replace(note=note)
    if not _is_usable(site, output, call.args[0], element):
        element = unknown()
    result = _apply(site, output, call.args[0], element, call)
    value = site.builtin("list", [result])
    return make_output(site, value, kind=names.DERIVED, note=note and note._replace(key=None))


def _is_usable(site: Site, output: Output, f: Expression, element: Type) -> bool:
    """Reports what the code of *f*, which has no annotation, needs of an item and cannot have.

    In a body that mypy checks, it finds itself what a lambda does with an item of a known type.
    """
    reader: Reader | None = f if isinstance(f, LambdaExpr) else None
    if isinstance(f, RefExpr) and isinstance(f.node, FuncDef) and site.defines(f.node):
        reader = f.node
    is_promised = not isinstance(get_proper_type(element), AnyType)
    is_checked = site.task_calls is None and isinstance(reader, LambdaExpr)
    found = [] if is_promised and not is_vague(element) else _items_in_code(site, output)
    if reader is None or not reader.arguments or not (found or (is_promised and not is_checked)):
        return True
    is_decoded = output.mapped or (output.kind == names.XCOMARG and bool(args_of(output.value)))
    is_exact = is_decoded and not found and output.note is not None and not output.note.plain
    said: list[Type] = found or [*members(element)]
    found = [_without_other_keys(site, one) if is_exact else one for one in said]
    parameter = reader.arguments[0].variable.name
    need = broken_by(site, reader, parameter, found, is_exact=is_exact)
    if need is None:
        return True
    (shown,) = site.describe(without_constants(said[0]))
    name = f'Function "{reader.name}"' if isinstance(reader, FuncDef) else "The lambda"
    text = f'{name} uses an item as "{need.words}", but {output.phrase()} gives "{shown}" to map()'
    site.fail(f"{text}{lacks(need, found[0])}", f, XCOM_MAP)
    return False


def _items_in_code(site: Site, output: Output) -> list[Type]:
    """Returns what the items may be by the code of the task."""
    if output.inferred is None:
        return []
    found = [element_of(site, one) for one in members(output.inferred)]
    return [one for one in found if one is not None]


def _without_other_keys(site: Site, item: Type) -> Type:
    """Returns a TypedDict as a dict of just these keys: no others are decoded."""
    fallback = site.instance("typing._TypedDict")
    if not isinstance(item, TypedDictType) or fallback is None:
        return item
    return item.copy_modified(fallback=fallback)


def _apply(site: Site, output: Output, f: Expression, element: Type, call: CallExpr) -> Type:
    found = site.type_of(f) if not isinstance(f, LambdaExpr) else None
    if found is not None and task_of(found) is not None:
        task = task_of(found)
        label = task.label if task else "a task"
        site.fail(f"map() takes a plain function, but {label} is a task", f, XCOM_MAP)
        return unknown()
    if found is not None and not isinstance(found, (CallableType, Overloaded, Instance)):
        return unknown()
    callee = found if found is not None else _lambda_type(site, f, element)
    checker = site.api.expr_checker
    (result, _solved), failed = site.has_errors(
        lambda: checker.check_call(callee, [TempNode(element, context=f)], [ARG_POS], call)
    )
    if failed and isinstance(callee, CallableType) and _one_parameter(callee):
        formal = callee.arg_types[0]
        if not fits(element, formal):
            down, up = site.describe(formal, element)
            name = (callee.name or "the function").split(" of ")[0]
            text = f'Function "{name}" takes "{down}", but {output.phrase()} gives "{up}" to map()'
            site.fail(text, f, XCOM_MAP)
            return callee.ret_type if not callee.variables else unknown()
    elif failed:
        named = callee.name if isinstance(callee, CallableType) else None
        called = f'Function "{named.split(" of ")[0]}"' if named else "This function"
        text = f"{called} cannot be called with one element of {output.phrase()} in map()"
        site.fail(text, f, XCOM_MAP)
        return unknown()
    returned: Type = result
    return returned


def _one_parameter(callee: CallableType) -> bool:
    return bool(callee.arg_types) and callee.min_args <= 1


def lambda_context(site: Site, output: Output) -> CallableType:
    """Returns the type that mypy checks a lambda against."""
    element = unknown() if is_dict(output.value) else element_of(site, output.value) or unknown()
    return _takes(site, element)


def _takes(site: Site, element: Type) -> CallableType:
    return CallableType([element], [ARG_POS], [None], unknown(), site.builtin("function"))


def _lambda_type(site: Site, f: Expression, element: Type) -> ProperType:
    context = _takes(site, element)
    return site.quietly(lambda: site.api.expr_checker.accept(f, type_context=context))


# out.zip(...) and out.concat(...) ----------------------------------------------------------------


def zipped(site: Site, output: Output, call: CallExpr) -> Type:
    """Returns the type of ``a.zip(b, c, fillvalue=...)``."""
    elements = _elements(site, output, call, "zipped")
    fills = [e for e, n in zip(call.args, call.arg_names, strict=True) if n == "fillvalue"]
    if fills:
        fill = site.type_of(fills[0])
        if isinstance(fill, Instance) and fill.last_known_value is not None:
            fill = fill.copy_modified(last_known_value=None)
        elements = [make_simplified_union([element, fill]) for element in elements]
    pair = TupleType(elements, site.builtin("tuple", [unknown()]))
    return _derived(site, output, call, pair)


def concat(site: Site, output: Output, call: CallExpr) -> Type:
    """Returns the type of ``a.concat(b, c)``."""
    elements = _elements(site, output, call, "concatenated")
    return _derived(site, output, call, make_simplified_union(elements))


# out.batches(rows=...) ---------------------------------------------------------------------------


def batched(site: Site, output: Output, where: Context) -> Type:
    """Returns the type of ``out.batches(rows=...)``: a list of tables, each with some rows."""
    table = get_proper_type(output.value)
    if isinstance(table, Instance) and table.type.fullname == "builtins.list" and table.args:
        table = get_proper_type(table.args[0])
    if not (isinstance(table, AnyType) or is_table(table)):
        (shown,) = site.describe(output.value)
        label = f"{output.phrase()[0].upper()}{output.phrase()[1:]}"
        site.fail(f'{label} returns "{shown}": only a table has batches()', where, XCOM_MAP)
        table = get_proper_type(unknown())
    note = output.note or Note()
    value = site.builtin("list", [table])
    return make_output(site, value, kind=names.DERIVED, note=note._replace(key=None))


def _derived(site: Site, output: Output, call: CallExpr, element: Type) -> Type:
    note = output.note or note_of(site, call) or Note()
    value = site.builtin("list", [element])
    return make_output(site, value, kind=names.DERIVED, note=note._replace(key=None))


def _elements(site: Site, output: Output, call: CallExpr, verb: str) -> list[Type]:
    found = [_element(site, output, call, verb)]
    for expr, name in zip(call.args, call.arg_names, strict=True):
        if name == "fillvalue":
            continue
        other = output_of(site.type_of(expr))
        if other is not None:
            found.append(_element(site, other, expr, verb))
        elif isinstance(site.type_of(expr), AnyType):
            found.append(unknown())
        else:
            (shown,) = site.describe(site.type_of(expr))
            site.fail(f'Only outputs can be {verb}, not a value of type "{shown}"', expr, XCOM_MAP)
            found.append(unknown())
    return found


def _element(site: Site, output: Output, where: Context, verb: str) -> Type:
    if output.kind == names.KEYED or (output.note and output.note.key is not None):
        key = f'Key "{output.note.key}"' if output.note and output.note.key else "A key"
        site.fail(
            f"{key} of {output.phrase()} cannot be {verb}: only all of it can", where, XCOM_MAP
        )
        return unknown()
    element = element_of(site, output.value)
    if element is None:
        (shown,) = site.describe(output.value)
        label = f"{output.phrase()[0].upper()}{output.phrase()[1:]}"
        text = f'{label} returns "{shown}", which cannot be {verb}: it needs a list or a tuple'
        site.fail(text, where, XCOM_MAP)
        return unknown()
    if is_dict(output.value):
        (shown,) = site.describe(output.value)
        label = f"{output.phrase()[0].upper()}{output.phrase()[1:]}"
        text = f'{label} returns "{shown}", which cannot be {verb}: a dict has no items by number'
        site.fail(text, where, XCOM_MAP)
        return unknown()
    return element
