"""Digits -> number: which mark groups thousands and which one is the decimal mark.

Vietnamese prints 8.095 and 8,5; English habit prints 8,095 and 8.5. A mark followed by exactly three digits can be
either: what follows the number, and the habit of the rest of the text, decide. Source: field notes on grammar,
"Numbers".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal, NamedTuple

NUMERAL: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
"""Every run of digits and marks between digits; the scan of the text goes from one to the next."""
DIGITS_MAX: Final = 18
"""Longest number that is read. The largest sums of the domain have 15 digits in dong; longer runs are codes, as is
`0123`."""

Form = Literal["plain", "grouped", "decimal", "dot3", "comma3", "dot_decimal", "english", "malformed"]
Habit = Literal["vietnamese", "english", "unknown"]
Counted = Literal["share", "scale", "measure", "count", "bare"]
"""What the number counts: a percentage; thousands, millions ...; kilos and hectares; things that come whole, and dong;
or nothing is said."""

_FORMS: Final[tuple[tuple[Form, re.Pattern[str]], ...]] = (
    (
        "decimal",
        re.compile(r"[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{4,},[0-9]{3}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+"),
    ),
    ("dot_decimal", re.compile(r"[0-9]+\.[0-9]{1,2}|0\.[0-9]+")),
    ("dot3", re.compile(r"[0-9]{1,3}\.[0-9]{3}")),
    ("comma3", re.compile(r"[0-9]{1,3},[0-9]{3}")),
    ("grouped", re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")),
    ("english", re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|[0-9]{1,3},[0-9]{3}\.[0-9]+")),
)
_SPACED: Final = re.compile(r"(?: [0-9]{3}){1,4}(?![\w/%]|[.,][0-9]| [0-9])")
_BROKEN: Final = re.compile(r" [0-9.,]|[.,] ")
_STRAY: Final = re.compile(r"(?: ([.,])|([.,]) )([0-9]{1,3})(?![0-9.,]*[0-9])")


class Numeral(NamedTuple):
    """Digits as they stand, before it is known what they count."""

    start: int
    end: int
    digits: str
    """The digits and marks without blanks."""
    form: Form
    loose: bool = False
    """Blanks were taken out of it."""

    def habit_matters(self, counted: Counted) -> bool:
        """Whether the value depends on the habit of the rest of the text."""
        if self.form == "dot3":
            return counted in ("scale", "measure")
        return self.form == "comma3" or (self.form == "dot_decimal" and counted == "count")

    @property
    def plain(self) -> bool:
        return self.form == "plain" and not self.loose

    def value(self, counted: Counted, habit: Habit) -> tuple[Decimal, bool]:
        """The number and whether it is doubtful. A malformed numeral has the value 0 and is doubtful: callers must not
        publish it."""
        form = self.form
        if form == "dot3":
            decimal = counted == "share" or (counted in ("scale", "measure") and habit == "english")
            return (self._dot_decimal(), True) if decimal else (self._whole(), self.loose)
        if form == "comma3":
            if counted == "share" or (counted in ("scale", "measure") and habit != "english"):
                return self._comma_decimal(), counted != "share" and habit == "unknown"
            return self._whole(), habit != "english"
        if form == "malformed":
            return Decimal(0), True
        if form == "dot_decimal":
            return self._dot_decimal(), self.loose or (counted == "count" and habit != "english")
        if form == "decimal":
            return self._comma_decimal(), self.loose or counted == "count"
        if form == "english":
            return Decimal(self.digits.replace(",", "")), False
        return self._whole(), self.loose and form == "plain" and self.digits.count(" ") == 1

    def _whole(self) -> Decimal:
        return Decimal(self.digits.replace(".", "").replace(",", "").replace(" ", ""))

    def _comma_decimal(self) -> Decimal:
        return Decimal(self.digits.replace(".", "").replace(",", "."))

    def _dot_decimal(self) -> Decimal:
        return Decimal(self.digits)


def form_of(digits: str) -> Form:
    """How `digits` (digits and single marks between them) is written."""
    if digits.isdigit():
        code = len(digits) > DIGITS_MAX or (len(digits) > 2 and digits[0] == "0")
        return "malformed" if code else "plain"
    if len(digits) > DIGITS_MAX + digits.count(".") + digits.count(","):
        return "malformed"
    for form, pattern in _FORMS:
        if pattern.fullmatch(digits):
            return form
    return "malformed"


def read_numeral(text: str, match: re.Match[str], alone: bool) -> Numeral:
    """The numeral at `match` of `NUMERAL`, with groups that stray blanks cut off put back (`1 250 000`, `1 .250`, `8
    ,5%`).

    `alone` says that the first digits stand for themselves: as list mark at the start of a line (`1. 250 người`) or
    after a word that they number (`tháng 9 250 người`)."""
    start, end = match.span()
    digits = match[0]
    if len(digits) <= 3 and _BROKEN.match(text, end) and digits.isdigit():
        if not alone and (spaced := _SPACED.match(text, end)):
            return Numeral(start, spaced.end(), digits + spaced[0], "plain", True)
        if stray := _STRAY.match(text, end):
            mark, after = stray[1] or stray[2], stray[3]
            if _joins(text, stray, mark, after, alone):
                joined = digits + mark + after
                return Numeral(start, stray.end(), joined, form_of(joined), True)
    return Numeral(start, end, digits, form_of(digits))


def _joins(text: str, stray: re.Match[str], mark: str, after: str, alone: bool) -> bool:
    """Whether a blank beside a mark is a slip. `1 .250` and `8 ,5` are; after a mark a blank is mostly right, so there
    only three digits after a dot, or a decimal before a percent sign or millions (`92, 9 triệu`), count."""
    if stray[1]:
        return len(after) == 3 if mark == "." else len(after) <= 2
    if mark == ".":
        return len(after) == 3 and not alone
    return (len(after) <= 2 and _SHARE_AFTER.match(text, stray.end()) is not None) or (
        len(after) == 1 and _AMBIGUOUS_AFTER.match(text, stray.end()) is not None
    )


_SHARE_AFTER: Final = re.compile(r" ?%")
_AMBIGUOUS_AFTER: Final = re.compile(r" ?(?:%|tỉ|triệu|tr\b)")


def habit_of(folded: str) -> Habit:
    """The habit of a text: english where it groups thousands with a comma (12,345) and nowhere with a dot, nor writes
    3,5%. A text with both habits counts as Vietnamese. A dot before decimals (3.5%) tells nothing: many type it so."""
    habit: Habit = "unknown"
    for match in NUMERAL.finditer(folded):
        form = form_of(match[0])
        if form == "grouped" or (form == "decimal" and _SHARE_AFTER.match(folded, match.end())):
            return "vietnamese"
        if form in ("dot3", "comma3") and not _AMBIGUOUS_AFTER.match(folded, match.end()):
            if form == "dot3":
                return "vietnamese"
            habit = "english"
        habit = "english" if form == "english" else habit
    return habit
