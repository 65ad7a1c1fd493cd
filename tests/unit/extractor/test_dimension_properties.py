"""What holds for periods, areas and statuses on any text: no exception, sorted spans within it, linear time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.extractor.areas import article_area, article_locality, read_areas
from services.extractor.model import AreaMention, PeriodMention, StatusCue
from services.extractor.periods import article_period, period_end, read_periods
from services.extractor.reading import Reading, read
from services.extractor.statuses import governance, read_statuses

DAY = date(2023, 7, 4)
_LINES = """
    năm nay 2022 2021-2025 tháng 6 9 quý III đầu cuối đến hết từ ngày 30/6 31/12/2023 giai đoạn nhiệm kỳ so với cùng kỳ
    trước qua tới Tết Quý Mão hiện nay mỗi /năm ( ) , ; : . - “ ” Hà Nội Huế TP. HCM huyện Trà Ôn xã tỉnh toàn cả nước
    Hòa Bình cũ Đầm Dơi Theo Cục Việc làm Nhật Bản phấn đấu mục tiêu chỉ tiêu đã ước dự kiến kế hoạch nhiệm vụ đạt
    1.200 người 3,5% 0 99 İ ß
"""
_WORDS = [*_LINES.split(), "\n"]
texts = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(_WORDS), max_size=60).map(" ".join))
days = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.dates())

Reader = Callable[[Reading], Sequence[PeriodMention | AreaMention | StatusCue]]


@example(text="tháng qua", published=None, area=None)
@given(text=texts, published=days, area=st.sampled_from([None, "VN", "63-49", "34-79"]))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_sorted_spans_within_it(text: str, published: date | None, area: str | None) -> None:
    reading = read(text)
    periods = read_periods(reading, published)
    cues = read_statuses(reading, published)
    places = read_areas(reading, published, area)
    for found in (periods, places, cues):
        done = 0
        for mention in found:
            assert done <= mention.start < mention.end <= len(reading.text)
            done = mention.end
    for period in periods:
        assert (period_end(period.period) is not None) == bool(period.period)
    subject = article_period(reading, published)
    assert (period_end(subject) is not None) == bool(subject)
    article_area(reading, published, None, text)
    article_locality(reading, places, published, area, text)
    governing = governance(cues, reading)
    for at in range(0, len(reading.text), 7):
        cue = governing.at(at)
        assert cue is None or cue.start <= at


@given(text=texts, published=days)
@settings(max_examples=50, deadline=None)
def test_the_same_text_gives_the_same_answer(text: str, published: date | None) -> None:
    first = read_periods(read(text), published)
    assert read_periods(read("Năm 1999."), published) != first or not first
    assert read_periods(read(text), published) == first


_HARD = [
    *("năm ", "từ năm 2020 ", "1/1/2020 ", "giai đoạn ", "so với cùng kỳ ", "kế hoạch ", "ngày ", "2020-", "đến nay "),
    *(
        "Quảng Nam ",
        "huyện A, ",
        "các huyện A, B và C ",
        "theo Cục Việc làm ",
        "Hội nghị tại ",
        "xã A, huyện B, tỉnh C ",
    ),
    *("phấn đấu ", "(chỉ tiêu ", "mục tiêu ", "“phấn đấu ", "- a;\n", "Mục tiêu\n", "đã ", "; ", "  ", "(", "A "),
]


@pytest.mark.parametrize("piece", _HARD)
def test_time_is_linear_in_the_length(piece: str) -> None:
    """Eight times the text takes at most 24 times the time: a quadratic reader would take 64."""
    short, long = (_text(piece, size) for size in (4_000, 32_000))
    readers: list[Reader] = [
        lambda reading: read_periods(reading, DAY),
        lambda reading: read_areas(reading, DAY, "63-49"),
        lambda reading: read_statuses(reading, DAY),
        lambda reading: [cue for cue in governance(read_statuses(reading, DAY), reading).cues if cue],
    ]
    for reader in readers:
        assert _seconds(reader, long) < 24 * _seconds(reader, short) + 0.05


def _text(piece: str, size: int) -> list[Reading]:
    """The piece again and again, as texts that differ in their last word, since the readers keep what they read."""
    return [read(piece * (size // len(piece)) + f"năm 202{last} ở Hà Nội") for last in (1, 2)]


def _seconds(reader: Reader, readings: Sequence[Reading]) -> float:
    """CPU time of the quicker of the runs, without the collector's pauses, which come by chance."""
    times = []
    gc.disable()
    try:
        for reading in readings:
            start = time.process_time()
            reader(reading)
            times.append(time.process_time() - start)
    finally:
        gc.enable()
    return min(times)
