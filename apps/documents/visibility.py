"""Who may see which documents: the one queryset every page, export, count, search and attachment goes through."""

from django.contrib.auth.models import Permission
from django.db.models import OuterRef, Q, QuerySet

from apps.core.joins import ExistsByRow
from apps.documents import grants
from apps.documents.kinds import all_kinds, kind_of
from apps.org.models import Department, User

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
    foreign = ~Q(applicant=user) & ~Q(ExistsByRow(grants.of(user, OuterRef("pk"))))
    if documents.model.KIND in whole or (whole and whole == set(all_kinds())):
        return documents.exclude(Q(state="draft") & foreign)
    headed = headed_by(user)
    if not headed and not whole:
        return documents.filter(pk__in=own_and_granted(user, documents.model))
    elsewhere = ~Q(department__in=headed)
    if whole and not documents.model.KIND:
        elsewhere &= ~Q(kind__in=whole)
    # the columns of the row first: what a person was given need not be gathered where these decide
    return documents.exclude((Q(state="draft") | elsewhere) & foreign)


def own_and_granted(user, model):
    """Ids of what a person applied for and of every paper they were given, of whichever kind."""
    own = model.objects.filter(applicant=user).order_by().values("pk")
    return own.union(grants.granted_documents(user).order_by())


def sees_few(user, kind: str) -> bool:
    """Whether this person sees no more papers of a kind than their own and those they were given."""
    return kind not in seen_whole(user) and not headed_by(user)


def sees_by_structure(user, document) -> bool:
    """Whether structure alone shows this person a paper that was just read; where it does not, a grant may."""
    if not user.is_active or document.pk is None:
        return False
    if document.applicant_id == user.pk:
        return True
    return document.state != "draft" and (
        document.kind in seen_whole(user) or document.department_id in headed_by(user)
    )


def seen_whole(user) -> set[str]:
    """The kinds of which this person sees every paper; reckoned once for the rights that were read for a person."""
    rights = user.__dict__.get("_perm_cache")
    known = user.__dict__.get("_seen_whole")
    if rights is not None and known is not None and known[0] is rights:
        return known[1]
    kinds = all_kinds()
    if user.has_perm(SEES_ALL):
        whole = set(kinds)
    else:
        whole = {name for name, model in kinds.items() if user.has_perm(view_all_permission(model))}
    user.__dict__["_seen_whole"] = (user.__dict__.get("_perm_cache"), whole)
    return whole


def headed_by(user) -> list[int]:
    """The departments a person heads, read once per loaded person, like their permissions."""
    if "_headed_departments" not in user.__dict__:
        user.__dict__["_headed_departments"] = Department.objects.headed_by(user)
    return user.__dict__["_headed_departments"]


def readers_of(document) -> QuerySet[User]:
    """Who sees this paper: the other way round of `restrict`, for telling people about it and for naming them in it."""
    granted = Q(pk__in=grants.holders(document))
    if document.state == "draft":
        return User.objects.filter(Q(pk=document.applicant_id) | granted, is_active=True)
    tree = Department.objects.only("pk", "parent_id", "head_id", "order", "code").tree()
    line = [tree.get(pk) for pk in (document.department_id, *tree.ancestors(document.department_id))]
    heads = {department.head_id for department in line if department is not None} - {None}
    rights = Permission.objects.filter(_is_called(SEES_ALL) | _is_called(view_all_permission(kind_of(document.kind))))
    whole = Q(is_superuser=True) | Q(user_permissions__in=rights) | Q(groups__permissions__in=rights)
    seen = Q(pk__in={document.applicant_id, *heads}) | granted | Q(pk__in=User.objects.filter(whole).values("pk"))
    return User.objects.filter(seen, is_active=True)


def _is_called(permission: str) -> Q:
    label, codename = permission.split(".")
    return Q(content_type__app_label=label, codename=codename)
