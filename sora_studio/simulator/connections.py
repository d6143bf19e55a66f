"""Aborts a connection in the middle of a response, which no web framework offers."""

from typing import cast

import uvicorn
from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connections:
    """Access to the server's open connections, once there is a server."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None

    async def drop(self, scope: Scope, receive: Receive) -> None:
        """Cut the connection of a request, and return when it is gone."""
        client = cast("tuple[str, int]", scope["client"])
        if self.server is not None:
            for connection in list(self.server.server_state.connections):
                if isinstance(connection, H11Protocol) and connection.client == client:
                    connection.transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass
