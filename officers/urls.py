"""Where officers log in and out."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

urlpatterns = [
    path("masuk/", LoginView.as_view(template_name="officers/login.html"), name="login"),
    path("keluar/", LogoutView.as_view(), name="logout"),
]
