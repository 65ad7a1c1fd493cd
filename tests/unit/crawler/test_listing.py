"""Listing pages of the systems that the portals run on. The markup is composed after what the field notes describe."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.crawler.feeds import FeedReading, read_feed
from shared.clock import VIETNAM

FETCHED = datetime(2024, 3, 1, 9, tzinfo=VIETNAM)


def read(html: str, url: str, cms: str | None = None, links: str | None = None) -> FeedReading:
    return read_feed(html.encode(), url=url, fetched_at=FETCHED, cms=cms, links=links)


PAGES = {
    "nukeviet": (
        "https://sld.example/vi/news/viec-lam/",
        '<a href="/vi/news/viec-lam/tao-viec-lam-moi-611.html">Tạo việc làm mới</a> '
        '<a href="/vi/news/viec-lam/">Việc làm</a>'
        '<a href="/vi/news/print/viec-lam/tao-viec-lam-moi-611.html">In</a>',
        ["https://sld.example/vi/news/viec-lam/tao-viec-lam-moi-611.html"],
    ),
    "liferay": (
        "https://tinh.example/web/guest/tin-tuc",
        '<a href="/news/-/details/20182/chap-thuan-au-tu-30419;jsessionid=A1B2?p_auth=x">Chấp thuận đầu tư</a>'
        '<a href="/web/guest/lien-he">Liên hệ</a>',
        ["https://tinh.example/news/-/details/20182/chap-thuan-au-tu-30419"],
    ),
    "sharepoint": (
        "https://tinh.example/portal/Pages/tin-hoat-dong.aspx",
        '<a href="/portal/Pages/2023-3-9/GiamNgheoBenVungx7k2.aspx">Giảm nghèo bền vững</a>'
        '<a href="/Trang/ChiTietTinTuc.aspx?nid=168690">Người có công</a><a href="javascript:__doPostBack(1)">2</a>',
        [
            "https://tinh.example/portal/Pages/2023-3-9/GiamNgheoBenVungx7k2.aspx",
            "https://tinh.example/Trang/ChiTietTinTuc.aspx?nid=168690",
        ],
    ),
    "wordpress": (
        "https://vieclam.example/",
        '<a href="https://vieclam.example/phien-giao-dich-viec-lam-thang-3/">Phiên</a>'
        '<a href="/category/tin-tuc/">Tin</a>'
        '<a href="/wp-login.php">Đăng nhập</a><a href="/gioi-thieu/">Giới thiệu</a>',
        ["https://vieclam.example/phien-giao-dich-viec-lam-thang-3/"],
    ),
    "webcenter": (
        "https://tinh.example/webcenter/portal/ubnd/pages_tin-tuc",
        '<a href="/webcenter/portal/ubnd/pages_tin-tuc/chi-tiet?dDocName=PORTAL174180'
        '&_afrLoop=9988&_afrWindowMode=0">Tin</a>',
        ["https://tinh.example/webcenter/portal/ubnd/pages_tin-tuc/chi-tiet?dDocName=PORTAL174180"],
    ),
    "danang": (
        "https://dn.example/",
        '<a href="/chi-tiet-tin/group/12/nid/4711/tin-moi">Tin mới</a>'
        '<a href="/chi-tiet-tin-tuc?dinhdanh=13101&cat=1003">Tin cũ</a>',
        [
            "https://dn.example/chi-tiet-tin/group/12/nid/4711/tin-moi",
            "https://dn.example/chi-tiet-tin-tuc?dinhdanh=13101&cat=1003",
        ],
    ),
    "hemera": (
        "https://bao.example/xa-hoi/",
        '<a href="/ho-tro-nguoi-ngheo-post378151.html">Hỗ trợ</a><a href="/xa-hoi/">Xã hội</a>',
        ["https://bao.example/ho-tro-nguoi-ngheo-post378151.html"],
    ),
    "webforms": (
        "https://bao.example/xa-hoi.html",
        '<a href="/day-nghe-a188491.html">Dạy nghề</a><a href="/xa-hoi.html">Xã hội</a>',
        ["https://bao.example/day-nghe-a188491.html"],
    ),
    "drupal": (
        "https://tinh.example/tin-tuc",
        '<h2><a href="/tin-tuc/giai-quyet-viec-lam-cho-thanh-nien" rel="bookmark">Giải quyết việc làm</a></h2>'
        '<a href="/node/4711">Người có công</a><a href="/tin-tuc">Tin</a><a href="/user/login?destination=/">Vào</a>',
        ["https://tinh.example/tin-tuc/giai-quyet-viec-lam-cho-thanh-nien", "https://tinh.example/node/4711"],
    ),
    "joomla": (
        "https://vl.example/tin-tuc",
        '<a href="/tin-tuc/512-phien-giao-dich-thang-3.html">Phiên</a><a href="/tin-tuc.html">Tin</a>'
        '<a href="/index.php?option=com_content&amp;view=article&amp;id=97">Thông báo</a>',
        [
            "https://vl.example/tin-tuc/512-phien-giao-dich-thang-3.html",
            "https://vl.example/index.php?option=com_content&view=article&id=97",
        ],
    ),
    "dotnetnuke": (
        "https://so.example/Default.aspx?tabid=61",
        '<a href="/Tin-tuc/tabid/61/ctl/ViewArticle/mid/447/ItemID/512/View/Details.aspx">Dạy nghề</a>'
        '<a href="/Tin-tuc/tabid/61/Default.aspx">Tin tức</a>',
        ["https://so.example/Tin-tuc/tabid/61/ctl/ViewArticle/mid/447/ItemID/512/View/Details.aspx"],
    ),
    "vnpt": (
        "https://so.example/tin-tuc-su-kien",
        '<a href="/tin-tuc-su-kien/dao-tao-nghe-70012">Đào tạo nghề</a><a href="/tin-tuc-su-kien">Tin</a>',
        ["https://so.example/tin-tuc-su-kien/dao-tao-nghe-70012"],
    ),
    "onecms": (
        "https://bao.example/xa-hoi",
        '<a href="/viec-lam-cho-nguoi-lao-dong-701234.html">Việc làm</a><a href="/xa-hoi">Xã hội</a>',
        ["https://bao.example/viec-lam-cho-nguoi-lao-dong-701234.html"],
    ),
    "vccorp": (
        "https://bao.example/xa-hoi.htm",
        '<a href="/giam-ngheo-102240301090512345.htm">Giảm nghèo</a><a href="/xa-hoi.htm">Xã hội</a>',
        ["https://bao.example/giam-ngheo-102240301090512345.htm"],
    ),
    "yearmonth": (
        "https://bao.example/xa-hoi/",
        '<a href="/xa-hoi/202403/giam-ngheo-ben-vung-1012345/">Giảm nghèo</a><a href="/xa-hoi/">Xã hội</a>',
        ["https://bao.example/xa-hoi/202403/giam-ngheo-ben-vung-1012345/"],
    ),
}


@pytest.mark.parametrize("cms", PAGES)
def test_article_links_by_system(cms: str) -> None:
    url, html, expected = PAGES[cms]
    reading = read(f"<html><body>{html}</body></html>", url, cms)
    assert reading.kind == "listing"
    assert [item.url for item in reading.items] == expected


BLOCKS = """<html><head><base href="https://bao.example/tin/"><link rel="next" href="trang-2"></head><body>
<nav><a href="/van-hoa-xa-hoi-12345.html">Văn hóa</a></nav>
<div class="list">
 <div class="one"><a href="/giam-ngheo-ben-vung-2024-7001.html"><img src="a.jpg" alt=""></a>
  <h3><a href="/giam-ngheo-ben-vung-2024-7001.html?utm_source=x">Giảm nghèo bền vững năm 2024</a></h3>
  <span>29/02/2024 14:05</span><p>Toàn tỉnh còn 2.250 hộ nghèo.</p></div>
 <div class="one"><h3><a href="tao-viec-lam-cho-lao-dong-7002.html">Tạo việc làm cho lao động</a></h3>
  <span>(28/02/2024)</span><a href="tao-viec-lam-cho-lao-dong-7002.html">Xem tiếp</a></div>
 <div class="one"><a href="https://khac.example/bai-viet-cua-bao-khac-9.html">Bài viết của một báo khác hẳn</a></div>
</div></body></html>"""


def test_an_unknown_system_is_read_by_shape_and_words() -> None:
    reading = read(BLOCKS, "https://bao.example/tin/")
    assert [(item.url, item.title) for item in reading.items] == [
        ("https://bao.example/giam-ngheo-ben-vung-2024-7001.html", "Giảm nghèo bền vững năm 2024"),
        ("https://bao.example/tin/tao-viec-lam-cho-lao-dong-7002.html", "Tạo việc làm cho lao động"),
    ]
    assert reading.next_page == "https://bao.example/tin/trang-2"


def test_date_and_lead_come_from_the_articles_own_block() -> None:
    first, second = read(BLOCKS, "https://bao.example/tin/").items
    assert first.published == datetime(2024, 2, 29, 14, 5, tzinfo=VIETNAM)
    assert first.summary == "Toàn tỉnh còn 2.250 hộ nghèo."
    assert second.published == datetime(2024, 2, 28, tzinfo=VIETNAM)


def test_an_entrys_own_pattern_comes_before_all_else() -> None:
    reading = read(BLOCKS, "https://bao.example/tin/", links=r"khac\.example/")
    assert [item.url for item in reading.items] == ["https://khac.example/bai-viet-cua-bao-khac-9.html"]


DATED = [
    ("<a>{}</a> <span>08:15:30 29/02/2024</span>", "2024-02-29T08:15:30"),
    ("<a>{}</a> <i>29.02.2024</i>", "2024-02-29"),
    ("<a>{}</a> <i>29-2-2024 | 14:05</i>", "2024-02-29T14:05"),
    ("<a>{}</a> <em>29 / 02 / 2024</em>", "2024-02-29"),
    ("<a>{}</a> <em>Thứ Năm, 29/02/2024 2:15 CH</em>", "2024-02-29T14:15"),
    ("<a>{}</a> <em>29 tháng 02, 2024</em>", "2024-02-29"),
    ("<a>{} (29/02/2024)</a>", "2024-02-29"),
    ("<a>{}</a> <time datetime='2024-02-29T14:05:00+07:00'>hôm qua</time>", "2024-02-29T14:05"),
    (
        "<a>{}</a><p>Ngày đăng: 29/02/2024</p><p>Ngày 15/01/2024, Sở tổ chức hội nghị tổng kết công tác.</p>",
        "2024-02-29",
    ),
    ("<a>{}</a><p>Ngày 15/01/2024, Sở tổ chức hội nghị tổng kết.</p><span>(29/02/2024)</span>", "2024-02-29"),
    ("<a>{}</a><p>Ngày 15/01/2024, Sở Lao động tổ chức hội nghị tổng kết công tác năm ở tỉnh.</p>", None),
    ("<a>{} ngày 15/01/2024</a>", None),
    ("<a>{}</a> <i>29/02/1024</i>", None),
    ("<a>{}</a> <i>3 giờ trước</i>", None),
]


@pytest.mark.parametrize(("row", "expected"), DATED)
def test_only_a_date_that_stands_by_itself_is_the_articles(row: str, expected: str | None) -> None:
    html = row.format("Lịch tiếp công dân của Sở").replace("<a>", "<a href='/lich-tiep-cong-dan-7001.html'>")
    (item,) = read(f"<html><body><div>{html}</div></body></html>", "https://sld.example/").items
    assert item.published == (datetime.fromisoformat(expected).replace(tzinfo=VIETNAM) if expected else None)


FEEDS = [
    ("<LINK REL='ALTERNATE' TYPE='APPLICATION/RSS+XML' HREF='tin/rss.aspx?id=3'>", ["https://sld.example/tin/rss.aspx?id=3"]),
    ("<link rel='alternate' type='application/rss+xml; charset=utf-8' href='//sld.example/a'>", ["https://sld.example/a"]),
    ("<link rel='feed alternate' type='text/xml' href='/tin.xml'>", ["https://sld.example/tin.xml"]),
    ("<link rel='search' type='text/xml' href='/tim.xml'>", []),
    ("<link rel='alternate' type='application/rss+xml' href='/comments/feed/'>", []),
    ("<a href='/rss/xa-hoi.rss'>Xã hội</a><a href='/vi/news/rss/viec-lam/'>RSS</a>",
     ["https://sld.example/rss/xa-hoi.rss", "https://sld.example/vi/news/rss/viec-lam/"]),
    ("<a href='https://khac.example/rss'>RSS</a><a href='/phan-hoi-feedback'>Góp ý</a>", []),
]  # fmt: skip


@pytest.mark.parametrize(("html", "expected"), FEEDS)
def test_feeds_are_found_however_they_are_announced(html: str, expected: list[str]) -> None:
    reading = read(f"<html><head></head><body>{html}</body></html>", "https://sld.example/")
    assert list(reading.feeds) == expected


def test_scripts_beside_a_headline_are_no_lead() -> None:
    html = (
        "<div><a href='/bai-viet-7001.html'>Tạo việc làm cho lao động</a><script>var ngay = '01/02/2024';</script>"
        "<p>Toàn tỉnh còn 2.250 hộ nghèo.</p><style>.a{}</style></div>"
    )
    (item,) = read(f"<html><body>{html}</body></html>", "https://sld.example/").items
    assert (item.summary, item.published) == ("Toàn tỉnh còn 2.250 hộ nghèo.", None)
