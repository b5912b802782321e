"""Addresses of the evaluation reports at the desk."""

from django.urls import path

from .views import editions

urlpatterns = [
    path("meja/evaluasi/", editions.editions, name="editions"),
    path("meja/evaluasi/buat/", editions.make, name="edition-make"),
    path("meja/evaluasi/berkas/<str:token>/", editions.file, name="edition-file"),
    path("meja/evaluasi/<uuid:pk>/", editions.edition, name="edition"),
    path("meja/evaluasi/<uuid:pk>/langkah/", editions.step, name="edition-step"),
    path("meja/evaluasi/<uuid:pk>/rencana/", editions.plan, name="edition-plan"),
    path("meja/evaluasi/<uuid:pk>/berkas/", editions.ask_file, name="edition-files"),
]
