"""Keys for development, made once and kept under var/, so that nobody has to invent one to try it."""

import base64
import os
from pathlib import Path


def local_secret(path: Path) -> str:
    """Return the key in `path`, making 32 random bytes (url-safe base64, a valid Fernet key) at first use."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key
