"""Reads `extracts.toml`, which may be missing: data copied out, for whom, and by when it is to be deleted."""

from recuse.model import Extract
from recuse.policy.names import take_digest, take_id
from recuse.policy.references import Register
from recuse.toml_source import Section


def read_extracts(root: Section, register: Register) -> dict[str, Extract]:
    """Every extract by its id."""
    found: dict[str, Extract] = {}
    for section in root.sections("extract", optional=True):
        extract = _extract(section, register)
        section.close()
        if register.define("extract", extract.id, section):
            found[extract.id] = extract
    return found


def _extract(section: Section, register: Register) -> Extract:
    name = take_id(section)
    system, held_by = section.text("system"), section.text("held_by")
    categories = section.texts("categories")
    register.refer("system", system, section, "system")
    register.refer("agency", held_by, section, "held_by")
    register.refer_all("category", categories, section, "categories")
    extract = Extract(
        id=name,
        system=system,
        categories=categories,
        held_by=held_by,
        object=section.optional_text("object"),
        taken=section.day("taken"),
        delete_by=section.day("delete_by"),
        deleted=section.day("deleted") if "deleted" in section else None,
        certificate_sha256=take_digest(section, "certificate_sha256") if "deleted" in section else None,
    )
    if extract.delete_by < extract.taken:
        section.report(f"`{name}` is to be deleted before it was taken", "delete_by", remedy="correct a date")
    return extract
