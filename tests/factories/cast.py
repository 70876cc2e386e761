"""The people of the tests. Their names say what they are:

Company (head boss) ⊃ Business (head bob) ⊃ Team (head tina), and Service (head sam) beside Business.
alice works in Business under bob, tom in Team under tina, olga in Service; fay and finn review for finance, dora is its
director, rita audits, erin belongs to management; gone has left; root is the superuser and nobody's approver.
"""

from types import SimpleNamespace

from tests.factories.org import DepartmentFactory, RoleFactory, UserFactory

PERMISSIONS = {
    "auditor": ["documents.view_all_documents"],
    "executive": ["documents.view_all_documents", "documents.cancel_document"],
}


def cast() -> SimpleNamespace:
    """Everybody, stored."""
    company = DepartmentFactory(code="company", name="Company")
    business = DepartmentFactory(code="business", name="Business", parent=company)
    team = DepartmentFactory(code="team", name="Team", parent=business)
    service = DepartmentFactory(code="service", name="Service", parent=company)
    for code, permissions in PERMISSIONS.items():
        RoleFactory(code=code, permissions=permissions)
    boss = UserFactory(username="boss", department=company)
    bob = UserFactory(username="bob", department=business, manager=boss)
    tina = UserFactory(username="tina", department=team, manager=bob)
    sam = UserFactory(username="sam", department=service, manager=boss)
    for department, head in ((company, boss), (business, bob), (team, tina), (service, sam)):
        department.head = head
        department.save()
    people = {
        "alice": UserFactory(username="alice", department=business, manager=bob),
        "tom": UserFactory(username="tom", department=team, manager=tina),
        "olga": UserFactory(username="olga", department=service, manager=sam),
        "fay": UserFactory(username="fay", department=company, roles=["finance_reviewer"]),
        "finn": UserFactory(username="finn", department=company, roles=["finance_reviewer"]),
        "dora": UserFactory(username="dora", department=company, roles=["finance_director"]),
        "rita": UserFactory(username="rita", department=company, roles=["auditor"]),
        "erin": UserFactory(username="erin", department=company, roles=["executive"]),
        "gone": UserFactory(username="gone", department=business, is_active=False),
        "root": UserFactory(username="root", department=company, is_superuser=True, is_staff=True),
        "boss": boss,
        "bob": bob,
        "tina": tina,
        "sam": sam,
    }
    return SimpleNamespace(**people, people=people, business=business, team=team, service=service, company=company)
