"""Addresses of the Ombudsman's console, and of what the Ombudsman asks at an institution's desk."""

from django.urls import path

from .views import desk, ombudsman

urlpatterns = [
    path("ombudsman/", ombudsman.console, name="ombudsman"),
    path("ombudsman/<uuid:pk>/", ombudsman.referral, name="ombudsman-referral"),
    path("ombudsman/<uuid:pk>/langkah/<str:code>/", ombudsman.step, name="ombudsman-step"),
    path("ombudsman/<uuid:pk>/catatan/", ombudsman.note, name="ombudsman-note"),
    path("ombudsman/<uuid:pk>/dosir/<int:version>/", ombudsman.dossier, name="ombudsman-dossier"),
    path("ombudsman/<uuid:pk>/berkas/<uuid:upload>/", ombudsman.file, name="ombudsman-file"),
    path("meja/ombudsman/", desk.tasks, name="desk-ombudsman"),
    path("meja/ombudsman/<uuid:pk>/<str:code>/", desk.step, name="desk-ombudsman-step"),
]
