"""Check it yourself: the record's checkpoint, key, entries and receipts as files, and how anyone checks them."""

from recuse.site.checking.section import SECTION

__all__ = ["SECTION"]
