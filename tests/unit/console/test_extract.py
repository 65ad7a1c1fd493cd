"""`solieu extract`: each kind of file has a clear outcome, and bad arguments say what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.console.extract import command

TEXT = "Năm 2022, toàn tỉnh giải quyết việc làm cho 16.240 lao động, đạt 108,3% kế hoạch. Xây 12 sân bóng."
PAGE = f"""<html><head><meta charset="utf-8"><title>Việc làm 2022</title>
<meta property="article:published_time" content="2023-01-12T08:00:00+07:00"></head>
<body><div id="menu"><a href="/">Trang chủ</a></div><article><h1>Việc làm 2022</h1><p>{TEXT}</p>
<p>Sở sẽ tiếp tục tổ chức các phiên giao dịch việc làm, gắn đào tạo với nhu cầu của doanh nghiệp trên địa bàn tỉnh.</p>
</article></body></html>"""


def run(*arguments: str | Path, standard_input: bytes | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(each) for each in arguments], input=standard_input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def figures(output: str) -> list[tuple[str | None, float, str, str | None]]:
    observations = json.loads(output)["observations"]
    return [(each["indicator"], each["value"], each["period"], each["area"]) for each in observations]


def test_a_text_as_json(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, "utf-8")
    code, output = run(file, "--json", "--published", "2023-01-12", "--area", "63-27")
    assert code == 0
    assert ("employment.jobs_created", 16240, "2022", "63-27") in figures(output)


def test_a_page_is_cleaned_first_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(PAGE, "utf-8")
    code, output = run(file, "--json")
    assert code == 0
    answer = json.loads(output)
    assert answer["published"] == "2023-01-12"
    assert "Trang chủ" not in answer["text"]


def test_standard_input(tmp_path: Path) -> None:
    code, output = run("-", "--json", standard_input=TEXT.encode())
    assert code == 0
    assert figures(output)[0][0] == "employment.jobs_created"


def test_text_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    file = tmp_path / "utf16.txt"
    file.write_bytes(TEXT.encode("utf-16"))
    assert figures(run(file, "--json")[1])[0][:2] == ("employment.jobs_created", 16240)


@pytest.mark.parametrize("body", [b"", b"   \n ", b"\x89PNG\r\n\x1a\n" + b"\0" * 400, b"%PDF-1.4 x"])
def test_what_is_no_article_has_an_outcome_and_exit_status_3(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(body)
    code, output = run(file, "--json")
    assert code == 3
    assert json.loads(output)["outcome"] != "article"
    assert json.loads(output)["observations"] == []


def test_a_missing_file_is_unreadable_and_the_others_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, "utf-8")
    code, output = run(tmp_path / "none.txt", file)
    assert code == 3
    assert "none.txt: unreadable" in output
    assert "employment.jobs_created" in output


def test_a_huge_file_is_refused_by_size(tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as out:
        out.truncate(200_000_000)
    code, output = run(file)
    assert code == 3
    assert "huge.txt: " in output


def test_explain_and_unmapped(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(TEXT, "utf-8")
    assert "employment.jobs_created level 16240" in run(file, "--explain")[1]
    assert run(tmp_path, "--unmapped")[0] == 0


def test_a_manifest_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "m.jsonl").write_text(
        '{"id": "a", "path": "a.txt", "published": "2023-01-12", "area": "63-27"}\n\n{"id": "b", "path": "b.txt"}\n',
        "utf-8",
    )
    code, output = run("--manifest", tmp_path / "m.jsonl", "--output", tmp_path / "out.jsonl")
    assert (code, output) == (0, "")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["outcome"]) for row in rows] == [("a", "article"), ("b", "unreadable")]
    assert rows[0]["observations"][0]["indicator"] == "employment.jobs_created"


@pytest.mark.parametrize(
    ("line", "said"),
    [("no json", "line 1: no JSON"), ('{"id": "a"}', "line 1: needs id and path"), ("[1]", "needs id and path")],
)
def test_a_bad_manifest_names_the_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "m.jsonl").write_text(line, "utf-8")
    code, output = run("--manifest", tmp_path / "m.jsonl")
    assert code == 1
    assert said in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Nothing to read"),
        (("-", "--published", "yesterday"), "write it as 2023-02-10"),
        (("-", "--area", "99-99"), "--area"),
    ],
)
def test_bad_arguments_say_what_is_wrong(arguments: tuple[str, ...], said: str) -> None:
    code, output = run(*arguments, standard_input=b"x")
    assert code == 2
    assert said in output
