"""Time that this process itself took: the clock on the wall, less what it waited for answers and slept."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import requests


class Stopwatch:
    """`with Stopwatch() as watch: …` and then `watch.wall`, `watch.local` and `watch.cpu`, in seconds.

    Sending a body and receiving an answer is waiting; encoding the one and parsing the other is not. `cpu` is what of
    the local time the processor worked for this process: on a machine that others use, too, the truer measure.
    """

    def __init__(self) -> None:
        self.wall = self.waited = self.cpu = 0.0
        self._patches = [
            mock.patch.object(requests.Session, "send", self._timed(requests.Session.send)),
            mock.patch.object(time, "sleep", self._timed(time.sleep)),
        ]

    @property
    def local(self) -> float:
        return self.wall - self.waited

    def __enter__(self) -> Stopwatch:
        for patch in self._patches:
            patch.start()
        self._began, self._cpu_began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._began
        self.cpu += time.process_time() - self._cpu_began
        for patch in self._patches:
            patch.stop()

    def _timed(self, wait: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            began, cpu_began = time.perf_counter(), time.process_time()
            try:
                return wait(*args, **kwargs)
            finally:
                self.waited += time.perf_counter() - began
                self.cpu -= time.process_time() - cpu_began

        return timed
