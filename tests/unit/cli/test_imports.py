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
