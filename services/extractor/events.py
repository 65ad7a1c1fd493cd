"""Figures of one case where an indicator counts many: of one accident, of the one company that an article is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.extractor.draft import Draft, leave_out
from services.extractor.scene import Scene
from shared.vietnam.text import fold

_COUNTED: Final = frozenset(
    (
        "labour.accidents",
        "labour.fatal_accidents",
        "labour.accident_deaths",
        "labour.accident_serious_injuries",
        "labour.strikes",
        "children.drowning_deaths",
        "children.injuries",
        "children.abuse_cases",
    )
)
_VICTIMS_MAX: Final = 20
"""No more than so many come to harm in one event that news of this country tells of."""
_ONE_EVENT: Final = re.compile(
    fold(
        r"\b(?:rạng sáng|sáng|trưa|chiều|tối|đêm) (?:ngày |hôm |cùng ngày|nay\b|qua\b|[0-9]{1,2}[/-][0-9]|sớm)"
        r"|\b(?:lúc|khoảng|vào) (?:hơn |gần |khoảng )?[0-9]{1,2} ?(?:giờ|h|g)[0-9]{0,2}\b"
        r"|\b[0-9]{1,2}(?:h[0-9]{0,2}|g[0-9]{2}| giờ(?: [0-9]{1,2})?) (?:sáng|trưa|chiều|tối|đêm|ngày|cùng ngày)\b"
        r"|(?<!đến )\bngày [0-9]{1,2}[/-][0-9]{1,2}\b(?![/-])"
        r"|\b(?:vừa|mới) xảy ra\b|\bhiện trường\b|\bnạn nhân là\b|\bcác nạn nhân\b"
        r"|\bvụ (?:tai nạn|đuối nước|việc)(?: lao động| thương tâm| nghiêm trọng)*"
        r" (?:này|trên|xảy ra (?:tại|trên|ở|lúc|vào)|(?:đã )?(?:khiến|làm)"
        r" (?:ít nhất )?(?:một|hai|ba|bốn|năm|[0-9]{1,2}) )"
    )
)
_OVER_A_TIME: Final = re.compile(
    fold(
        r"\b(?:toàn tỉnh|toàn thành phố|toàn huyện|cả nước|toàn quốc|trên địa bàn (?:tỉnh|huyện|thành phố)|thống kê"
        r"|từ đầu (?:năm|tháng)|(?:trong|tính|riêng) (?:năm|tháng|quý)|tháng đầu năm|mỗi năm|hằng năm|hàng năm"
        r"|(?:[2-9]|[0-9]{2,}) vụ|liên tiếp|tổng cộng)\b"
    )
)

_JOBS: Final = "employment.jobs_created"
"""Its own sentence must name the company: reports begin with a company's opening and go on with the province's jobs."""
_OF_COMPANIES: Final = frozenset(
    ("insurance.arrears", "employment.laid_off", "employment.placed", "employment.vacancies", _JOBS)
)
_OF_DONORS: Final = frozenset(("protection.tet_gifts", "relief.aid_amount", "children.supported"))
_ONE_DONOR: Final = re.compile(
    fold(
        r"\bbáo (?:tuổi trẻ|thanh niên|tiền phong|người lao động|lao động|dân trí)\b"
        r"|\b(?:tập đoàn|ngân hàng(?! chính sách| nhà nước)|công ty|nhãn hàng|thương hiệu|hãng) [^.;\n]{0,60}"
        r"\b(?:trao|tặng|ủng hộ|cứu trợ|tài trợ)\b"
    )
)
_AROUND: Final = 600
"""Characters of a sentence, before and after a figure, that tell what it is a figure of."""
_LEAD: Final = 500
"""Characters in which headline and lead name the company that an article is about."""
_ONE_COMPANY: Final = re.compile(
    fold(r"(?<!các )(?<!những )(?<!nhiều )(?<!số )(?<![0-9] )(?<!mẹ )\bcông ty (?!nước|này|trên|tại|ở|nợ|đa|con)")
)
_OF_MANY: Final = re.compile(
    fold(
        r"\b(?:toàn (?:tỉnh|thành phố|huyện|quốc)|cả nước|trên địa bàn|(?:các|những|nhiều|khối|nhóm|[0-9]+) "
        r"(?:doanh nghiệp|đơn vị|công ty|cơ sở|khu công nghiệp)"
        r"|doanh nghiệp (?:fdi|có vốn|nhà nước|dân doanh|trong nước)"
        r"|tổng số (?:tiền )?nợ|thị trường lao động|riêng (?:tỉnh|tp|thành phố)"
        r"|ủy ban|ubnd|mặt trận|sở lao động|hội chữ thập đỏ)\b"
    )
)


def leave_out_single_companies(drafts: Sequence[Draft], scene: Scene) -> None:
    """Take the indicators from what an article about one company says of debts and workers, and one about a donor of
    gifts, unless the sentence speaks of many companies or of a territory."""
    named = [draft for draft in drafts if draft.indicator in _OF_COMPANIES | _OF_DONORS]
    if not named:
        return
    text = scene.reading.folded
    about_one = _ONE_COMPANY.search(text, 0, _LEAD) is not None
    donated = _ONE_DONOR.search(text, 0, _LEAD) is not None
    for draft in named:
        sentence = scene.sentences[draft.sentence].sentence
        start, end = max(sentence.start, draft.start - _AROUND), min(sentence.end, draft.end + _AROUND)
        one = donated if draft.indicator in _OF_DONORS else about_one and draft.indicator != _JOBS
        one = one or _ONE_COMPANY.search(text, start, end) is not None
        if one and not _OF_MANY.search(text, start, end):
            leave_out(draft, "events: the article is about one company")


def leave_out_single_events(drafts: Sequence[Draft], scene: Scene) -> None:
    """Take the indicators from figures of one event: their sentence, or the one before it in the paragraph, tells the
    time of day or of the scene, and theirs names no time or territory that it would be a count of."""
    for draft in drafts:
        if draft.indicator not in _COUNTED or draft.value > _VICTIMS_MAX or draft.measure != "level":
            continue
        told = _told(draft, scene)
        if _ONE_EVENT.search(told) and not _OVER_A_TIME.search(told):
            leave_out(draft, "events: what one event did")


def _told(draft: Draft, scene: Scene) -> str:
    sentence = scene.sentences[draft.sentence].sentence
    start = sentence.start
    if draft.sentence:
        before = scene.sentences[draft.sentence - 1].sentence
        if before.paragraph == sentence.paragraph:
            start = before.start
    return scene.reading.folded[max(start, draft.start - _AROUND) : min(sentence.end, draft.end + _AROUND)]
