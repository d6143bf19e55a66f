"""Removes what cameras and encoders write between the frames of H.264 and HEVC: device, time, place, settings."""

# pyright: reportUnknownMemberType=false
# PyAV's signatures are untyped for encoder options, and its packets name no stream.

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import av
from av import Packet

_Bytes = bytes | memoryview
_Packet: TypeAlias = "Packet[Any]"
_START = b"\0\0\1"
_UNREGISTERED = 5
"""Supplemental information for whoever knows its UUID. Captions and colours have other numbers, and stay."""
_H264_SEI = 6
_HVCC_ARRAYS = 22
"""Place of the number of arrays in an MP4's configuration of HEVC; each array has units of one type."""
_HEVC_SEI = frozenset((39, 40))


def user_data_remover(video: av.VideoStream) -> "Callable[[_Packet], _Packet]":
    """Return a function that returns a packet of the stream without user data: the same packet when it has none."""
    codec = video.codec_context.name if cast("object", video.codec_context) is not None else ""
    if codec not in {"h264", "hevc"}:
        return lambda packet: packet
    extra, is_hevc = video.codec_context.extradata or b"", codec == "hevc"
    if not extra.startswith(b"\1"):
        return lambda packet: clean_annex_b(packet, is_hevc=is_hevc)
    place = 21 if is_hevc else 4
    length_bytes = (extra[place] & 3) + 1 if len(extra) > place else 4
    return lambda packet: _clean_lengths(packet, length_bytes, is_hevc=is_hevc)


def clean_configuration(video: av.VideoStream) -> bytes | None:
    """Return the stream's configuration without user data, which HEVC's may contain; None when there is nothing to change."""
    extra = video.codec_context.extradata if cast("object", video.codec_context) is not None else None
    if not extra or video.codec_context.name != "hevc" or not extra.startswith(b"\1") or len(extra) <= _HVCC_ARRAYS:
        return None
    kept, arrays, place = bytearray(), 0, _HVCC_ARRAYS + 1
    for _ in range(extra[_HVCC_ARRAYS]):
        head, units = extra[place : place + 1], list[bytes]()
        count, place = int.from_bytes(extra[place + 1 : place + 3]), place + 3
        for _ in range(count):
            size = int.from_bytes(extra[place : place + 2])
            cleaned = bytes(_clean_unit(extra[place + 2 : place + 2 + size], is_hevc=True))
            units += [cleaned] if cleaned else []
            place += 2 + size
        if units:
            arrays += 1
            kept += head + len(units).to_bytes(2) + b"".join(len(unit).to_bytes(2) + unit for unit in units)
    changed = extra[:_HVCC_ARRAYS] + bytes((arrays,)) + bytes(kept)
    return None if changed == extra or place != len(extra) else changed


def clean_annex_b(packet: "_Packet", *, is_hevc: bool = False) -> "_Packet":
    """Return a packet whose units begin with a start code, as encoders and transport streams have them, without user data."""
    parts: list[_Bytes] = [*bytes(packet).split(_START)]
    cleaned = [_clean_unit(part, is_hevc=is_hevc) for part in parts[1:]]
    if all(new is old for new, old in zip(cleaned, parts[1:], strict=True)):
        return packet
    return _changed(packet, bytes(parts[0]) + b"".join(_START + part for part in cleaned if part))


def _clean_lengths(packet: "_Packet", length_bytes: int, *, is_hevc: bool) -> "_Packet":
    """Clean units that begin with their length, as in MP4 and Matroska."""
    content, parts, place, is_changed = memoryview(packet), list[_Bytes](), 0, False
    while place + length_bytes <= len(content):
        begin = place + length_bytes
        end = begin + int.from_bytes(content[place:begin])
        if end > len(content):  # damaged: leave it to the decoder
            return packet
        unit = content[begin:end]
        cleaned = _clean_unit(unit, is_hevc=is_hevc)
        is_changed |= cleaned is not unit
        if cleaned:
            parts += [len(cleaned).to_bytes(length_bytes), cleaned]
        place = end
    return _changed(packet, b"".join(parts)) if is_changed else packet


def _changed(packet: "_Packet", content: bytes) -> "_Packet":
    """Return a packet with another content, which belongs to no stream yet."""
    changed: Packet[Any] = Packet(content)
    changed.time_base, changed.is_keyframe = packet.time_base, packet.is_keyframe
    changed.pts, changed.dts, changed.duration = packet.pts, packet.dts, packet.duration
    return changed


def _clean_unit(unit: "_Bytes", *, is_hevc: bool) -> "_Bytes":
    """Return the same unit unless it has user data; empty when nothing is left."""
    header_bytes = 2 if is_hevc else 1
    if len(unit) <= header_bytes:
        return unit
    kind = unit[0] >> 1 & 0x3F if is_hevc else unit[0] & 0x1F
    if not (kind in _HEVC_SEI if is_hevc else kind == _H264_SEI):
        return unit
    messages = _messages(bytes(unit[header_bytes:]).replace(b"\0\0\3", b"\0\0"))
    if not any(number == _UNREGISTERED for number, _ in messages):
        return unit
    kept = b"".join(message for number, message in messages if number != _UNREGISTERED)
    return bytes(unit[:header_bytes]) + _escaped(kept + b"\x80") if kept else b""


def _messages(payload: bytes) -> list[tuple[int, bytes]]:
    """Return number and whole bytes of each message; what is damaged is left out."""
    messages, place = list[tuple[int, bytes]](), 0
    while place + 2 < len(payload):
        begin = place
        number, place = _number(payload, place)
        size, place = _number(payload, place)
        place += size
        if place > len(payload):
            break
        messages.append((number, payload[begin:place]))
    return messages


def _number(payload: bytes, place: int) -> tuple[int, int]:
    """Read a number that continues while its bytes are 255; return it and the place behind it."""
    value = 0
    while place < len(payload) and payload[place] == 0xFF:
        value, place = value + 0xFF, place + 1
    return (value + payload[place] if place < len(payload) else value), place + 1


def _escaped(payload: bytes) -> bytes:
    """Insert the bytes that keep a start code out of a unit."""
    escaped, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(escaped)
