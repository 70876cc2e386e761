"""Printed papers: both engines say the same, with nothing but what lies in the house."""

import shutil
import subprocess
from decimal import Decimal

import pytest

from apps.core import pdf
from apps.core.pdf import PrintForm, PrintTable, pdf_engine, render_print_form, render_print_forms

ENGINES = ["weasyprint", "reportlab"]


def form(**values):
    defaults = {
        "company": "上海启明代理服务有限公司",
        "title": "费用报销单",
        "number": "FYBX-2026-0001",
        "date": "2026-11-23",
        "fields": [("报销人", "张小燕"), ("部门", "业务部"), ("事由", "拜访客户")],
        "tables": [
            PrintTable(
                ("日期", "说明", "金额"),
                [("2026-11-01", "住宿 <b>&amp;</b>", "1,409.50")],
                totals=("合计", "", "1,409.50"),
                aligns=("left", "left", "right"),
                widths=(1, 3, 1),
            )
        ],
        "amount": Decimal("1409.50"),
        "vouchers": 8,
        "chain": [("部门初审", "陈志强", "同意", "2026-11-23 15:04", "下次提前申请")],
        "footer": ("打印人 张小燕", "2026-11-25 10:00"),
        "check_code": "7F3A-91BC",
        "verify_url": "http://127.0.0.1:8000/verify/7F3A91BC/",
    }
    return PrintForm(**{**defaults, **values})


def words(data, tmp_path):
    """What a reader finds on the pages, without spaces and line ends; each page ends with a form feed."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "form.pdf"
    path.write_bytes(data)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True).stdout.decode()
    return text.replace(" ", "").replace("\n", "")


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    monkeypatch.setenv(pdf.ENGINE_VARIABLE, request.param)
    return request.param


def test_everything_of_the_form_is_on_the_page(engine, tmp_path):
    text = words(render_print_form(form()), tmp_path)
    for part in [
        "上海启明代理服务有限公司",
        "费用报销单",
        "FYBX-2026-0001",
        "2026-11-23",
        "报销人张小燕",
        "部门业务部",
        "拜访客户",
        "住宿<b>&amp;</b>",
        "1,409.50",
        "合计",
        "人民币壹仟肆佰零玖元伍角",
        "¥1,409.50",
        "Vouchersattached:8",
        "部门初审",
        "陈志强",
        "同意",
        "2026-11-2315:04",
        "下次提前申请",
        "7F3A-91BC",
        "http://127.0.0.1:8000/verify/7F3A91BC/",
        "打印人张小燕·2026-11-2510:00",
        "1/1",
    ]:
        assert part in text


def test_long_papers_repeat_their_headings_and_count_their_pages(engine, tmp_path):
    lines = [("2026-11-01", f"第{number}行", "1.00") for number in range(120)]
    text = words(render_print_form(form(tables=[PrintTable(("日期", "说明", "金额"), lines)])), tmp_path)
    pages = text.split("\f")[:-1]
    assert len(pages) >= 3
    assert all(f"{number}/{len(pages)}" in page for number, page in enumerate(pages, 1))
    assert all("日期说明金额" in page for page in pages[:2])
    assert "第119行" in text


def test_many_papers_become_one_file_that_counts_each_by_itself(engine, tmp_path):
    text = words(render_print_forms([form(), form(number="FYBX-2026-0002")]), tmp_path)
    pages = text.split("\f")[:-1]
    assert ["FYBX-2026-0001" in pages[0], "FYBX-2026-0002" in pages[1], len(pages)] == [True, True, 2]
    assert all("1/1" in page for page in pages)


def test_a_paper_with_hardly_anything_on_it_is_a_page(engine, tmp_path):
    assert "公函" in words(render_print_form(PrintForm("启明", "公函", "")), tmp_path)


def test_endless_and_hostile_text_is_printed_harmlessly(engine, tmp_path):
    hostile = '<img src="http://evil/x.png"><style>@import "http://evil"</style>' + "长" * 4000 + "\x00\x1b"
    table = PrintTable(("说明",), [(hostile,)])
    data = render_print_form(form(tables=[table], chain=[("a", "b", "c", "d", hostile)], watermark="草稿"))
    assert "<imgsrc=" in words(data, tmp_path)


def test_nothing_but_static_files_can_be_opened(tmp_path):
    weasyprint_pages = pytest.importorskip("apps.core.pdf_weasyprint")
    fetcher = weasyprint_pages.StaticFetcher()
    secret = tmp_path / "secret"
    secret.write_text("x")
    for url in [
        "http://127.0.0.1:1/", "https://example.org/x.png", f"file://{secret}", "file:///etc/passwd",
        f"file://{weasyprint_pages.STATIC}/../manage.py", "data:text/plain,x", "ftp://x/",
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="may not open"):
            fetcher.fetch(url)
    assert fetcher.fetch(f"file://{weasyprint_pages.STATIC}/css/print.css").read(2) == b"/*"


def test_the_environment_chooses_the_engine(monkeypatch):
    monkeypatch.setenv(pdf.ENGINE_VARIABLE, "reportlab")
    assert pdf_engine() == "reportlab"
    monkeypatch.setenv(pdf.ENGINE_VARIABLE, "something")
    assert pdf_engine() in ENGINES


def test_only_the_embedded_typeface_is_used(engine, tmp_path):
    if shutil.which("pdffonts") is None:
        pytest.skip("pdffonts is not installed")
    path = tmp_path / "form.pdf"
    path.write_bytes(render_print_form(form()))
    listed = subprocess.run(["pdffonts", path], check=True, capture_output=True).stdout.decode().splitlines()[2:]
    fonts = {line.split()[0].split("+")[-1] for line in listed}
    assert fonts - {"Helvetica"} <= {"NotoSansSC-Regular", "NotoSansSC-Bold", "Noto-Sans-SC", "Noto-Sans-SC-Bold"}
    assert any("Noto" in font for font in fonts)


def test_nothing_to_print_is_said():
    with pytest.raises(ValueError, match="nothing to print"):
        render_print_forms([])
