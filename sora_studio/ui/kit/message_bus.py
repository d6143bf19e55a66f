"""A client of the desktop's session bus (D-Bus) on the event loop, so that a bus that is gone or hangs blocks nothing.

QtDBus would block while it connects, and cannot send the unsigned numbers that the notification service takes.
"""

# jeepney (which keyring brings on Linux) has no types: the protocols below stand for them.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

import asyncio
import logging
import os
from collections.abc import Callable
from itertools import count
from typing import Protocol, cast

ADDRESS_VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
ANSWER_WITHIN_S = 5.0
_PIECE_BYTES = 4096
_log = logging.getLogger(__name__)


class BusUnusable(Exception):
    """There is no bus, it does not answer in time, or it has gone."""


class BusRefused(Exception):
    """The bus works, but the service that was called is not there or rejects the call."""


class Signalled(Protocol):
    """Takes a signal: its interface, name and values."""

    def __call__(self, interface: str, member: str, values: tuple[object, ...], /) -> None: ...


class _Header(Protocol):
    message_type: object
    fields: dict[object, object]


class _Message(Protocol):
    header: _Header
    body: tuple[object, ...]

    def serialise(self, serial: int) -> bytes: ...


class _Parser(Protocol):
    def add_data(self, data: bytes) -> None: ...

    def get_next_message(self) -> _Message | None: ...


class MessageBus:
    """One connection, made by `connect`. Keep `listen` running: it delivers the answers, and the signals to `on_signal`.

    When `listen` ends, the connection is closed and further calls raise `BusUnusable`.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_signal: Signalled) -> None:
        from jeepney import Parser  # noqa: PLC0415 - only where there is a bus

        self._reader, self._writer, self._on_signal = reader, writer, on_signal
        self._parser = cast("_Parser", Parser())
        self._serials = count(1)
        self._answers = dict[int, asyncio.Future[_Message]]()
        self._is_open = True

    @property
    def is_open(self) -> bool:
        """Whether calls can be made."""
        return self._is_open

    def close(self) -> None:
        """Disconnect; `listen` ends."""
        self._writer.close()

    async def listen(self) -> None:
        """Deliver what arrives, until the bus goes or this is cancelled."""
        try:
            while piece := await self._reader.read(_PIECE_BYTES):
                self._parser.add_data(piece)
                while (message := self._parser.get_next_message()) is not None:
                    self._deliver(message)
        except Exception:  # whatever the parser raises for what is no message
            _log.info("The session bus cannot be used any more.", exc_info=True)
        finally:
            self._is_open = False
            self._writer.close()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(BusUnusable())

    async def call(
        self, service: str, path: str, interface: str, member: str, signature: str = "", values: tuple[object, ...] = ()
    ) -> tuple[object, ...]:
        """Call a method and return what it answers. Raises `BusUnusable`, `BusRefused`."""
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call  # noqa: PLC0415

        address = DBusAddress(path, bus_name=service, interface=interface)
        message = cast("_Message", new_method_call(address, member, signature or None, values))
        serial = next(self._serials)
        answer = self._answers[serial] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._send(message, serial)
                reply = await answer
        except (OSError, TimeoutError) as error:
            raise BusUnusable from error
        finally:
            del self._answers[serial]
        if reply.header.message_type is MessageType.error:
            raise BusRefused(str(reply.header.fields.get(HeaderFields.error_name)))
        return reply.body

    async def emit(self, path: str, interface: str, member: str, signature: str, values: tuple[object, ...]) -> None:
        """Broadcast a signal. Raises `BusUnusable`."""
        from jeepney import DBusAddress, new_signal  # noqa: PLC0415

        message = cast("_Message", new_signal(DBusAddress(path, interface=interface), member, signature, values))
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._send(message, next(self._serials))
        except (OSError, TimeoutError) as error:
            raise BusUnusable from error

    async def _send(self, message: _Message, serial: int) -> None:
        if not self._is_open:
            raise BusUnusable
        self._writer.write(message.serialise(serial))
        await self._writer.drain()

    def _deliver(self, message: _Message) -> None:
        from jeepney import HeaderFields, MessageType  # noqa: PLC0415

        fields = message.header.fields
        if message.header.message_type is MessageType.signal:
            interface, member = str(fields.get(HeaderFields.interface)), str(fields.get(HeaderFields.member))
            # Only after the caller has taken an answer that came just before: the signal may refer to it.
            asyncio.get_running_loop().call_soon(self._on_signal, interface, member, message.body)
        elif (answer := self._answers.get(cast("int", fields.get(HeaderFields.reply_serial)))) and not answer.done():
            answer.set_result(message)


async def connect(on_signal: Signalled, start: Callable[[MessageBus], object]) -> MessageBus:
    """Connect to the session bus; `start` has to start `listen` at once. Raises `BusUnusable` within `ANSWER_WITHIN_S`."""
    path = _socket_path(os.environ.get(ADDRESS_VARIABLE, ""))
    if path is None or not hasattr(asyncio, "open_unix_connection"):
        raise BusUnusable
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                await _authenticate(reader, writer)
            except BaseException:
                writer.close()
                raise
    except (OSError, ValueError, TimeoutError, ImportError) as error:
        raise BusUnusable from error
    bus = MessageBus(reader, writer, on_signal)
    start(bus)
    await bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")
    return bus


async def _authenticate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Prove who we are: by our user id, which the socket carries. Raises `ValueError` if that is not accepted."""
    from jeepney.auth import BEGIN, Authenticator  # noqa: PLC0415

    steps = Authenticator()
    for request in steps:
        writer.write(request)
        await writer.drain()
        if not (answer := await reader.read(_PIECE_BYTES)):
            raise ValueError("the bus closed the connection")
        steps.feed(answer)
    writer.write(BEGIN)


def _socket_path(addresses: str) -> str | None:
    """Return the socket of the first address that is one: `unix:path=/run/user/1000/bus,guid=…;…`."""
    from urllib.parse import unquote  # noqa: PLC0415 - as the other imports

    for address in addresses.split(";"):
        kind, _, values = address.partition(":")
        for value in values.split(",") if kind == "unix" else ():
            name, _, given = value.partition("=")
            if name in ("path", "abstract"):
                return unquote(given) if name == "path" else "\0" + unquote(given)
    return None
