"""Which unit a name or key means for a statement of some period."""

from __future__ import annotations

from datetime import date

from shared.vietnam.areas import LAST_OF_THE_63, NATION, UnknownArea, area, area_for, check_key, territory


def area_key(name_or_key: str, period_end: date | None, old: bool = False, published: date | None = None) -> str:
    """Key of the unit of that name (or of that key's name) in force at the end of a statement's period.

    `old`: the words say that the unit before the mergers is meant (`tỉnh Hòa Bình cũ`). A period that ends after the
    publication counts as ending then: a text of 2024 that plans for 2025 speaks of the units it knows. A key whose name
    is no longer in force goes to the unit that took its territory, since it stands for the article's own area; a name
    that is no longer in force stays the old unit, since the text chose to say it.
    Source: the contract's rule 18. Raises UnknownArea for what is neither name nor key."""
    on = min(day for day in (period_end, published, date.max) if day is not None)
    try:
        key = check_key(name_or_key)
    except UnknownArea:
        return area_for(name_or_key, min(on, LAST_OF_THE_63) if old else on)
    if key == NATION:
        return key
    name = area(key).name
    if old:
        return area_for(name, LAST_OF_THE_63)
    same_name = area_for(name, on)
    return same_name if area(same_name, on).in_force(on) else territory(key, on)
