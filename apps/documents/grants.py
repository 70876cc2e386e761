"""Object permissions on documents: who holds which right on which paper, and for what reason.

The rows live in one direct-foreign-key table of django-guardian. Each carries its reason (``step:12``, ``acted:31``,
``copied``), so that ending a reason takes away exactly what it gave. Only this module writes them, in the transaction
of the change they follow; nothing else in the program imports guardian. Structure (own papers, headed departments,
company-wide roles) is never stored here.

Invariant, checked by `orphans`: open tasks ⇔ ``approve_document`` rows.
"""

from collections.abc import Iterable
from functools import cache

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase
from guardian.shortcuts import get_user_perms

APPROVE = "approve_document"
VIEW = "view_document"


class Grant(UserObjectPermissionBase):
    """One right of one person on one document, with the reason it was given."""

    content_object = models.ForeignKey("documents.Document", models.CASCADE, related_name="grants")
    reason = models.CharField(_("reason"), max_length=60)

    class Meta:
        verbose_name = _("document permission")
        verbose_name_plural = _("document permissions")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "reason"], name="grant_once_per_reason"
            )
        ]
        indexes = [models.Index(fields=["user", "content_object"], name="grant_user_document")]

    def __str__(self):
        return f"{self.user} {self.permission.codename} {self.content_object_id} ({self.reason})"


def content_type_of(obj) -> ContentType:
    """Guardian's question for the table of an object: every kind of document keeps its rows on `Document`."""
    model = obj if isinstance(obj, type) else type(obj)
    base = next((parent for parent in model.__mro__ if parent.__name__ == "Document" and _is_base(parent)), model)
    return ContentType.objects.get_for_model(base)


def holds(user, codename: str, document) -> bool:
    """Whether this person holds the right on this very document, by any reason. Being a superuser is no reason."""
    return codename in set(get_user_perms(user, document).values_list("codename", flat=True))


def held(user, codename: str, document) -> models.Exists:
    """`holds` as a part of another query."""
    rows = Grant.objects.filter(user=user, content_object_id=document.pk, permission_id=_permissions()[codename])
    return models.Exists(rows)


def give(rights: Iterable[tuple[int, str, int, str]]) -> None:
    """Store rights given as (user id, codename, document id, reason). Giving twice for one reason changes nothing."""
    rights = list(rights)
    if not rights:
        return
    permissions = _permissions()
    Grant.objects.bulk_create(
        [
            Grant(user_id=user, permission_id=permissions[codename], content_object_id=document, reason=reason)
            for user, codename, document, reason in rights
        ],
        ignore_conflicts=True,
    )


def take(document_id: int, reasons: Iterable[str], *, users: Iterable[int] | None = None) -> None:
    """Take away what these reasons gave on this document (to these people, or to everybody)."""
    rows = Grant.objects.filter(content_object_id=document_id, reason__in=list(reasons))
    if users is not None:
        rows = rows.filter(user_id__in=list(users))
    rows.delete()


def take_everywhere(reason: str, *, users: Iterable[int]) -> None:
    """Take away what a reason gave to these people, on every document."""
    Grant.objects.filter(user_id__in=list(users), reason=reason).delete()


def of(user, document) -> models.QuerySet:
    """What a person holds on one document, or on the one of each row of another query."""
    return Grant.objects.filter(user=user, content_object_id=document)


def granted_documents(user) -> models.QuerySet:
    """Ids of the documents on which a person holds any right."""
    return Grant.objects.filter(user=user).values("content_object_id")


def reasons(user, document) -> list[str]:
    """Why a person holds rights on this document."""
    rows = Grant.objects.filter(user=user, content_object_id=document.pk)
    return list(rows.order_by("reason").values_list("reason", flat=True).distinct())


def holders(document) -> models.QuerySet:
    """Ids of the people who hold any right on this document."""
    return Grant.objects.filter(content_object_id=document.pk).values("user_id")


def _permissions() -> dict[str, int]:
    return _permissions_of(ContentType.objects.get_for_model(Grant.content_object.field.related_model).pk)


@cache
def _permissions_of(content_type: int) -> dict[str, int]:
    """The two rights by name. They never change; a database made anew has another content type."""
    rows = Permission.objects.filter(content_type=content_type, codename__in=(APPROVE, VIEW))
    return dict(rows.values_list("codename", "pk"))


def _is_base(model) -> bool:
    return getattr(model, "_meta", None) is not None and model._meta.label == "documents.Document"
