"""What an access token says of the identity that it was given to. No I/O."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass

WRITE = "Calendars.ReadWrite"
"""The one permission that every request of this service is content with (Microsoft docs, permissions reference)."""


@dataclass(frozen=True, slots=True)
class Grants:
    """`app` and `principal` are the identity's client id and object id; `roles` are what Entra grants it in the whole tenant.
    What Exchange grants it in single mailboxes stands in no token.
    """

    app: str
    principal: str
    roles: frozenset[str]


def grants_of(token: str) -> Grants | None:
    """None where the token is of another form: Microsoft promises none (Microsoft docs, access-tokens)."""
    try:
        _, claims, _ = token.split(".")
        told = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        roles = told.get("roles", [])
        if not isinstance(roles, list):
            return None
        return Grants(str(told.get("appid", "")), str(told.get("oid", "")), frozenset(map(str, roles)))
    except (ValueError, AttributeError):
        return None
