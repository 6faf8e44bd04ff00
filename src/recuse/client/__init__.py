"""A program's side of the decision point: it asks before it reads, and goes on only where the answer is a plain yes.

It imports nothing of `recuse` but the clock and the errors, speaks OpenID AuthZEN 1.0, and needs the extra `client`.
"""

from recuse.client.addresses import Endpoints
from recuse.client.asking import Settings
from recuse.client.credentials import ClientCredentials, Credentials
from recuse.client.decisions import Decision
from recuse.client.http import AsyncClient, Awaited, Client, certificate
from recuse.client.questions import Action, Question, Resource, Semantic, Subject
from recuse.errors import DeniedError, InputError, NoDecisionError, Opening

__all__ = [
    "Action",
    "AsyncClient",
    "Awaited",
    "Client",
    "ClientCredentials",
    "Credentials",
    "Decision",
    "DeniedError",
    "Endpoints",
    "InputError",
    "NoDecisionError",
    "Opening",
    "Question",
    "Resource",
    "Semantic",
    "Settings",
    "Subject",
    "certificate",
]
