"""The search for the canary finds it wherever a program could have left it, or its silence would say nothing."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.canary import BUCKET_SECRET, KEY, QUERY, RELAY_TOKEN, search

LINK = f"https://films.example/1.mp4?issued=5&{QUERY}"
# Put together here, so that this test leaves nothing behind for the search at the end of the suite to find.
OTHER_KEY, OTHER_LINK = KEY[:-1], LINK.replace("canary", "other")


@pytest.mark.parametrize(
    "content",
    [
        f"key = {KEY}\n".encode(),
        json.dumps({"deep": [{"key": f"x{KEY}x"}]}).encode(),
        f"[keys]\napi={KEY}".encode("utf-16"),
        bytes(1 << 20) + KEY.encode() + bytes(99),
        LINK.encode(),
        json.dumps({"url": LINK}).encode(),
        b"GET /clips/1.mp4?issued=5&signature=0123456789abcdef0123456789abcdef HTTP/1.1",
        b"https%3A%2F%2Ffilms.example%2F1.mp4%3Fsignature%3Dcanary",
        b"https://bucket.example/a.png?X-Amz-Expires=60&X-Amz-Signature=0123456789abcdef0123456789abcdef",
        f"secret = {BUCKET_SECRET}".encode(),
        f"Bearer {RELAY_TOKEN}".encode("utf-16"),
    ],
)
def test_it_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "deep" / "down").mkdir(parents=True)
    path = tmp_path / "deep" / "down" / "file"
    path.write_bytes(content)
    found = search([tmp_path])
    path.unlink()
    assert len(found.hits) == 1
    assert str(path) in found.hits[0]
    assert (found.files, found.size_bytes) == (1, len(content))


def test_a_database_may_hold_a_link_but_not_the_key(tmp_path: Path) -> None:
    def kept(value: str) -> list[str]:
        path = tmp_path / "studio.db"
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE t (x TEXT)")
            database.execute("INSERT INTO t VALUES (?)", (value,))
            database.commit()
            in_the_log = search([tmp_path]).hits
        in_the_file = search([tmp_path]).hits
        path.unlink()
        return [*in_the_log, *in_the_file]

    assert kept(LINK) == []
    assert [hit.rpartition("/")[2] for hit in kept(KEY)] == ["studio.db-wal", "studio.db"]


def test_what_is_not_it_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(f"{OTHER_KEY} {OTHER_LINK} signature=… signature={'z' * 64}", encoding="utf-8")
    (tmp_path / "empty").touch()
    (tmp_path / "away").symlink_to(tmp_path / "gone")
    found = search([tmp_path])
    assert (found.files, found.hits) == (2, [])
    assert str(found).endswith("searched for secrets and for signed links: 0 hits")
