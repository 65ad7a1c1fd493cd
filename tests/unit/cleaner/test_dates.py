"""Publication dates: the surfaces of Vietnamese portals, and which of several dates is the article's."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.cleaner.dates import choose, machine_date, url_date
from services.cleaner.visible_dates import is_date_line, read_date
from shared.clock import VIETNAM

VISIT = datetime(2024, 7, 24, 1, 45, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("text", "moment", "label"),
    [
        ("Ngày đăng: 10/02/2023", "2023-02-10T00:00", "published"),
        ("07/12/2022", "2022-12-07T00:00", "plain"),
        ("Cập nhật, 12:51, Thứ Tư, 24/05/2017 (GMT+7)", "2017-05-24T12:51", "updated"),
        ("Thứ năm - 01/02/2024 11:12 265", "2024-02-01T11:12", "plain"),
        ("PV•28/01/2024 08:22", "2024-01-28T08:22", "plain"),
        ("05/05/2020 - 02:52 PM", "2020-05-05T14:52", "plain"),
        ("02:55 PM 10/10/2018", "2018-10-10T14:55", "plain"),
        ("Xuất bản:Thứ hai, 02/01/2023 05:38 (GMT+7)", "2023-01-02T05:38", "published"),
        ("thứ năm, 08 08 2019 08:52", "2019-08-08T08:52", "plain"),
        ("(05.08.2019 16:32)", "2019-08-05T16:32", "plain"),
        ("Ngày 4 tháng 1 năm 2023", "2023-01-04T00:00", "plain"),
        ("Tháng Mười Hai 20, 2023", "2023-12-20T00:00", "plain"),
        ("Đăng ngày 2-1-2024, 9 giờ 05", "2024-01-02T09:05", "published"),
        ("Ngày đăng: 21/12/23", "2023-12-21T00:00", "published"),
        ("07/02/2023 08:00 SA", "2023-02-07T08:00", "plain"),
        ("07/02/2023 12:10 SA", "2023-02-07T00:10", "plain"),
    ],
)
def test_visible_dates(text: str, moment: str, label: str) -> None:
    found = read_date(text, VISIT)
    assert found is not None
    assert found.moment == datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)
    assert found.label == label


@pytest.mark.parametrize(
    "text",
    [
        "Sáng 26/11, Sở tổ chức hội nghị",
        "(27/7/1947 - 27/7/2021)",
        "98/80 học viên",
        "30/02/2023",
        "01/01/0001",
        "01/01/1970 00:00",
        "25/12/2024 10:00",
        "Ngày 14/3/2023, Sở tổ chức hội nghị tổng kết công tác lao động, người có công và xã hội của tỉnh năm 2022",
    ],
)
def test_no_publication_date(text: str) -> None:
    assert read_date(text, VISIT) is None


def test_a_dateline_says_nothing_else() -> None:
    assert is_date_line("Ngày đăng: 10/02/2023")
    assert not is_date_line("Ngày 10/02/2023 có 120 hộ thoát nghèo")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023-02-10+0709:15:00", "2023-02-10T09:15:00+07:00"),
        ("2023-12-20T08:15:00+07:00", "2023-12-20T08:15:00+07:00"),
        ("2023-12-20T01:15:00.000Z", "2023-12-20T01:15:00+00:00"),
        ("2023-12-20 08:15", "2023-12-20T08:15:00+07:00"),
        ("12/03/2024", "2024-03-12T00:00:00+07:00"),
        ("Wed, 20 Dec 2023 08:15:00 +0700", "2023-12-20T08:15:00+07:00"),
        ("2023-13-45T99:99", None),
        ("soon", None),
    ],
)
def test_machine_dates(text: str, iso: str | None) -> None:
    found = machine_date(text)
    assert (found.isoformat() if found else None) == iso


def test_paths_carry_days() -> None:
    assert url_date("https://x.example/portal/Pages/2023-3-9/Tin.aspx") == datetime(2023, 3, 9, tzinfo=VIETNAM)
    assert url_date("https://x.example/tin/2023-13-40/a.html") is None


def chosen(**given: object) -> tuple[str, str] | None:
    """Day and source of the choice among candidates; what is not given is absent."""
    values: dict[str, object] = {
        "marked": (), "nearby": (), "above": (), "machine": (), "feed": None, "url": "", "fetched_at": VISIT,
        "distrust_machine": False,
    }  # fmt: skip
    found = choose(**(values | given))  # type: ignore[arg-type]
    return (found.moment.astimezone(VIETNAM).date().isoformat(), found.source) if found else None


def test_a_labelled_visible_date_beats_the_head() -> None:
    machine = [("json_ld", "2023-02-12T08:00:00+07:00")]
    assert chosen(nearby=["Ngày đăng: 10/02/2023"], machine=machine) == ("2023-02-10", "visible")


def test_an_edit_beats_nothing() -> None:
    machine = [("json_ld", "2023-02-12T08:00:00+07:00")]
    assert chosen(nearby=["Cập nhật: 15/03/2024 10:00"], machine=machine) == ("2023-02-12", "json_ld")


def test_a_system_known_for_wrong_dates_is_read_by_eye() -> None:
    machine = [("meta", "2024-03-11T09:00:00+07:00")]
    given = {"marked": ["Thứ năm - 01/02/2024 11:12"], "machine": machine, "distrust_machine": True}
    assert chosen(**given) == ("2024-02-01", "visible")


def test_the_clock_above_the_title_is_no_date() -> None:
    assert chosen(above=["Thứ tư, ngày 24 tháng 07 năm 2024 01:45"]) is None


def test_local_time_marked_as_utc_is_local_time() -> None:
    found = choose(
        marked=(),
        nearby=["12/05/2024 22:30"],
        above=(),
        machine=[("json_ld", "2024-05-12T22:30:00Z")],
        feed=None,
        url="",
        fetched_at=VISIT,
        distrust_machine=False,
    )
    assert found is not None
    assert found.moment == datetime(2024, 5, 12, 22, 30, tzinfo=VIETNAM)


def test_future_dates_are_refused_for_the_feed_and_the_path() -> None:
    machine = [("meta", "2031-01-01")]
    assert chosen(machine=machine, url="https://x.example/2024/03/09/tin") == ("2024-03-09", "url")
    assert chosen(machine=machine, feed=datetime(2024, 7, 1, tzinfo=VIETNAM)) == ("2024-07-01", "feed")
