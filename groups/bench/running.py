"""Running the measurements for `manage.py bench`: in a database of their own, each step in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from groups.bench import pages, recalculating

NAMES = (*recalculating.NAMES, *pages.NAMES)
MEMBERS, GROUPS = 100_000, 200


def run(
    wanted: Collection[str], folder: Path, *, members: int | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names and measurements of what is wanted of NAMES; nothing is set up where nothing is.

    Raises CalledProcessError.
    """
    if not set(wanted) & set(NAMES):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    env = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}",
        "REDIS_URL": "",
        "LOG_LEVEL": "ERROR",
    }
    _manage(env, "migrate", "--verbosity", "0")
    _manage(
        env, "bench_groups", "make", f"--members={min(members or MEMBERS, MEMBERS)}", f"--groups={GROUPS}"
    )
    for step in ("recalculate", "pages"):
        found = json.loads(_manage(env, "bench_groups", step))
        yield from ((name, one) for name, one in found.items() if name in wanted)
    shutil.rmtree(folder, ignore_errors=True)


def _manage(env: dict[str, str], *arguments: str) -> str:
    command = (sys.executable, "manage.py", *arguments)
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout
