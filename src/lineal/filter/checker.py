"""From the tree as written to the checked tree: what names mean for a kind of node, and whether types match.

Types match as in the official server: integers and decimals can be compared, other types cannot be mixed; NULL is
compared only by IS NULL; a state is equal to names of states, and ordered by its number. What stays out: SQL
(builder.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lineal import deadlines
from lineal.filter import limits
from lineal.filter.checked import NODE, NODE_TYPE, Checked, Constant, Field, Filter, Mention, Operation
from lineal.filter.mistakes import Mistake, shortened, suggestion
from lineal.filter.syntax import Literal, Name, Syntax
from lineal.filter.syntax import Operation as SyntaxOperation
from lineal.filter.vocabulary import ENUMS, NEIGHBOURS, OWN, PROPERTY_FAMILIES, PROPERTY_VALUES, Neighbour, Type
from lineal.kinds import Kind

_NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL, *ENUMS})
_TEXTS = frozenset({Type.TEXT})
_TRUTHS = frozenset({Type.TRUTH})
_GROUP_OF_TYPE: dict[Type, frozenset[Type]] = {
    **{type_: group for group in (_NUMBERS, _TEXTS, _TRUTHS) for type_ in group},
    Type.NULL: frozenset(),
}
_TYPE_OF_VALUE = {bool: Type.TRUTH, int: Type.INTEGER, float: Type.DECIMAL, str: Type.TEXT, type(None): Type.NULL}
_NAME_OF_GROUP = {_NUMBERS: "a number", _TEXTS: "a string", _TRUTHS: "a condition"}


def checked_filter(tree: Syntax, *, kind: Kind) -> Filter:
    """Check a query for a kind of node.

    Raises:
        Mistake: a name is unknown, types do not fit, or the query is no condition.

    """
    condition = _Checker(kind).check(tree)
    if condition.type is not Type.TRUTH:
        problem = f"the query is {condition.type.value}, not a condition"
        raise Mistake(tree.at, tree.text, problem, "compare it with something")
    return Filter(kind, condition)


class _Checker:
    """The check of one query: the kind it is for, and what was mentioned so far."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._own = OWN[kind]
        self._neighbours = NEIGHBOURS[kind]
        self._joined: dict[Mention, int] = {}
        self._joins = 0

    def check(self, tree: Syntax) -> Checked:
        """Return the checked form of a tree."""
        deadlines.check()
        if isinstance(tree, Literal):
            return Constant(tree.value, _TYPE_OF_VALUE[type(tree.value)])
        if isinstance(tree, Name):
            return self._field(tree)
        rule = self.RULES.get(tree.operator)
        if rule is None:
            known = [f"{operator[:-2]}" for operator in self.RULES if operator.endswith("()")]
            problem = f"function {shortened(tree.operator[:-2])} is not supported"
            raise Mistake(tree.at, tree.text, problem, suggestion(tree.operator[:-2], known))
        return rule(self, tree)

    # ---- names

    def _field(self, name: Name) -> Field:
        """Resolve a name; the plain names are found in any case."""
        first = name.parts[0]
        if not name.text.startswith("`"):
            if first in PROPERTY_FAMILIES:
                return self._property(name)
            for family in self._neighbours:
                if first.startswith(f"{family}_") and len(first) > len(family) + 1:
                    return self._neighbour_field(name, family, first[len(family) + 1 :])
        if len(name.parts) > 1:
            raise self._unknown(name, first)
        return self._own_field(name)

    def _own_field(self, name: Name) -> Field:
        field = name.parts[0].lower()
        if field not in self._own:
            raise self._unknown(name, name.parts[0])
        mention = NODE_TYPE if field == "type" else NODE
        if mention is NODE_TYPE:
            self._mention(mention, 1, name)
        return Field(mention, field, self._own[field])

    def _property(self, name: Name) -> Field:
        if len(name.parts) != 3:
            problem = f"a property is written {name.parts[0]}.NAME.int_value, or {name.parts[0]}.`a NAME`.int_value"
            raise Mistake(name.at, name.text, problem)
        family, property_name, value = name.parts
        if value not in PROPERTY_VALUES:
            problem = f"no kind of value {shortened(value)!r}"
            raise Mistake(name.at, name.text, problem, suggestion(value, PROPERTY_VALUES))
        mention = Mention(family, property_name)
        self._mention(mention, 1, name)
        return Field(mention, value, PROPERTY_VALUES[value])

    def _neighbour_field(self, name: Name, family: str, alias: str) -> Field:
        neighbour = self._neighbours[family]
        wrong = ".".join(name.parts[1:])
        field = wrong.lower()
        if field not in neighbour.fields:
            has = f"has no field {shortened(wrong)!r}" if wrong else "needs a field"
            problem = f"{shortened(f'{family}_{alias}')} {has}"
            raise Mistake(name.at, name.text, problem, suggestion(wrong, neighbour.fields))
        mention = Mention(family, alias)
        self._mention(mention, _joins(neighbour, field), name)
        return Field(mention, field, neighbour.fields[field])

    def _mention(self, mention: Mention, joins: int, name: Name) -> None:
        """Count the tables that a mention joins."""
        before = self._joined.get(mention, 0)
        if before >= joins:
            return
        self._joined[mention] = joins
        self._joins += joins - before
        if self._joins > limits.MOST_JOINS:
            hint = f"a query can join {limits.MOST_JOINS} tables"
            raise Mistake(name.at, name.text, "too many properties and neighbours", hint)

    def _unknown(self, name: Name, word: str) -> Mistake:
        """Say that a name is unknown, and what it may have been meant for."""
        for enum in {*self._own.values()} & ENUMS.keys():
            if name.text in ENUMS[enum]:
                return Mistake(name.at, name.text, f"{name.text} is {enum.value}, which goes with {_ENUM_OPERATORS}")
        families = [f"{family}_ALIAS.FIELD" for family in self._neighbours]
        families += [f"{family}.NAME.int_value" for family in PROPERTY_FAMILIES]
        quotes = "" if len(name.parts) > 1 else f"; put a string in quotes: '{shortened(word)}'"
        known = suggestion(word, (*self._own, *families))
        return Mistake(name.at, name.text, f"there is no such name for {self._kind.plural}{quotes}", known)

    # ---- conditions

    def _logic(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(operand) for operand in tree.operands]
        _require(tree, operands, _TRUTHS, null=tree.operator != "NOT")
        return _operation(tree, operands, Type.TRUTH)

    def _equality(self, tree: SyntaxOperation) -> Checked:
        left, right = tree.operands
        for one, other, turned in ((left, right, False), (right, left, True)):
            field = self._enum_field(one)
            if field:
                value = _enum_value(other, field)
                return _operation(tree, (value, field) if turned else (field, value), Type.TRUTH)
        return self._comparison(tree)

    def _comparison(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(operand) for operand in tree.operands]
        for written, operand in zip(tree.operands, operands, strict=True):
            if isinstance(operand, Constant) and operand.value is None:
                problem = f"{tree.text} with NULL is never true"
                raise Mistake(written.at, written.text, problem, "write IS NULL or IS NOT NULL")
        _require_alike(tree, operands)
        return _operation(tree, operands, Type.TRUTH)

    def _between(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(operand) for operand in tree.operands]
        _require_alike(tree, operands)
        return _operation(tree, operands, Type.TRUTH)

    def _membership(self, tree: SyntaxOperation) -> Checked:
        field = self._enum_field(tree.operands[0])
        if not field:
            return self._between(tree)
        items = tree.operands[1:]
        if all(isinstance(item, Literal) and type(item.value) is int for item in items):
            return self._between(tree)
        return _operation(tree, (field, *[_enum_value(item, field) for item in items]), Type.TRUTH)

    def _like(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(operand) for operand in tree.operands]
        _require(tree, operands, _TEXTS)
        pattern = operands[1]
        if isinstance(pattern, Constant) and len(str(pattern.value).encode()) > limits.LONGEST_PATTERN:
            written = tree.operands[1]
            problem = f"a pattern may have {limits.LONGEST_PATTERN} bytes; this one is longer"
            raise Mistake(written.at, written.text, problem)
        return _operation(tree, operands, Type.TRUTH)

    def _is_null(self, tree: SyntaxOperation) -> Checked:
        return _operation(tree, [self.check(tree.operands[0])], Type.TRUTH)

    def _is_truth(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(tree.operands[0])]
        _require(tree, operands, _TRUTHS, null=True)
        return _operation(tree, operands, Type.TRUTH)

    def _is_unknown(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(tree.operands[0])]
        _require(tree, operands, _TRUTHS, null=True)
        return Operation("IS NULL", tuple(operands), Type.TRUTH, tree.weight)

    # ---- enums

    def _enum_field(self, tree: Syntax) -> Field | None:
        """Return the field with a state or event type that a tree is, if it is one."""
        if not isinstance(tree, Name) or (len(tree.parts) == 1 and tree.parts[0].lower() not in self._own):
            return None
        field = self._field(tree)
        return field if field.type in ENUMS else None

    # ---- values

    def _arithmetic(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(operand) for operand in tree.operands]
        _require(tree, operands, _NUMBERS)
        return operands[0] if tree.operator == "POSITIVE" else _operation(tree, operands, Type.DECIMAL)

    def _number_function(self, tree: SyntaxOperation) -> Checked:
        return self._function(tree, _NUMBERS, Type.DECIMAL)

    def _text_function(self, tree: SyntaxOperation) -> Checked:
        return self._function(tree, _TEXTS, Type.TEXT)

    def _length(self, tree: SyntaxOperation) -> Checked:
        return self._function(tree, _TEXTS, Type.INTEGER)

    def _function(self, tree: SyntaxOperation, group: frozenset[Type], result: Type) -> Checked:
        """Check a function of one argument."""
        _require_arguments(tree, 1)
        operands = [self.check(tree.operands[0])]
        _require(tree, operands, group)
        return _operation(tree, operands, result)

    def _if_null(self, tree: SyntaxOperation) -> Checked:
        _require_arguments(tree, 2)
        return self._coalesce(tree)

    def _coalesce(self, tree: SyntaxOperation) -> Checked:
        operands = [self.check(operand) for operand in tree.operands]
        group = _require_alike(tree, operands)
        if not group:
            raise Mistake(tree.at, tree.text, "at least one argument must not be NULL")
        result = Type.DECIMAL if group is _NUMBERS else next(iter(group))
        return Operation("COALESCE()", tuple(operands), result, tree.weight)

    RULES: Mapping[str, Callable[[_Checker, SyntaxOperation], Checked]] = {
        **dict.fromkeys(("AND", "OR", "NOT"), _logic),
        **dict.fromkeys(("=", "!="), _equality),
        **dict.fromkeys(("<", "<=", ">", ">="), _comparison),
        **dict.fromkeys(("IN", "NOT IN"), _membership),
        "BETWEEN": _between,
        "LIKE": _like,
        "IS NULL": _is_null,
        "IS TRUE": _is_truth,
        "IS FALSE": _is_truth,
        "IS UNKNOWN": _is_unknown,
        **dict.fromkeys(("+", "-", "*", "/", "NEGATIVE", "POSITIVE"), _arithmetic),
        "ABS()": _number_function,
        "LOWER()": _text_function,
        "UPPER()": _text_function,
        "LENGTH()": _length,
        "COALESCE()": _coalesce,
        "IFNULL()": _if_null,
    }


FUNCTIONS = tuple(operator[:-2] for operator in _Checker.RULES if operator.endswith("()"))
_ENUM_OPERATORS = "=, !=, IN and NOT IN"


def _joins(neighbour: Neighbour, field: str) -> int:
    """Return how many tables a neighbour's field needs; an event's type is a field of its own."""
    return neighbour.joins + (field == "type" and not neighbour.is_pair)


def _operation(tree: SyntaxOperation, operands: Iterable[Checked], result: Type) -> Operation:
    return Operation(tree.operator, tuple(operands), result, tree.weight)


def _enum_value(tree: Syntax, field: Field) -> Constant:
    """Return the enum value that a bare word names."""
    names = ENUMS[field.type]
    if not isinstance(tree, Name) or tree.text not in names:
        problem = f"{field.name} is {field.type.value}, which is compared with names without quotes"
        raise Mistake(tree.at, tree.text, problem, suggestion(tree.text, names))
    return Constant(names[tree.text], field.type)


def _require(tree: SyntaxOperation, operands: Sequence[Checked], group: frozenset[Type], *, null: bool = False) -> None:
    """Require that the operands of an operator are of one group of types."""
    for written, operand in zip(tree.operands, operands, strict=True):
        if operand.type not in group and not (null and operand.type is Type.NULL):
            problem = f"{tree.text} needs {_NAME_OF_GROUP[group]}, and this is {operand.type.value}"
            raise Mistake(written.at, written.text, problem)


def _require_alike(tree: SyntaxOperation, operands: Sequence[Checked]) -> frozenset[Type]:
    """Require that operands can be compared with each other; return their group, empty if all are NULL."""
    expected: frozenset[Type] = frozenset()
    first = operands[0]
    for written, operand in zip(tree.operands, operands, strict=True):
        group = _GROUP_OF_TYPE[operand.type]
        if group and expected and group is not expected:
            problem = f"{operand.type.value} does not go with {first.type.value}"
            raise Mistake(written.at, written.text, problem)
        if group and not expected:
            expected, first = group, operand
    return expected


def _require_arguments(tree: SyntaxOperation, count: int) -> None:
    if len(tree.operands) != count:
        plural = "" if count == 1 else "s"
        raise Mistake(tree.at, tree.text, f"{tree.operator[:-2]} takes {count} argument{plural}")
