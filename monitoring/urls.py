"""Addresses of the upper floor."""

from django.urls import path

from .views import ladder

urlpatterns = [
    path("meja/tangga/", ladder.ladder, name="ladder"),
]
