"""Why a mailbox or a building refuses, in plain words, and the command that mends it or tells more."""

from dataclasses import dataclass

from sync_core.errors import Later, SyncError, Unreadable
from sync_core.graph.grants import WRITE
from sync_core.model import Address


@dataclass(frozen=True, slots=True)
class Obstacle:
    why: str
    mend: str = ""


_NO_TOKEN_OF_OURS = frozenset({"InvalidAuthenticationToken", "http-401"})
_NOT_HOSTED = frozenset({"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI"})
_NOT_THERE = frozenset({"ResourceNotFound", "Request_ResourceNotFound", "ErrorNonExistentMailbox"})


def who_can_tell(mailbox: Address, app: str) -> str:
    """Exchange Online PowerShell. It asks past the cache, so it knows at once what Graph knows in up to two hours."""
    asked = f"Test-ServicePrincipalAuthorization -Identity {app} -Resource {mailbox}"
    return f"{asked} | Where-Object RoleName -eq 'Application {WRITE}'"


def of_graph(error: SyncError, mailbox: Address, app: str) -> Obstacle:
    code = error.code
    if code == "no-token":
        return Obstacle("the app gets no token: it has no identity, or another one is named", "az functionapp identity show")
    if code in _NO_TOKEN_OF_OURS:
        return Obstacle(f"Graph does not take the app's token ({code})", "az functionapp identity show")
    if isinstance(error, Later):
        return Obstacle(f"Graph is busy or away just now ({code}): ask again")
    if not isinstance(error, Unreadable):
        return Obstacle(f"Graph answers {code}")
    if code in _NOT_HOSTED:
        what = "it is not in Exchange Online: on-premises, deleted or without a licence"
        return Obstacle(
            f"{what} ({code})", f"Get-Mailbox -Identity {mailbox} | Format-List RecipientTypeDetails, WhenSoftDeleted"
        )
    if code in _NOT_THERE:
        return Obstacle(f"the tenant has no such mailbox ({code})", f"Get-Recipient -Identity {mailbox}")
    why = "Graph refuses it: not granted, or outside the scope; a change of either counts after up to two hours"
    return Obstacle(f"{why} ({code})", who_can_tell(mailbox, app))


def of_ibss(error: SyncError) -> Obstacle:
    if isinstance(error, Later):
        return Obstacle(f"IBSS is busy or away just now ({error.code}): ask again")
    if not isinstance(error, Unreadable):
        return Obstacle(f"IBSS answers {error.code}")
    why = "IBSS refuses it: a wrong key, or the Application User lacks a right in this building"
    return Obstacle(f"{why} ({error.code})", "docs/ibss.md: rights of the Application User")
