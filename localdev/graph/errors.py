"""The refusals of Graph: a status, a code and a message, in the one shape that Graph gives them."""

from datetime import datetime
from typing import Any

type JsonObject = dict[str, Any]


class GraphError(Exception):
    """A request that Graph answers with an error body."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self, at: datetime, request_id: str) -> JsonObject:
        inner = {"date": at.strftime("%Y-%m-%dT%H:%M:%S"), "request-id": request_id, "client-request-id": request_id}
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


def bad_request(code: str, message: str) -> GraphError:
    return GraphError(400, code, message)


def unauthenticated() -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")


def item_not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> GraphError:
    return bad_request("ErrorInvalidIdMalformed", "Id is malformed.")


def no_such_route(path: str) -> GraphError:
    return bad_request("BadRequest", f"Resource not found for the segment '{path}'.")


def no_such_user(identifier: str) -> GraphError:
    message = f"Resource '{identifier}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", message)


def no_such_mailbox(identifier: str) -> GraphError:
    return GraphError(404, "ResourceNotFound", f"Resource could not be discovered: '{identifier}'.")


def mailbox_not_enabled() -> GraphError:
    message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
    return GraphError(404, "MailboxNotEnabledForRESTAPI", message)


def unknown_member(name: str, kind: str) -> GraphError:
    message = f"The property '{name}' does not exist on type '{kind}'. Make sure to only use property names that are defined."
    return bad_request("RequestBodyRead", message)


def read_only_member(name: str) -> GraphError:
    return bad_request("ErrorInvalidPropertySet", f"Set action is invalid for property '{name}'.")


def wrong_value(name: str) -> GraphError:
    return bad_request("ErrorPropertyValidationFailure", f"At least one property failed validation: '{name}'.")


def unknown_option(name: str) -> GraphError:
    return bad_request("ErrorInvalidUrlQuery", f"The query parameter '{name}' is not supported for this request.")


def wrong_parameter(name: str, value: str) -> GraphError:
    return bad_request("ErrorInvalidParameter", f"The value '{value}' of parameter '{name}' is invalid.")


def changed_meanwhile() -> GraphError:
    """Microsoft docs, event-update and microsoft-graph-docs issue 2256."""
    message = (
        "The send or update operation could not be performed because the change key passed in the request does not match the "
        "current change key for the item."
    )
    return GraphError(412, "ErrorIrresolvableConflict", message)
