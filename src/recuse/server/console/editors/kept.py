"""What editors did, as the state keeps it: every version of every edit, none ever changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, cast

from recuse.content.values import Reviewed

Kind = Literal["review", "service"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One version of an edit; `by` is a pseudonym, and `said` what was said, or None where it was withdrawn.

    The subject of a review is the text, its language and who reviewed (`home-warrant/es/PSEUDONYM`), that of a service
    its id. Of each subject the last version counts.
    """

    kind: Kind
    subject: str
    version: int
    at: datetime
    by: str
    said: Mapping[str, str] | None


class Edits(Protocol):
    """Where edits are kept."""

    def newest(self, kind: Kind | None = None) -> tuple[Edit, ...]:
        """The last version of each, those withdrawn too, the oldest first; of one kind, or of all."""
        ...

    def last(self, kind: Kind, subject: str) -> Edit | None:
        """The last version of one; None where nothing was ever kept."""
        ...

    def keep(self, edit: Edit) -> None:
        """Keep one more version. InputError where somebody has kept a version of this number meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class TextReview:
    """A review that was kept: of which text, with the days that it sets, None for those of a translation."""

    id: str
    language: str
    review: Reviewed
    as_of: date | None
    review_by: date | None

    @classmethod
    def of(cls, edit: Edit) -> "TextReview | None":
        """The review that an edit is; None where it was withdrawn."""
        said = edit.said
        if said is None:
            return None
        review = Reviewed(said["name"], said["role"], date.fromisoformat(said["on"]), said["text_sha256"])
        return cls(said["id"], said["language"], review, _day(said.get("as_of")), _day(said.get("review_by")))

    def said(self) -> Mapping[str, str]:
        """What is kept of it."""
        found = {
            "id": self.id, "language": self.language, "name": self.review.name, "role": self.review.role,
            "on": str(self.review.on), "text_sha256": self.review.text_sha256,
        }  # fmt: skip
        days = {"as_of": self.as_of, "review_by": self.review_by}
        return found | {name: str(each) for name, each in days.items() if each is not None}


def next_version(edit: Edit | None) -> int:
    """The number of the version after this one."""
    return 1 if edit is None else edit.version + 1


def kind_of(text: str) -> Kind | None:
    """A kind by its name."""
    return cast("Kind", text) if text in ("review", "service") else None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
