"""What IBSS answers when it refuses: one status and one code of the contract each."""


class IbssError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> IbssError:
    return IbssError(400, "Invalid", message)


def not_found(what: str) -> IbssError:
    return IbssError(404, "NotFound", f"{what} is not known")


def forbidden(message: str) -> IbssError:
    return IbssError(403, "Forbidden", message)


def unauthorized() -> IbssError:
    return IbssError(401, "Unauthorized", "Authorization: apikey <application-user-key> is missing or wrong")
