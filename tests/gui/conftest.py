"""What every test of the window stands on: an offscreen application and the program's own event loop on it."""

import asyncio
import os
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is loaded

from PySide6.QtCore import QLoggingCategory
from PySide6.QtWidgets import QApplication

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.app.main import HARMLESS
from sora_studio.domain.settings import Theme
from sora_studio.ui.kit import theme


@pytest.fixture(autouse=True, scope="session")
def quiet_sound() -> None:
    """What the program silences, the tests do not hear either: a machine without loudspeakers is no fault."""
    QLoggingCategory.setFilterRules(HARMLESS)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
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
