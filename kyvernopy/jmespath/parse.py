"""Text to tree by binding power, as Pratt described it (spec 02 §2.2).

An expression goes on for as long as the next token binds tighter than the one that asked for it. Columns are those of the token that is wrong. The depth of a tree is bounded, first while parsing by the stack that this
takes, then once more over the finished tree, whose left side grows without a deeper stack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.golang.numbers import parse_int
from kyvernopy.jmespath.lexer import json_value, tokenize
from kyvernopy.jmespath.nodes import (
    And,
    Call,
    Comparison,
    Current,
    ExpressionReference,
    Field,
    FilterProjection,
    Flatten,
    Index,
    Literal,
    MultiSelectHash,
    MultiSelectList,
    Not,
    ObjectProjection,
    Or,
    Pipe,
    Projection,
    Slice,
    SubExpression,
    children,
)
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from kyvernopy.jmespath.lexer import Token
    from kyvernopy.jmespath.nodes import Comparator, Node
    from kyvernopy.limits import Limits

__all__ = ["parse"]

CURRENT = Current()
NAMES = ("tUnquotedIdentifier", "tQuotedIdentifier")
COMPARATORS: dict[str, Comparator] = {"tEQ": "==", "tNE": "!=", "tLT": "<", "tLTE": "<=", "tGT": ">", "tGTE": ">="}
CHAINS: dict[str, type[Pipe | Or | And]] = {"tPipe": Pipe, "tOr": Or, "tAnd": And}

# How tight a token binds to the expression on its left; others than these end it. A star, a `!` and a brace bind only
# to be refused there.
BINDING = {
    "tPipe": 1,
    "tOr": 2,
    "tAnd": 3,
    **dict.fromkeys(COMPARATORS, 5),
    "tFlatten": 9,
    "tStar": 20,
    "tFilter": 21,
    "tDot": 40,
    "tNot": 45,
    "tLbrace": 50,
    "tLbracket": 55,
    "tLparen": 60,
}
# What binds less ends the right side of a projection.
PROJECTION_STOP = 10


def parse(expression: str, limits: Limits = DEFAULT_LIMITS) -> Node:
    """The tree of an expression; `ExpressionError` has the column of what is wrong in it."""
    if len(expression) > limits.expression_size:
        raise LimitExceeded("expression_size", len(expression), limits.expression_size)
    parser = _Parser(expression, limits)
    tree = parser.expression(0)
    if parser.token.kind != "tEOF":
        raise parser.error(f"Unexpected token at the end of the expression: {parser.token.kind}")
    _check_depth(tree, limits)
    return tree


def _check_depth(tree: Node, limits: Limits) -> None:
    depth, level = 0, [tree]
    while level:
        depth += 1
        if depth > limits.expression_depth:
            raise LimitExceeded("expression_depth", depth, limits.expression_depth)
        level = [child for node in level for child in children(node)]


class _Parser:
    """Reads tokens from left to right; `token` is the next one."""

    def __init__(self, expression: str, limits: Limits) -> None:
        self.text, self.limits = expression, limits
        self.tokens, self.at, self.depth = tokenize(expression), 0, 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.at]

    def error(self, text: str, token: Token | None = None) -> ExpressionError:
        """A syntax error at a token, or at the next one."""
        return ExpressionError(f"SyntaxError: {text}", self.text, (token or self.token).column)

    def take(self) -> Token:
        """Step over the next token; the last one stays."""
        token = self.tokens[self.at]
        if token.kind != "tEOF":
            self.at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Step over the next token if it is of this kind."""
        found = self.tokens[self.at].kind == kind
        self.at += found
        return found

    def expect(self, kind: str) -> None:
        """Step over the next token, which must be of this kind."""
        if not self.skip(kind):
            raise self.error(f"Expected {kind}, received: {self.token.kind}")

    # --- Expressions ---

    def expression(self, binding: int) -> Node:
        """An expression up to the first token that does not bind tighter than `binding`."""
        self.depth += 1
        if self.depth > self.limits.expression_depth:
            raise LimitExceeded("expression_depth", self.depth, self.limits.expression_depth)
        left = self.beginning()
        while BINDING.get(self.token.kind, 0) > binding:
            left = self.continued(left)
        self.depth -= 1
        return left

    def beginning(self) -> Node:
        """What a token means where an expression begins."""
        token = self.take()
        match token.kind:
            case "tUnquotedIdentifier":
                return Field(token.text)
            case "tQuotedIdentifier":
                if self.token.kind == "tLparen":
                    raise self.error("Can't have quoted identifier as function Name.", token)
                return Field(token.text)
            case "tStringLiteral":
                return Literal(token.text[1:-1].replace("\\'", "'"))
            case "tJSONLiteral":
                return Literal(json_value(token.text[1:-1].replace("\\`", "`"), self.text, token.column))
            case "tCurrent":
                return CURRENT
            case "tNot":
                return Not(self.expression(BINDING["tNot"]))
            case "tExpref":
                return ExpressionReference(self.expression(0))
            case "tEOF":
                raise self.error("Incomplete expression", token)
        return self.opening(token)

    def opening(self, token: Token) -> Node:
        """What a bracket or a star means where an expression begins."""
        match token.kind:
            case "tLparen":
                inner = self.expression(0)
                self.expect("tRparen")
                return inner
            case "tLbracket":
                return self.brackets(CURRENT) if self.indexes() else self.multi_select_list()
            case "tLbrace":
                return self.multi_select_hash()
            case "tFlatten":
                return self.flatten(CURRENT)
            case "tFilter":
                return self.filter(CURRENT)
            case "tStar":
                return ObjectProjection(CURRENT, self.each(BINDING["tStar"]))
        raise self.error(f"Invalid token: {token.kind}", token)

    def continued(self, left: Node) -> Node:
        """What a token means after a complete expression."""
        token = self.take()
        match token.kind:
            case "tDot":
                return self.dotted(left)
            case "tPipe" | "tOr" | "tAnd":
                operands = [left, self.expression(BINDING[token.kind])]
                while self.skip(token.kind):
                    operands.append(self.expression(BINDING[token.kind]))
                return CHAINS[token.kind](tuple(operands))
            case "tFlatten":
                return self.flatten(left)
            case "tFilter":
                return self.filter(left)
            case "tLbracket":
                return self.brackets(left)
            case "tLparen":
                column = self.tokens[self.at - 2].column
                return Call(_callee(left), self.arguments(), column)
        if token.kind in COMPARATORS:
            return Comparison(COMPARATORS[token.kind], left, self.expression(BINDING[token.kind]))
        raise self.error(f"Unexpected token: {token.kind}", token)

    def dotted(self, left: Node) -> Node:
        """`left.*`, or as many steps as follow; the first dot has been read."""
        if self.skip("tStar"):
            return ObjectProjection(left, self.each(BINDING["tDot"]))
        steps = [left, self.after_dot(BINDING["tDot"])]
        while self.token.kind == "tDot" and self.tokens[self.at + 1].kind != "tStar":
            self.take()
            steps.append(self.after_dot(BINDING["tDot"]))
        return SubExpression(tuple(steps))

    def after_dot(self, binding: int) -> Node:
        """What may follow a dot, also that of the right side of a projection."""
        if self.token.kind in NAMES or self.token.kind == "tStar":
            return self.expression(binding)
        if self.skip("tLbracket"):
            return self.multi_select_list()
        if self.skip("tLbrace"):
            return self.multi_select_hash()
        raise self.error("Expected identifier, lbracket, or lbrace")

    # --- Projections ---

    def each(self, binding: int) -> Node:
        """The right side of a projection."""
        kind = self.token.kind
        if BINDING.get(kind, 0) < PROJECTION_STOP:
            return CURRENT
        if kind in ("tLbracket", "tFilter"):
            return self.expression(binding)
        if self.skip("tDot"):
            return self.after_dot(binding)
        raise self.error("Error")

    def flatten(self, left: Node) -> Node:
        """`left[]`, of which the brackets have been read."""
        return Projection(Flatten(left), self.each(BINDING["tFlatten"]))

    def filter(self, left: Node) -> Node:
        """`left[?condition]`, of which the opening bracket has been read."""
        condition = self.expression(0)
        self.expect("tRbracket")
        right = CURRENT if self.token.kind == "tFlatten" else self.each(BINDING["tFilter"])
        return FilterProjection(left, condition, right)

    def indexes(self) -> bool:
        """Whether an opening bracket that begins an expression is that of an index, a slice or `[*]`."""
        kind = self.token.kind
        return kind in ("tNumber", "tColon") or (kind == "tStar" and self.tokens[self.at + 1].kind == "tRbracket")

    def brackets(self, left: Node) -> Node:
        """`left[*]`, `left[n]` or `left[start:stop:step]`, of which the opening bracket has been read."""
        if self.token.kind not in ("tNumber", "tColon"):
            self.expect("tStar")
            self.expect("tRbracket")
            return Projection(left, self.each(BINDING["tStar"]))
        if self.token.kind == "tNumber" and self.tokens[self.at + 1].kind != "tColon":
            index = self.integer(self.take())
            self.expect("tRbracket")
            return Index(left, index)
        return Projection(self.slice(left), self.each(BINDING["tStar"]))

    def slice(self, left: Node) -> Slice:
        """Up to three numbers between two colons, and the closing bracket."""
        bounds: list[int | None] = [None, None, None]
        place = 0
        while place < len(bounds) and self.token.kind != "tRbracket":
            if self.token.kind == "tColon":
                place += 1
            elif self.token.kind == "tNumber":
                bounds[place] = self.integer(self.token)
            else:
                raise self.error(f"Expected tColon or tNumber, received: {self.token.kind}")
            self.take()
        self.expect("tRbracket")
        return Slice(left, *bounds)

    def integer(self, token: Token) -> int:
        """The value of a number token; a minus sign alone is such a token."""
        number = parse_int(token.text)
        if number is None:
            problem = "invalid syntax" if token.text == "-" else "value out of range"
            raise ExpressionError(f'strconv.Atoi: parsing "{token.text}": {problem}', self.text, token.column)
        return number

    # --- Lists of expressions ---

    def multi_select_list(self) -> MultiSelectList:
        """Expressions between commas, and the closing bracket."""
        members = [self.expression(0)]
        while not self.skip("tRbracket"):
            self.expect("tComma")
            members.append(self.expression(0))
        return MultiSelectList(tuple(members))

    def multi_select_hash(self) -> MultiSelectHash:
        """Keys with expressions, and the closing brace; commas between them may be missing."""
        members: dict[str, Node] = {}
        closed = False
        while not closed:
            if self.token.kind not in NAMES:
                raise self.error("Expected tQuotedIdentifier or tUnquotedIdentifier")
            key = self.take().text
            self.expect("tColon")
            members[key] = self.expression(0)
            closed = not self.skip("tComma") and self.skip("tRbrace")
        return MultiSelectHash(tuple(members.items()))

    def arguments(self) -> tuple[Node, ...]:
        """Expressions, and the closing parenthesis; commas between them may be missing, and one may stand at the end."""
        arguments = []
        while not self.skip("tRparen"):
            arguments.append(self.expression(0))
            self.skip("tComma")
        return tuple(arguments)


def _callee(node: Node) -> str | None:
    """The name of the function that `node(…)` calls."""
    # Upstream: a name in parentheses, a string literal and a call are names of functions too: ('type')(@), type(@)(@).
    match node:
        case Field(name) | Call(name):
            return name
        case Literal(str() as name):
            return name
    return None
