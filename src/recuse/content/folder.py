"""Reads a content folder: every file strictly, then what they say of each other; all problems at once.

The folder may hold packs (`packs/NAME/`, each of the folder's own shape but for site.toml, which counts only in the
folder itself): law by jurisdiction that others look after. `services/` is read by `recuse.directory`, and is not
looked at here. The value is made only from a folder without problems.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from recuse.content.facts_files import FACTS, read_facts
from recuse.content.found import PACKS, Found, root_of
from recuse.content.relations import relate
from recuse.content.rights_files import RIGHTS, read_right, read_translation
from recuse.content.site_file import read_site
from recuse.content.values import PLACES, Content, Name, NameKind, Site
from recuse.content.words_files import read_glossary, read_names
from recuse.errors import ContentError, Problem
from recuse.policy.files import is_safe_name, read_files
from recuse.policy.references import Noun
from recuse.toml_source import Section, Source, parse

SITE: Final = "site.toml"
NAMES: Final = "names.toml"
GLOSSARY: Final = "glossary.toml"
_NOUN: Final[Mapping[str, Noun]] = {NAMES: "name", GLOSSARY: "word", FACTS: "legal fact", RIGHTS: "right record"}


def read_content(folder: Path) -> Content:
    """The content folder. Raises ContentError with every problem found, in order of file and line."""
    problems: list[Problem] = []
    return parse_content(content_files(folder, problems), problems)


def content_files(folder: Path, problems: list[Problem]) -> Mapping[str, bytes]:
    """The files of a content folder and its packs that are read here, by their paths inside it.

    Raises ContentError where there is no folder; what is no plain file is a problem.
    """
    if not folder.is_dir():
        raise ContentError((Problem(str(folder), 0, "not a folder", f"give the folder that holds {SITE}"),))
    files = _root_files(folder, "", problems)
    for name in _pack_names(folder, problems):
        files |= _root_files(folder / PACKS / name, f"{PACKS}{name}/", problems)
    return files


def parse_content(files: Mapping[str, bytes], problems: list[Problem] | None = None) -> Content:
    """The content folder of these files, by their paths inside it; raises as `read_content` does."""
    reader = _Reader(files)
    reader.found.register.problems.extend(problems or ())
    site = reader.read()
    found = reader.found
    found.register.settle()
    relate(found)
    names = reader.settled()
    rights = dict(sorted(found.rights.items(), key=lambda item: (PLACES.index(item[1].place), item[1].order, item[0])))
    return Content(site, names, found.glossary, found.facts, rights, found.translations)


def parse_names(file: str, raw: bytes) -> Mapping[tuple[NameKind, str], Name]:
    """What the names.toml of a content folder calls ids, without the rest of it; raises as `read_content` does."""
    reader = _Reader({file: raw})
    read_names(reader.open(file), reader.found)
    return reader.settled()


def _root_files(folder: Path, prefix: str, problems: list[Problem]) -> dict[str, bytes]:
    """The files of a content folder or pack that are read here, by their paths inside the content folder."""
    found: dict[str, bytes] = {}
    for below in (FACTS, RIGHTS):
        if (folder / below).is_symlink():
            problems.append(_linked(f"{prefix}{below}"))
        elif (folder / below).is_dir():
            inside: list[Problem] = []
            read = read_files(folder / below, inside)
            found |= {f"{prefix}{below}{path}": raw for path, raw in read.items()}
            problems.extend(replace(problem, file=f"{prefix}{below}{problem.file}") for problem in inside)
    for path in sorted(folder.glob("*.toml")):
        name = f"{prefix}{path.name}"
        if path.name.startswith(".") or (prefix and path.name == SITE):
            continue
        if path.is_symlink():
            problems.append(_linked(name))
            continue
        try:
            found[name] = path.read_bytes()
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            problems.append(Problem(name, 0, f"cannot be read: {reason}", "check its rights"))
    return found


def _linked(path: str) -> Problem:
    return Problem(path, 0, "is a symbolic link", "put the file itself there")


def _pack_names(folder: Path, problems: list[Problem]) -> list[str]:
    packs = folder / PACKS
    if not packs.is_dir():
        return []
    found = []
    for path in sorted(each for each in packs.iterdir() if not each.name.startswith(".")):
        if is_safe_name(path.name) and path.is_dir() and not path.is_symlink():
            found.append(path.name)
        else:
            shown = f"{PACKS}{path.name}".encode("utf-8", "backslashreplace").decode()
            remedy = "a pack is a folder; use letters, digits, `.`, `_` and `-`"
            problems.append(Problem(shown, 0, "not a pack", remedy))
    return found


@dataclass(slots=True)
class _Reader:
    files: Mapping[str, bytes]
    found: Found = field(default_factory=Found)

    def read(self) -> Site:
        """Every file in order, with neutral values where a problem was found."""
        problems = self.found.register.problems
        if SITE not in self.files:
            problems.append(Problem(SITE, 0, "missing file", "a content folder has it"))
        site = read_site(self.open(SITE) if SITE in self.files else _silent(SITE), self.found.register)
        for file in self.files:
            if file != SITE:
                self._read(file, file.removeprefix(root_of(file)))
        return site

    def _read(self, file: str, inside: str) -> None:
        reads = _reader_of(inside, self.found)
        if reads is not None:
            reads(self.open(file))
        elif inside.endswith(".toml") or inside.startswith((FACTS, RIGHTS)):
            problem = Problem(file, 0, "unexpected file", "rename or remove it")
            self.found.register.problems.append(problem)

    def open(self, file: str) -> Section:
        """The whole of one file; a silent, empty one when it is broken, which is then the only problem."""
        source = parse(file, self.files[file], self.found.register.problems)
        if source is None:
            self.found.register.unread.update(noun for start, noun in _NOUN.items() if start in file)
            return _silent(file)
        section = Section(source, self.found.register.problems)
        section.expect("format", 1)
        return section

    def settled(self) -> Mapping[tuple[NameKind, str], Name]:
        """The names, once all is read; raises ContentError with every problem found."""
        problems = self.found.register.problems
        if problems:
            raise ContentError(tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.message))))
        return {(each.kind, each.id): each for each in self.found.names.values()}


def _reader_of(inside: str, found: Found) -> Callable[[Section], None] | None:
    """What reads a file of this path inside a content folder or pack; None for one that has no place there."""
    path = PurePosixPath(inside)
    parts = path.parts
    if inside == NAMES:
        return lambda root: read_names(root, found)
    if inside == GLOSSARY:
        return lambda root: read_glossary(root, found)
    if len(parts) == 2 and inside.startswith(FACTS) and path.suffix == ".toml":
        return lambda root: read_facts(root, path.stem, found)
    if len(parts) == 3 and inside.startswith(RIGHTS) and parts[1] in PLACES and path.suffix == ".toml":
        if "." in path.stem:
            return lambda root: read_translation(root, found)
        return lambda root: read_right(root, parts[1], found)
    return None


def _silent(file: str) -> Section:
    return Section(Source(file, {}, {}), [])
