"""The service's response format: one envelope for everything, and errors with their HTTP status."""

from collections.abc import Mapping

from starlette.responses import JSONResponse


class Refusal(Exception):
    """A rejected request. `error` is for programs, `message` for people; both go into the envelope."""

    def __init__(self, code: int, message: str, *, error: str = "", retry_after_s: int | None = None) -> None:
        self.code, self.message, self.error, self.retry_after_s = code, message, error, retry_after_s
        super().__init__(f"{code} {message}")

    def answer(self) -> JSONResponse:
        """Return the response for this error."""
        headers = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        data = {"error": self.error} if self.error else None
        return envelope(data, code=self.code, message=self.message, headers=headers)


def envelope(
    data: object, *, code: int = 200, message: str = "success", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Build an envelope; `code` repeats the HTTP status."""
    return JSONResponse({"code": code, "message": message, "data": data}, status_code=code, headers=headers)
