"""What must hold of the settings in production; `manage.py check --deploy` says what does not, and what to do."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

YEAR = 31_536_000
NEEDED = ("django.middleware.csp.ContentSecurityPolicyMiddleware", "lapor.headers.HeaderMiddleware", "lapor.middleware.ProxyMiddleware")


def policy_is_strict() -> bool:
    policy: dict[str, Any] = settings.SECURE_CSP or {}
    words = [str(word) for words in policy.values() for word in words]
    return policy.get("default-src") == ["'none'"] and "frame-ancestors" in policy and not [word for word in words if "unsafe" in word or "*" in word]


def cookies_stay() -> bool:
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME)
    secure = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.LANGUAGE_COOKIE_SECURE
    return bool(secure) and all(name.startswith("__Host-") for name in names)


def is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def only_here() -> bool:
    """Whether nobody but this machine is served."""
    return all(map(is_here, settings.ALLOWED_HOSTS))


def files_stay_covered() -> bool:
    return not settings.FILES_URL.startswith("s3+http:") or is_here(urlsplit(settings.FILES_URL).hostname or "")


def log_is_filtered() -> bool:
    line = settings.LOGGING.get("formatters", {}).get("line", {}).get("()")
    handlers = settings.LOGGING.get("handlers", {}).values()
    filtered = getattr(line, "__name__", "") == "Line" and all(handler.get("formatter") == "line" for handler in handlers)
    return filtered and not settings.DJANGO_STRUCTLOG_IP_LOGGING_ENABLED and "lapor.middleware.LogMiddleware" in settings.MIDDLEWARE


# id, what must hold, the sentence when it does not, what to do.
TABLE: tuple[tuple[str, Callable[[], bool], str, str], ...] = (
    ("E001", policy_is_strict, "The content security policy is missing or has a hole.", "SECURE_CSP: default-src 'none', no unsafe-*, no *."),
    ("E002", lambda: set(NEEDED) <= set(settings.MIDDLEWARE), "A middleware that guards every answer is missing.", "Put back: " + ", ".join(NEEDED)),
    ("E003", lambda: not settings.TLS or cookies_stay(), "A cookie may leave over HTTP or come from elsewhere.", "Secure, and named __Host-."),
    ("E004", lambda: not settings.TLS or settings.SECURE_HSTS_SECONDS >= YEAR, "Browsers are not told to stay on HTTPS for a year.", "SECURE_HSTS_SECONDS."),
    ("E005", lambda: settings.NUM_PROXIES is not None, "NUM_PROXIES is not set: clients behind your proxy count as one.", "How many are yours; 0: none."),
    ("E006", log_is_filtered, "Log lines may hold a client's address or personal data.", "Use lapor.logs.configuration, LogMiddleware, and no IP logging."),
    ("E007", lambda: len(settings.CASE_CODE_PEPPER) >= 32, "CASE_CODE_PEPPER is too short to guard the case codes.", "`./run keys` makes a set."),
    ("E008", lambda: settings.TLS or only_here(), "LAPOR_TLS is off while other machines are served.", "Set LAPOR_TLS=1, or serve loopback only."),
    ("E009", lambda: settings.REST_FRAMEWORK.get("NUM_PROXIES") == 0, "The API's throttles read X-Forwarded-For themselves.", "Set its NUM_PROXIES to 0."),
    ("E010", lambda: settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 5_000_000, "A request may bring more text than a form of ours.", "DATA_UPLOAD_MAX_MEMORY_SIZE."),
    ("E011", files_stay_covered, "Files go to a bucket on another machine over plain HTTP.", "FILES_URL: s3:// instead of s3+http://."),
)  # fmt: skip


def production(**_given: Any) -> list[CheckMessage]:
    """Every row of the table that does not hold."""
    return [Error(says, hint=hint, id=f"lapor.{code}") for code, holds, says, hint in TABLE if not holds()]


def ready() -> None:
    """Make the check known; called once, by the app."""
    register(production, Tags.security, deploy=True)
