"""What a table of the open data is: its fields, each with a type and an example, and its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from recuse.csv_text import Cell, csv_text
from recuse.site.personal import check_no_person
from recuse.site.sources import Sources

FieldType = Literal["string", "integer", "boolean", "date", "datetime"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `required` says that no cell of it is empty, `words` what alone it may hold."""

    name: str
    type: FieldType
    example: str
    required: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One file of the data: its name, what it is in English, its columns, and its rows from what a site is made of.

    `of_requests` says that entries about requests are counted: no cell may name a person.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    rows: Callable[[Sources], list[tuple[Cell, ...]]]
    key: tuple[str, ...] = ()
    of_requests: bool = False

    @property
    def file(self) -> str:
        """Where it lies in the folder `data`."""
        return f"{self.name}.csv"

    def written(self, sources: Sources) -> tuple[bytes, int]:
        """The file, and how many rows it has besides its head. InputError where it would name a person."""
        found = self.rows(sources)
        if self.of_requests:
            check_no_person(self.file, found)
        return csv_text([tuple(each.name for each in self.fields), *found]).encode(), len(found)


PERIOD: Final = Field("period", "string", "2026-Q1")
