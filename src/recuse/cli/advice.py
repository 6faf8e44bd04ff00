"""The advice on a plan for people: a line or two a group, with counts and the first examples."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from recuse.cli.console import (
    counted,
    err,
    out,
    plain,
)

FIRST: Final = 3
_LOST: Final = {
    "expression": "conditions on an expression",
    "type": "conditions on a type that is not leakproof",
    "operators": "conditions by some operators",
    "mixed-types": "comparisons with another type of date or time",
    "prefix": "LIKE and regular expressions",
    "subnet": "questions for a subnet",
}


def show_advice(advice: dict[str, Any]) -> None:
    """What would become slow or be refused, rows that no rule sees, and locks; everything is in the document."""
    _locks(advice["locks"])
    _indexes(advice["indexes"])
    _nulls(advice["nulls"])
    _columns(advice["columns"])
    _statements(advice["statements"])


def _say(code: str, sentence: str, remedies: Sequence[str] = ()) -> None:
    err.print("[cyan]advice[/]", f"{code}: {plain(sentence)}", markup=True, soft_wrap=True)
    for remedy in remedies:
        err.print(f"       {remedy}", markup=False, soft_wrap=True)


def _locks(locks: list[dict[str, Any]]) -> None:
    """How many relations, whose lock is held longer than a moment, and who is in the way now."""
    if not locks:
        return
    objects = {name for lock in locks for name in lock["objects"]}
    out.print(f"locks: {len(objects)} tables and views in {len(locks)} transactions, each for milliseconds", end="")
    longer = [lock for lock in locks if lock["held"] != "milliseconds"]
    out.print(f", but {len(longer)} as long as a REFRESH runs" if longer else "")
    for lock in longer[:FIRST]:
        size = f" ({lock['refreshed_bytes'] / 1e6:.1f} MB)"
        out.print(f"  {', '.join(lock['objects'])}: {lock['held']}{size}", markup=False)
    now = {(h["relation"], h["pid"]): h for lock in locks for h in lock["in_the_way"]}
    for holder in list(now.values())[:FIRST]:
        who = f"pid {holder['pid']}, login {holder['login']}, {holder['state']} since {holder['since']}"
        _say("in-the-way", f"{holder['relation']} is held now by {holder['gid'] or who}")


def _indexes(indexes: list[dict[str, Any]]) -> None:
    """By kind: whole indexes first, since those are lost to every condition."""
    for kind, count in Counter(index["kind"] for index in indexes).most_common():
        some = [index for index in indexes if index["kind"] == kind]
        named = ", ".join(f"{index['index']} ({' '.join(index['key'].split())})" for index in some[:FIRST])
        more = f" and {count - FIRST} more" if count > FIRST else ""
        measured = sum(1 for index in some if index["measured"] is not None)
        sentence = (
            f"{_LOST[kind]} no longer reach {counted(count, 'key')} of indexes ({measured} measured): {named}{more}"
        )
        _say(f"index-{kind}", sentence, (f"{some[0]['reason']}; cure: {some[0]['cure']}",))


def _nulls(nulls: list[dict[str, Any]]) -> None:
    for each in nulls:
        many = f"{each['nulls']:,} of {each['rows']:,} rows" if each["nulls"] is not None else "rows"
        what = f"{each['table']}: {many} ({each['how']}) have no `{each['attribute']}`"
        shown = [rule for rule in each["rules"] if rule["effect"] == "shown"]
        if shown and each["shown_to"]:
            rules = ", ".join(f"`{rule['rule']}`" for rule in shown)
            rewording = next((rule["rewording"] for rule in shown if rule["rewording"]), None)
            sentence = f"{what}; rule {rules} leaves them visible to {counted(len(each['shown_to']), 'account')}"
            _say("null-shown", sentence, (f"to hide them, write `{rewording}` in its place",) if rewording else ())
        if each["hidden_from"]:
            _say("null-hidden", f"{what}, and are hidden from {counted(len(each['hidden_from']), 'account')}")
        if each["why"]:
            err.print(f"       {each['how']}: {each['why']}", markup=False, soft_wrap=True)


def _columns(columns: list[dict[str, Any]]) -> None:
    if not columns:
        return
    accounts = {account for each in columns for account in each["accounts"]}
    tables = {each["table"] for each in columns}
    refused = dict.fromkeys(what for each in columns for what in each["refused"])
    many = f"{counted(len(accounts), 'account')} {'holds' if len(accounts) == 1 else 'hold'} columns"
    sentence = f"{many} in place of {counted(len(tables), 'table')}; refused to some: "
    _say("column-grants", sentence + ", ".join(refused), ("name the columns in place of `*`; see `advice.columns`",))


def _statements(statements: list[dict[str, Any]]) -> None:
    if not statements:
        return
    refused = [each for each in statements if each["refused"]]
    slow = [each for each in statements if each["lost"]]
    unknown = sum(1 for each in statements if each["unmeasured"] is not None)
    out.print(
        f"statements: {len(statements)} distinct over governed tables; {len(refused)} refused to some account, "
        f"{len(slow)} lose an index, {unknown} not measured"
    )
    for each in refused[:FIRST]:
        first = each["refused"][0]
        _say(
            "statement-refused",
            f"{each['text'][:160]} – {first['reason']} ({counted(len(first['accounts']), 'account')})",
        )
    for each in slow[:FIRST]:
        _say("statement-slow", f"{each['text'][:160]} – no longer by {each['lost'][0]}")
    hazards = Counter(hazard["code"] for each in statements for hazard in each["hazards"])
    for code, count in hazards.items():
        if code != "every-column":
            _say(f"statement-{code}", f"{count} logged; row security or column grants refuse it")
