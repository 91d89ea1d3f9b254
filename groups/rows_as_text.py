"""A record's rows in another table as one text, so that a query over records tells them without a join."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Aggregate, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.db.models.sql.compiler import SQLCompiler


class _Listed(Aggregate):
    output_field = TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(%(expressions)s)", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="STRING_AGG(%(expressions)s, ',')", **context)


def as_text(rows: QuerySet[Any, Any], *, of: str, columns: tuple[Any, ...]) -> Subquery:
    """The rows whose `of` is the outer record, such as “7:1,9:2”; NULL for none. No value holds a comma or a colon."""
    first, *rest = (Cast(column, TextField()) for column in columns)
    parts = [part for column in rest for part in (Value(":"), column)]
    own = rows.filter(**{of: OuterRef("pk")}).order_by().values(of)
    return Subquery(
        own.annotate(listed_rows=_Listed(Concat(first, *parts, output_field=TextField()))).values(
            "listed_rows"
        )
    )


def from_text(text: str | None) -> Iterator[list[str]]:
    """The rows again, each as its values."""
    for row in text.split(",") if text else ():
        yield row.split(":")
