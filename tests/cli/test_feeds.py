"""`stillframe feeds`, as a person runs it, on a real server."""

import json
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crew import PATIENCE_S
from feed_server import FeedServer, page
from photos import shipped
from shows import STILLFRAME, environment
from stillframe.cli.feeds import lines_of
from stillframe.cli.starter import STARTER
from stillframe.contracts.feeds import DropReason, FeedHealth, FeedSource, FeedState


def run(home: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with everything of a person's in `home`."""
    return subprocess.run(
        [STILLFRAME, "feeds", *words],
        env=environment(home, **variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
        check=False,
    )


def rss(*names: str) -> bytes:
    items = "".join(f'<item><enclosure url="{n}" type="image/png"/></item>' for n in names)
    return f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as served:
        served.serve("/a.png", page(shipped("coffee.png").read_bytes()))
        yield served


def listed(home: Path) -> list[dict[str, Any]]:
    text = (home / "config" / "stillframe" / "feeds.toml").read_text()
    return tomllib.loads(text).get("feed", [])


def test_check_says_what_would_be_taken_and_what_not(tmp_path: Path, server: FeedServer) -> None:
    feed = server.serve("/feed", page(rss("/a.png", "javascript:x", "http://10.0.0.1/b.png")))
    done = run(tmp_path, "check", feed, "--json", "--allow-host", server.authority)
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert [item["url"] for item in said["taken"]] == [server.url("/a.png")]
    assert {"title", "ts", "priority", "ttl", "source"} <= set(said["taken"][0])
    assert {drop["url"]: drop["reason"] for drop in said["dropped"]} == {
        "javascript:x": "bad-scheme",
        "http://10.0.0.1/b.png": "ssrf-blocked",
    }
    assert [seen.path for seen in server.seen()] == ["/feed"], "no image is fetched"
    done = run(tmp_path, "check", feed, "--allow-host", server.authority)
    assert f"taken    {server.url('/a.png')}  untitled" in done.stdout
    assert "dropped  javascript:x  bad-scheme" in done.stdout
    assert not (tmp_path / "cache" / "stillframe" / "feeds" / "feeds.sqlite3").exists()


def test_a_feed_that_cannot_be_had_is_said_by_the_status_too(
    tmp_path: Path, server: FeedServer
) -> None:
    done = run(tmp_path, "check", server.url("/nothing"), "--allow-host", server.authority)
    assert done.returncode == 1
    assert "http-error: 127.0.0.1 answered 404" in done.stdout
    done = run(tmp_path, "check", server.url("/nothing"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["dropped"][0]["reason"] == "ssrf-blocked"


def test_a_feed_is_followed_refreshed_and_left(tmp_path: Path, server: FeedServer) -> None:
    feed = server.serve("/feed", page(rss("/a.png")))
    done = run(
        tmp_path, "add", feed, "--name", "Mine", "--weight", "7", "--allow-host", server.authority
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert listed(tmp_path) == [{"url": feed, "name": "Mine", "weight": 7}]
    config = tmp_path / "config" / "stillframe"
    assert tomllib.loads((config / "settings.toml").read_text()) == {
        "feeds": {"allow_hosts": server.authority}
    }
    assert (config / "feeds.toml").stat().st_mode & 0o077 == 0
    done = run(tmp_path, "refresh")
    assert (done.returncode, done.stdout) == (0, "1 photos are kept.\n")
    (health,) = json.loads(run(tmp_path, "list", "--json").stdout)
    assert (health["name"], health["health"]["state"], health["health"]["images"]) == (
        "Mine",
        "ok",
        1,
    )
    assert "Mine: ok, 1 photos kept" in run(tmp_path, "list").stdout
    assert f'xmlUrl="{feed}"' in run(tmp_path, "export").stdout
    assert run(tmp_path, "remove", feed).returncode == 0
    assert listed(tmp_path) == []
    done = run(tmp_path, "remove", feed)
    assert done.returncode == 2
    assert "there is no feed" in done.stderr


def test_a_feed_that_is_there_is_not_added_again(tmp_path: Path, server: FeedServer) -> None:
    feed = server.serve("/feed", page(rss("/a.png")))
    run(tmp_path, "add", feed, "--weight", "7", "--allow-host", server.authority)
    done = run(tmp_path, "add", feed, "--weight", "9")
    assert (done.returncode, done.stdout) == (
        0,
        "It was on the list already, and stays as it is there.\n",
    )
    assert listed(tmp_path) == [{"url": feed, "weight": 7}]


def test_hosts_at_home_are_remembered_beside_those_of_the_file_alone(
    tmp_path: Path, server: FeedServer
) -> None:
    config = tmp_path / "config" / "stillframe"
    config.mkdir(parents=True)
    mine = '# mine\n[feeds]\nallow_hosts = "nas.local"  # at home\n'
    (config / "settings.toml").write_text(mine)
    now = {"STILLFRAME_FEEDS_ALLOW_HOSTS": "for.now"}
    feed = server.serve("/feed", page(rss("/a.png")))
    done = run(tmp_path, "add", feed, "--allow-host", server.authority, **now)
    assert (done.returncode, done.stderr) == (0, "")
    text = (config / "settings.toml").read_text()
    assert text == mine.replace("nas.local", f"nas.local,{server.authority}")


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_key_is_sent_to_its_server_and_never_printed(
    tmp_path: Path, server: FeedServer, words: tuple[str, ...]
) -> None:
    feed = server.serve("/feed", page(rss("/a.png", "javascript:x")))
    asking = ("--key", "ada:open-sesame", "--allow-host", server.authority)
    for url in (feed, server.url("/nothing")):
        done = run(tmp_path, "check", url, *asking, *words)
        assert server.seen()[-1].field("Authorization") == "Basic YWRhOm9wZW4tc2VzYW1l"
        said = done.stdout + done.stderr
        assert "javascript:x" in said or "404" in said
        assert "sesame" not in said
        assert "YWRhOm9wZW4tc2VzYW1l" not in said
    assert run(tmp_path, "add", feed, *asking).returncode == 0
    for command in (("list",), ("list", "--json"), ("export",)):
        done = run(tmp_path, *command)
        assert feed in done.stdout
        assert "sesame" not in done.stdout + done.stderr


def test_a_password_in_an_address_becomes_its_key(tmp_path: Path, server: FeedServer) -> None:
    feed = server.serve("/feed", page(rss("/a.png")))
    told = feed.replace("://", "://ada:open-sesame@")
    done = run(tmp_path, "add", told, "--allow-host", server.authority)
    assert (done.returncode, done.stderr) == (0, "")
    assert listed(tmp_path) == [{"url": feed, "key": "ada:open-sesame"}]
    assert server.seen()[-1].field("Authorization") == "Basic YWRhOm9wZW4tc2VzYW1l"


@pytest.mark.parametrize(
    "words",
    [
        ("https://a.example/\udcff",),
        ("https://a.example/", "--key", "\udcff"),
        ("https://a.example/", "--allow-host", "\udcff"),
        ("https://a.example/", "--allow-host", "a\nb"),
        ("https://a.example/" + "x" * 5000,),
    ],
    ids=["url", "key", "host", "line", "long"],
)
def test_words_that_no_worker_could_be_told_are_refused_at_once(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run(tmp_path, "check", *words)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_of_a_page_the_feed_that_it_names_is_followed(tmp_path: Path, server: FeedServer) -> None:
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed">'
    server.serve("/", page(b"<!doctype html><head>" + link))
    feed = server.serve("/feed", page(rss("/a.png")))
    done = run(tmp_path, "add", server.url("/"), "--allow-host", server.authority)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"it names the feed {feed}" in done.stdout
    assert [one["url"] for one in listed(tmp_path)] == [feed]


def test_what_cannot_be_had_is_not_followed(tmp_path: Path, server: FeedServer) -> None:
    page_url = server.serve("/", page(b"<!doctype html>no feed here"))
    done = run(tmp_path, "add", page_url, "--allow-host", server.authority)
    assert done.returncode == 1
    assert "html-not-feed" in done.stderr
    assert not (tmp_path / "config").exists()
    done = run(tmp_path, "add", "https://x.example", "--kind", "gopher")
    assert (done.returncode, "gopher" in done.stderr) == (2, True)


def test_lists_of_other_readers_come_and_go(tmp_path: Path) -> None:
    opml = tmp_path / "list.opml"
    opml.write_text(
        '<opml version="2.0"><body><outline xmlUrl="https://a.example/f"/>'
        '<outline xmlUrl="https://b.example/f"/></body></opml>'
    )
    assert run(tmp_path, "import", str(opml)).stdout == "2 feeds were added.\n"
    assert run(tmp_path, "import", str(opml)).stdout == "0 feeds were added.\n"
    assert [one["url"] for one in listed(tmp_path)] == [
        "https://a.example/f",
        "https://b.example/f",
    ]
    opml.write_text("<opml><body/></opml>")
    done = run(tmp_path, "import", str(opml))
    assert (done.returncode, "names no feeds" in done.stderr) == (1, True)


def test_a_starter_set_is_added_once(tmp_path: Path) -> None:
    done = run(tmp_path, "starter")
    assert (done.returncode, done.stdout.count("added")) == (0, len(STARTER))
    assert run(tmp_path, "starter").stdout.count("there") == len(STARTER)
    assert len(listed(tmp_path)) == len(STARTER)


def test_without_feeds_a_list_says_how_to_begin(tmp_path: Path) -> None:
    assert "stillframe feeds starter" in run(tmp_path, "list").stdout
    assert "stillframe feeds add" in run(tmp_path, "refresh").stdout


def test_a_list_that_is_broken_is_one_line(tmp_path: Path) -> None:
    config = tmp_path / "config" / "stillframe"
    config.mkdir(parents=True)
    (config / "feeds.toml").write_text("[[feed]]\nweight = 5\n")
    done = run(tmp_path, "list")
    assert done.returncode == 2
    assert "feed 1" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_feed_and_its_health_as_lines() -> None:
    source = FeedSource(url="https://a.example/\x1b[2J", name="Fog")
    health = FeedHealth(
        state=FeedState.FAILING,
        last_ok_s=1000.0,
        next_due_s=20_000.0,
        failures=3,
        error=DropReason.HTTP_ERROR,
        detail="503",
        images=4,
    )
    assert lines_of(source, health, 9000.0) == (
        "Fog: failing, 4 photos kept",
        "    https://a.example/\\x1b[2J",
        "    answered 2 hours ago",
        "    asked next in 3 hours",
        "    3 failures: http-error: 503",
    )
    new = lines_of(FeedSource(url="https://a.example/"), FeedHealth(), 0.0)
    assert new == ("https://a.example/: new, 0 photos kept",)
