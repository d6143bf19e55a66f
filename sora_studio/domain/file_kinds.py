"""Recognizes a downloaded file by its first bytes, so that it can be opened, named and given its usual extension."""

import re
from dataclasses import dataclass
from enum import StrEnum

HEAD_BYTES = 4096
"""How many leading bytes `kind_of` needs."""


class FileForm(StrEnum):
    """What a file can be used for."""

    FILM = "film"
    PACKED = "packed"
    """Compressed as a whole with gzip."""
    PAGE = "page"
    """Text for people or programs: what servers send instead of a file."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FileKind:
    """`name` includes its article. `demuxer` is FFmpeg's name of the container, empty unless this is a film or a sound."""

    name: str
    extension: str
    form: FileForm = FileForm.OTHER
    demuxer: str = ""

    @property
    def is_sound(self) -> bool:
        """Return whether it contains sound only, as far as its first bytes tell."""
        return bool(self.demuxer) and self.form is not FileForm.FILM


UNKNOWN = FileKind("a file of an unknown kind", ".bin")
EMPTY = FileKind("an empty file", ".bin", FileForm.PAGE)
_TS_PACKETS = ((188, 0), (192, 4), (204, 0))
"""Length of a packet and place of its sync byte: broadcast, Blu-ray, and with error correction."""


def _film(name: str, extension: str, demuxer: str) -> FileKind:
    return FileKind(name, extension, FileForm.FILM, demuxer)


def _sound(extension: str, demuxer: str) -> FileKind:
    return FileKind("a sound recording", extension, demuxer=demuxer)


MP4 = _film("an MP4 film", ".mp4", "mov")
_MOV = _film("a QuickTime film", ".mov", "mov")
_3GP = _film("a 3GP film", ".3gp", "mov")
_M4V = _film("an M4V film", ".m4v", "mov")
_WEBM, _MKV = _film("a WebM film", ".webm", "matroska"), _film("a Matroska film", ".mkv", "matroska")
_TS = _film("an MPEG transport stream", ".ts", "mpegts")
_GZIP = FileKind("a file packed with gzip", ".gz", FileForm.PACKED)
_HTML = FileKind("a web page", ".html", FileForm.PAGE)
_XML = FileKind("an XML message", ".xml", FileForm.PAGE)
_JSON = FileKind("a JSON message", ".txt", FileForm.PAGE)  # not .json: that is the extension of a clip's metadata
_PLAYLIST = FileKind("a playlist of other addresses", ".m3u8", FileForm.PAGE)
_TEXT = FileKind("a text", ".txt", FileForm.PAGE)
_JPEG, _PNG = FileKind("a JPEG picture", ".jpg"), FileKind("a PNG picture", ".png")
_HEIC, _AVIF = FileKind("a HEIC picture", ".heic"), FileKind("an AVIF picture", ".avif")
_M4A, _MP3, _AAC = _sound(".m4a", "mov"), _sound(".mp3", "mp3"), _sound(".aac", "aac")

_STARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"\x1f\x8b\x08", _GZIP),
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF8", FileKind("a GIF picture", ".gif")),
    (b"II*\0", FileKind("a TIFF picture", ".tif")),
    (b"MM\0*", FileKind("a TIFF picture", ".tif")),
    (b"BM", FileKind("a BMP picture", ".bmp")),
    (b"8BPS", FileKind("a Photoshop file", ".psd")),
    (b"PK\x03\x04", FileKind("a ZIP archive", ".zip")),
    (b"PK\x05\x06", FileKind("a ZIP archive", ".zip")),
    (b"Rar!\x1a\x07", FileKind("a RAR archive", ".rar")),
    (b"7z\xbc\xaf\x27\x1c", FileKind("a 7-Zip archive", ".7z")),
    (b"BZh", FileKind("a file packed with bzip2", ".bz2")),
    (b"\xfd7zXZ\0", FileKind("a file packed with xz", ".xz")),
    (b"\x28\xb5\x2f\xfd", FileKind("a file packed with zstd", ".zst")),
    (b"%PDF-", FileKind("a PDF document", ".pdf")),
    (b"ID3", _MP3),
    (b"fLaC", _sound(".flac", "flac")),
    (b"FLV\x01", _film("a Flash film", ".flv", "flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _film("a Windows Media film", ".wmv", "asf")),
    (b"\0\0\x01\xba", _film("an MPEG film", ".mpg", "mpeg")),
    (b"\0\0\x01\xb3", _film("an MPEG video stream", ".mpg", "mpegvideo")),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", _film("an MXF film", ".mxf", "mxf")),
    (b"DKIF", _film("an IVF film", ".ivf", "ivf")),
    (b".RMF", _film("a RealMedia film", ".rm", "rm")),
    (b"nut/multimedia container\0", _film("a NUT film", ".nut", "nut")),
    (b"YUV4MPEG2 ", _film("an uncompressed film", ".y4m", "yuv4mpegpipe")),
    (b"#EXTM3U", _PLAYLIST),
)
_CHUNKS: dict[bytes, FileKind] = {
    b"AVI ": _film("an AVI film", ".avi", "avi"),
    b"WEBP": FileKind("a WebP picture", ".webp"),
    b"WAVE": _sound(".wav", "wav"),
    b"AIFF": _sound(".aiff", "aiff"),
    b"AIFC": _sound(".aiff", "aiff"),
}
_QUICKTIME_BOXES = frozenset((b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))
_BRANDS: tuple[tuple[re.Pattern[bytes], FileKind], ...] = (
    (re.compile(rb"avi[fs]"), _AVIF),
    (re.compile(rb"he[iv][cxms]|mif1|msf1"), _HEIC),
    (re.compile(rb"M4[AB] "), _M4A),
    (re.compile(rb"qt  "), _MOV),
    (re.compile(rb"3g[2egprs].", re.DOTALL), _3GP),
    (re.compile(rb"M4V."), _M4V),
)
_TEXTS: tuple[tuple[re.Pattern[bytes], FileKind], ...] = (
    (re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL), _HTML),
    (re.compile(rb"\s*<(?:\?xml|[a-zA-Z])"), _XML),
    (re.compile(rb"\s*[{\[]"), _JSON),
)
_DOCTYPE = re.compile(rb"\x42\x82[\x80-\xff](?:\0)*(webm)")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def kind_of(head: bytes) -> FileKind:
    """Return the kind of a file from its first `HEAD_BYTES`; `UNKNOWN` when nothing matches."""
    if not head:
        return EMPTY
    return _by_structure(head) or next((kind for start, kind in _STARTS if head.startswith(start)), None) or _text(head)


def _by_structure(head: bytes) -> FileKind | None:
    """Return the kind for container families that share a beginning, and for those without a signature."""
    mark = head[:4]
    if head[4:8] == b"ftyp":
        return next((kind for pattern, kind in _BRANDS if pattern.fullmatch(head[8:12])), MP4)
    if mark == b"\x1a\x45\xdf\xa3":
        return _WEBM if _DOCTYPE.search(head[:128]) else _MKV
    if mark in {b"RIFF", b"FORM"}:
        return _CHUNKS.get(head[8:12], UNKNOWN)
    if mark == b"OggS":
        return _ogg(head)
    if head[4:8] in _QUICKTIME_BOXES:
        return _MOV
    return _TS if _is_transport_stream(head) else None


def _ogg(head: bytes) -> FileKind:
    """Return whether an Ogg file is a film or sound. Every stream begins with its own page, and these all come first."""
    if any(mark in head for mark in (b"\x80theora", b"OVP80", b"BBCD\0", b"\x01video\0\0\0")):
        return _film("an Ogg film", ".ogv", "ogg")
    return _sound(".ogg", "ogg")


def _is_transport_stream(head: bytes) -> bool:
    """Return whether each packet has its sync byte: the format has no other signature."""
    return any(
        len(head) > 4 * length and all(head[place + length * number] == 0x47 for number in range(5))
        for length, place in _TS_PACKETS
    )


def _text(head: bytes) -> FileKind:
    """Return the kind of a text file: no control characters; a UTF-8 character cut at the end of the head doesn't matter."""
    if len(head) > 1 and head[0] == 0xFF:
        if head[1] & 0xE6 == 0xE2:
            return _MP3
        if head[1] & 0xF6 == 0xF0:
            return _AAC
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _CONTROL.search(text):
        return UNKNOWN
    try:
        text[:-4].decode() if len(text) > 8 else text.decode()
    except UnicodeDecodeError as error:
        if error.start < len(text) - 8:
            return UNKNOWN
    return next((kind for pattern, kind in _TEXTS if pattern.match(text)), _TEXT)
