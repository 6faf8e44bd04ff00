"""The editors' screens: what of the content folder is due, texts reviewed, services corrected, changes taken away."""

from recuse.server.console.editors.desk import ContentDesk, Folder
from recuse.server.console.editors.kept import Edit, Edits, Kind
from recuse.server.console.editors.screens import screens
from recuse.server.console.editors.sections import sections

__all__ = ["ContentDesk", "Edit", "Edits", "Folder", "Kind", "screens", "sections"]
