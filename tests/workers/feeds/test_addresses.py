"""Addresses: where they lead, and which may be asked.

Rows of the hostile table: numbers in disguise, special networks, URLs with passwords and odd ports.
"""

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.addresses import Guard, is_dialable, is_public, parse
from stillframe.workers.feeds.problem import FetchError

# 127.0.0.1 in the digits and points that stand beside Chinese characters.
FULL_WIDTH = "127.0.0.1".translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def reason(url: str, guard: Guard | None = None, found_in: str = "") -> DropReason | None:
    refused = refusal(url, guard or Guard(), found_in)
    assert refused is None or 0 < len(refused.detail) <= 200
    return None if refused is None else refused.reason


def refusal(url: str, guard: Guard, found_in: str) -> FetchError | None:
    try:
        guard.target(url, found_in)
    except FetchError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://Example.ORG", "http://example.org/"),
        ("HTTPS://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("http://example.org./x", "http://example.org/x"),
        ("http://bücher.example/ü?q=ü", "http://xn--bcher-kva.example/%C3%BC?q=%C3%BC"),
        ("http://example.org/a%20b", "http://example.org/a%20b"),
        ("http://example.org/[x]|{y}", "http://example.org/[x]|%7By%7D"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://8.8.8.8/x", "http://8.8.8.8/x"),
        ("http://example.org/../../etc/x", "http://example.org/../../etc/x"),
        ("http://my_nas.example/", "http://my_nas.example/"),
    ],
)
def test_an_address_has_one_normal_form(url: str, normal: str) -> None:
    target = parse(url)
    assert target.url == normal
    assert parse(target.url) == target


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "017700000001"),
        *("127.0.0.0x1", "1.2.3.4.5", "256.1.1.1", "127.1.", "0x", "example.123", "010.8.8.8"),
        *(FULL_WIDTH, "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021"),
        *("[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fec0::1]"),
        *("0.0.0.0", "100.64.0.1", "192.0.0.8", "224.0.0.1", "[ff02::1]", "10.1.2.3", "127.0.0.1"),  # noqa: S104
    ],
)
def test_numbers_and_literals_that_lead_inside_are_blocked(host: str) -> None:
    assert reason(f"http://{host}/") in (DropReason.SSRF_BLOCKED, DropReason.BAD_URL)
    plain = host.isascii() and host[0] != "["
    if plain:
        assert reason(f"http://{host}/") is DropReason.SSRF_BLOCKED


@pytest.mark.parametrize(
    "url",
    [
        *("", "//example.org/", "/x", "example.org", "http://", "http:///x", "http://:80/"),
        *("http://user@example.org/", "http://user:word@example.org/", "http://@example.org/"),
        *("http://example.org/a b", "http://example.org/\x00", "http://example.org/\x7f"),
        *("http://example.org\\@127.0.0.1/", "http://exa mple.org/", " http://example.org/"),
        *("http://example.org/\n", "http://example.org/\ud800", "http://example.org/\u2028"),
        *("http://example.org:22/", "http://example.org:25/", "http://example.org:0/"),
        *("http://example.org:6379/", "http://example.org:65536/", "http://example.org:-1/"),
        *("http://example.org:x/", "http://[::1", "http://[x]/", "http://[fe80::1%eth0]/"),
        *("http://ex..org/", "http://-x.org/", "http://x-.org/", "http://exa%6dple.org/"),
        *(
            "http://" + "a" * 64 + ".org/",
            "http://" + "a." * 127 + "org/",
            "http://\u2102\u0338\uffff/",
        ),
        *("http://example.org/" + "a" * 5000, "http://example.org/" + "ü" * 1000),
        "http://a]b.org/",
    ],
)
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    assert reason(url) is DropReason.BAD_URL


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://example.org/", "data:image/png;base64,AA==", "gopher://x/"),
        *("javascript:alert(1)", "feed:https://example.org/", "mailto:x@example.org", "FILE:///x"),
    ],
)
def test_only_the_web_is_asked(url: str) -> None:
    assert reason(url) is DropReason.BAD_SCHEME


# The middle and both ends of each block in IANA's registries of special-purpose addresses that is
# not globally reachable, of multicast, and of the ways to write an IPv4 address as an IPv6 one.
@pytest.mark.parametrize(
    "network",
    [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "::/96", "::ffff:127.0.0.0/104", "::ffff:192.168.0.0/112"),
        *("64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48", "2001:10::/28"),
        *("2001:20::/28", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7"),
        *("fe80::/10", "fec0::/10", "ff00::/8"),
    ],
)
def test_networks_that_are_not_the_webs(network: str) -> None:
    block = ipaddress.ip_network(network)
    for address in (block[0], block[block.num_addresses // 2], block[-1]):
        assert not is_public(address), address


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.1.1", "172.32.0.1"),
        *("192.0.1.1", "198.17.255.255", "223.255.255.255", "2606:4700::1111", "2a00:1450::1"),
        *("2001:200::1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "2003::1", "2620:0:860::1"),
    ],
)
def test_addresses_of_the_web(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    mapped = getattr(address, "ipv4_mapped", None)
    if (mapped or address).is_private or address.is_multicast:
        assert not is_public(address)


def test_a_named_host_may_be_private_but_only_it() -> None:
    guard = Guard(frozenset(("127.0.0.1:8080", "[::1]", "192.168.1.5")))
    assert reason("http://127.0.0.1:8080/", guard) is None
    assert reason("http://127.0.0.1:8081/", guard) is DropReason.SSRF_BLOCKED
    assert reason("http://[::1]:9000/", guard) is None
    assert reason("https://192.168.1.5/", guard) is None
    assert reason("https://192.168.1.6/", guard) is DropReason.SSRF_BLOCKED


def test_a_feed_of_the_web_cannot_name_a_machine_at_home() -> None:
    guard = Guard(frozenset(("nas.example", "192.168.1.5")))
    at_home = "http://192.168.1.5/photo.jpg"
    assert reason(at_home, guard, "https://evil.example/feed") is DropReason.SSRF_BLOCKED
    assert reason(at_home, guard, "http://nas.example/feed") is None
    assert reason(at_home, guard) is None


def test_no_name_makes_everybodys_address_a_machine() -> None:
    guard = Guard(frozenset(("0.0.0.0", "224.0.0.1")))  # noqa: S104 - refused is what it is
    assert reason("http://0.0.0.0/", guard) is DropReason.SSRF_BLOCKED
    assert reason("http://224.0.0.1/", guard) is DropReason.SSRF_BLOCKED
    assert not is_dialable(ipaddress.ip_address("::ffff:0.0.0.0"))


@given(
    st.one_of(
        st.text(max_size=60),
        st.text(max_size=60).map(lambda text: "http://" + text),
        st.from_regex(r"https?://[a-z0-9.\[\]:%@x-]{1,30}(:[0-9]{1,6})?(/[!-~]*)?", fullmatch=True),
    )
)
def test_any_text_has_a_target_or_a_reason(url: str) -> None:
    try:
        target = parse(url)
    except FetchError:
        return
    assert target.url.isascii()
    assert parse(target.url) == target
    # A second reader of URLs must not see another host: that is how guards are fooled.
    again = urlsplit(target.url)
    assert (again.hostname, again.username) == (target.host, None)
