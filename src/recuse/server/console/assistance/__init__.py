"""Screens of work with requests for assistance: the inbox, the list, asking, one request with its answer, import, nils.

What is done runs under the person who is signed in, and through `Work`, which is passed in.
"""

from recuse.server.console.assistance.inbox import Line, Section, inbox
from recuse.server.console.assistance.screens import screens
from recuse.server.console.assistance.sections import sections
from recuse.server.console.assistance.work import Work

__all__ = ["Line", "Section", "Work", "inbox", "screens", "sections"]
