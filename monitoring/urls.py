"""Addresses of the ladder, of the Ombudsman's console, of what the Ombudsman asks at an institution's desk; and of the boards."""

from django.urls import path

from .views import boards, desk, ladder, ombudsman

urlpatterns = [
    path("ombudsman/", ombudsman.console, name="ombudsman"),
    path("ombudsman/<uuid:pk>/", ombudsman.referral, name="ombudsman-referral"),
    path("ombudsman/<uuid:pk>/langkah/<str:code>/", ombudsman.step, name="ombudsman-step"),
    path("ombudsman/<uuid:pk>/catatan/", ombudsman.note, name="ombudsman-note"),
    path("ombudsman/<uuid:pk>/dosir/<int:version>/", ombudsman.dossier, name="ombudsman-dossier"),
    path("ombudsman/<uuid:pk>/berkas/<uuid:upload>/", ombudsman.file, name="ombudsman-file"),
    path("meja/ombudsman/", desk.tasks, name="desk-ombudsman"),
    path("meja/ombudsman/<uuid:pk>/<str:code>/", desk.step, name="desk-ombudsman-step"),
    path("meja/ukuran/", boards.board, name="boards"),
    path("meja/ukuran/kasus/", boards.cases, name="board-cases"),
    path("meja/ukuran/definisi/", boards.definitions, name="board-definitions"),
    path("meja/ukuran/isu/<slug:code>/", boards.issue, name="board-issue"),
    path("meja/tangga/", ladder.ladder, name="ladder"),
]
