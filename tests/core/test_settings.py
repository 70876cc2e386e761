"""The settings as an operator relies on them, read by a fresh process for each environment."""

import json
import os
import re
import stat
import subprocess
import sys

import pytest
from django.conf import settings

SECURE = "https://ops.example"
ADDRESS = re.compile(r"https?://|index-url|find-links|trusted-host")


def in_a_fresh_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE", "DJANGO"))
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def settings_of(*names: str, **environment: str) -> list:
    script = (
        "import json, agencyops.settings as s; "
        f"print(json.dumps([getattr(s, name, None) for name in {names!r}], default=str))"
    )
    return json.loads(in_a_fresh_process("-c", script, **environment).stdout)


def test_deployment_check_has_nothing_to_say_for_a_site_behind_https(tmp_path):
    done = in_a_fresh_process(
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        SITE_URL=SECURE,
        VAR_DIR=str(tmp_path),
    )
    assert done.stdout == "System check identified no issues (1 silenced).\n"


def test_secret_key_is_made_once_and_kept_private(tmp_path):
    first = settings_of("SECRET_KEY", VAR_DIR=str(tmp_path))
    second = settings_of("SECRET_KEY", VAR_DIR=str(tmp_path))

    assert first == second
    assert len(first[0]) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_https_address_makes_every_cookie_secure(tmp_path):
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DEBUG"]
    assert settings_of(*names, SITE_URL=SECURE, VAR_DIR=str(tmp_path)) == [
        True,
        True,
        True,
        31536000,
        False,
    ]
    assert settings_of(*names, VAR_DIR=str(tmp_path)) == [False, False, False, 0, False]


def test_database_address_selects_postgresql(tmp_path):
    address = "postgres://app:word@db.example:5433/ops"
    [databases] = settings_of("DATABASES", DATABASE_URL=address, VAR_DIR=str(tmp_path))
    assert databases["default"] == {
        "NAME": "ops",
        "USER": "app",
        "PASSWORD": "word",
        "HOST": "db.example",
        "PORT": 5433,
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {
            "options": "-c jit=off -c random_page_cost=1.1",
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def test_mail_is_written_to_files_unless_a_server_is_named(tmp_path):
    names = ["EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_USE_TLS"]
    to_files = ["django.core.mail.backends.filebased.EmailBackend", None, None]
    by_server = ["django.core.mail.backends.smtp.EmailBackend", "mail.example", True]

    assert settings_of(*names, VAR_DIR=str(tmp_path)) == to_files
    assert settings_of(*names, EMAIL_URL="smtp+tls://u:p@mail.example:587", VAR_DIR=str(tmp_path)) == by_server


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in", "requirements.txt", "requirements-dev.txt"])
def test_requirement_files_name_no_host(name):
    assert ADDRESS.findall((settings.BASE_DIR / name).read_text()) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_requirement_has_its_hash(name):
    requirements = re.split(r"\n(?=[a-z])", (settings.BASE_DIR / name).read_text())
    assert [text for text in requirements if "--hash=sha256:" not in text] == []


@pytest.mark.django_db
def test_policy_allows_nothing_inline(client):
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert sorted(policy.split("; ")) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "frame-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]
