"""What every test of the window stands on: an offscreen application and the program's own event loop on it."""

import asyncio
import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded

from PySide6.QtCore import QCoreApplication, QEvent, QLoggingCategory
from PySide6.QtWidgets import QApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.app.main import HARMLESS
from sora_studio.domain.settings import Theme
from sora_studio.ui.kit import theme
from tests.gui.finalization_guard import FinalizationGuard

_HERE = Path(__file__).parent
_GUARD = FinalizationGuard()
_GUARD.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """No collection starts by itself during the window's tests, and other tests find no Qt objects among the garbage."""
    if not item.path.is_relative_to(_HERE):  # workers call every folder's hook for every test
        return (yield)
    gc.disable()
    _GUARD.forbids_collections = True
    try:
        return (yield)
    finally:
        if nextitem is None or not nextitem.path.is_relative_to(_HERE):
            gc.collect()
            _GUARD.forbids_collections = False
            gc.enable()


@pytest.fixture(scope="session")
def little_to_collect() -> None:
    """What was imported and collected by then is in no test's garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def collected(qapp: QApplication, little_to_collect: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test's garbage is destroyed at its end, on the main thread, where Qt's objects belong."""
    yield
    request.node.funcargs.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect(1)
    _GUARD.check()


@pytest.fixture
def finalization_guard() -> FinalizationGuard:
    return _GUARD


@pytest.fixture(autouse=True, scope="session")
def quiet_sound() -> None:
    """What the program silences, the tests do not hear either: a machine without loudspeakers is no fault."""
    QLoggingCategory.setFilterRules(HARMLESS)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication, collected: None) -> None:
    """The dark look, whatever the machine's own is."""
    theme.apply(qapp, Theme.DARK)


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[StudioEventLoop]:
    """The program's loop; callbacks also run while pytest-qt waits. What a test leaves running is cancelled at its end."""
    made = StudioEventLoop(qapp)
    asyncio.set_event_loop(made)
    yield made
    left = asyncio.all_tasks(made)
    for task in left:
        task.cancel()
    if left:
        made.run_until_complete(asyncio.wait(left))
    made.run_until_complete(made.shutdown_default_executor())
    made.close()
    asyncio.set_event_loop(None)
