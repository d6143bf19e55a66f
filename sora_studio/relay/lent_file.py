"""Serves a lent file: whole, or one range of it, as services fetch films."""

import hashlib
import os
import re
import secrets
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

_KEY = secrets.token_bytes(16)
"""Without it an ETag would tell the file's time, which is its expiry."""
_ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-[0-9]{1,18})", re.ASCII)


class LentFile(FileResponse):
    """A file whose ETag changes whenever it is stored, and with each start. Without Last-Modified, which would be its expiry.

    Any other Range header than one plain range is ignored, and so is one for an earlier version of the file.
    """

    chunk_size = 1 << 18

    def __init__(self, path: Path, stat_result: os.stat_result, media_type: str) -> None:
        super().__init__(path, stat_result=stat_result, media_type=media_type)

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Set size and ETag."""
        version = f"{Path(self.path).name} {stat_result.st_mtime_ns} {stat_result.st_size}"
        self.headers["Content-Length"] = str(stat_result.st_size)
        self.headers["ETag"] = f'"{hashlib.blake2b(version.encode(), key=_KEY, digest_size=16).hexdigest()}"'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, without the headers that must be ignored."""
        asked = Headers(scope=scope)
        ignored = {b"if-range"} if self._serves_range(asked) else {b"if-range", b"range"}
        headers = [(name, value) for name, value in scope["headers"] if name not in ignored]
        await super().__call__({**scope, "headers": headers}, receive, send)

    def _serves_range(self, asked: Headers) -> bool:
        found = _ONE_RANGE.fullmatch(asked.get("range", ""))
        is_plain = found is not None and (found[2] is None or int(found[1]) <= int(found[2]))
        return is_plain and asked.get("if-range", self.headers["ETag"]) == self.headers["ETag"]
