"""Who may see which documents: the one queryset every page, export, count, search and attachment goes through."""

from django.db.models import Q

from apps.documents import grants
from apps.documents.kinds import all_kinds
from apps.org.models import Department

SEES_ALL = "documents.view_all_documents"


def view_all_permission(model) -> str:
    """The company-wide reading permission of one kind, as `finance.view_all_expenseclaim`."""
    return f"{model._meta.app_label}.view_all_{model._meta.model_name}"


def restrict(documents, user):
    """The documents of this queryset that this person may see.

    Structure decides first (all, whole kinds, headed departments), then own papers and grants. Structure shows nothing
    of drafts: until it is submitted, and once it is withdrawn, a paper concerns its applicant alone and whoever it was
    given to. A person who heads nothing gets a union of two indexed id sets instead of an OR, which lets the database
    start from the few rows. For the others it is said what they do not see: an OR of indexes would be fetched and
    sorted whole, this is checked row by row along the order of the list.
    """
    if not user.is_active:
        return documents.none()
    whole = seen_whole(user)
    granted = grants.granted_documents(user)
    foreign = ~Q(applicant=user) & ~Q(pk__in=granted)
    if documents.model.KIND in whole or (whole and whole == set(all_kinds())):
        return documents.exclude(Q(state="draft") & foreign)
    headed = headed_by(user)
    if not headed and not whole:
        own = documents.model.objects.filter(applicant=user).order_by().values("pk")
        return documents.filter(pk__in=own.union(granted.order_by()))
    elsewhere = ~Q(department__in=headed)
    if whole and not documents.model.KIND:
        elsewhere &= ~Q(kind__in=whole)
    return documents.exclude(foreign & (Q(state="draft") | elsewhere))


def sees_few(user, kind: str) -> bool:
    """Whether this person sees no more papers of a kind than their own and those they were given."""
    return kind not in seen_whole(user) and not headed_by(user)


def seen_whole(user) -> set[str]:
    """The kinds of which this person sees every paper."""
    if user.has_perm(SEES_ALL):
        return set(all_kinds())
    return {name for name, model in all_kinds().items() if user.has_perm(view_all_permission(model))}


def headed_by(user) -> list[int]:
    """The departments a person heads, read once per loaded person, like their permissions."""
    if "_headed_departments" not in user.__dict__:
        user.__dict__["_headed_departments"] = Department.objects.headed_by(user)
    return user.__dict__["_headed_departments"]
