"""Addresses of the evaluation reports at the desk, and of what the public sees of measurement."""

from django.urls import path

from . import feeds
from .views import editions, opendata, statistics

urlpatterns = [
    path("meja/evaluasi/", editions.editions, name="editions"),
    path("meja/evaluasi/buat/", editions.make, name="edition-make"),
    path("meja/evaluasi/berkas/<str:token>/", editions.file, name="edition-file"),
    path("meja/evaluasi/<uuid:pk>/", editions.edition, name="edition"),
    path("meja/evaluasi/<uuid:pk>/langkah/", editions.step, name="edition-step"),
    path("meja/evaluasi/<uuid:pk>/rencana/", editions.plan, name="edition-plan"),
    path("meja/evaluasi/<uuid:pk>/berkas/", editions.ask_file, name="edition-files"),
    path("statistik/", statistics.nation, name="statistics"),
    path("statistik/definisi/", statistics.definitions, name="statistics-definitions"),
    path("statistik/data/", opendata.catalogue, name="open-data"),
    path("statistik/data/kamus.json", opendata.dictionary, name="open-data-dictionary"),
    path("statistik/data/<str:name>", opendata.file, name="open-data-file"),
    path("statistik/<slug:slug>/", statistics.body, name="statistics-body"),
    path("statistik/<slug:slug>/<str:month>/", statistics.body, name="statistics-month"),
    path("umpan/statistik.<str:form>", feeds.months, name="feed-months"),
    path("umpan/laporan.<str:form>", feeds.reports, name="feed-reports"),
    path("umpan/laporan/<slug:slug>.<str:form>", feeds.reports, name="feed-reports-body"),
]
