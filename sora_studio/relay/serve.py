"""The relay as a stand-alone program: `sora-studio relay`."""

import argparse
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import DEFAULT_RELAY_PORT, RELAY_TOKEN_VARIABLE, check_relay_url, is_loopback
from sora_studio.paths import NotAPath, local_path
from sora_studio.relay.folder import LEAST_TOKEN, check_token, opened
from sora_studio.relay.limits import Limits
from sora_studio.relay.server import RelayServer, address_in_ascii, listen, origin_of

_UNUSABLE = 2
_MB = 1_000_000
_MOST_MB = 10_000_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command `relay` until it is stopped. Return 2, after an error sentence, for unusable arguments."""
    options = _parser().parse_args(argv)
    try:
        return _run(options)
    except InvalidSetting as error:
        sys.stderr.write(f"{error.sentence}\n")
        return _UNUSABLE


def _run(options: argparse.Namespace) -> int:
    public_url = address_in_ascii(check_relay_url(options.public_url))
    least = 1 if is_loopback(public_url) else LEAST_TOKEN  # for a local trial a short one will do
    is_given = options.token is not None
    token = check_token(options.token, least) if is_given else os.environ.get(RELAY_TOKEN_VARIABLE, "")
    limits = Limits(film_bytes=options.max_film_mb * _MB, files_bytes=options.max_total_mb * _MB)
    with contextlib.ExitStack() as stack:
        try:  # listen before opening the folder: a new token is shown only once
            listener = stack.enter_context(listen(options.host, options.port))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InvalidSetting(f"The relay cannot listen on {options.host}, port {options.port}: {reason}.") from error
        folder = stack.enter_context(opened(options.data, limits, token, keep_token=is_given, least_token=least))
        if folder.is_token_new:
            _say(f"Token: {folder.token}")
        ready = f"Relay ready: {public_url} on {origin_of(listener)}"
        server = RelayServer(folder, public_url=public_url, on_started=lambda: _say(ready), limits=limits)
        _log_to_stderr()
        _end_on_signals(server)
        gc.collect()
        gc.freeze()  # loaded modules stay: scanning them would delay callbacks by 15 ms now and then
        server.serve_on(listener)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sora-studio relay", description="Serve files and receive callbacks for studios behind a router."
    )
    add = parser.add_argument
    add("--public-url", required=True, metavar="URL", help="where the public reaches this relay: https://relay.example.org")
    add("--data", required=True, type=_folder, metavar="DIR", help="the folder for its files, callbacks and token")
    add("--host", default="127.0.0.1", type=_host, help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=DEFAULT_RELAY_PORT, help="port to listen on (default: %(default)s)")
    most = Limits()
    add(
        "--max-film-mb",
        type=_megabytes,
        default=most.film_bytes // _MB,
        metavar="MB",
        help="the largest film or sound to lend (default: %(default)s)",
    )
    add(
        "--max-total-mb",
        type=_megabytes,
        default=most.files_bytes // _MB,
        metavar="MB",
        help="what all lent files may take together (default: %(default)s)",
    )
    add(
        "--token",
        help=f"what studios show, kept in DIR from then on (default: {RELAY_TOKEN_VARIABLE} for this run, else the one of DIR, "
        "which is created and printed at the first start)",
    )
    return parser


def _megabytes(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST_MB:
        raise argparse.ArgumentTypeError(f"{text} is no size from 1 to {_MOST_MB} MB")
    return int(text)


def _folder(text: str) -> Path:
    if not text:  # an unset variable would mean the current folder
        raise argparse.ArgumentTypeError("it names no folder")
    try:
        return local_path(text)
    except NotAPath as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _host(text: str) -> str:
    if not text:  # empty would mean every interface
        raise argparse.ArgumentTypeError("it names no address; 0.0.0.0 listens on all of this machine's")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)


def _say(line: str) -> None:
    """Write to standard output; a closed or full one does not end the server."""
    if sys.stdout:
        try:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except OSError:
            sys.stdout = None  # otherwise the interpreter flushes it again at exit, and fails


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("sora_studio.relay").setLevel(logging.DEBUG)


def _end_on_signals(server: RelayServer) -> None:
    def _on_signal(_number: int, _frame: object) -> None:
        server.should_exit = True

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)
