"""The statements that work sends, and sending them again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

Statement = tuple[str, Any]
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def recorded(statements: list[Statement]) -> Iterator[None]:
    """Note every statement with its parameters, but those that open and close transactions."""

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().startswith(TRANSACTION):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        yield


def run_again(statements: list[Statement]) -> None:
    """Send them as bare SQL, and read every answer to its last row."""
    for sql, params in statements:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
