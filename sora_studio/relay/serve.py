"""The relay as a program of its own: `sora-studio relay`."""

import argparse
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import DEFAULT_RELAY_PORT, RELAY_TOKEN_VARIABLE, check_relay_url
from sora_studio.paths import full_path
from sora_studio.relay.folder import check_token, opened
from sora_studio.relay.limits import Limits
from sora_studio.relay.server import RelayServer, address_in_ascii, listen, origin_of

_UNUSABLE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """The command `relay`: runs until it is told to end. 2 for what cannot be used, with a sentence."""
    options = _parser().parse_args(argv)
    try:
        return _run(options)
    except InvalidSetting as error:
        sys.stderr.write(f"{error.sentence}\n")
        return _UNUSABLE


def _run(options: argparse.Namespace) -> int:
    public_url = address_in_ascii(check_relay_url(options.public_url))
    token = os.environ.get(RELAY_TOKEN_VARIABLE, "") if options.token is None else check_token(options.token)
    limits = Limits()
    with contextlib.ExitStack() as stack:
        try:  # before the folder: a token that is made is also told
            listener = stack.enter_context(listen(options.host, options.port))
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InvalidSetting(f"The relay cannot listen on {options.host}, port {options.port}: {reason}.") from error
        folder = stack.enter_context(opened(options.data, limits, token))
        if folder.is_token_new:
            _say(f"Token: {folder.token}")
        ready = f"Relay ready: {public_url} on {origin_of(listener)}"
        server = RelayServer(folder, public_url=public_url, on_started=lambda: _say(ready), limits=limits)
        _log_to_stderr()
        _end_on_signals(server)
        gc.collect()
        gc.freeze()  # what was loaded stays: looking through it would hold callbacks up, for 15 ms now and then
        server.serve_on(listener)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sora-studio relay", description="Lend pictures and take callbacks for studios behind a router."
    )
    add = parser.add_argument
    add("--public-url", required=True, metavar="URL", help="where the public reaches this relay: https://relay.example.org")
    add("--data", required=True, type=full_path, metavar="DIR", help="the folder for its pictures, callbacks and token")
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=DEFAULT_RELAY_PORT, help="port to listen on (default: %(default)s)")
    add("--token", help=f"what studios show (default: {RELAY_TOKEN_VARIABLE}, else one is made, kept in DIR and printed once)")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("sora_studio.relay").setLevel(logging.DEBUG)


def _end_on_signals(server: RelayServer) -> None:
    def _on_signal(_number: int, _frame: object) -> None:
        server.should_exit = True

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)
