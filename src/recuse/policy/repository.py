"""Reads a policy repository: every file strictly, then what they say of each other; all problems at once.

The value is made only from a repository without problems, so later code may rely on every id in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from recuse.directive.acceptance import ACCEPTANCE, parse_acceptance
from recuse.directive.acceptance import FILES as ACCEPTANCE_FILES
from recuse.directive.attestation import ATTESTATION, parse_attestation
from recuse.directive.document import CONFIRMATION, DIRECTIVE, FILES, parse_directive
from recuse.directive.review import REVIEW, parse_review
from recuse.errors import Problem, RepositoryError
from recuse.model import (
    Agreement,
    Extract,
    Repository,
    SignedAcceptance,
    SignedAttestation,
    SignedDirective,
    SignedReview,
    System,
)
from recuse.policy import holdings, parties
from recuse.policy.checks import check
from recuse.policy.extracts import read_extracts
from recuse.policy.files import ACCEPTANCES, ATTESTATIONS, DIRECTIVES, REVIEWS, digest, read_files
from recuse.policy.references import Noun, Register
from recuse.toml_source import Section, Source, parse

_ROOT_FILES: Final[Mapping[str, Noun]] = {
    "recuse.toml": "system",
    "agencies.toml": "agency",
    "accounts.toml": "account",
    "purposes.toml": "purpose",
    "authorities.toml": "authority",
    "categories.toml": "category",
    "officials.toml": "official",
}
_EXTRACTS: Final = "extracts.toml"
_AGREEMENTS: Final = "agreements"
_CATEGORIES: Final = "categories"


def read_repository(folder: Path) -> Repository:
    """The policy repository in a folder.

    Raises RepositoryError with every problem found, in order of file and line: unknown, missing or ill-typed keys,
    ids defined twice, circles in the trees, references to nothing, and what the records may not say together.
    """
    register = Register()
    files = read_files(folder, register.problems)
    if not files and not register.problems:
        register.problems.append(Problem(str(folder), 0, "holds no policy repository", "make one with `recuse init`"))
    return _parsed(files, register)


def parse_repository(files: Mapping[str, bytes]) -> Repository:
    """The policy repository of these files, by their paths inside it; raises as `read_repository` does."""
    return _parsed(files, Register())


def _parsed(files: Mapping[str, bytes], register: Register) -> Repository:
    if files:
        repository = _Reader(files, register).repository()
        register.settle()
        check(repository, register)
    if register.problems:
        raise RepositoryError(tuple(sorted(set(register.problems), key=lambda p: (p.file, p.line, p.message))))
    return repository


@dataclass(frozen=True, slots=True)
class _Reader:
    files: Mapping[str, bytes]
    register: Register

    def repository(self) -> Repository:
        """All records, with neutral values where a problem was found."""
        register = self.register
        self._refuse_strays()
        roots = {path: self._open(path, noun) for path, noun in _ROOT_FILES.items()}
        agreements = self._agreements()
        repository = Repository(
            institution=holdings.read_institution(roots["recuse.toml"], register),
            ledger_origin=holdings.read_ledger_origin(roots["recuse.toml"]),
            systems=self._systems(roots["recuse.toml"]),
            agencies=parties.read_agencies(roots["agencies.toml"], register),
            accounts=parties.read_accounts(roots["accounts.toml"], register, agreements),
            purposes=parties.read_purposes(roots["purposes.toml"], register),
            authorities=parties.read_authorities(roots["authorities.toml"], register),
            categories=parties.read_categories(roots["categories.toml"], register),
            officials=parties.read_officials(roots["officials.toml"], register),
            agreements=agreements,
            directives=self._directives(),
            policy_sha256=digest(self.files),
            acceptances=self._acceptances(),
            extracts=self._extracts(),
            attestations=self._attestations(),
            reviews=self._reviews(),
            review_days=holdings.read_review_days(roots["recuse.toml"]),
        )
        for section in roots.values():
            section.close()
        return repository

    def _open(self, path: str, noun: Noun) -> Section:
        """The whole of one file; a silent, empty one when it is missing or broken, which is then the only problem."""
        raw = self.files.get(path)
        if raw is None:
            self.register.problems.append(Problem(path, 0, "missing file", "a policy repository has it"))
        source = None if raw is None else parse(path, raw, self.register.problems)
        if source is None:
            self.register.unread.add(noun)
            return Section(Source(path, {}, {}), [])
        section = Section(source, self.register.problems)
        section.expect("format", 1)
        return section

    def _refuse_strays(self) -> None:
        """A file that would be read under a slightly other name is a mistake, not a note."""
        for path in self.files:
            if path.endswith((".toml", ".cedar")) and not _is_read(path):
                self.register.problems.append(Problem(path, 0, "unexpected file", "rename or remove it"))

    def _below(self, folder: str) -> dict[str, str]:
        """The paths of the TOML files right in a folder, by file name without `.toml`."""
        return {PurePosixPath(path).stem: path for path in self.files if _is_listed(path, folder)}

    def _agreements(self) -> dict[str, Agreement]:
        read = [
            parties.read_agreement(self._open(path, "agreement"), stem, self.register)
            for stem, path in self._below(_AGREEMENTS).items()
        ]
        return {agreement.id: agreement for agreement in read if agreement.id}

    def _systems(self, root: Section) -> dict[str, System]:
        systems = holdings.read_systems(root, self.register)
        maps = self._below(_CATEGORIES)
        for stem, path in maps.items():
            if stem not in systems and "system" not in self.register.unread:
                message, remedy = f"unknown system `{stem}`", "name the file after a system of `recuse.toml`"
                self.register.problems.append(Problem(path, 0, message, remedy))
        found = dict(systems)
        for name in sorted({*systems, *maps}):
            section = self._open(f"{_CATEGORIES}/{name}.toml", "table")
            said = section.text("system") or name
            if said != name:
                section.report(f"`system` is `{said}`, but the file is `{name}.toml`", "system", remedy="rename one")
            tables = holdings.read_tables(section, said, self.register)
            derived = holdings.read_derived(section, said, self.register)
            section.close()
            if said in found:
                held = found[said]
                found[said] = replace(held, tables=held.tables + tables, derived=held.derived + derived)
        return found

    def _extracts(self) -> dict[str, Extract]:
        if _EXTRACTS not in self.files:
            return {}
        section = self._open(_EXTRACTS, "extract")
        found = read_extracts(section, self.register)
        section.close()
        return found

    def _folders(self, above: str) -> dict[str, dict[str, bytes]]:
        """The files of each folder right below one, by folder and file name."""
        folders: dict[str, dict[str, bytes]] = {}
        for path, raw in self.files.items():
            if path.startswith(above) and path.count("/") == 2:
                _, folder, name = path.split("/")
                folders.setdefault(folder, {})[name] = raw
        return folders

    def _acceptances(self) -> dict[str, SignedAcceptance]:
        found: dict[str, SignedAcceptance] = {}
        for name, files in self._folders(ACCEPTANCES).items():
            signed = parse_acceptance(name, files, self.register.problems)
            if signed is None:
                continue
            section = self._lines(f"{ACCEPTANCES}{name}/{ACCEPTANCE}")
            self.register.define("acceptance", name, section)
            self.register.refer("official", signed.acceptance.accepted_by, section, "accepted_by")
            for index, each in enumerate(signed.acceptance.findings):
                self.register.refer("system", each.system, section, "finding", index, "system")
                self.register.refer("account", each.account, section, "finding", index, "account")
                self.register.refer("category", each.category, section, "finding", index, "category")
            found[name] = signed
        return found

    def _attestations(self) -> dict[str, SignedAttestation]:
        found: dict[str, SignedAttestation] = {}
        for name, files in self._folders(ATTESTATIONS).items():
            signed = parse_attestation(name, files, self.register.problems)
            if signed is not None:
                section, said = self._lines(f"{ATTESTATIONS}{name}/{ATTESTATION}"), signed.attestation
                self.register.define("attestation", name, section)
                self.register.refer("system", said.system, section, "system")
                self.register.refer("official", said.attested_by, section, "attested_by")
                self.register.refer("official", said.confirmed_by, section, "confirmed_by")
                found[name] = signed
        return found

    def _reviews(self) -> dict[str, SignedReview]:
        found: dict[str, SignedReview] = {}
        for name, files in self._folders(REVIEWS).items():
            signed = parse_review(name, files, self.register.problems)
            if signed is not None:
                section, said = self._lines(f"{REVIEWS}{name}/{REVIEW}"), signed.review
                self.register.define("review", name, section)
                # The agency, and the accounts of the lines, may be gone when a review is long past: they are history.
                self.register.refer("official", said.reviewed_by, section, "reviewed_by")
                self.register.refer("official", said.confirmed_by, section, "confirmed_by")
                found[name] = signed
        return found

    def _directives(self) -> dict[str, SignedDirective]:
        folders = self._folders(DIRECTIVES)
        read = {name: parse_directive(name, files, self.register.problems) for name, files in folders.items()}
        for name, signed in read.items():
            if signed is not None:
                self._refer_directive(name, signed)
        return {name: signed for name, signed in read.items() if signed is not None}

    def _refer_directive(self, name: str, signed: SignedDirective) -> None:
        register, directive = self.register, signed.directive
        section = self._lines(f"{DIRECTIVES}{name}/{DIRECTIVE}")
        register.define("directive", name, section)
        register.refer("official", directive.directed_by, section, "directed_by")
        register.refer("official", directive.counsel, section, "counsel")
        register.refer_all("directive", directive.supersedes, section, "supersedes")
        if name in directive.supersedes:
            section.report("a directive cannot supersede itself", "supersedes", remedy="remove its own id")
        if directive.stage == "canary":
            # At other stages the accounts named are history, and may be gone.
            register.refer_all("account", directive.canary_accounts, section, "canary_accounts")
        if signed.confirmation is not None:
            confirmation = self._lines(f"{DIRECTIVES}{name}/{CONFIRMATION}")
            register.refer("official", signed.confirmation.confirmed_by, confirmation, "confirmed_by")

    def _lines(self, path: str) -> Section:
        """A file read already, once more for the places in it."""
        source = parse(path, self.files[path], [])
        return Section(source or Source(path, {}, {}), self.register.problems)


def _is_listed(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/") and path.count("/") == 1 and path.endswith(".toml")


def _is_read(path: str) -> bool:
    if path.startswith(DIRECTIVES):
        return path.count("/") == 2 and PurePosixPath(path).name in FILES
    if path.startswith(ACCEPTANCES):
        return path.count("/") == 2 and PurePosixPath(path).name in ACCEPTANCE_FILES
    if path.startswith(ATTESTATIONS):
        return path.count("/") == 2 and PurePosixPath(path).name == ATTESTATION
    if path.startswith(REVIEWS):
        return path.count("/") == 2 and PurePosixPath(path).name == REVIEW
    return path in (*_ROOT_FILES, _EXTRACTS) or _is_listed(path, _AGREEMENTS) or _is_listed(path, _CATEGORIES)
