"""Directives at the console: how each stands, and drafts of new ones, made of sentences or of Cedar.

Nothing here signs, plans or writes into the policy repository. Drafts are kept in the state; a person takes the folder,
signs with a key that never comes here, and brings the signatures back to be looked at.
"""

from recuse.server.console.directives.desk import DirectiveDesk
from recuse.server.console.directives.kept import Drafts, NoPlans, Paper, Plans, Version
from recuse.server.console.directives.screens import screens

__all__ = ["DirectiveDesk", "Drafts", "NoPlans", "Paper", "Plans", "Version", "screens"]
