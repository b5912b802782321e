"""Where one-time messages wait for the next page: a cookie of this host alone, and the session when they are long."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    cookie_name = f"{settings.HOST_PREFIX}pesan"


class FlashStorage(FallbackStorage):
    storage_classes = (HostCookieStorage, SessionStorage)
