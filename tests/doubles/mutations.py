"""Films that somebody damaged on purpose: a good one, and seeded ways to spoil it where decoders have been hurt before."""

import random
import struct
from collections.abc import Callable

Mutation = Callable[[bytearray, random.Random], None]
_BOXES = (
    b"ftyp",
    b"moov",
    b"mvhd",
    b"trak",
    b"tkhd",
    b"mdia",
    b"mdhd",
    b"minf",
    b"stbl",
    b"stsd",
    b"stts",
    b"stsc",
    b"stsz",
    b"stco",
)
_ODD_SIZES = (0, 1, 7, 8, 9, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)


def _flip_bits(film: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 200)):
        film[rng.randrange(len(film))] ^= 1 << rng.randrange(8)


def _flip_bits_of_the_tables(film: bytearray, rng: random.Random) -> None:
    place, size = _box(film, b"moov")
    for _ in range(rng.randint(1, 40)):
        film[place + rng.randrange(8, size)] ^= 1 << rng.randrange(8)


def _cut_off(film: bytearray, rng: random.Random) -> None:
    del film[rng.randrange(len(film)) :]


def _cut_out(film: bytearray, rng: random.Random) -> None:
    """The outer boxes still say that all is there."""
    place, size = _box(film, b"mdat")
    start = place + rng.randrange(8, size)
    film[start : place + size] = bytes(place + size - start)


def _lie_about_a_size(film: bytearray, rng: random.Random) -> None:
    place, _ = _box(film, rng.choice(_BOXES))
    film[place : place + 4] = struct.pack(">I", rng.choice(_ODD_SIZES))


def _repeat_a_box(film: bytearray, rng: random.Random) -> None:
    place, size = _box(film, rng.choice((b"moov", b"trak", b"stbl", b"stsz", b"mdat")))
    film[place:place] = film[place : place + size] * rng.randint(1, 30)


def _huge_numbers(film: bytearray, rng: random.Random) -> None:
    """Counts of entries, sizes of pictures, lengths: the words of the tables one after another."""
    place, size = _box(film, rng.choice((b"stsz", b"stts", b"stsc", b"stco", b"tkhd", b"mdhd", b"stsd")))
    for _ in range(rng.randint(1, 4)):
        word = place + rng.randrange(2, max(size // 4, 3)) * 4
        film[word : word + 4] = struct.pack(">I", rng.choice(_ODD_SIZES))


def _shuffle(film: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 10)):
        a, b, length = rng.randrange(len(film)), rng.randrange(len(film)), rng.randint(1, 300)
        film[a : a + length] = film[b : b + length]


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits,
    _flip_bits_of_the_tables,
    _cut_off,
    _cut_out,
    _lie_about_a_size,
    _repeat_a_box,
    _huge_numbers,
    _shuffle,
)


def mutated(film: bytes, seed: int) -> bytes:
    """The film, spoilt in one to three ways; the same for the same seed."""
    rng, spoilt = random.Random(seed), bytearray(film)
    for turn in range(rng.randint(1, 3)):
        way = MUTATIONS[seed % len(MUTATIONS)] if turn == 0 else rng.choice(MUTATIONS)
        try:
            way(spoilt, rng)
        except (ValueError, IndexError):  # an earlier way left nothing of that kind
            continue
    return bytes(spoilt)


def _box(film: bytearray, kind: bytes) -> tuple[int, int]:
    """Where a box begins, and its size as it says."""
    place = film.index(kind) - 4
    return place, max(min(int.from_bytes(film[place : place + 4]), len(film) - place), 9)
