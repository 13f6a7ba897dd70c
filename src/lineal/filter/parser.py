"""From tokens to the tree as written, by operator precedence.

The operators, the loosest first: OR; AND; NOT; one comparison, LIKE, IN, BETWEEN or IS (they do not chain); + and -; *
and /; unary minus. Forms with the same meaning become the same tree: `<>` is `!=`, `x NOT LIKE y` is `NOT x LIKE y`,
`NOT NOT x` is `x`, `(a AND b) AND c` is one AND of three. What stays out: names and types (checker.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from lineal.filter import limits
from lineal.filter.literals import number_value, string_value, unescaped
from lineal.filter.mistakes import Mistake
from lineal.filter.syntax import Literal, Name, Operation, Syntax
from lineal.filter.tokens import END, FOREIGN, NAME, NUMBER, STRING, Token, tokens

_LOOSEST, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY = range(8)
_BINDING = {
    "OR": _OR,
    "AND": _AND,
    **dict.fromkeys(("=", "!=", "<>", "<", "<=", ">", ">=", "NOT", "LIKE", "IN", "BETWEEN", "IS"), _COMPARISON),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/", _PRODUCT),
}
_CONSTANTS: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}
_TESTS = ("NULL", "TRUE", "FALSE", "UNKNOWN")
_LEVELS = {
    **dict.fromkeys(("AND", "OR"), 1),
    "NOT": 2,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "NEGATIVE", "POSITIVE"), 4),
}
_LEVELS_OF_OTHERS = 6


def syntax_tree(text: str) -> Syntax:
    """Return the tree of a query.

    Raises:
        Mistake: the text is not a query.

    """
    return _Parser(text).query()


class _Parser:
    """The state of one parse: the next token and what was counted so far."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._depth = -1  # the whole query is not inside anything
        self._conditions = 0
        self._values = 0

    def query(self) -> Syntax:
        """Parse the whole text."""
        if self._next.kind == END:
            raise Mistake(0, "", "the query is blank", "leave the filter out to get everything")
        tree = self._expression(_LOOSEST)
        if self._next.kind != END:
            raise self._unexpected("AND, OR or the end of the query")
        return tree

    def _expression(self, power: int, *, depth: int = 1) -> Syntax:
        """Parse an operand and all operators after it that bind tighter than `power`.

        `depth` is what this adds to the nesting: as much as the call stack grows.
        """
        self._depth += depth
        if self._depth > limits.MOST_PARENTHESES:
            raise self._mistake(f"more than {limits.MOST_PARENTHESES} parentheses or signs nested in each other")
        left, compared = self._operand(power), False
        while (binding := _BINDING.get(self._next.kind, _LOOSEST)) > power:
            if binding == _COMPARISON and compared:
                raise self._mistake("comparisons do not chain; put one of them in parentheses, or write AND")
            compared = compared or binding == _COMPARISON
            left = self._operation(left, binding)
        self._depth -= depth
        return left

    def _operation(self, left: Syntax, binding: int) -> Syntax:
        """Parse an operator and what follows it, `left` being its first operand."""
        token = self._advance()
        if binding in (_OR, _AND):
            return self._junction(left, token, binding)
        negated = token if token.kind == "NOT" else None
        if negated:
            if self._next.kind not in ("LIKE", "IN", "BETWEEN"):
                raise self._unexpected("LIKE, IN or BETWEEN")
            token = self._advance()
        special = self._SPECIAL.get(token.kind)
        if special:
            return special(self, left, token, negated)
        operator = "!=" if token.kind == "<>" else token.kind
        return _operation(operator, token, left, self._expression(binding))

    def _junction(self, left: Syntax, token: Token, binding: int) -> Syntax:
        """Parse the operands of AND or OR, as many as follow, into one operation."""
        operands = [*_operands_of(token.kind, left)]
        self._count_conditions(token, 1)
        operands.extend(_operands_of(token.kind, self._expression(binding)))
        self._count_conditions(token, 1)
        while self._next.kind == token.kind:
            self._advance()
            operands.extend(_operands_of(token.kind, self._expression(binding)))
            self._count_conditions(token, 1)
        return _operation(token.kind, token, *operands)

    def _count_conditions(self, token: Token, more: int) -> None:
        self._conditions += more
        if self._conditions > limits.MOST_CONDITIONS:
            problem = f"more than {limits.MOST_CONDITIONS} conditions"
            raise Mistake(token.at, token.text, problem, "compare with many values by IN (...)")

    def _like(self, left: Syntax, token: Token, negated: Token | None) -> Syntax:
        return _negated(negated, _operation("LIKE", token, left, self._expression(_COMPARISON)))

    def _between(self, left: Syntax, token: Token, negated: Token | None) -> Syntax:
        low = self._expression(_COMPARISON)
        self._expect("AND")
        return _negated(negated, _operation("BETWEEN", token, left, low, self._expression(_COMPARISON)))

    def _in(self, left: Syntax, token: Token, negated: Token | None) -> Syntax:
        self._expect("(")
        items = self._list_items()
        return _operation("NOT IN" if negated else "IN", token, left, *items)

    def _is(self, left: Syntax, token: Token, _: Token | None) -> Syntax:
        negated = self._advance() if self._next.kind == "NOT" else None
        test = self._next.text.upper()
        if test not in _TESTS:
            raise self._unexpected("NULL, TRUE or FALSE")
        self._advance()
        return _negated(negated, _operation(f"IS {test}", token, left))

    _SPECIAL: ClassVar[dict[str, Callable[[_Parser, Syntax, Token, Token | None], Syntax]]] = {
        "LIKE": _like,
        "BETWEEN": _between,
        "IN": _in,
        "IS": _is,
    }

    def _operand(self, power: int) -> Syntax:
        """Parse an operand: what may be in the place of a value."""
        token = self._advance()
        if token.kind == NAME:
            return self._call(token) if self._next.kind == "(" else _name(token)
        if token.kind in (STRING, NUMBER) or token.kind in _CONSTANTS:
            return self._literal(token, negative=False)
        if token.kind == "(":
            inner = self._expression(_LOOSEST)
            self._expect(")")
            return inner
        if token.kind == "NOT" and power <= _NOT:
            return _negated(token, self._expression(_NOT))
        if token.kind in ("-", "+"):
            return self._signed(token)
        raise _unexpected(token, "NOT in parentheses" if token.kind == "NOT" else "a name, a value or (")

    def _signed(self, sign: Token) -> Syntax:
        """Parse the operand of a unary plus or minus."""
        if sign.kind == "-" and self._next.kind == NUMBER:
            return self._literal(self._advance(), negative=True)
        operand = self._expression(_UNARY, depth=2)
        return _operation("NEGATIVE" if sign.kind == "-" else "POSITIVE", sign, operand)

    def _literal(self, token: Token, *, negative: bool) -> Literal:
        """Return the literal that a token is."""
        self._values += 1
        if self._values > limits.MOST_VALUES:
            raise Mistake(token.at, token.text, f"more than {limits.MOST_VALUES} values")
        if token.kind == STRING:
            return Literal(string_value(token.text, token.at), token.text, token.at)
        if token.kind == NUMBER:
            return Literal(number_value(token.text, token.at, negative=negative), token.text, token.at)
        return Literal(_CONSTANTS[token.kind], token.text, token.at)

    def _call(self, function: Token) -> Syntax:
        """Parse the arguments of a function."""
        self._advance()
        if self._next.kind == ")":
            raise self._mistake("a function needs arguments")
        return _operation(f"{function.text.strip('`').upper()}()", function, *self._list_items())

    def _list_items(self) -> list[Syntax]:
        """Parse values up to the closing parenthesis; the opening one is already parsed."""
        items = [self._expression(_LOOSEST, depth=2)]
        while self._next.kind == ",":
            self._advance()
            items.append(self._expression(_LOOSEST, depth=2))
        self._expect(")")
        return items

    def _expect(self, kind: str) -> None:
        if self._next.kind != kind:
            raise self._unexpected(kind)
        self._advance()

    def _advance(self) -> Token:
        token = self._next
        if token.kind != END:
            self._next = next(self._tokens)
        return token

    def _unexpected(self, wanted: str) -> Mistake:
        return _unexpected(self._next, wanted)

    def _mistake(self, problem: str) -> Mistake:
        return Mistake(self._next.at, self._next.text, problem)


def _unexpected(token: Token, wanted: str) -> Mistake:
    """Say what was expected instead of a token."""
    return Mistake(token.at, token.text, f"expected {wanted}")


def _operation(operator: str, token: Token, *operands: Syntax) -> Operation:
    """Return an operation, unless it is nested too deep."""
    weight = _LEVELS.get(operator, _LEVELS_OF_OTHERS) + max([operand.weight for operand in operands])
    if weight > limits.MOST_LEVELS:
        raise Mistake(token.at, token.text, f"operators nested deeper than {limits.MOST_LEVELS} levels")
    return Operation(operator, operands, token.text, token.at, weight)


def _negated(negation: Token | None, operand: Syntax) -> Syntax:
    """Return the operand, negated if there is a NOT; two negations cancel out."""
    if negation is None:
        return operand
    if isinstance(operand, Operation) and operand.operator == "NOT":
        return operand.operands[0]
    return _operation("NOT", negation, operand)


def _operands_of(operator: str, tree: Syntax) -> tuple[Syntax, ...]:
    """Return what a tree adds to a junction: its own operands if it is a junction of the same operator."""
    if isinstance(tree, Operation) and tree.operator == operator:
        return tree.operands
    return (tree,)


def _name(token: Token) -> Name:
    """Return the name that a token is, split at its dots."""
    if token.text.upper() in FOREIGN:
        raise Mistake(token.at, token.text, f"{token.text.upper()} is not supported", "a filter is one condition")
    if "`" not in token.text:
        return Name(tuple(token.text.split(".")), token.text, token.at)
    return Name(tuple(_parts(token)), token.text, token.at)


def _parts(token: Token) -> list[str]:
    """Split a name with back quotes, in which dots do not count."""
    parts, at = [], 0
    while at < len(token.text):
        end = _end_of_part(token.text, at)
        piece = token.text[at:end]
        quoted = piece.startswith("`")
        parts.append(unescaped(piece[1:-1], token.at + at + 1) if quoted else piece)
        if not parts[-1]:
            raise Mistake(token.at + at, piece, "this name is empty")
        at = end + 1
    return parts


def _end_of_part(text: str, at: int) -> int:
    """Return where the part of a name that begins at an offset ends."""
    if text[at] != "`":
        end = text.find(".", at)
        return end if end >= 0 else len(text)
    end = at + 1
    while text[end] != "`":
        end += 2 if text[end] == "\\" else 1
    return end + 1
