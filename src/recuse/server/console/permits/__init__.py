"""Screens of work with permits: the queue, asking, one permit with its answer and its end, broken glass.

What is done runs under the person who is signed in, and through `Permits`, which is passed in.
"""

from recuse.server.console.permits.screens import screens
from recuse.server.console.permits.sections import sections
from recuse.server.console.permits.service import Permits

__all__ = ["Permits", "screens", "sections"]
