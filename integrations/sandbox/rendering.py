"""Pages from templates, with headers that allow no inline script or style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.template import Context, Engine
from werkzeug.wrappers import Response

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

_ENGINE = Engine(dirs=[str(_HERE / "templates")], autoescape=True)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def page(template: str, values: dict[str, Any], status: int = 200) -> Response:
    text = _ENGINE.get_template(template).render(Context(values, use_l10n=False, use_tz=False))
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def static_file(name: str) -> Response | None:
    path = STATIC / name
    if path.parent != STATIC or not path.is_file():
        return None
    return Response(path.read_bytes(), content_type=_TYPES.get(path.suffix, "application/octet-stream"))
