"""The embedded broker: kombu's queue in files, with two gaps closed through which a reader saw an empty file.

kombu 5.7 opens a message's file under its final name and writes into it afterwards, and makes an exchange's table the
same way. A worker that looks in between takes a message without content and ends, "Unrecoverable error".
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "files"

TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override] # as kombu itself
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        self._write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        table = self.control_folder / f"{exchange}.exchange"
        if not table.exists():
            self._write_whole(table, dumps([[routing_key or "", pattern or "", queue or ""]]), replace=False)
        super()._queue_bind(exchange, routing_key, pattern, queue)

    def _write_whole(self, path: Path, text: str, *, replace: bool = True) -> None:
        """The file appears under its name with all of its content, or not at all."""
        aside = path.with_name(f".{uuid4()}")
        try:
            aside.write_text(text)
            if replace:
                aside.rename(path)
            else:
                os.link(aside, path)
        except FileExistsError:
            return  # Another process made the table meanwhile.
        finally:
            aside.unlink(missing_ok=True)


class Transport(filesystem.Transport):
    Channel = Channel
