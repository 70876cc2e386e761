"""The people of the tests. Their names say what they are:

Company (head boss) ⊃ Business (head bob) ⊃ Team (head tina), and Service (head sam) beside Business.
alice works in Business under bob, tom in Team under tina, olga in Service; fay and finn review for finance, dora is its
director, rita audits, erin belongs to management; gone has left; root is the superuser and nobody's approver.
"""

from types import SimpleNamespace

from tests.factories.org import DepartmentFactory, RoleFactory, UserFactory, store_users

PERMISSIONS = {
    "auditor": ["documents.view_all_documents"],
    "executive": ["documents.view_all_documents", "documents.cancel_document"],
}
ROLES = {
    "fay": "finance_reviewer",
    "finn": "finance_reviewer",
    "dora": "finance_director",
    "rita": "auditor",
    "erin": "executive",
}


def cast() -> SimpleNamespace:
    """Everybody, stored."""
    company = DepartmentFactory(code="company", name="Company")
    business = DepartmentFactory(code="business", name="Business", parent=company)
    team = DepartmentFactory(code="team", name="Team", parent=business)
    service = DepartmentFactory(code="service", name="Service", parent=company)
    boss = UserFactory.build(username="boss", department=company)
    bob = UserFactory.build(username="bob", department=business)
    tina = UserFactory.build(username="tina", department=team)
    sam = UserFactory.build(username="sam", department=service)
    people = {
        "alice": UserFactory.build(username="alice", department=business),
        "tom": UserFactory.build(username="tom", department=team),
        "olga": UserFactory.build(username="olga", department=service),
        **{name: UserFactory.build(username=name, department=company) for name in ROLES},
        "gone": UserFactory.build(username="gone", department=business, is_active=False),
        "root": UserFactory.build(username="root", department=company, is_superuser=True, is_staff=True),
        "boss": boss,
        "bob": bob,
        "tina": tina,
        "sam": sam,
    }
    roles = {code: RoleFactory(code=code, permissions=PERMISSIONS.get(code)) for code in dict.fromkeys(ROLES.values())}
    store_users(
        people.values(),
        managers={"bob": boss, "tina": bob, "sam": boss, "alice": bob, "tom": tina, "olga": sam},
        roles={name: roles[code] for name, code in ROLES.items()},
    )
    for department, head in ((company, boss), (business, bob), (team, tina), (service, sam)):
        department.head = head
        department.save()
    return SimpleNamespace(**people, people=people, business=business, team=team, service=service, company=company)
