"""Addresses of the citizen's pages, the public ones and the desk."""

from django.urls import path

from .views import citizen, desk, public, publishing, split, urgency

urlpatterns = [
    path("", public.home, name="home"),
    path("privasi/", public.privacy, name="privacy"),
    path("laporan/", public.listing, name="public-list"),
    path("laporan/<str:tracking_id>/", public.detail, name="public-report"),
    path("lapor/", citizen.file, name="file"),
    path("i/<slug:slug>/", citizen.file, name="door"),
    path("lacak/", citizen.track, name="track"),
    path("lacak/selesai/", citizen.leave, name="leave"),
    path("lacak/<str:tracking_id>/", citizen.own, name="own-case"),
    path("lacak/<str:tracking_id>/nilai/", citizen.rate, name="own-rate"),
    path("lacak/<str:tracking_id>/kode-baru/", citizen.renew, name="own-renew"),
    path("lacak/<str:tracking_id>/langkah/<str:action>/", citizen.step, name="own-step"),
    path("meja/", desk.queue, name="desk-queue"),
    path("meja/baru/", desk.intake, name="desk-intake"),
    path("meja/hak-jawab/", publishing.replies, name="desk-replies"),
    path("meja/<str:tracking_id>/", desk.case, name="desk-case"),
    path("meja/<str:tracking_id>/ambil/", desk.take, name="desk-take"),
    path("meja/<str:tracking_id>/tugaskan/", desk.assign, name="desk-assign"),
    path("meja/<str:tracking_id>/catatan/", desk.note, name="desk-note"),
    path("meja/<str:tracking_id>/sunting/", desk.edit, name="desk-edit"),
    path("meja/<str:tracking_id>/identitas/", desk.identity, name="desk-identity"),
    path("meja/<str:tracking_id>/mendesak/", urgency.mark, name="desk-urgent"),
    path("meja/<str:tracking_id>/publikasi/", publishing.publication, name="desk-publish"),
    path("meja/<str:tracking_id>/publikasi/turunkan/", publishing.take_down, name="desk-take-down"),
    path("meja/<str:tracking_id>/publikasi/tayangkan/", publishing.republish, name="desk-republish"),
    path("meja/<str:tracking_id>/hak-jawab/", publishing.reply, name="desk-reply"),
    path("meja/<str:tracking_id>/hak-jawab/<uuid:statement>/", publishing.moderate, name="desk-moderate"),
    path("meja/<str:tracking_id>/langkah/invite/", split.split, name="desk-split"),
    path("meja/<str:tracking_id>/langkah/<str:action>/", desk.step, name="desk-step"),
]
