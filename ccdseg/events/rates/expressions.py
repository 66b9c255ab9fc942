"""Rows of a table that fulfil an expression on its columns; no code of the expression is run."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from difflib import get_close_matches
from math import inf

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.errors import InputError
from ccdseg.events.rates.quantities import take_out

Value = np.ndarray | u.Quantity

_COMPARISONS = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_LOGIC = {
    ast.And: np.logical_and,
    ast.Or: np.logical_or,
    ast.BitAnd: np.logical_and,
    ast.BitOr: np.logical_or,
    ast.BitXor: np.logical_xor,
}
_FUNCTIONS = {
    "abs": np.abs,
    "sqrt": np.sqrt,
    "log10": np.log10,
    "isfinite": np.isfinite,
    "isnan": np.isnan,
}
_CONSTANTS = {"inf": np.float64(inf)}

_KINDS = {"b": "a truth value", "U": "text", "f": "a number", "i": "a number", "u": "a number"}


def select(table: QTable, where: str) -> np.ndarray:
    """Rows of a table that fulfil an expression.

    Parameters
    ----------
    table : astropy.table.QTable
        Columns of numbers, with or without units, truth values and text.
    where : str
        Comparisons (``<``, ``<=``, ``==``, ``!=``, ``in``) of columns, numbers with units as
        ``10 keV``, and texts in quotes, joined by ``and``, ``or``, ``not`` and parentheses;
        arithmetic, and the functions abs, sqrt, log10, isfinite and isnan.

    Returns
    -------
    ndarray of bool
        Of shape (rows,).

    Raises
    ------
    InputError
        If the expression is malformed, there is no such column or unit, units or kinds do not fit,
        or its value is no truth value.
    """
    try:
        text, quantities = take_out(where)
        node = ast.parse(text.strip(), mode="eval").body
        value = _Evaluator(table, quantities).value(node)
    except SyntaxError as error:
        raise InputError(f"{where!r} is no expression: {error.msg}.") from None
    except (RecursionError, MemoryError):
        raise InputError(f"{where!r} is no expression that could be read.") from None
    except InputError as error:
        raise InputError(f"In {where!r}: {error}") from None
    if _kind(value) != _KINDS["b"]:
        raise InputError(
            f"{where!r} is {_kind(value)}, no truth value; compare it, as in 'energy < 10 keV'."
        )
    return np.broadcast_to(value, len(table)).copy()


class _Evaluator:
    """Values of the nodes of an expression; its names are columns, and nothing else."""

    def __init__(self, table: QTable, quantities: dict[str, u.Quantity]) -> None:
        self._table = table
        self._quantities = quantities

    def value(self, node: ast.expr) -> Value:
        """Value of a node, one per row or one for all."""
        evaluate: Callable | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if evaluate is None:
            raise InputError(f"{ast.unparse(node)!r} is not allowed in an expression.")
        return evaluate(node)

    def _constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool | str):
            return np.asarray(node.value)
        if isinstance(node.value, int | float):
            return np.float64(node.value)
        raise InputError(f"{node.value!r} is neither a number nor text.")

    def _name(self, node: ast.Name) -> Value:
        if node.id in self._quantities:
            return self._quantities[node.id]
        if node.id in self._table.colnames:
            column = self._table[node.id]
            return column if isinstance(column, u.Quantity) else np.asarray(column)
        if node.id in _CONSTANTS:
            return _CONSTANTS[node.id]
        near = get_close_matches(node.id, self._table.colnames, n=3)
        names = near or self._table.colnames
        raise InputError(
            f"there is no column {node.id!r}; {'near ones' if near else 'columns'} are "
            f"{', '.join(names)}."
        )

    def _boolop(self, node: ast.BoolOp) -> Value:
        parts = [self._truth(part) for part in node.values]
        return _LOGIC[type(node.op)].reduce(np.broadcast_arrays(*parts))

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not | ast.Invert):
            return np.logical_not(self._truth(node.operand))
        number = self._number(node.operand)
        return -number if isinstance(node.op, ast.USub) else number

    def _binop(self, node: ast.BinOp) -> Value:
        if type(node.op) in _LOGIC:
            return _LOGIC[type(node.op)](self._truth(node.left), self._truth(node.right))
        if type(node.op) not in _ARITHMETIC:
            raise InputError(f"{ast.unparse(node)!r} is not allowed in an expression.")
        left, right = self._number(node.left), self._number(node.right)
        with np.errstate(all="ignore"):
            try:
                return _ARITHMETIC[type(node.op)](left, right)
            except (u.UnitsError, TypeError):
                raise InputError(self._misfit(node.left, left, node.right, right)) from None

    def _compare(self, node: ast.Compare) -> Value:
        result, left = np.True_, node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            result = result & self._pair(op, left, right)
            left = right
        return result

    def _pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Value:
        if isinstance(op, ast.In | ast.NotIn):
            if not isinstance(right, ast.List | ast.Tuple | ast.Set):
                raise InputError(f"behind 'in' stands a list, as in {ast.unparse(left)} in ['a'].")
            parts = [self._pair(ast.Eq(), left, one) for one in right.elts]
            found = np.logical_or.reduce(parts) if parts else np.False_
            return found if isinstance(op, ast.In) else np.logical_not(found)
        if type(op) not in _COMPARISONS:
            raise InputError("'is' is not allowed in an expression; compare with ==.")
        one, other = self.value(left), self.value(right)
        if _kind(one) != _kind(other):
            raise InputError(
                f"{self._shown(left)} is {_kind(one)} and {self._shown(right)} {_kind(other)}; "
                "texts stand in quotes."
            )
        try:
            one, other = _in_one_unit(one, other)
        except u.UnitsError:
            raise InputError(self._misfit(left, one, right, other)) from None
        return _COMPARISONS[type(op)](one, other)

    def _call(self, node: ast.Call) -> Value:
        name = getattr(node.func, "id", "")
        if name not in _FUNCTIONS or len(node.args) != 1 or node.keywords:
            raise InputError(
                f"{self._shown(node)!r} is no function that is known; there are "
                f"{', '.join(_FUNCTIONS)}, of one value."
            )
        with np.errstate(all="ignore"):
            try:
                return _FUNCTIONS[name](self._number(node.args[0]))
            except (u.UnitsError, TypeError):
                shown = self._shown(node.args[0])
                raise InputError(
                    f"{name} needs a number without unit; divide {shown} by one of its unit."
                ) from None

    def _truth(self, node: ast.expr) -> Value:
        value = self.value(node)
        if _kind(value) != _KINDS["b"]:
            raise InputError(
                f"{self._shown(node)} is {_kind(value)}, no truth value; compare it, and put "
                "comparisons that are joined by & or | into parentheses."
            )
        return value

    def _number(self, node: ast.expr) -> Value:
        value = self.value(node)
        if _kind(value) != _KINDS["f"]:
            raise InputError(f"{self._shown(node)} is {_kind(value)}, no number.")
        return value

    def _shown(self, node: ast.expr) -> str:
        text = ast.unparse(node)
        for name, value in self._quantities.items():
            text = text.replace(name, f"{value.value:g} {value.unit}")
        return text

    def _misfit(self, left: ast.expr, one: Value, right: ast.expr, other: Value) -> str:
        return (
            f"{self._shown(left)} is in {_unit(one)} and {self._shown(right)} in {_unit(other)}; "
            "write numbers with a unit that fits, as 10 keV."
        )


def _kind(value: Value) -> str:
    return _KINDS.get(np.asarray(value).dtype.kind, "of an unknown kind")


def _unit(value: Value) -> str:
    unit = getattr(value, "unit", None)
    return "no unit" if unit in (None, u.dimensionless_unscaled) else str(unit)


def _in_one_unit(one: Value, other: Value) -> tuple[np.ndarray, np.ndarray]:
    """Plain values in the unit of the first; 0 and infinity are the same in all units."""
    if _kind(one) != _KINDS["f"]:
        return one, other
    units = [getattr(value, "unit", u.dimensionless_unscaled) for value in (one, other)]
    for value, unit in ((one, units[1]), (other, units[0])):
        if not isinstance(value, u.Quantity) and np.ndim(value) == 0 and value in (0, inf):
            units = [unit, unit]
    one, other = (u.Quantity(value, unit) for value, unit in zip((one, other), units, strict=True))
    return one.value, other.to_value(one.unit)
