"""The queue in files: whoever reads while another writes finds whole messages only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import cast

import pytest
from kombu import Connection

from novi_ams import embedded_broker

MESSAGES = 300


@pytest.fixture
def channels(tmp_path: Path) -> Iterator[list[embedded_broker.Channel]]:
    """Three processes' channels at one folder."""
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    for folder in ("queue", "control"):
        (tmp_path / folder).mkdir()
    connections = [Connection(f"{embedded_broker.SCHEME}://", transport_options=options) for _ in range(3)]
    yield [cast("embedded_broker.Channel", connection.channel()) for connection in connections]
    for connection in connections:
        connection.release()


def test_no_message_is_read_before_it_is_written(channels: list[embedded_broker.Channel]) -> None:
    sender, *readers = channels

    def send() -> None:
        for number in range(MESSAGES):
            sender._put("celery", {"number": number})

    def read(channel: embedded_broker.Channel) -> list[int]:
        found = []
        while not sending.done() or channel._size("celery"):
            try:
                found.append(channel._get("celery")["number"])
            except Empty:
                continue
        return found

    with ThreadPoolExecutor(3) as threads:
        sending = threads.submit(send)
        both = [threads.submit(read, channel) for channel in readers]
    assert sorted(number for one in both for number in one.result()) == list(range(MESSAGES))


def test_a_table_that_is_being_made_is_never_seen_empty(
    channels: list[embedded_broker.Channel], tmp_path: Path
) -> None:
    binder, *lookers = channels

    def bind() -> None:
        for number in range(MESSAGES):
            binder._queue_bind(f"exchange{number}", "key", "", "celery")

    def look(channel: embedded_broker.Channel) -> None:
        for number in range(MESSAGES):
            while not (tmp_path / "control" / f"exchange{number}.exchange").exists():
                time.sleep(0)
            assert channel.get_table(f"exchange{number}")

    with ThreadPoolExecutor(3) as threads:
        threads.submit(bind)
        for looking in [threads.submit(look, channel) for channel in lookers]:
            looking.result()


def test_two_that_make_a_table_at_once_make_one(
    channels: list[embedded_broker.Channel], tmp_path: Path
) -> None:
    table = tmp_path / "control" / "celery.exchange"
    table.write_text('[["key", "", "first"]]')
    channels[0]._write_whole(table, "[]", replace=False)
    channels[0]._queue_bind("celery", "key", "", "second")
    assert {queue for _, _, queue in channels[1].get_table("celery")} == {"first", "second"}


def test_what_could_not_be_written_leaves_nothing(
    channels: list[embedded_broker.Channel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        channels[0]._put("celery", {"number": 1})
    assert list((tmp_path / "queue").iterdir()) == []
