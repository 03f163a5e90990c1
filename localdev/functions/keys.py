"""Who may call what: keys and authorisation levels (azure-functions-host, AuthenticationLevelHandler)."""

import hmac
from collections.abc import Mapping

HEADER = "x-functions-key"
PARAMETER = "code"
LEVELS = ("anonymous", "function", "admin")


class Keys:
    """One key opens everything here: it is the host key and the master key at once."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def allow(self, level: str, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        if level == "anonymous":
            return True
        given = headers.get(HEADER) or query.get(PARAMETER) or ""
        return hmac.compare_digest(given.encode(), self._key)
