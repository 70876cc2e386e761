"""The translation tools, run on a small source tree."""

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from apps.core import catalogues

PYTHON = """
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Expense claims")
LONG = _(
    "One sentence "
    "in two pieces."
)
def count(number): return ngettext("%(n)d claim", "%(n)d claims", number), pgettext("verb", "Return")
def paid(): return _now("Paid")
NOT_MARKED = str("Left alone")
"""
TEMPLATE = """{% load i18n %}{% translate "Sign in" %}
{% blocktranslate with name=user.name trimmed %}
  Hello {{ name }}
{% endblocktranslate %}
{% blocktranslate count n=total %}One line{% plural %}{{ n }} lines{% endblocktranslate %}
{% translate "Open" context "state" %}
{{ value|default:_("None yet") }}{% comment %}{% translate "Hidden" %}{% endcomment %}
"""


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "views.py").write_text(PYTHON)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def test_extract_finds_what_is_marked_and_nothing_else(tree):
    assert {(*key, plural) for key, (plural, _files) in catalogues.extract(tree).items()} == {
        (None, "Expense claims", None),
        (None, "One sentence in two pieces.", None),
        (None, "%(n)d claim", "%(n)d claims"),
        ("verb", "Return", None),
        (None, "Paid", None),
        (None, "Sign in", None),
        (None, "Hello %(name)s", None),
        (None, "One line", "%(n)s lines"),
        ("state", "Open", None),
        (None, "None yet", None),
    }


def write(tree, message, text):
    path = catalogues.catalogue_path(tree, "zh_Hans")
    catalogue = polib.pofile(str(path))
    entry = next(entry for entry in catalogue if entry.msgid == message)
    if entry.msgid_plural:
        entry.msgstr_plural = {0: text}
    else:
        entry.msgstr = text
    catalogue.save(str(path))


def test_update_keeps_what_was_written_and_makes_the_traditional_form(tree):
    assert catalogues.update(tree) == {"messages": 10, "untranslated": 10}
    write(tree, "Expense claims", "费用报销单")

    assert catalogues.update(tree) == {"messages": 10, "untranslated": 9}
    traditional = polib.pofile(str(catalogues.catalogue_path(tree, "zh_Hant")))
    assert [entry.msgstr for entry in traditional if entry.msgid == "Expense claims"] == ["費用報銷單"]


def test_the_traditional_form_reads_as_its_readers_write(tree):
    catalogues.update(tree)
    write(tree, "Expense claims", "会签、或签、核准、冲账，为“台账”启用后台")

    catalogues.update(tree)
    traditional = polib.pofile(str(catalogues.catalogue_path(tree, "zh_Hant")))
    assert [entry.msgstr for entry in traditional if entry.msgid == "Expense claims"] == [
        "會簽、或簽、核准、沖賬，為「台賬」啟用後台"
    ]


def test_problems_name_missing_empty_and_damaged_translations(tree):
    translations = {
        "Expense claims": "费用报销单",
        "One sentence in two pieces.": "一句话。",
        "%(n)d claim": "%(n)d 张单据",
        "Return": "退回",
        "Paid": "已付款",
        "Sign in": "登录",
        "Hello %(name)s": "你好 %(who)s",
        "One line": "%(n)s 行",
        "Open": "打开",
    }
    catalogues.update(tree)
    for message, text in translations.items():
        write(tree, message, text)
    catalogues.update(tree)
    (tree / "apps" / "late.py").write_text('_("Added later")')

    assert sorted(catalogues.problems(tree)) == [
        "zh_Hans: empty: 'None yet' (templates/page.html)",
        "zh_Hans: missing: 'Added later' (apps/late.py)",
        "zh_Hans: placeholders differ: 'Hello %(name)s' (templates/page.html)",
        "zh_Hant: empty: 'None yet' (templates/page.html)",
        "zh_Hant: missing: 'Added later' (apps/late.py)",
        "zh_Hant: placeholders differ: 'Hello %(name)s' (templates/page.html)",
    ]


def test_compile_writes_only_what_is_newer(tree):
    catalogues.update(tree)
    assert catalogues.compile_all(tree) == 2
    assert catalogues.compile_all(tree) == 0


def test_the_catalogues_of_the_program_are_complete():
    assert catalogues.problems(settings.BASE_DIR) == []


@pytest.mark.parametrize(("language", "expected"), [("zh-hans", "通知"), ("zh-hant", "通知")])
def test_compiled_catalogues_are_in_use(language, expected):
    with translation.override(language):
        assert gettext("Notifications") == expected
