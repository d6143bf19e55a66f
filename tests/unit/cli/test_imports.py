import os
import subprocess
import sys


def test_the_command_line_loads_no_qt() -> None:
    """In a process of its own: pytest-qt has loaded Qt into this one."""
    code = (
        "import importlib, pkgutil, sys, sora_studio.cli as cli, sora_studio.studio\n"
        "for module in pkgutil.iter_modules(cli.__path__): importlib.import_module(f'sora_studio.cli.{module.name}')\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('PySide6', 'shiboken6', 'qasync')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_reading_the_command_line_loads_nothing_heavy() -> None:
    """It stands before the window's first paint."""
    heavy = "{'httpx', 'keyring', 'av', 'PIL', 'sqlite3'}"
    code = f"import sys, sora_studio.cli.arguments; print(sorted({heavy} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_first_paint_loads_only_what_it_shows() -> None:
    later = "{'asyncio', 'httpx', 'platformdirs', 'socket', 'sqlite3', 'tomllib', 'PySide6.QtMultimedia', 'PySide6.QtSvg'}"
    code = f"import sys, sora_studio.__main__, sora_studio.app.main; print(sorted({later} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_an_idle_studio_keeps_no_library_that_it_does_not_use() -> None:
    """A web server, a decoder and a terminal's colours take megabytes each, and most sessions begin without them."""
    unused = "{'uvicorn', 'starlette', 'av', 'PIL', 'rich', 'pygments', 'click', 'obstore', 'PySide6.QtMultimedia'}"
    code = (
        "import sys, sora_studio.__main__, sora_studio.app.program, sora_studio.demo, sora_studio.studio\n"
        f"print(sorted({unused} & sys.modules.keys()))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
