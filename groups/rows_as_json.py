"""Rows of several tables in one query: each row as one JSON value, and back as an object of its model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import F, Func, JSONField, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

M = TypeVar("M", bound=Model)


class _Object(Func):
    """Django's JSONObject asks the database first whether it can, and takes a busy one for one that cannot."""

    output_field = JSONField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_OBJECT", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_BUILD_OBJECT", **context)


def columns_of(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def as_json(rows: QuerySet[Any, Any], columns: Sequence[str], **further: Any) -> QuerySet[Any, Any]:
    """One column: the model's name in the tables, and one: the row. `further` are expressions by name."""
    values: list[Any] = [part for name in columns for part in (Value(name), F(name))]
    values += [part for name, expression in further.items() for part in (Value(name), expression)]
    return rows.order_by().values_list(Value(rows.model._meta.db_table), _Object(*values))


def from_json(model: type[M], row: dict[str, Any]) -> M:
    """The object of a row with columns of this model only. SQLite has JSON within JSON as text."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    read = {
        name: json.loads(value)
        if isinstance(fields[name], JSONField) and isinstance(value, str)
        else fields[name].to_python(value)
        for name, value in row.items()
    }
    return model(**read)
