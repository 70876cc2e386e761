"""Language, time zone and “last seen” of each request."""

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header

from apps.org.accounts.services import touch_session
from apps.org.models import Company


class PreferencesMiddleware:
    """The person's language, else that of the cookie or the browser, else the company's; the company's time zone.

    Costs one query, the company's settings, which the rest of the request then has for nothing. When the database does
    not answer, the health page still does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            company = Company.current()
        except DatabaseError:
            company = None
        zone = company.time_zone if company else settings.TIME_ZONE
        with Company.remembered(company) if company else nullcontext(), timezone.override(zone):
            self._activate_language(request, company)
            if request.user.is_authenticated:
                touch_session(request)
            return self.get_response(request)

    def _activate_language(self, request: HttpRequest, company: Company | None) -> None:
        language = request.user.language if request.user.is_authenticated else ""
        language = language or _asked_language(request)
        if not language:
            language = company.default_language if company else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _asked_language(request: HttpRequest) -> str:
    """The language of the cookie, else the first that the browser asks for and we speak."""
    accepted = [code for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    for code in [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""), *accepted]:
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return ""
