"""Find every place where a value does not have the shape of a struct.

msgspec stops at the first error, which is right for a wire and wrong for a person who mends forty fields: so the same type
description msgspec decodes by is walked here by hand, and each leaf reports for itself.
"""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from msgspec import NODEFAULT, inspect

from saveit.kernel.errors import FieldError
from saveit.venues.rule_errors import rule_error


def shape_errors(value: object, shape: inspect.Type, path: str) -> Iterator[FieldError]:
    """Yield an error for each part of `value` that `shape` does not allow; parts are named below `path`."""
    match shape:
        case inspect.UnionType():
            if value is not None:
                inner = next(part for part in shape.types if not isinstance(part, inspect.NoneType))
                yield from shape_errors(value, inner, path)
        case inspect.StructType():
            yield from _struct_errors(value, shape, path)
        case inspect.VarTupleType():
            yield from _tuple_errors(value, shape, path)
        case inspect.StrType():
            yield from _text_errors(value, shape, path)
        case inspect.IntType() | inspect.FloatType():
            yield from _number_errors(value, shape, path)
        case _:
            yield from _choice_errors(value, shape, path)


def _choice_errors(value: object, shape: inspect.Type, path: str) -> Iterator[FieldError]:
    match shape:
        case inspect.LiteralType():
            if value not in shape.values:
                choices = ", ".join(str(choice) for choice in shape.values)
                yield rule_error(path, "unknown_choice", choices=choices)
        case inspect.DateType():
            if not (isinstance(value, str) and _is_date(value)):
                yield rule_error(path, "wrong_type", expected="date", got=_described(value))
        case inspect.BoolType():
            if not isinstance(value, bool):
                yield rule_error(path, "wrong_type", expected="boolean", got=_described(value))
        case _:
            raise AssertionError(f"{path}: rules use no {type(shape).__name__}")


def _struct_errors(value: object, shape: inspect.StructType, path: str) -> Iterator[FieldError]:
    if not isinstance(value, Mapping):
        yield rule_error(path, "wrong_type", expected="object", got=_described(value))
        return
    fields = {field.encode_name: field for field in shape.fields}
    given = cast("Mapping[object, object]", value)
    for name in given:
        if name not in fields:
            yield rule_error(_below(path, str(name)[:80]), "unknown_field")
    for name, field in fields.items():
        if name in given:
            yield from shape_errors(given[name], field.type, _below(path, name))
        elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
            yield rule_error(_below(path, name), "missing_field")


def _tuple_errors(value: object, shape: inspect.VarTupleType, path: str) -> Iterator[FieldError]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        yield rule_error(path, "wrong_type", expected="list", got=_described(value))
        return
    items = cast("Sequence[object]", value)
    minimum, maximum = shape.min_length or 0, shape.max_length
    if len(items) < minimum or (maximum is not None and len(items) > maximum):
        yield rule_error(path, "wrong_length", minimum=minimum, maximum=maximum)
        return
    for index, item in enumerate(items):
        yield from shape_errors(item, shape.item_type, f"{path}[{index}]")


def _text_errors(value: object, shape: inspect.StrType, path: str) -> Iterator[FieldError]:
    if not isinstance(value, str):
        yield rule_error(path, "wrong_type", expected="text", got=_described(value))
        return
    minimum, maximum = shape.min_length or 0, shape.max_length
    if shape.pattern is not None and re.search(shape.pattern, value) is None:
        yield rule_error(path, "wrong_format", got=value[:20])
    elif len(value) < minimum or (maximum is not None and len(value) > maximum):
        yield rule_error(path, "wrong_length", minimum=minimum, maximum=maximum)


def _number_errors(
    value: object, shape: inspect.IntType | inspect.FloatType, path: str
) -> Iterator[FieldError]:
    whole = isinstance(shape, inspect.IntType)
    # A bool is an int to Python, and "true covers" is nobody's intention.
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        yield rule_error(path, "wrong_type", expected="integer" if whole else "number", got=_described(value))
        return
    # Written so that NaN, which compares as false with everything, is out of every range.
    over = (shape.ge is None or value >= shape.ge) and (shape.gt is None or value > shape.gt)
    under = (shape.le is None or value <= shape.le) and (shape.lt is None or value < shape.lt)
    if not (over and under):
        minimum = shape.ge if shape.gt is None else shape.gt
        maximum = shape.le if shape.lt is None else shape.lt
        yield rule_error(path, "out_of_range", minimum=minimum, maximum=maximum)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_date(text: str) -> bool:
    # fromisoformat also reads "20260302" and week dates, which the wire does not.
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is None:
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _described(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value[:20]}"'
        case int() | float():
            return str(value)[:20]
        case Mapping():
            return "{}"
        case _:
            return "[]"
