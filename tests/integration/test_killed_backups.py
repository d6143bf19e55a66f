"""Compressing the backups is killed at every line of it: each backup stays whole, in its old form or in its new one."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no fork there; the way is the same")

SCRIPT = """
    import contextlib, os, shutil, sqlite3, sys
    from pathlib import Path
    from sora_studio.storage import backups
    from sora_studio.storage.database import Database
    import asyncio

    folder = Path(sys.argv[1])

    async def begin():
        database = Database(folder / "studio.db")
        await database.open()
        await database.close()

    asyncio.run(begin())
    (folder / "plain").mkdir()
    for day in (1, 2, 3):
        shutil.copyfile(folder / "studio.db", folder / "plain" / f"studio-2026110{day}-120000.db")

    def run_and_die(at):
        seen = 0

        def trace(frame, event, arg):
            nonlocal seen
            if frame.f_code.co_filename != backups.__file__:
                return None
            if event == "line":
                seen += 1
                if seen == at:
                    os._exit(9)
            return trace

        sys.settrace(trace)
        backups.Backups(folder / "studio.db").tidy()
        os._exit(0)

    died = 0
    while True:
        shutil.rmtree(folder / "backups", ignore_errors=True)
        shutil.copytree(folder / "plain", folder / "backups")
        if (child := os.fork()) == 0:
            run_and_die(died + 1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        found = backups.Backups(folder / "studio.db")
        good = [time.day for time in found.times() if found._is_restorable(time)]
        assert good == [3, 2, 1], (died, good)
        found.tidy()
        names = sorted(file.name[-3:] for file in found.folder.iterdir())
        assert names == [".db", ".gz", ".gz"], (died, names)
        if code == 0:
            break
        died += 1
    print(died)
"""


def test_each_backup_stays_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(SCRIPT), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 60, "it died at every line"
