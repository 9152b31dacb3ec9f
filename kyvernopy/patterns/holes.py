"""Filling the holes of a pattern: parts that hold variables are parsed late, all others keep their nodes.

A part without holes is shared between the tree with holes and all trees that are made of it, and with it whatever was
prepared for its nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.patterns.nodes import EachItem, Existing, Hole, MapNode, Positions
from kyvernopy.patterns.parse import Parser, key_node, map_node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.limits import Limits
    from kyvernopy.patterns.nodes import KeyNode, Node

__all__ = ["fill"]


def fill(node: Node, values: Sequence[Any], limits: Limits) -> Node:
    """The tree with each hole replaced by the value at its index; the same node where there is no hole."""
    match node:
        case Hole():
            return Parser(limits).parse(values[node.index])
        case MapNode():
            filled = [_fill_below(key, values, limits) for key in node.keys]
            if all(child is key.child for child, key in zip(filled, node.keys, strict=True)):
                return node
            keys = [key_node(key.key, child) for child, key in zip(filled, node.keys, strict=True)]
            return map_node({key.key.text: key.child.raw for key in keys}, keys)
        case EachItem():
            item = fill(node.item, values, limits)
            return (
                node
                if item is node.item or not isinstance(item, MapNode)
                else EachItem([item.raw, *node.raw[1:]], item)
            )
        case Positions() | Existing():
            items = tuple(fill(item, values, limits) for item in node.items)
            same = all(old is new for old, new in zip(node.items, items, strict=True))
            return node if same else type(node)([item.raw for item in items], items)
        case _:
            return node


def _fill_below(key: KeyNode, values: Sequence[Any], limits: Limits) -> Node:
    """The child of a key: what fills a hole is read as the anchor of the key wants it."""
    if isinstance(key.child, Hole):
        return Parser(limits).below(key.key, values[key.child.index])
    return fill(key.child, values, limits)
