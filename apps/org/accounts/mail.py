"""The letter with the link to a new password."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.org.models import Company, User


def send_sign_in_link(person: User) -> None:
    """Write to a person, in the person's language; the address in the letter is the site's own, whatever was asked."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    path = reverse("org:password-reset-confirm", args=[uid, default_token_generator.make_token(person)])
    with translation.override(person.preferred_language):
        context = {
            "person": person,
            "link": f"{settings.SITE_URL}{path}",
            "company": Company.current(),
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        subject = render_to_string("org/password_reset_subject.txt", context).strip()
        send_mail(subject, render_to_string("org/password_reset_email.txt", context), None, [person.email])
