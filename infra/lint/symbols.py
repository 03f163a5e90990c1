"""Names, resolved as the compiler does: unknown ones, unused ones, and what modules are given and asked for."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tree_sitter import Node

from infra.lint.template import Declared, Finding, Template, literal, members, named, source, walk

DECORATORS = {"allowed", "description", "maxLength", "maxValue", "metadata", "minLength", "minValue", "secure"}
FUNCTIONS = {
    *("concat", "empty", "environment", "guid", "loadJsonContent", "subscription", "subscriptionResourceId", "tenant"),
    *("toLower", "union", "uniqueString"),
}
"""Those of Bicep that the templates use; another one is added with its first use."""
HOSTS = ("core.windows.net", "vault.azure.net", "graph.windows.net", "management.azure.com", "login.microsoftonline.com")
LOADS = {"loadJsonContent"}


def symbols(templates: Iterable[Template]) -> Iterator[Finding]:
    by_file = {template.file.resolve(): template for template in templates}
    for template in by_file.values():
        yield from _names(template)
        yield from _loads(template)
        yield from _clouds(template)
        for module in template.of_kind("module").values():
            told = by_file.get((template.file.parent / module.of).resolve())
            if told is None:
                yield template.finding(module.node, f"module {module.name}: there is no {module.of}")
            else:
                yield from _handed_over(template, module, told)
    yield from _forgotten(by_file)


def _names(template: Template) -> Iterator[Finding]:
    twice = Counter(one.name for one in template.declared if one.kind != "output")
    yield from (template.finding(one.node, f"{one.name} is declared twice") for one in template.declared if twice[one.name] > 1)
    used = set()
    for node in walk(template.root):
        if node.type == "call_expression":
            name = source(called) if (called := node.child_by_field_name("function")) else ""
            if name not in FUNCTIONS | DECORATORS:
                yield template.finding(node, f"unknown function {name}")
        elif node.type == "identifier" and _is_use(node):
            used.add(source(node))
            if source(node) not in twice and source(node) not in _local_names(node):
                yield template.finding(node, f"unknown name {source(node)}")
    for one in template.declared:
        needed = one.kind in {"param", "var"} or one.existing
        if needed and one.name not in used:
            yield template.finding(one.node, f"{one.kind} {one.name} is never used")


def _is_use(node: Node) -> bool:
    """Not where a name is declared, and not the name of a member, a function or a type."""
    parent = node.parent
    if parent is None or parent.type in {"parameter", "loop_variable", "loop_enumerator"}:
        return False
    first = parent.named_children[0] == node
    if first and (
        parent.type.endswith("_declaration") or parent.type in {"object_property", "for_statement", "lambda_expression"}
    ):
        return False
    return not (parent.type == "call_expression" and first)


def _local_names(node: Node) -> set[str]:
    """Loop variables and parameters of lambdas around a node."""
    names, around = set(), node.parent
    while around is not None:
        if around.type in {"for_statement", "lambda_expression"}:
            first = around.named_children[0]
            names |= {source(child) for child in named(first)} or {source(first)}
        around = around.parent
    return names


def _loads(template: Template) -> Iterator[Finding]:
    for node in walk(template.root):
        if node.type == "call_expression" and source(node.children[0]) in LOADS:
            file = literal(named(node.children[1])[0])
            if file is None or not (template.file.parent / file).is_file():
                yield template.finding(node, f"there is no {file} to load")


def _clouds(template: Template) -> Iterator[Finding]:
    """The compiler's linter warns: in another cloud these are others (rule no-hardcoded-env-urls)."""
    for node in walk(template.root):
        if node.type == "string_content" and (host := next((host for host in HOSTS if host in source(node)), None)):
            yield template.finding(node, f"{host} is written out: environment() knows it")


def _handed_over(template: Template, module: Declared, told: Template) -> Iterator[Finding]:
    params = told.of_kind("param")
    given = set(members(module.body.get("params")))
    required = {name for name, param in params.items() if param.value is None and "?" not in source(param.node)}
    yield from (
        template.finding(module.node, f"module {module.name} has no parameter {name}") for name in sorted(given - set(params))
    )
    yield from (
        template.finding(module.node, f"module {module.name} is not given its parameter {name}")
        for name in sorted(required - given)
    )
    outputs = told.of_kind("output")
    for node in walk(template.root):
        if node.type == "member_expression" and source(node.children[0]).replace("!", "") == f"{module.name}.outputs":
            name = source(named(node)[-1])
            if name not in outputs:
                yield template.finding(node, f"module {module.name} has no output {name}")


def _forgotten(by_file: dict[Path, Template]) -> Iterator[Finding]:
    """A module that nobody calls is forgotten; `main` is where it begins."""
    called = {(t.file.parent / module.of).resolve() for t in by_file.values() for module in t.of_kind("module").values()}
    for file, template in by_file.items():
        if file.name != "main.bicep" and file not in called:
            yield Finding(template.name, 1, "no module uses this file")
