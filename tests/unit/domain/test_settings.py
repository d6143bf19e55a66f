"""Which addresses the key may be sent to, and what a day may cost."""

import pytest

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import (
    DEFAULT_BASE_URL,
    DEFAULT_MODELS_URL,
    check_base_url,
    is_loopback,
    models_url_for,
    parse_limit,
)


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        (DEFAULT_BASE_URL, DEFAULT_BASE_URL),
        ("  https://api.example/  ", "https://api.example"),
        ("https://api.example:8443/prefix//", "https://api.example:8443/prefix"),
        ("HTTPS://API.example", "HTTPS://API.example"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("https://bücher.example", "https://bücher.example"),
    ],
)
def test_a_sound_address_is_taken(url: str, clean: str) -> None:
    assert check_base_url(url) == clean


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example",
        "//api.example",
        "https://",
        "https:///path",
        "ftp://api.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://api.example",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "http://0.0.0.0",
        "http://127.0.0.1@api.example",
        "http://localhost\\@api.example",
        "http://localhost\\.api.example",
        "https://me:secret@api.example",
        "https://@api.example",
        "https://api.example?",
        "https://api.example/?key=1",
        "https://api.example#",
        "https://api.example/#top",
        "https://api.ex\nample",
        "https://api.example/a\tb",
        "https://api .example",
        "https://api.example:port",
        "https://api.example:99999",
        "https://[::1",
        "https://api.example/\ud800",
        "https://api\0.example",
    ],
)
def test_an_address_that_is_unclear_or_unsafe_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting):
        check_base_url(url)


def test_a_password_is_never_repeated() -> None:
    with pytest.raises(InvalidSetting) as caught:
        check_base_url("https://me:hunter2@api.example")
    assert "hunter2" not in caught.value.sentence


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://localhost", True),
        ("https://[::1]/x", True),
        ("https://example.org", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_loopback_is_told_by_host_and_never_fails(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback


@pytest.mark.parametrize(
    ("text", "usd"), [("", None), ("  ", None), ("12.50", 12.5), ("12,50", 12.5), ("$12", 12.0), (" $ 0.5 ", 0.5)]
)
def test_an_amount_is_read_as_people_write_it(text: str, usd: float | None) -> None:
    assert parse_limit(text) == usd


@pytest.mark.parametrize("text", ["0", "-5", "ten", "1e3", "nan", "1.000,50", "12.", "99999999", "٣"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting):
        parse_limit(text)


@pytest.mark.parametrize(
    ("models_url", "base_url", "used"),
    [
        (DEFAULT_MODELS_URL, DEFAULT_BASE_URL, DEFAULT_MODELS_URL),
        (DEFAULT_MODELS_URL, "https://gateway.example", DEFAULT_MODELS_URL),
        (DEFAULT_MODELS_URL, "http://127.0.0.1:8000", "http://127.0.0.1:8000/docs"),
        ("https://own.example/d", "http://127.0.0.1:8000", "https://own.example/d"),
    ],
)
def test_a_gateway_on_this_machine_has_its_own_index_of_models(models_url: str, base_url: str, used: str) -> None:
    assert models_url_for(models_url, base_url) == used
