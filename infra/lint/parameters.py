"""main.parameters.json, which azd fills in: what main.bicep asks for, with the defaults that the code has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from infra.lint.facts import Facts
from infra.lint.template import Finding, Template, literal, members, source

FILE = "main.parameters.json"
OF_A_PLACE = {"GRAPH_URL", "IBSS_URL", "PUBLIC_URL", "TENANT_DOMAINS"}
"""What the sample says of these is true of one machine only."""
FROM_AZD = re.compile(r"\$\{([A-Z_]+)(?:=(.*))?\}")


def parameters(folder: Path, templates: list[Template], facts: Facts) -> Iterator[Finding]:
    main = next(template for template in templates if template.name == "main.bicep")
    params = main.of_kind("param")
    try:
        given = json.loads((folder / FILE).read_text(encoding="utf-8"))["parameters"]
    except (OSError, ValueError, KeyError) as error:
        yield Finding(FILE, 1, f"cannot be read: {type(error).__name__}")
        return
    yield from (Finding(FILE, 1, f"main.bicep has no parameter {name}") for name in sorted(set(given) - set(params)))
    yield from (Finding(FILE, 1, f"{name} is not handed to main.bicep") for name in sorted(set(params) - set(given)))
    for name in sorted(set(params) & set(given)):
        default = params[name].value
        text = str(given[name].get("value", ""))
        told = FROM_AZD.fullmatch(text)
        if told is None:
            yield Finding(FILE, 1, f"{name} is not read from azd's environment: {text}")
        elif default is not None and (told[2] or "") != source(default).strip("'"):
            yield Finding(FILE, 1, f"{name} is {told[2] or 'empty'} here and {source(default)} in main.bicep")
    yield from _defaults(main, templates, facts)


def _defaults(main: Template, templates: list[Template], facts: Facts) -> Iterator[Finding]:
    """A setting that nobody changes is what local.settings.sample.json says, and takes the values that the code takes."""
    params = main.of_kind("param")
    for template in templates:
        for config in template.resources("Microsoft.Web/sites/config"):
            for setting, value in members(config.body.get("properties")).items():
                param = params.get(source(value))
                if param is None:
                    continue
                default, sample = literal(param.value), facts.defaults.get(setting)
                if default is not None and default != sample and setting not in OF_A_PLACE:
                    yield main.finding(param.node, f"{setting} is {default} by default, and {sample} in the sample")
                if param.allowed != facts.choices.get(setting):
                    yield main.finding(param.node, f"{setting} may not be what it may be in the code")
