"""What a disk, a crash or another program can do to the database of `libraries`."""

import random
from pathlib import Path

from tests.doubles.libraries import PAGE, mark, pages_with


def zero_page(path: Path, number: int) -> None:
    content = bytearray(path.read_bytes())
    content[(number - 1) * PAGE : number * PAGE] = bytes(PAGE)
    path.write_bytes(content)


def a_middle_page(path: Path) -> int:
    """One with rows of tasks, and nothing beneath it."""
    content = path.read_bytes()
    return next(number for number in pages_with(content, mark(10)) if content[(number - 1) * PAGE] == 0x0D)


def cut_to_fifty_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:50])


def lose_the_first_page(path: Path) -> None:
    zero_page(path, 1)


def lose_a_page_in_the_middle(path: Path) -> None:
    zero_page(path, a_middle_page(path))


def put_garbage_into_the_log(path: Path) -> None:
    Path(f"{path}-wal").write_bytes(random.Random(1).randbytes(100_000))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def fill_with_random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(2).randbytes(path.stat().st_size))


def cut_off_a_quarter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])


def write_text_over_it(path: Path) -> None:
    path.write_text("hello " * 1000)


HARMS = [
    cut_to_fifty_bytes,
    lose_the_first_page,
    lose_a_page_in_the_middle,
    put_garbage_into_the_log,
    empty,
    fill_with_random_bytes,
    cut_off_a_quarter,
    write_text_over_it,
]
