"""The closed sets of the observation contract (docs/observation.md)."""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    LEVEL = "level"
    CHANGE = "change"
    RELATIVE_CHANGE = "relative_change"
    PLAN_RATIO = "plan_ratio"


class Unit(StrEnum):
    PERSON = "person"
    TURN = "turn"
    HOUSEHOLD = "household"
    PERCENT = "percent"
    PERCENTAGE_POINT = "percentage_point"
    VND = "vnd"
    USD = "usd"
    ENTERPRISE = "enterprise"
    COMMUNE = "commune"
    CASE = "case"
    DOSSIER = "dossier"
    CARD = "card"
    SESSION = "session"
    CLASS = "class"
    HOUSE = "house"
    GIFT = "gift"
    CONTRACT = "contract"
    FACILITY = "facility"
    KG = "kg"
    ITEM = "item"


class Comparator(StrEnum):
    EQ = "eq"
    APPROX = "approx"
    GT = "gt"
    LT = "lt"
    GE = "ge"
    LE = "le"


class Status(StrEnum):
    ACTUAL = "actual"
    ESTIMATE = "estimate"
    TARGET = "target"
