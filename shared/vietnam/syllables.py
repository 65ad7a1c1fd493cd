"""Which letter runs are Vietnamese syllables: onset + rhyme + tone, by the rules of spelling, not by a word list.

Some combinations that no word uses are accepted; the check is meant to see damage (`đng`, `Triể`), not to spell.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from shared.vietnam.text import toned


def _words(table: str) -> list[str]:
    return table.split()


_FRONT: Final = frozenset("eêiy")
_ONSETS_BEFORE_ANY: Final = _words("b ch d đ h kh l m n nh p ph r s t th tr v x")
_ONSETS_BEFORE_BACK: Final = _words("c g ng")
_ONSETS_BEFORE_FRONT: Final = _words("k gh ngh")
_RHYMES: Final = _words("""
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uênh ui um un ung up ut uôc uôi uôm uôn uông uôt uơ uy uya uych
uyên uyêt uynh uyp uyt uyu
ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
""")
_RHYMES_ALONE: Final = _words("y yêm yên yêng yêt yêu")
_RHYMES_AFTER_QU: Final = _words("""
a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât âu ây e en eo et ê êch ên ênh êt i it
ych yên yêt ynh yt ơ ôc
""")
_RHYMES_AFTER_GI: Final = _words("""
a ac ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăt âc âm ân âng âp ât âu ây e em en eo ep et êm ên êng êt êu
o oc oi on ong ot ô ôi ôn ông ôt ơ ơi ơn u ua uc ui um un up ut uôc ư ưa ưc ưng ươc ươi ương
""")
_MARKED: Final = frozenset("ăâêôơư")
_VOWELS: Final = _MARKED | frozenset("aeiouy")
_STOPS: Final = ("c", "ch", "p", "t")


def _tone_at(rhyme: str) -> int:
    """Index of the vowel that carries the tone, as `fold` places it."""
    marked = [index for index, letter in enumerate(rhyme) if letter in _MARKED]
    if marked:
        return marked[-1]
    vowels = [index for index, letter in enumerate(rhyme) if letter in _VOWELS]
    if len(vowels) == len(rhyme):
        return 1 if len(vowels) == 3 else 0
    return vowels[-1]


@lru_cache(maxsize=256)
def _tones(rhyme: str) -> list[str]:
    """`rhyme` with every tone that it can have: before a stop only sắc and nặng."""
    at = _tone_at(rhyme)
    marks = toned(rhyme[at])
    if rhyme.endswith(_STOPS):
        return [rhyme[:at] + mark + rhyme[at + 1 :] for mark in (marks[1], marks[4])]
    return [rhyme, *(rhyme[:at] + mark + rhyme[at + 1 :] for mark in marks)]


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Every regular syllable in the form of `shared.vietnam.text.fold`: about 16,000, made in some 10 ms at the first
    call."""
    onsets = [(onset, _RHYMES) for onset in _ONSETS_BEFORE_ANY]
    onsets += [(onset, [rhyme for rhyme in _RHYMES if rhyme[0] not in _FRONT]) for onset in _ONSETS_BEFORE_BACK]
    onsets += [(onset, [rhyme for rhyme in _RHYMES if rhyme[0] in _FRONT]) for onset in _ONSETS_BEFORE_FRONT]
    onsets += [("", _RHYMES + _RHYMES_ALONE), ("qu", _RHYMES_AFTER_QU), ("gi", _RHYMES_AFTER_GI), ("g", ["i", "in"])]
    return frozenset(onset + form for onset, rhymes in onsets for rhyme in rhymes for form in _tones(rhyme))


def is_syllable(word: str) -> bool:
    """Whether `word`, in the form of `fold`, is spelled like a Vietnamese syllable."""
    return word in syllables()
