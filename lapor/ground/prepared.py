"""Queries that are asked at every page view: their SQL is made once a process, and only the values in it differ.

Making the SQL of a query with several conditions or relations takes Django longer than PostgreSQL takes to answer it; so does
making an object of every column of every joined table for each row, where the same few institutions and officers stand in all.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler


class _Made:
    """The SQL of a query made for `marks`, values that stand nowhere else in it and whose places those asked for take."""

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], marks: Sequence[Any]) -> None:
        self.rows = rows(*marks)
        self.compiler: SQLCompiler = self.rows.query.get_compiler(self.rows.db)
        self.is_empty, self._params = False, []
        try:
            self.sql, params = self.compiler.as_sql()
        except EmptyResultSet:  # no row can be found, whatever the values
            self.is_empty = True
            return
        self._params = [(param, marks.index(param) if param in marks else None) for param in params]
        if {place for _param, place in self._params} - {None} != set(range(len(marks))):
            raise LookupError(f"not every mark stands in {self.sql}")

    def ask(self, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        if self.is_empty:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, tuple(param if place is None else values[place] for param, place in self._params))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


class Prepared:
    """A query of `values_list` rows, made by `rows` for the marks and asked with as many values.

    The rows come as the database has them: for columns that need no converter (text, numbers, times, UUIDs).
    """

    def __init__(self, rows: Callable[..., QuerySet[Any, Any]], *marks: Any) -> None:
        self._rows, self._marks = rows, marks

    @cached_property
    def _made(self) -> _Made:
        return _Made(self._rows, self._marks)

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        return self._made.ask(values)


class _Maker:
    """Makes the objects of one table out of rows, and those that were selected with them; `known` holds those made before."""

    def __init__(self, told: dict[str, Any], select: Sequence[Any], rows: QuerySet[Any]) -> None:
        columns = told["select_fields"]
        self.model: type[Model] = told["model"]
        self.place = slice(columns[0], columns[-1] + 1)
        self.names = tuple(select[column][0].target.attname for column in columns)
        self.key = columns[self.names.index(self.model._meta.pk.attname)]
        self.related = [(info["local_setter"], info["remote_setter"], _Maker(info, select, rows)) for info in told.get("related_klass_infos", ())]
        self.kind: Any = self if self.related else (self.model, self.names)
        self._db, self._mode = rows.db, rows._fetch_mode  # type: ignore[attr-defined]  # newer than the stubs

    def make(self, row: Sequence[Any], known: dict[Any, Model]) -> Model | None:
        """The object in this row, with those selected with it; None where an outer join found none."""
        pk = row[self.key]
        if pk is None:
            return None
        found = known.get((self.kind, pk))
        if found is None:
            found = known[self.kind, pk] = self.new(row)
            for set_here, set_there, maker in self.related:
                other = maker.make(row, known)
                set_here(found, other)
                if other is not None:
                    set_there(other, found)
        return found

    def new(self, row: Sequence[Any]) -> Model:
        """As `Model.from_db` makes it: what was not read is read when it is asked for."""
        found = self.model.__new__(self.model)
        state = found._state = ModelState()
        state.adding, state.db, state.fetch_mode = False, self._db, self._mode
        vars(found).update(zip(self.names, row[self.place], strict=True))
        return found


class PreparedModels[M: Model]:
    """The same for whole rows: objects with all that the query selects, annotates and fetches with them.

    A row of another table that several of them name is one object. No signal tells that an object was made.
    """

    def __init__(self, rows: Callable[..., QuerySet[M]], *marks: Any) -> None:
        self._rows, self._marks = rows, marks

    @cached_property
    def _made(self) -> _Made:
        return _Made(self._rows, self._marks)

    @cached_property
    def _maker(self) -> _Maker:
        return _Maker(self._made.compiler.klass_info, self._made.compiler.select, self._made.rows)

    @cached_property
    def _converters(self) -> list[tuple[int, Any]]:
        compiler = self._made.compiler
        return list(compiler.get_converters([column[0] for column in compiler.select]).items())

    def __call__(self, *values: Any) -> list[M]:
        made = self._made
        if made.is_empty:
            return []
        maker, annotated = self._maker, list(made.compiler.annotation_col_map.items())
        known: dict[Any, Model] = {}
        found: list[Any] = []
        for row in self._converted(made.ask(values)):
            one = maker.make(row, known)
            for name, column in annotated:
                vars(one)[name] = row[column]
            found.append(one)
        if lookups := made.rows._prefetch_related_lookups:  # type: ignore[attr-defined]
            prefetch_related_objects(found, *lookups)
        return found

    def _converted(self, rows: list[tuple[Any, ...]]) -> Iterator[Sequence[Any]]:
        converters = self._converters
        for row in rows:
            values = list(row)
            for column, (converts, expression) in converters:
                for convert in converts:
                    values[column] = convert(values[column], expression, connection)
            yield values


def objects_of[M: Model](rows: QuerySet[M]) -> list[M]:
    """The rows of a query that is asked once, made in the same way."""
    return PreparedModels(lambda: rows)()
