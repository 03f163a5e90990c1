"""HTTP answers, and the two things every endpoint reads: its query and its body."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from localdev.ibss.errors import IbssError, invalid

CODES = {404: "NotFound", 405: "MethodNotAllowed"}


def error_response(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


async def refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, IbssError):
        raise error
    return error_response(error.status, error.code, error.message)


async def no_such_route(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return error_response(error.status_code, CODES.get(error.status_code, "Invalid"), error.detail, error.headers)


def query_of(request: Request, *known: str) -> dict[str, str]:
    """The query, strictly: an option the contract does not name, or one named twice, is refused."""
    options: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise invalid(f"{name!r} is not a query option here")
        if name in options:
            raise invalid(f"{name} is given twice")
        options[name] = value
    return options


def listing(request: Request, rows: list[dict[str, Any]], skiptoken: str | None) -> JSONResponse:
    """A page, with the whole address of the next one ("Accessing the IBSS API")."""
    page: dict[str, Any] = {"value": rows}
    if skiptoken is not None:
        page["@odata.nextLink"] = str(request.url.include_query_params(**{"$skiptoken": skiptoken}))
    return JSONResponse(page)
