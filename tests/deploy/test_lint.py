"""The lint of the templates, fed with broken ones: one mistake each, and what is said of it."""

from pathlib import Path

import pytest

from infra.lint.facts import Facts
from infra.lint.run import FOLDER, lint
from infra.lint.template import read
from tests.deploy.broken import ACCESS, ALERTS, APP, MAIN, NETWORK, PARAMETERS, STORAGE, code, folder, said, spoil

__all__ = ["code", "folder"]

row = pytest.param


def test_nothing_is_wrong_with_our_templates() -> None:
    assert lint() == []


def test_every_template_is_looked_at() -> None:
    assert len(read(FOLDER)) == len(list(FOLDER.glob("*.bicep"))) + len(list(FOLDER.glob("app/*.bicep"))) > 5


UNREADABLE = [
    row("output id string = account.id", "output id string = account.", id="half an expression"),
    row("param copies string", "param copies: string", id="another language"),
    row("  name: name\n  location: location\n", "  name: name,,\n  location: location\n", id="two commas"),
]


@pytest.mark.parametrize(("old", "new"), UNREADABLE)
def test_both_parsers_see_what_is_not_bicep(folder: Path, code: Facts, old: str, new: str) -> None:
    spoil(folder / STORAGE, old, new)
    told = said(folder, code)
    assert f"{STORAGE}: tree-sitter cannot read this" in told
    assert any(line.startswith(f"{STORAGE}: pycep cannot read this") for line in told)


NAMES = [
    row(MAIN, "tags: tags\n    copies", "tags: tagz\n    copies", "unknown name tagz", id="a name misspelt"),
    row(STORAGE, "for queueName in queueNames", "for queueName in queues", "var queueNames is never used", id="a list forgotten"),
    row(STORAGE, "name: queueName\n", "name: qName\n", "unknown name qName", id="a loop variable misspelt"),
    row(NETWORK, "parent: zones[i]", "parent: zones[j]", "unknown name j", id="an index misspelt"),
    row(APP, "concat(http", "join(http", "unknown function join", id="a function that is not known here"),
    row(APP, "param visitors string", "param visitors string\nparam spare string = ''", "param spare is never used", id="unused"),
    row(APP, "param visitors string", "param visitors string\nvar visitors = 'all'", "visitors is declared twice", id="twice"),
    row(MAIN, "'app/vault.bicep'", "'app/vaults.bicep'", "module vault: there is no app/vaults.bicep", id="a module's path"),
    row(MAIN, "    copies: storageCopies\n", "", "module storage is not given its parameter copies", id="a parameter missing"),
    row(MAIN, "copies: storageCopies", "copy: storageCopies", "module storage has no parameter copy", id="a parameter misspelt"),
    row(MAIN, "app.outputs.uri", "app.outputs.url", "module app has no output url", id="an output misspelt"),
    row(
        MAIN,
        "network!.outputs.appSubnetId",
        "network!.outputs.subnet",
        "module network has no output subnet",
        id="of a condition",
    ),
    row(
        APP,
        "'${storage.properties.primaryEndpoints.blob}$",
        "'https://${storageName}.blob.core.windows.net/$",
        "core.windows.net is written out: environment() knows it",
        id="an address of one cloud",
    ),
    row(ALERTS, "'alerts.json'", "'alarms.json'", "there is no alarms.json to load", id="a file to load"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), NAMES)
def test_a_name_that_does_not_resolve_is_told(folder: Path, code: Facts, file: str, old: str, new: str, told: str) -> None:
    spoil(folder / file, old, new)
    assert f"{file}: {told}" in said(folder, code)


def test_a_file_that_no_module_uses_is_told(folder: Path, code: Facts) -> None:
    (folder / "app" / "spare.bicep").write_text("output nothing string = ''\n")
    assert "app/spare.bicep: no module uses this file" in said(folder, code)


AGREEMENT = [
    row(APP, "    VISITORS: visitors\n", "", "VISITORS is read by the code or its host, and not set", id="a setting missing"),
    row(APP, "    VISITORS: v", "    VISITOR: v", "VISITOR is set, and nothing reads it", id="a setting misspelt"),
    row(
        APP,
        "    GRAPH_URL: graphUrl\n",
        "    GRAPH_URL: graphUrl\n    GRAPH_TOKEN: 'x'\n",
        "GRAPH_TOKEN is set, and nothing reads it",
        id="a setting for one machine only",
    ),
    row(
        APP,
        "    AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table\n",
        "",
        "AzureWebJobsStorage__tableServiceUri is read by the code or its host, and not set",
        id="storage without its tables",
    ),
    row(
        APP,
        "'@Microsoft.KeyVault(SecretUri=${ibssApiKeyUri})'",
        "ibssApiKeyUri",
        "IBSS_API_KEY is not a Key Vault reference",
        id="key",
    ),
    row(
        APP, "'function:pull_room'", "'function:pull_rooms'", "there is no scaling group function:pull_rooms", id="a scaling name"
    ),
    row(APP, "'function:pull_room'", "'pull_room'", "there is no scaling group pull_room", id="a scaling name without function:"),
    row(
        APP,
        "'function:pull_room'",
        "'function:health'",
        "health is an HTTP function: those scale together, as http",
        id="one HTTP function alone",
    ),
    row(APP, "version: '3.13'", "version: '3.11'", "the app does not run on Python 3.13", id="another Python"),
    row(APP, "http20Enabled: true", "alwaysOn: false", "Flex Consumption refuses alwaysOn", id="what Flex refuses"),
    row(STORAGE, "'pull-room', ", "'pull-rooms', ", "queue pull-room is used by the code, and not made", id="a queue missing"),
    row(STORAGE, "'pull-room', ", "'pull-room', 'more', ", "queue more is made, and nothing uses it", id="a queue too many"),
    row(STORAGE, ", 'kept']", "]", "table kept is used by the code, and not made", id="a table missing"),
    row(STORAGE, ", 'kept']", ", 'kept', 'more']", "table more is made, and nothing uses it", id="a table too many"),
    row(STORAGE, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "the storage account takes shared keys", id="keys"),
    row(STORAGE, "    allowSharedKeyAccess: false\n", "", "the storage account takes shared keys", id="keys by default"),
    row(
        APP,
        "AzureWebJobsStorage__clientId: identityClientId",
        "AzureWebJobsStorage__clientId: storage.listKeys().keys[0].value",
        "a shared key: everything is reached by identity",
        id="a key asked for",
    ),
    row(
        ACCESS,
        "4633458b-17de-408a-b874-0445c86b69e6",
        "4633458b-17de-408a-b874-0445c86b69e7",
        "4633458b-17de-408a-b874-0445c86b69e7 is none of the known roles",
        id="a digit of a role",
    ),
    row(
        ACCESS,
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b is blobDataOwner, not tableDataContributor",
        id="another role's id",
    ),
    row(
        ACCESS,
        "roleDefinitions', roles.tableDataContributor)",
        "roleDefinitions', roles.blobDataOwner)",
        "role tableDataContributor is given to nobody",
        id="a role not given",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), AGREEMENT)
def test_what_does_not_agree_with_the_code_is_told(folder: Path, code: Facts, file: str, old: str, new: str, told: str) -> None:
    spoil(folder / file, old, new)
    assert f"{file}: {told}" in said(folder, code)


LOST = [
    row(APP, "sites/config@", "sites/configs@", "app settings"),
    row(STORAGE, "queueServices/queues@", "queueServices/queue@", "queues"),
    row(STORAGE, "tableServices/tables@", "tableServices/table@", "tables"),
]


@pytest.mark.parametrize(("file", "old", "new", "what"), LOST)
def test_what_is_made_by_no_template_is_told(folder: Path, code: Facts, file: str, old: str, new: str, what: str) -> None:
    spoil(folder / file, old, new)
    assert f"{MAIN}: nothing makes the {what}" in said(folder, code)


GIVEN = [
    row('"${VISITORS=external}"', '"${VISITORS=all}"', "visitors is all here and 'external' in main.bicep", id="another default"),
    row('"${VISITORS=external}"', '"external"', "visitors is not read from azd's environment: external", id="fixed"),
    row('"visitors"', '"visitor"', "visitors is not handed to main.bicep", id="not handed over"),
    row('"visitors"', '"visitor"', "main.bicep has no parameter visitor", id="unknown"),
    row('"parameters": {', '"parameters": {,', "cannot be read: JSONDecodeError", id="not JSON"),
]


@pytest.mark.parametrize(("old", "new", "told"), GIVEN)
def test_what_azd_hands_over_is_what_the_template_asks_for(folder: Path, code: Facts, old: str, new: str, told: str) -> None:
    spoil(folder / PARAMETERS, old, new)
    assert f"{PARAMETERS}: {told}" in said(folder, code)


def test_a_time_out_that_differs_from_that_of_host_json_is_told(folder: Path, code: Facts) -> None:
    spoil(folder / MAIN, "= '00:10:00'", "= '00:05:00'")
    spoil(folder / PARAMETERS, "=00:10:00}", "=00:05:00}")
    assert f"{MAIN}: AzureFunctionsJobHost__functionTimeout is 00:05:00 by default, and 00:10:00 in the sample" in said(
        folder, code
    )


def test_a_default_that_differs_from_the_codes_is_told(folder: Path, code: Facts) -> None:
    spoil(folder / MAIN, "param cancelBrake string = '20%,10'", "param cancelBrake string = '90%,10'")
    assert f"{MAIN}: CANCEL_BRAKE is 90%,10 by default, and 20%,10 in the sample" in said(folder, code)


def test_a_choice_that_the_code_does_not_offer_is_told(folder: Path, code: Facts) -> None:
    spoil(folder / MAIN, "@allowed(['external', 'all', 'none'])", "@allowed(['external', 'everybody', 'none'])")
    assert f"{MAIN}: VISITORS may not be what it may be in the code" in said(folder, code)
