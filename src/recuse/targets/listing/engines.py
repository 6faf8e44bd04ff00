"""Engines whose exports are understood: one module and one entry point each (`recuse.listings`).

A module tells the steps of access of an export, and how a change is written in the engine's SQL.
"""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from recuse.errors import InputError
from recuse.targets.listing.lines import shown
from recuse.targets.listing.records import Listing
from recuse.targets.listing.steps import Step


class Engine(Protocol):
    """What a module of an engine offers."""

    def steps(self, listing: Listing) -> Iterator[Step]:
        """Every step of access that an export tells of."""
        ...

    def not_examined(self, listing: Listing) -> Iterator[tuple[str, str]]:
        """What the engine gives beyond any step here: a code and a sentence each."""
        ...


def engine_of(listing: Listing) -> Engine:
    """The engine of an export. InputError names those that are known."""
    return engine_named(listing.about.engine)


@cache
def engine_named(name: str) -> Engine:
    """The engine of this name."""
    found = entry_points(group="recuse.listings")
    for entry in found:
        if entry.name == name:
            engine: Engine = entry.load()
            return engine
    names = ", ".join(f"`{entry.name}`" for entry in sorted(found, key=lambda entry: entry.name))
    raise InputError(f"no engine `{shown(name)}` is known for listings", f"use one of {names}")
