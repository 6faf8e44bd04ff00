"""A small records application on Django, in one file, that asks the decision point before it reads.

Run it: `python examples/django_app.py runserver 127.0.0.1:8002`
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.html import format_html, format_html_join

from recuse.client import Action, Client, ClientCredentials, DeniedError, NoDecisionError, Question, Resource, Subject

settings.configure(
    SECRET_KEY=os.environ["RECORDS_SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[f"{__name__}.Refusals"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["RECORDS_DATABASE"]}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import models  # noqa: E402  (Django reads its settings first)

READ = Action("read")
ACCOUNT = Subject(os.environ["RECORDS_ACCOUNT"])  # such as blotter/records_app
DECISIONS = Client(  # one for the life of the program: it keeps its connections and its token
    os.environ["DECISION_POINT"],
    ClientCredentials(
        os.environ["DECISION_POINT_TOKENS"],
        os.environ["DECISION_POINT_CLIENT"],
        Path(os.environ["DECISION_POINT_SECRET_FILE"]),
    ),
)


class Arrest(models.Model):
    """An arrest. The rules ask whether it is sealed, or a juvenile's."""

    sealed = models.BooleanField()
    juvenile = models.BooleanField(null=True)
    charge = models.TextField()
    district = models.TextField()

    class Meta:
        app_label = "records"
        db_table = "arrest"

    def question(self, request: HttpRequest) -> Question:
        """Whether the account may read this row, with what the person declares."""
        row = {"sealed": self.sealed, "juvenile": self.juvenile}
        declared = {name: request.GET[name] for name in ("purpose", "authority", "case") if name in request.GET}
        return Question(ACCOUNT, READ, Resource("blotter::records::arrest", "arrest_record", row), declared)


class Refusals:
    """Shows a denial with its reason and what would open it; without a decision nothing is shown."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DeniedError):
            rows = ((each.purpose, each.authority) for each in error.would_change)
            opened = format_html_join("", "<li>purpose {}, authority {}</li>", rows)
            page = "<h1>Refused</h1><p>{} ({})</p><p>It would be permitted for:</p><ul>{}</ul><p>Evaluation {}</p>"
            text = format_html(page, error.reason_user, error.reason, opened, error.evaluation_id)
            return HttpResponse(text, status=403)
        if isinstance(error, NoDecisionError):
            return HttpResponse("Nobody could decide this now: ask again later.", status=503, content_type="text/plain")
        return None


def arrests(request: HttpRequest) -> JsonResponse:
    """The arrests that may be read: one question a row, one request for all of them."""
    rows = list(Arrest.objects.order_by("id").only("id", "sealed", "juvenile"))
    shown = DECISIONS.permitted(rows, lambda row: row.question(request))
    return JsonResponse([row.pk for row in shown], safe=False)


def arrest(request: HttpRequest, number: int) -> JsonResponse:
    """One arrest. First what the rules ask about it, then the decision, and then what it says, if it is the same."""
    row = Arrest.objects.only("id", "sealed", "juvenile").filter(pk=number).first()
    if row is None:
        raise Http404
    DECISIONS.require(row.question(request))
    decided = Arrest.objects.filter(pk=number, sealed=row.sealed, juvenile=row.juvenile)
    shown = decided.values("id", "charge", "district").first()
    return JsonResponse(shown or {"sentence": "it was changed meanwhile: ask again"}, status=200 if shown else 409)


urlpatterns = [path("arrests", arrests), path("arrests/<int:number>", arrest)]
application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
