"""Runs the simulator as a stand-alone program, or in a thread for tests."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from sora_studio.simulator.api import Api
from sora_studio.simulator.connections import Connections
from sora_studio.simulator.faults import SeenRequest, Weather
from sora_studio.simulator.folder import Folder
from sora_studio.simulator.models import MODELS
from sora_studio.simulator.scenarios import SCENARIOS
from sora_studio.simulator.service import START_BALANCE_USD, Charge, Service, Terms
from sora_studio.simulator.task import RemoteTask

FILM_EDGE_VARIABLE = "SORA_STUDIO_SIMULATOR_FILM_EDGE"
"""Shorter edge of all films in pixels, unless given as an argument: small films render quickly."""
_GRACE_S = 1
"""How long an open request may delay the shutdown."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Call `on_started` once it answers."""
        await super().startup(sockets)
        self._on_started()


class State:
    """What a running simulator has received and done, for assertions in tests."""

    def __init__(self, service: Service, weather: Weather) -> None:
        self._service, self._weather = service, weather

    @property
    def charges(self) -> list[Charge]:
        """Charges, oldest first; one for each accepted create, whether or not its answer arrived."""
        return list(self._service.charges)

    @property
    def requests(self) -> list[SeenRequest]:
        """Received requests, oldest first."""
        return list(self._weather.seen)

    @property
    def tasks(self) -> list[RemoteTask]:
        """Every task, oldest first."""
        return list(self._service.tasks.values())

    @property
    def balance_usd(self) -> float:
        """The account's current balance."""
        return self._service.balance_usd("any")

    def expire_links(self) -> None:
        """Expire all links handed out so far (410); a new status answer has valid ones."""
        self._service.expire_links()

    def expire_films(self) -> None:
        """Delete all films finished so far: every link to them answers 404."""
        self._service.expire_films()

    def retire(self, slug: str) -> None:
        """Offer a model no longer; accepted tasks go on."""
        self._service.retire(slug)


@dataclass(frozen=True, slots=True)
class Running:
    """A running simulator at `url`."""

    url: str
    state: State


@contextlib.contextmanager
def running(
    *,
    speed: float = 1.0,
    scenario: str = "calm",
    seed: int = 0,
    state: Path | None = None,
    balance_usd: float = START_BALANCE_USD,
    keys: Sequence[str] = (),
    port: int = 0,
    film_edge_px: int | None = None,
) -> Generator[Running]:
    """Run a simulator on loopback in a thread until the block ends. A fixed `port` allows a restart at the same address."""
    terms = Terms(
        speed=speed,
        scenario=SCENARIOS[scenario],
        seed=seed,
        balance_usd=balance_usd,
        keys=keys,
        film_edge_px=film_edge_px or _edge(os.environ.get(FILM_EDGE_VARIABLE)),
    )
    with _folder(state) as folder, _listen("127.0.0.1", port) as listener:
        started = threading.Event()
        server, seen = _build(terms, folder, started.set)

        def _serve() -> None:
            try:
                _run(server, listener)
            finally:
                started.set()

        thread = threading.Thread(target=_serve, name="simulator")
        thread.start()
        try:
            started.wait()
            assert server.started, "the simulator did not start"
            yield Running(_url(listener), seen)
        finally:
            server.should_exit = True
            thread.join()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command `simulate` until it is stopped; prints the address once it answers."""
    options = _parser().parse_args(argv)
    terms = Terms(
        speed=options.speed,
        scenario=SCENARIOS[options.scenario],
        seed=options.seed,
        balance_usd=options.balance,
        keys=options.key,
        film_edge_px=options.film_edge,
        retired=options.retire,
    )
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(_folder(options.state))
            listener = stack.enter_context(_listen(options.host, options.port))
        except (OSError, UnicodeError) as error:
            sys.stderr.write(f"The simulator cannot start: {error}\n")
            return 6
        server, _ = _build(terms, folder, lambda: _say(_url(listener)))
        _end_on_signals(server)
        if options.until_stdin_closes:
            threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
        _run(server, listener)
    return 0


def _parser() -> argparse.ArgumentParser:
    scenarios = "; ".join(f"{scenario.name}: {scenario.summary}" for scenario in SCENARIOS.values())
    parser = argparse.ArgumentParser(prog="sora-studio simulate", description="Simulate the service on this machine.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=_port, default=0, help="port to listen on (default: any free one)")
    add("--speed", type=_positive, default=1.0, help="times as fast as real time (default: %(default)g)")
    add("--scenario", choices=list(SCENARIOS), default="calm", help=f"what goes wrong ({scenarios})")
    add("--seed", type=int, default=0, help="repeats the same course of events (default: %(default)s)")
    add("--balance", type=_amount, default=START_BALANCE_USD, metavar="USD", help="credit at the start (default: %(default)g)")
    add("--key", action="append", default=[], help="accept only this key; can be given more than once (default: any)")
    add("--state", type=Path, metavar="DIR", help="keep tasks and films there (default: forget them at the end)")
    edge_help = f"shorter edge of all films (default: {FILM_EDGE_VARIABLE} in the environment, else as ordered)"
    add("--film-edge", type=_edge, default=os.environ.get(FILM_EDGE_VARIABLE), metavar="PX", help=edge_help)
    retire_help = "refuse this model as no longer available; can be given more than once"
    add("--retire", action="append", default=[], choices=list(MODELS), metavar="SLUG", help=retire_help)
    add("--until-stdin-closes", action="store_true", help="end when standard input closes")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return value


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not an amount of money")
    return value


def _edge(text: str | None) -> int | None:
    """Parse an edge that is even, as codecs need, and large enough for captions."""
    if not text:
        return None
    edge_px = int(text)
    if not 90 <= edge_px <= 2160 or edge_px % 18:
        raise argparse.ArgumentTypeError(f"{text} is not between 90 and 2160 and a multiple of 18")
    return edge_px


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value < 65_536:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return value


@contextlib.contextmanager
def _folder(state: Path | None) -> Generator[Folder]:
    with contextlib.ExitStack() as stack:
        if state is None:
            temporary = tempfile.TemporaryDirectory(prefix="sora-studio-simulator-", ignore_cleanup_errors=True)
            state = Path(stack.enter_context(temporary))
        yield Folder(state)


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, created with the TCP protocol: only then asyncio sets TCP_NODELAY, which saves 40 ms."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # on Windows it would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except BaseException:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _build(terms: Terms, folder: Folder, on_started: Callable[[], None]) -> tuple[_Server, State]:
    service, connections = Service(terms, folder), Connections()
    weather = Weather(Api(service).application, terms.scenario, terms.seed, connections)
    config = uvicorn.Config(
        weather,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=30,
    )
    connections.server = server = _Server(config, on_started)
    return server, State(service, weather)


def _run(server: _Server, listener: socket.socket) -> None:
    asyncio.run(server.serve(sockets=[listener]))


def _say(url: str) -> None:
    """Write to standard output; a closed or full one does not end the server."""
    if sys.stdout:
        try:
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
        except OSError:
            sys.stdout = None  # otherwise the interpreter flushes it again at exit, and fails


def _end_on_signals(server: _Server) -> None:
    def _on_signal(_number: int, _frame: object) -> None:
        server.should_exit = True

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _on_signal)


def _end_with_stdin(server: _Server) -> None:
    while sys.stdin and sys.stdin.buffer.read(4096):  # stdin is None when it was closed from the start
        pass
    server.should_exit = True
