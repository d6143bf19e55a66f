"""Pictures that say which way is up, that carry words nobody may read, and that somebody spoilt on purpose."""

import io
import random
import struct
import zlib

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin
from PySide6.QtGui import QColorSpace

CANARY = "Canary-4711"
_LATITUDE, _LONGITUDE, _GPS, _EXIF_COMMENT = 2, 4, 0x8825, 0x9286
_FROM_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def painted(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """Four corners of four colours, so that no way of turning it looks like another."""
    width, height = size
    picture = Image.new("RGBA" if mode in {"RGBA", "LA", "PA"} else "RGB", size, (230, 230, 230))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=(200, 30, 40))
    draw.rectangle((width // 2, 0, width, height // 2 - 1), fill=(30, 160, 60))
    draw.rectangle((0, height // 2, width // 2 - 1, height), fill=(20, 40, 170))
    if picture.mode == "RGBA":
        draw.rectangle((width // 2, height // 2, width, height), fill=(90, 90, 90, 60))
    if mode == "I;16":
        return picture.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    if mode == "P":
        return picture.quantize(16)
    return picture.convert(mode)


def noisy(size: tuple[int, int], *, seed: int = 1, mode: str = "RGB") -> Image.Image:
    """Nothing that packs well."""
    small = (max(size[0] // 2, 1), max(size[1] // 2, 1))
    return Image.frombytes(mode, small, random.Random(seed).randbytes(small[0] * small[1] * len(mode))).resize(size)


def stored(upright: Image.Image, turn: int) -> Image.Image:
    """As a camera that was held like this would store it."""
    return upright.transpose(_FROM_UPRIGHT[turn]) if turn in _FROM_UPRIGHT else upright


def exif(turn: int = 1, *, telling: bool = False) -> Image.Exif:
    """How a picture stands; with `telling` also where it was taken, and words."""
    tags = Image.Exif()
    tags[0x0112] = turn
    if telling:
        tags[0x010F] = tags[0x010E] = CANARY
        tags.get_ifd(0x8769)[_EXIF_COMMENT] = CANARY.encode()
        tags.get_ifd(_GPS).update({1: "N", _LATITUDE: (48.0, 8.0, 2.0), 3: "E", _LONGITUDE: (11.0, 34.0, 1.0), 29: CANARY})
    return tags


def xmp() -> bytes:
    """Words in Adobe's way, and a town."""
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><photoshop:City>{CANARY}</photoshop:City></x:xmpmeta>'.encode()


def profile() -> bytes:
    """A wide screen's, which says more than its colours."""
    plain = bytes(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3).iccProfile().data())
    return with_tags(plain, mmod=b"mmod\0\0\0\0" + CANARY.encode(), dmdd=b"text\0\0\0\0" + CANARY.encode() + b"\0")


def with_tags(profile: bytes, **tags: bytes) -> bytes:
    """The profile with these as well."""
    (count,) = struct.unpack_from(">I", profile, 128)
    behind, moved = 132 + 12 * count, 12 * len(tags)
    old = [struct.unpack_from(">4sII", profile, place) for place in range(132, behind, 12)]
    table = b"".join(struct.pack(">4sII", name, start + moved, size) for name, start, size in old)
    content = profile[behind:]
    for name, data in tags.items():
        content += bytes(-len(content) % 4)
        table += struct.pack(">4sII", name.encode(), behind + moved + len(content), len(data))
        content += data
    rest = profile[4:36] + b"acsp" + profile[40:128] + struct.pack(">I", count + len(tags)) + table + content
    return struct.pack(">I", len(rest) + 4) + rest


def colours_through(profile: bytes, mode: str = "RGB") -> bytes:
    """How pixels of that mode look when they are meant in this profile."""
    bands = [noisy((32, 32), seed=seed, mode="L") for seed in range(len(mode.removesuffix("A")))]
    image = Image.merge(mode, bands) if len(bands) > 1 else bands[0]
    shown = ImageCms.profileToProfile(image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert shown is not None
    return shown.tobytes()


def iptc_segment() -> bytes:
    """The town once more, in a JPEG's thirteenth segment."""
    dataset = b"\x1c\x02\x5a" + struct.pack(">H", len(CANARY)) + CANARY.encode()
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(dataset)) + dataset + b"\0" * (len(dataset) % 2)
    data = b"Photoshop 3.0\0" + block
    return b"\xff\xed" + struct.pack(">H", len(data) + 2) + data


def chatty(picture: Image.Image, kind: str, *, turn: int = 1, **options: object) -> bytes:
    """A file that tells everything everywhere its format allows, and something behind its end."""
    file, tags = io.BytesIO(), exif(turn, telling=True)
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", CANARY)
        words.add_text("Author", CANARY, zip=True)
        words.add_itxt("XML:com.adobe.xmp", xmp().decode())
        words.add(b"tIME", b"\x07\xea\x0b\x16\x0c\0\0")
        words.add(b"caNy", CANARY.encode())
        picture.save(file, "PNG", exif=tags, pnginfo=words, **options)
    elif kind == "TIFF":
        picture.save(file, "TIFF", tiffinfo={**dict(tags), 700: xmp()}, **options)
    else:
        picture.save(file, kind, exif=tags, xmp=xmp(), **({"comment": CANARY} if kind == "JPEG" else {}), **options)
    content = file.getvalue()
    if kind == "JPEG":
        content = content[:2] + iptc_segment() + content[2:]
    return content + b"MotionPhoto_Data" + CANARY.encode()


def deep_png(size: tuple[int, int] = (16, 8)) -> bytes:
    """Sixteen bits for each of red, green and blue."""
    width, height = size
    row = b"\0" + b"".join(struct.pack(">HHH", x * 4000 + 7, 1, 65_535) for x in range(width))
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [b"IHDR" + head, b"tEXtComment\0" + CANARY.encode(), b"IDAT" + zlib.compress(row * height), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def film_of_one(picture: Image.Image) -> bytes:
    """A WebP that is built like a film and has a single picture, as some editors save a still."""
    file = io.BytesIO()
    picture.save(file, "WEBP")
    size = b"".join(struct.pack("<I", side - 1)[:3] for side in picture.size)
    frame = bytes(6) + size + b"\x64\0\0\0" + file.getvalue()[12:]
    chunks = ((b"VP8X", b"\2\0\0\0" + size), (b"ANIM", bytes(6)), (b"ANMF", frame))
    body = b"WEBP" + b"".join(kind + struct.pack("<I", len(data)) + data for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def spoilt(content: bytes, seed: int) -> bytes:
    """The file with bits turned, bytes lost, repeated or overwritten; the same for the same seed."""
    rng, damaged = random.Random(seed), bytearray(content)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(min(len(damaged), rng.choice((64, 1024, len(damaged)))))
        match rng.randrange(5):
            case 0:
                damaged[place] ^= 1 << rng.randrange(8)
            case 1:
                del damaged[place : place + rng.randint(1, 40)]
            case 2:
                damaged[place:place] = damaged[place : place + rng.randint(1, 40)] * rng.randint(1, 50)
            case 3:
                damaged[place : place + 4] = struct.pack(">I", rng.choice((0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF)))
            case _:
                damaged[place : place + 20] = rng.randbytes(20)
        if not damaged:
            break
    return bytes(damaged)
