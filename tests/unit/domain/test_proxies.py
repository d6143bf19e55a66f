"""Which proxy a request uses, from all the ways in which people and desktops write it down."""

import urllib.request
from collections.abc import Callable

import pytest

from sora_studio.domain.proxies import Proxies, read_proxies

SECURE, PLAIN = "https://gateway.example/api", "http://pictures.example/a.png"
PASSWORD = "pa@ss#1"


def address(proxies: Proxies, url: str) -> str | None:
    proxy = proxies.for_url(url)
    return proxy and proxy.address


@pytest.mark.parametrize(
    ("environment", "secure", "plain"),
    [
        ({}, None, None),
        ({"https_proxy": "http://one:1"}, "http://one:1", None),
        ({"http_proxy": "http://one:1"}, None, "http://one:1"),
        ({"all_proxy": "http://one:1"}, "http://one:1", "http://one:1"),
        ({"ALL_PROXY": "one:3128"}, "http://one:3128", "http://one:3128"),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:2"}, "http://lower:2", None),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": ""}, None, None),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": " "}, None, None),
        ({"https_proxy": "http://one:1", "all_proxy": "http://two:2"}, "http://one:1", "http://two:2"),
        ({"all_proxy": "socks://one:1"}, "socks5://one:1", "socks5://one:1"),
        ({"all_proxy": "socks5h://one"}, "socks5://one:1080", "socks5://one:1080"),
        ({"all_proxy": "SOCKS5://one:9/"}, "socks5://one:9", "socks5://one:9"),
        ({"all_proxy": "proxy"}, "http://proxy:80", "http://proxy:80"),
        ({"all_proxy": "//proxy:8"}, "http://proxy:8", "http://proxy:8"),
        ({"all_proxy": "https://proxy"}, "https://proxy:443", "https://proxy:443"),
        ({"all_proxy": ' "http://proxy:8/" '}, "http://proxy:8", "http://proxy:8"),
        ({"all_proxy": "http://[2001:db8::1]:8"}, "http://[2001:db8::1]:8", "http://[2001:db8::1]:8"),
        ({"all_proxy": "bücher.example:8"}, "http://xn--bcher-kva.example:8", "http://xn--bcher-kva.example:8"),
        ({"ftp_proxy": "http://one:1", "travis_apt_proxy": "x"}, None, None),
    ],
)
def test_what_the_environment_says(environment: dict[str, str], secure: str | None, plain: str | None) -> None:
    proxies = read_proxies(environment)
    assert (address(proxies, SECURE), address(proxies, PLAIN), proxies.problems) == (secure, plain, ())


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("socks4://one:1", "SOCKS4 is not supported, SOCKS5 is"),
        ("socks4a://one:1", "SOCKS4 is not supported, SOCKS5 is"),
        ("quic://one:1", "only http, https and socks5 are"),
        ("http://", "not an address"),
        ("http://one:0", "not an address"),
        ("http://one:99999", "not an address"),
        ("http://one:port", "not an address"),
        ("http://::1:3128", "not an address"),
        ("http://[::1", "not an address"),
        ("http://on e:1", "not an address"),
        (f"socks4://me:{PASSWORD}@one:1", "SOCKS4"),
        (f"http://me:{PASSWORD}@:1", "not an address"),
        (f"http://me:{PASSWORD}@one:port", "not an address"),
    ],
)
def test_an_entry_that_cannot_be_read_is_said_without_its_value_and_the_next_one_serves(
    value: str, reason: str, expect_log: Callable[[str], None]
) -> None:
    expect_log(reason)
    proxies = read_proxies({"https_proxy": value, "HTTPS_PROXY": value, "all_proxy": "http://good:1"})
    assert address(proxies, SECURE) == "http://good:1"
    one, other = proxies.problems
    assert one.startswith("The proxy in https_proxy is not used: ")
    assert other.startswith("The proxy in HTTPS_PROXY is not used: ")
    assert reason in one
    assert PASSWORD not in one


def test_a_desktop_that_names_an_odd_proxy_for_all_does_not_spoil_the_good_one(expect_log: Callable[[str], None]) -> None:
    expect_log("The proxy in all_proxy is not used")
    proxies = read_proxies({"all_proxy": "socks4://desktop:1080", "https_proxy": "http://good:3128", "no_proxy": "a.example"})
    assert address(proxies, SECURE) == "http://good:3128"
    assert address(proxies, PLAIN) is None


@pytest.mark.parametrize(
    ("value", "user", "password"),
    [
        ("http://kim:secret@one:1", "kim", "secret"),
        ("kim:secret@one:1", "kim", "secret"),
        ("http://kim@one:1", "kim", ""),
        ("http://d%5Cme:p%40ss%231@one:1", "d\\me", "p@ss#1"),
        ("http://kim:p@ss/1@one:1", "kim", "p@ss/1"),
        ("socks5h://kim:p%C3%A4ss@one:1", "kim", "päss"),
    ],
)
def test_credentials_are_read_and_shown_nowhere(value: str, user: str, password: str) -> None:
    proxy = read_proxies({"all_proxy": value}).for_url(SECURE)
    assert proxy is not None
    assert (proxy.user, proxy.password) == (user, password)
    for shown in (proxy.address, repr(proxy), str(proxy)):
        assert user not in shown
        assert not password or password not in shown
    again = read_proxies({"all_proxy": proxy.secret_url}).for_url(SECURE)
    assert again == proxy


@pytest.mark.parametrize(
    ("no_proxy", "direct", "proxied"),
    [
        ("*", ["https://a.example", "http://8.8.8.8"], []),
        ("a.example,*", ["https://b.example"], []),
        ("a.example", ["https://a.example", "https://A.Example.", "https://b.a.example:8"], ["https://ba.example"]),
        (".a.example", ["https://a.example", "https://b.a.example"], ["https://ba.example"]),
        ("*.a.example", ["https://a.example", "https://b.a.example"], ["https://ba.example"]),
        ("a.example:8443", ["https://a.example:8443", "https://b.a.example:8443"], ["https://a.example"]),
        ("a.example:443", ["https://a.example"], ["http://a.example", "https://a.example:8443"]),
        ("https://a.example/", ["https://a.example"], ["https://b.example"]),
        (
            ' "a.example" ; b.example c.example\td.example',
            [f"https://{name}.example" for name in "abcd"],
            ["https://e.example"],
        ),
        ("'a.example','b.example'", ["https://a.example", "https://b.example"], ["https://c.example"]),
        ("bücher.example", ["https://xn--bcher-kva.example", "https://bücher.example"], ["https://a.example"]),
        ("192.168.0.0/16", ["https://192.168.3.4"], ["https://192.169.0.1", "https://a.example"]),
        ("192.168.3.4/16", ["https://192.168.9.9"], ["https://192.169.0.1"]),
        ("192.168.*", ["https://192.168.3.4"], ["https://192.169.0.1"]),
        ("10.1.2.3", ["https://10.1.2.3"], ["https://10.1.2.30"]),
        ("10.1.2.3:8443", ["https://10.1.2.3:8443"], ["https://10.1.2.3"]),
        ("2001:db8::/32", ["https://[2001:db8::5]/a"], ["https://[2001:db9::5]/a"]),
        ("[2001:db8::]/32", ["https://[2001:db8::5]/a"], ["https://[2001:db9::5]/a"]),
        ("[2001:db8::/32]", ["https://[2001:db8::5]/a"], ["https://[2001:db9::5]/a"]),
        ("2001:db8::5", ["https://[2001:db8:0::5]/a"], ["https://[2001:db8::6]/a"]),
        ("[2001:db8::5]:8443", ["https://[2001:db8::5]:8443/a"], ["https://[2001:db8::5]/a"]),
        ("fe80::1%eth0", ["https://[fe80::1]/a"], ["https://[fe80::2]/a"]),
        ("::ffff:10.1.2.3", ["https://10.1.2.3"], ["https://10.1.2.4"]),
        (",, ,", [], ["https://a.example"]),
        ("0.0.0.0/0", ["https://8.8.8.8"], ["https://a.example", "https://[2001:db8::1]"]),
    ],
)
def test_what_goes_past_the_proxy(no_proxy: str, direct: list[str], proxied: list[str]) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        proxies = read_proxies({"all_proxy": "http://one:1", name: no_proxy})
        assert proxies.problems == ()
        assert [url for url in (*direct, *proxied) if address(proxies, url) is None] == direct


@pytest.mark.parametrize("entry", ["10/8", "10.0.0.0/33", "fd00::/x", "192.168.", "a_b<c>", "[not:an:address", "10.0.0"])
def test_an_entry_of_no_proxy_that_cannot_be_read_costs_that_entry(entry: str, expect_log: Callable[[str], None]) -> None:
    expect_log("in no_proxy is not used: it is not a host or a network")
    proxies = read_proxies({"all_proxy": "http://one:1", "no_proxy": f"a.example,{entry},b.example"})
    (problem,) = proxies.problems
    assert entry in problem
    assert [address(proxies, f"https://{name}.example") for name in "abc"] == [None, None, "http://one:1"]


def test_a_lower_case_no_proxy_takes_precedence() -> None:
    proxies = read_proxies({"all_proxy": "http://one:1", "no_proxy": "a.example", "NO_PROXY": "b.example"})
    assert [address(proxies, f"https://{name}.example") for name in "ab"] == [None, "http://one:1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/a",
        "http://127.0.0.1/a",
        "http://127.8.9.1/a",
        "http://[::1]:80/a",
        "https://a.localhost",
        "x",
        "",
    ],
)
def test_this_machine_is_never_asked_for_through_a_proxy(url: str) -> None:
    assert read_proxies({"all_proxy": "http://one:1"}).for_url(url) is None


@pytest.mark.parametrize(
    ("suffixes", "found", "secure", "plain"),
    [
        (
            ("macosx_sysconf", "macosx_sysconf"),
            {"https": "http://one:1", "http": "http://two:2"},
            "http://one:1",
            "http://two:2",
        ),
        (("macosx_sysconf", "macosx_sysconf"), {"socks": "http://one:1"}, "socks5://one:1", "socks5://one:1"),
        (
            ("registry", "registry"),
            {"socks": "socks://one:1", "http": "socks4://one:1", "https": "socks4://one:1"},
            *["socks5://one:1"] * 2,
        ),
        (
            ("registry", "registry"),
            {"http": "http://one:1", "https": "http://one:1", "ftp": "ftp://one:1"},
            *["http://one:1"] * 2,
        ),
    ],
)
def test_the_systems_own_settings_serve_when_the_environment_names_none(
    monkeypatch: pytest.MonkeyPatch, suffixes: tuple[str, str], found: dict[str, str], secure: str, plain: str
) -> None:
    monkeypatch.setattr(urllib.request, f"getproxies_{suffixes[0]}", lambda: found, raising=False)
    monkeypatch.setattr(urllib.request, f"proxy_bypass_{suffixes[1]}", lambda host: host == "excepted.example", raising=False)
    proxies = read_proxies({"no_proxy": "mine.example"})
    assert (address(proxies, SECURE), address(proxies, PLAIN), proxies.problems) == (secure, plain, ())
    assert address(proxies, "https://mine.example") is address(proxies, "https://excepted.example") is None
    assert address(read_proxies({"https_proxy": "http://env:1"}), SECURE) == "http://env:1"
    assert address(read_proxies({"https_proxy": "http://env:1"}), "https://excepted.example") == "http://env:1"
