"""A Bicep file, as far as the lint has to understand it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

BICEP = Language(tree_sitter_bicep.language())
KINDS = {
    "parameter_declaration": "param",
    "variable_declaration": "var",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that the file declares. `of` is a resource's type or a module's path; `node` is the whole declaration."""

    kind: str
    name: str
    node: Node
    of: str = ""

    @property
    def existing(self) -> bool:
        return any(child.type == "existing" for child in self.node.children)

    @property
    def value(self) -> Node | None:
        """The default of a parameter, the value of a variable or an output, the body of a resource or a module."""
        last = named(self.node)[-1]
        return None if last.type in {"type", "identifier"} else last

    @property
    def allowed(self) -> set[str] | None:
        """The values of `@allowed`; None where there is no such decorator."""
        before = self.node.prev_named_sibling
        calls = (
            [node for node in walk(before) if node.type == "call_expression"] if before and before.type == "decorators" else []
        )
        lists = [named(named(call)[1])[0] for call in calls if source(call).startswith("allowed(")]
        return {source(item).strip("'") for item in named(lists[0])} if lists else None

    @property
    def body(self) -> dict[str, Node]:
        """The members of a resource or a module, also of one that is conditional or made in a loop."""
        return members(_object_in(self.value)) if self.value is not None else {}


@dataclass(frozen=True)
class Template:
    """`name` is the path that findings tell."""

    name: str
    file: Path
    text: str

    @cached_property
    def root(self) -> Node:
        return Parser(BICEP).parse(self.text.encode()).root_node

    @cached_property
    def declared(self) -> list[Declared]:
        return [_declared(node) for node in walk(self.root) if node.type in KINDS]

    def of_kind(self, kind: str) -> dict[str, Declared]:
        return {one.name: one for one in self.declared if one.kind == kind}

    def resources(self, of: str) -> list[Declared]:
        """Those that are made here, of a type without its version."""
        here = (one for one in self.declared if one.kind == "resource" and not one.existing)
        return [one for one in here if one.of.partition("@")[0] == of]

    def finding(self, node: Node, what: str) -> Finding:
        return Finding(self.name, node.start_point[0] + 1, what)


def read(folder: Path) -> list[Template]:
    """Every template in the folder and below it."""
    files = sorted(folder.rglob("*.bicep"))
    return [Template(str(file.relative_to(folder)), file, file.read_text(encoding="utf-8")) for file in files]


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def named(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def source(node: Node) -> str:
    return node.text.decode() if node.text is not None else ""


def literal(node: Node | None) -> str | None:
    """The text of a string without anything to fill in."""
    if node is None or node.type != "string" or any(child.type == "interpolation" for child in node.children):
        return None
    return source(node).strip("'")


def members(node: Node | None) -> dict[str, Node]:
    """The members of an object by name; of anything else none."""
    if node is None or node.type != "object":
        return {}
    pairs = (named(child) for child in named(node) if child.type == "object_property")
    return {source(pair[0]).strip("'"): pair[1] for pair in pairs if len(pair) == len(("name", "value"))}


def _object_in(node: Node) -> Node | None:
    if node.type == "for_statement":
        return node.child_by_field_name("body")
    return named(node)[-1] if node.type == "if_statement" else node


def _declared(node: Node) -> Declared:
    children = named(node)
    kind = KINDS[node.type]
    of = literal(children[1]) if kind in {"resource", "module"} else None
    return Declared(kind, source(children[0]), node, of or "")
