"""The templates against the code: settings, queues, tables, scaling, the version of Python and who may do what."""

import re
from collections.abc import Collection, Iterable, Iterator

from tree_sitter import Node

from infra.lint.facts import Facts
from infra.lint.template import Declared, Finding, Template, literal, members, named, source, walk

ROLES = {
    "blobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "queueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "tableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
}
"""Azure's built-in roles (Microsoft docs, role-based-access-control/built-in-roles)."""
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SITE = "Microsoft.Web/sites"
ACCOUNT = "Microsoft.Storage/storageAccounts"
REFUSED_BY_FLEX = {
    *("alwaysOn", "ftpsState", "functionAppScaleLimit", "linuxFxVersion", "netFrameworkVersion", "preWarmedInstanceCount"),
    *("use32BitWorkerProcess", "vnetContentShareEnabled", "vnetImagePullEnabled", "vnetRouteAllEnabled"),
}
"""Microsoft docs, functions-app-settings, "Flex Consumption plan deprecations"."""


def agreement(templates: Collection[Template], facts: Facts) -> Iterator[Finding]:
    for template in templates:
        yield from _settings(template, facts)
        yield from _scaling(template, facts)
        yield from _names_in(template, f"{ACCOUNT}/queueServices/queues", "queue", facts.queues)
        yield from _names_in(template, f"{ACCOUNT}/tableServices/tables", "table", facts.tables)
        yield from _roles(template)
        yield from _keys(template)
    for of, what in (
        (f"{SITE}/config", "app settings"),
        (f"{ACCOUNT}/queueServices/queues", "queues"),
        (f"{ACCOUNT}/tableServices/tables", "tables"),
    ):
        if not any(template.resources(of) for template in templates):
            yield Finding("main.bicep", 1, f"nothing makes the {what}")


def _settings(template: Template, facts: Facts) -> Iterator[Finding]:
    for one in template.resources(f"{SITE}/config"):
        settings = members(one.body.get("properties"))
        for name in sorted(facts.settings - set(settings)):
            yield template.finding(one.node, f"{name} is read by the code or its host, and not set")
        for name in sorted(set(settings) - facts.settings):
            yield template.finding(settings[name], f"{name} is set, and nothing reads it")
        key = settings.get("IBSS_API_KEY")
        if key is not None and not source(key).startswith("'@Microsoft.KeyVault("):
            yield template.finding(key, "IBSS_API_KEY is not a Key Vault reference")


def _scaling(template: Template, facts: Facts) -> Iterator[Finding]:
    for node in walk(template.root):
        if "instanceCount" in members(node):
            name = literal(members(node).get("name")) or ""
            alone = name.removeprefix("function:")
            if alone in facts.http_functions:
                yield template.finding(node, f"{alone} is an HTTP function: those scale together, as http")
            elif name != "http" and (alone == name or alone not in facts.other_functions):
                yield template.finding(node, f"there is no scaling group {name or 'without a name'}")
    for site in template.resources(SITE):
        config = members(site.body.get("properties"))
        runtime = members(members(config.get("functionAppConfig")).get("runtime"))
        if literal(runtime.get("version")) != facts.python:
            yield template.finding(site.node, f"the app does not run on Python {facts.python}")
        for name in sorted(REFUSED_BY_FLEX & set(members(config.get("siteConfig")))):
            yield template.finding(site.node, f"Flex Consumption refuses {name}")


def _names_in(template: Template, of: str, what: str, wanted: frozenset[str]) -> Iterator[Finding]:
    for one in template.resources(of):
        made = set(_made_by(template, one))
        yield from (
            template.finding(one.node, f"{what} {name} is used by the code, and not made") for name in sorted(wanted - made)
        )
        yield from (template.finding(one.node, f"{what} {name} is made, and nothing uses it") for name in sorted(made - wanted))


def _made_by(template: Template, one: Declared) -> Iterable[str]:
    """The names that a loop over a list of literals gives; or the one name."""
    if one.value is not None and one.value.type == "for_statement":
        source_list = template.of_kind("var").get(source(named(one.value)[1]))
        items = named(source_list.value) if source_list is not None and source_list.value is not None else []
        return [text for item in items if (text := literal(item)) is not None]
    name = literal(one.body.get("name"))
    return [] if name is None else [name]


def _roles(template: Template) -> Iterator[Finding]:
    known = {guid: name for name, guid in ROLES.items()}
    for node in walk(template.root):
        if node.type == "string_content" and (found := GUID.search(source(node))):
            guid = found[0].lower()
            called = _name_of(node)
            if guid not in known:
                yield template.finding(node, f"{guid} is none of the known roles")
            elif called != known[guid]:
                yield template.finding(node, f"{guid} is {known[guid]}, not {called or 'without a name'}")
    roles = template.of_kind("var").get("roles")
    for name in sorted(members(roles.value)) if roles is not None else []:
        if f"roleDefinitions', roles.{name})" not in template.text:
            yield template.finding(roles.node if roles else template.root, f"role {name} is given to nobody")


def _name_of(node: Node) -> str:
    """The name of the member whose value this is."""
    pair = node.parent.parent if node.parent is not None else None
    return source(named(pair)[0]) if pair is not None and pair.type == "object_property" else ""


def _keys(template: Template) -> Iterator[Finding]:
    """No shared key anywhere."""
    for node in walk(template.root):
        asks = node.type in {"call_expression", "member_expression"} and re.search(
            r"\blistKeys\(|\blistAccountSas\(", source(node)
        )
        if asks or (node.type == "string_content" and "AccountKey=" in source(node)):
            yield template.finding(node, "a shared key: everything is reached by identity")
            break
    for account in template.resources(ACCOUNT):
        allowed = members(account.body.get("properties")).get("allowSharedKeyAccess")
        if allowed is None or source(allowed) != "false":
            yield template.finding(account.node, "the storage account takes shared keys")
