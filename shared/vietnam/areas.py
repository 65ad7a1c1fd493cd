"""The province-level units of Viet Nam, by name and by date.

An area key is `63-27` (one of the 63 units before 1 July 2025), `34-24` (one of the 34 since), or `VN` for the nation.
It is never the bare code of the statistics office: seven codes name other territories before and after the mergers.

areas.csv holds one row for each version of a unit; a unit that became a city keeps its key and has two rows. Columns:
`successor` the key that took the territory over; `aliases` other spellings and names in use (also of the later versions
of the same name); `hosts` sites that do not carry the unit's name in theirs; `datelines` marks of its newspapers.
Source: field notes on areas (names, codes and mergers checked there against two public data sets; days of validity
before 2025 from memory).

Invariant: on each day since 2008-08-01 the units in force cover the country exactly once.
"""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

NATION: Final = "VN"
MERGERS: Final = date(2025, 7, 1)
"""First day of the 34 units (Resolution 202/2025/QH15)."""
LAST_OF_THE_63: Final = MERGERS - timedelta(days=1)
_FILE: Final = Path(__file__).with_name("areas.csv")
_KIND_WORDS: Final = ("thanhpho", "tinh", "tp")


class UnknownArea(ValueError):
    """A key or a name that is no area. The message names what was given and what comes near it."""


@dataclass(frozen=True, slots=True)
class Area:
    """One version of a province-level unit."""

    key: str
    name: str
    kind: str
    """`tỉnh` or `thành phố` (centrally run)."""
    valid_from: date
    valid_to: date | None
    """Last day, or None while in force."""
    successor: str | None
    """Key of the unit that took the territory over in the mergers of 2025."""
    aliases: tuple[str, ...]
    hosts: tuple[str, ...]
    datelines: tuple[str, ...]

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def fold(name: str) -> str:
    """Letters and digits of `name` without marks, case and blanks: `Bà Rịa - Vũng Tàu` is `bariavungtau`."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(c for c in plain if c.isascii() and c.isalnum())


@lru_cache(maxsize=1)
def areas() -> tuple[Area, ...]:
    """All versions of all units, the 63 before the 34, in the order of their codes."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(_area(row) for row in csv.DictReader(lines))


def _area(row: dict[str, str]) -> Area:
    def many(cell: str) -> tuple[str, ...]:
        return tuple(cell.split("|")) if cell else ()

    return Area(
        key=row["key"],
        name=row["name"],
        kind=row["kind"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        successor=row["successor"] or None,
        aliases=many(row["aliases"]),
        hosts=many(row["hosts"]),
        datelines=many(row["datelines"]),
    )


@lru_cache(maxsize=1)
def _by_key() -> dict[str, tuple[Area, ...]]:
    found: dict[str, tuple[Area, ...]] = {}
    for area in areas():
        found[area.key] = (*found.get(area.key, ()), area)
    return found


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[Area, ...]]:
    """Versions that a folded name or alias may mean, in order of time. An alias holds for all versions of its name."""
    rows: dict[str, list[Area]] = {}
    for area in areas():
        rows.setdefault(area.name, []).append(area)
    found: dict[str, dict[Area, None]] = {}
    for area in areas():
        for name in (area.name, *area.aliases):
            found.setdefault(fold(name), {}).update(dict.fromkeys(rows[area.name]))
    return {name: tuple(sorted(versions, key=lambda a: a.valid_from)) for name, versions in found.items()}


def area(key: str, on: date | None = None) -> Area:
    """The version of unit `key` that was in force on day `on`, or the nearest in time (without `on`: the latest).

    Raises UnknownArea, also for `VN`, which is no unit."""
    versions = _by_key().get(key)
    if versions is None:
        raise UnknownArea(_unknown(key))
    return versions[-1] if on is None else _nearest(versions, on)


def check_key(key: str) -> str:
    """`key` itself, if it is an area key or `VN`; for keys from outside. Raises UnknownArea with near matches.

    A name in place of the key is told its keys, and so is a bare code of the statistics office."""
    if key == NATION or key in _by_key():
        return key
    raise UnknownArea(_unknown(key))


@lru_cache(maxsize=4096)
def area_for(name: str, on: date) -> str:
    """Key of the unit that `name` meant on day `on`. Marks, case and the words tỉnh, thành phố, TP do not matter.

    Where no unit of that name was in force then, the nearest in time: `Hòa Bình` stays 63-17 after the mergers.
    Raises UnknownArea with near matches."""
    folded = fold(name)
    known = _by_name()
    versions = known.get(folded)
    for word in _KIND_WORDS:
        if versions is None and folded.startswith(word):
            versions = known.get(folded[len(word) :])
    if versions is None:
        raise UnknownArea(_unknown(name))
    return _nearest(versions, on).key


def successor(key: str) -> str | None:
    """Key of the unit that holds the territory of `key` since the mergers; None for the 34 and the nation."""
    return None if key == NATION else area(key).successor


def territory(key: str, on: date) -> str:
    """Key of the unit that the territory of `key` belonged to on day `on`.

    Of a unit of the 34 and a day before the mergers: the unit of the same name, which is a part of it."""
    if key == NATION:
        return key
    unit = area(key)
    if on >= MERGERS and unit.successor:
        return unit.successor
    if on < MERGERS and unit.valid_from >= MERGERS:
        return area_for(unit.name, on)
    return key


@lru_cache(maxsize=1)
def _hosts() -> dict[str, str]:
    return {host: area.key for area in areas() for host in area.hosts}


@lru_cache(maxsize=4096)
def area_of_host(host: str, on: date) -> str | None:
    """Key of the unit whose government or press publishes at `host` on day `on`; None where the host does not tell.

    A host tells by a listed domain (areas.csv) or by a label that is a province's name, alone or with the words of
    the trade (`baohungyen`, `vinhphuctv`, `vieclambackan`)."""
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels) - 1):
        key = _hosts().get(".".join(labels[start:]))
        if key:
            return territory(key, on)
    known = _by_name()
    for label in reversed(labels[:-1]):
        folded = fold(label)
        for prefix in ("", "bao", "vieclam", "cucthongke", "bhxh", "sldtbxh"):
            for suffix in ("", "tv", "online", "today"):
                core = folded.removeprefix(prefix).removesuffix(suffix)
                if len(core) + len(prefix) + len(suffix) == len(folded) and core in known:
                    return territory(_nearest(known[core], on).key, on)
    return None


def _nearest(versions: tuple[Area, ...], on: date) -> Area:
    for version in versions:
        if version.in_force(on):
            return version
    return versions[0] if on < versions[0].valid_from else versions[-1]


def _unknown(given: str) -> str:
    from difflib import get_close_matches  # slow to import, and needed for errors alone

    shape = "Keys look like 63-27, 34-24 or VN (shared/vietnam/areas.csv)."
    folded = fold(given)
    if folded in _by_name():
        latest = {version.key: version for version in _by_name()[folded]}
        keys = " or ".join(f"{key} (until {v.valid_to})" if v.valid_to else key for key, v in latest.items())
        return f"{given!r} is a name, not an area key: {keys}. {shape}"
    near = []
    if len(given) <= 3 and given.isascii() and given.isdigit():
        near = [f"{key} {versions[-1].name}" for key, versions in _by_key().items() if int(key[3:]) == int(given)]
    if not near:
        names = get_close_matches(folded[:40], _by_name(), n=3, cutoff=0.6)
        near = [f"{_by_name()[name][-1].key} {_by_name()[name][-1].name}" for name in names]
        near += get_close_matches(given[:40].upper(), [*_by_key(), NATION], n=3, cutoff=0.6)
    hint = f" Near it: {', '.join(dict.fromkeys(near))}." if near else ""
    return f"no area {given[:80]!r}.{hint} {shape}"
