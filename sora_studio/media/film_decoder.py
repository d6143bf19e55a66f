"""A decoder process that is kept between films: starting one takes longer than drawing most posters."""

import contextlib
import json
import select
import socket
import subprocess
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sora_studio.media.film_process import (
    KILLED_BY_OTHERS,
    MAX_ANSWER_BYTES,
    WITHIN_S,
    FilmProcess,
    child_environment,
    opened_file,
    unexamined,
)

KEPT = "films"
"""The argument that makes the child wait for films."""
FILMS_PER_PROCESS = 100
"""Then a fresh process takes over, so that what a decoder leaks, or what a film did to it, does not last."""
BUSY_S = 1.0
"""A film that waits longer for its turn gets a process of its own: the one ahead may be slow, or hostile."""
_END_WITHIN_S = 1.0
_CHUNK_BYTES = 1 << 16
_CAN_PASS_FILES = hasattr(socket, "send_fds")
"""An open file can be handed to a running process. Not on Windows: there every film gets a process of its own."""


class FilmDecoder(FilmProcess):
    """Like `FilmProcess`, but its process is kept for the next film.

    A film that kills its process ends only its own request: the next one starts another process. The process also ends after a
    minute without films. Usable from every thread. `close` ends it; so does letting go of this object.
    """

    def __init__(self, command: Sequence[str] = (), *, within_s: float = WITHIN_S) -> None:
        super().__init__(command, within_s=within_s)
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._is_closed = False

    def run(self, film: Path, arguments: Sequence[str]) -> bytes:
        """Return the answer of the kept process, not validated."""
        if not _CAN_PASS_FILES or not self._lock.acquire(timeout=BUSY_S):
            return super().run(film, arguments)
        try:
            with opened_file(film) as file:
                return self._ask_kept(file, arguments)
        finally:
            self._lock.release()

    @property
    def is_running(self) -> bool:
        """Whether a process is kept at the moment."""
        child = self._child
        return child is not None and child.is_running

    def close(self) -> None:
        """End the process, also while it is working, and start no other one. Blocks for at most a second."""
        self._is_closed = True
        if (child := self._child) is not None:
            child.kill()  # this also ends a request in another thread
        if self._lock.acquire(timeout=_END_WITHIN_S):
            self._let_go()
            self._lock.release()

    def _ask_kept(self, film: BinaryIO, arguments: Sequence[str]) -> bytes:
        """Ask the process that is there; a new one if it has ended meanwhile."""
        answer = b""
        if self._child is not None and self._child.is_ready:
            answer = self._asked(self._child, film, arguments)
        if not answer:
            self._let_go()
            if self._is_closed:
                raise unexamined("the decoder is closed")
            self._child = _Child([*self.command, KEPT])
            answer = self._asked(self._child, film, arguments)
        if not answer:
            self._let_go()
            raise unexamined("the process ended before it read the film")
        return answer

    def _asked(self, child: "_Child", film: BinaryIO, arguments: Sequence[str]) -> bytes:
        try:
            answer = child.ask(film, arguments, within_s=self.within_s)
        except TimeoutError as error:
            self._let_go()
            raise unexamined(f"no answer within {self.within_s:g} s") from error
        if answer and not answer.strip():
            status = child.status()
            self._let_go()
            if status in KILLED_BY_OTHERS:
                raise unexamined("the process was killed")
        return answer

    def _let_go(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """A running process and the socket to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._films = 0
        self._socket, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*command],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=child_environment(),
            )
        except OSError as error:
            self._socket.close()
            raise unexamined(str(error.strerror)) from error
        finally:
            theirs.close()
        self.end = weakref.finalize(self, _end, self._process, self._socket)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it may take another film: it has not had too many, has not ended, and says nothing unasked."""
        says_something = bool(select.select([self._socket], [], [], 0)[0])
        return self._films < FILMS_PER_PROCESS and not says_something

    def kill(self) -> None:
        """End the process; a thread that waits for its answer gets none."""
        self._process.kill()

    def ask(self, film: BinaryIO, arguments: Sequence[str], *, within_s: float) -> bytes:
        """Return an empty line and the answer; nothing if the process ended before it read the film, else what it had said.

        Raises `TimeoutError`.
        """
        give_up_at = time.monotonic() + within_s
        self._films += 1
        answer = bytearray()
        with contextlib.suppress(ConnectionError):
            self._socket.settimeout(within_s)
            socket.send_fds(self._socket, [json.dumps([*arguments]).encode()], [film.fileno()])
            while len(answer) < MAX_ANSWER_BYTES and not (len(answer) > 1 and answer.endswith(b"\n")):
                self._socket.settimeout(max(0.001, give_up_at - time.monotonic()))
                if not (chunk := self._socket.recv(_CHUNK_BYTES)):
                    break
                answer += chunk
        return bytes(answer)

    def status(self) -> int | None:
        """Return the exit status of a process that has closed its socket; None while it still runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_END_WITHIN_S)
        return None


def _end(process: "subprocess.Popen[bytes]", connection: socket.socket) -> None:
    process.kill()
    connection.close()
    with contextlib.suppress(subprocess.TimeoutExpired):  # it may be stuck in a call to a dead share
        process.wait(_END_WITHIN_S)
