"""What cameras and encoders write between the frames: device, time and place go, what players need stays."""

from fractions import Fraction

import pytest
from av import Packet

from sora_studio.media.user_data import clean_annex_b

START, FRAME = b"\0\0\1", b"\x65\x88\x84\0\x10" * 9
UUID = b"MDPM-of-a-camera"
PLACE = UUID + b"+48.2 +16.3"


def _message(number: int, content: bytes) -> bytes:
    return bytes((number, len(content))) + content


def _cleaned(*units: bytes) -> bytes:
    packet = Packet(b"".join(START + unit for unit in units))
    packet.time_base = Fraction(1, 25)
    return bytes(clean_annex_b(packet))


def test_a_unit_of_user_data_goes() -> None:
    assert _cleaned(b"\x06" + _message(5, PLACE) + b"\x80", FRAME) == START + FRAME


@pytest.mark.parametrize("timing", [b"\x01\x02", b"\0\0\3\1"])
def test_the_other_messages_of_its_unit_stay(timing: bytes) -> None:
    """In the unit, a byte of 3 keeps two zeros from being taken for a start."""
    plain = timing.replace(b"\0\0\3", b"\0\0")
    kept = bytes((1, len(plain))) + timing
    told = b"\x06" + kept + _message(5, PLACE) + b"\x80"
    assert _cleaned(told, FRAME) == START + b"\x06" + kept + b"\x80" + START + FRAME


def test_a_long_message_has_its_length_in_several_bytes() -> None:
    long = UUID + b"x" * 500
    message = b"\x05" + b"\xff\xff" + bytes((len(long) - 510,)) + long
    assert _cleaned(b"\x06" + message + b"\x80", FRAME) == START + FRAME


def test_captions_stay() -> None:
    told = START + b"\x06" + _message(4, b"\xb5\0\x31GA94 captions") + b"\x80" + START + FRAME
    packet = Packet(told)
    assert clean_annex_b(packet) is packet


@pytest.mark.parametrize("damaged", [b"\x06", b"\x06\x05", b"\x06\x05\xff\xff", b"\x06\x05\x20short\x80", b""])
def test_damaged_units_harm_nothing(damaged: bytes) -> None:
    assert _cleaned(damaged, FRAME).endswith(START + FRAME)
