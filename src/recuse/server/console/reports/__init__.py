"""The screen of reports: figures of a period, counted from the records, with what lies behind each."""

from recuse.server.console.reports.screens import screens

__all__ = ["screens"]
