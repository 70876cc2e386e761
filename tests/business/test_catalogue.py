"""What Business decides beforehand: who keeps the lists, what a template may say, the settings."""

import pytest

from apps.business.catalogue.models import BusinessSettings, ContractTemplate, DossierItem, OpportunityStage
from apps.business.catalogue.views import RECORDS
from apps.business.setup import set_up
from tests.business.test_leads import change, url
from tests.business.test_opportunities import queries_of
from tests.factories.business import service_type
from tests.factories.leads import build_cast, signs_in
from tests.factories.org import RoleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return build_cast()


@pytest.fixture
def as_(client, cast):
    return signs_in(client, cast)


@pytest.mark.parametrize("name", [record.name for record in RECORDS])
def test_lists_are_kept_by_the_head_of_business(as_, name):
    pages = [url(f"{name}-list"), url(f"{name}-create")]
    people = ("bob", "ada", "erin", "rita", "alice", "olga")
    answers = {who: [as_(who).get(page).status_code for page in pages] for who in people}
    assert answers == {
        "bob": [200, 200],
        "ada": [200, 200],
        "erin": [200, 403],
        "rita": [200, 403],
        "alice": [403, 403],
        "olga": [403, 403],
    }


def test_a_service_type_leads_to_the_items_of_its_file(cast, as_):
    http, kind = as_("bob"), service_type()
    service_type("PR", name="公关代理", name_en="Public relations")
    typed = {"service_type": kind.pk, "name": "客户需求确认单", "name_en": "Confirmed brief", "order": "10"}
    assert http.post(url("dossieritem-create"), typed | {"required": "on", "active": "on"}).status_code == 302
    item = DossierItem.objects.get()
    assert (item.required, item.history.first().history_user) == (True, cast.bob)
    listed = http.get(url("servicetype-list")).text
    assert f"{url('dossieritem-list')}?service_type={kind.pk}" in listed
    assert list(http.get(url("dossieritem-list"), {"service_type": kind.pk}).context["page"].rows) == [item]


def test_a_stage_has_a_probability_of_at_most_a_hundred(as_):
    typed = {"code": "X", "name": "X", "probability": "101", "stale_days": "14", "order": "1", "active": "on"}
    assert as_("bob").post(url("opportunitystage-create"), typed).context["form"].errors["probability"]
    assert as_("bob").post(url("opportunitystage-create"), typed | {"probability": "100"}).status_code == 302
    assert OpportunityStage.objects.get(code="X").probability == 100


def test_a_template_uses_only_places_that_there_are(as_):
    http = as_("bob")
    assert "{{ party_a }}" in http.get(url("contracttemplate-create")).text
    typed = {"code": "T", "name": "T", "order": "1", "active": "on", "body": "{{ party_a }} pays {{ fees }}"}
    page = http.post(url("contracttemplate-create"), typed)
    assert page.context["form"].errors["body"] == ["There is no place {{ fees }}."]
    assert (
        http.post(url("contracttemplate-create"), typed | {"body": "{{ party_a }} pays {{ fee }}"}).status_code == 302
    )
    assert ContractTemplate.objects.get().body == "{{ party_a }} pays {{ fee }}"


def test_the_settings_say_that_they_are_demo_values_until_the_company_decides(cast, as_):
    http, page = as_("erin"), url("businesssettings")
    assert "Demo value" in http.get(page).text
    form = http.get(page).context["form"]
    typed = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    typed |= {"pool_days": "45", "expiry_reminders": "60,x"}
    del typed["is_demo_value"]
    errors = http.post(page, typed).context["form"].errors
    assert set(errors) == {"expiry_reminders", "change_reason"}
    assert http.post(page, typed | {"expiry_reminders": "7,60", "change_reason": "decided"}).status_code == 302
    settings = BusinessSettings.current()
    assert (settings.pool_days, settings.reminder_days, settings.is_demo_value) == (45, [60, 7], False)
    assert "decided" in http.get(url("businesssettings-history")).text
    answers = {who: as_(who).get(page).status_code for who in ("ada", "rita", "bob", "alice")}
    assert answers == {"ada": 200, "rita": 302, "bob": 302, "alice": 403}


def test_lists_take_the_same_queries_however_long_they_are(as_):
    http = as_("bob")

    def one_more(number):
        kind = service_type(f"S{number}", name=f"S{number}")
        DossierItem.objects.create(service_type=kind, name="Item")
        ContractTemplate.objects.create(code=f"T{number}", name="T", service_type=kind, body="x")

    one_more(0)
    pages = [url(f"{record.name}-list") for record in RECORDS]
    for page in pages:
        http.get(page)
    few = [queries_of(http, page) for page in pages]
    for number in range(1, 30):
        one_more(number)
    assert [queries_of(http, page) for page in pages] == few


def test_a_new_company_starts_with_its_lists_once(db):
    for code in ("executive", "finance_reviewer", "finance_director"):
        RoleFactory(code=code)
    set_up()
    OpportunityStage.objects.filter(code="EVAL").update(name="changed")
    set_up()
    assert (OpportunityStage.objects.count(), OpportunityStage.objects.get(code="EVAL").name) == (5, "changed")


def test_the_admin_shows_them(as_):
    http = as_("root")
    for model in (
        "servicetype",
        "dossieritem",
        "opportunitystage",
        "businesssettings",
        "lead",
        "opportunity",
        "activity",
    ):
        assert http.get(f"/admin/business/{model}/").status_code == 200
    assert http.get("/admin/business/lead/add/").status_code == 403


def test_a_list_is_changed_with_its_history(cast, as_):
    kind = service_type()
    assert change(as_("bob"), "servicetype-update", kind, report_days="7", change_reason="agreed").status_code == 302
    kind.refresh_from_db()
    assert (kind.report_days, kind.history.first().history_change_reason) == (7, "agreed")
