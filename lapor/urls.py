"""Every address of the house."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from complaints import api
from complaints.api import deadlines
from lapor import gallery, health
from reports.api import Statistics

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the same door as everywhere
admin.site.site_header = admin.site.site_title = "SP4N-LAPOR!"

handler500 = "lapor.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("bahasa/", set_language, name="set_language"),
    path("desain/", gallery.gallery, name="gallery"),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api_docs.html"), name="api-docs"),
    path("api/v1/uploads/", api.UploadList.as_view(), name="api-uploads"),
    path("api/v1/complaints/", api.ComplaintList.as_view(), name="api-complaints"),
    path("api/v1/complaints/<str:tracking_id>/", api.ComplaintDetail.as_view(), name="api-complaint"),
    path("api/v1/complaints/<str:tracking_id>/files/<str:file_id>/", api.ComplaintFile.as_view(), name="api-file"),
    path("api/v1/complaints/<str:tracking_id>/steps/", api.ComplaintSteps.as_view(), name="api-steps"),
    path("api/v1/complaints/<str:tracking_id>/deadlines/", deadlines.ComplaintDeadlines.as_view(), name="api-complaint-deadlines"),
    path("api/v1/complaints/<str:tracking_id>/extensions/", deadlines.ComplaintExtensions.as_view(), name="api-extensions"),
    path("api/v1/complaints/<str:tracking_id>/contact/", api.ComplaintContact.as_view(), name="api-contact"),
    path("api/v1/complaints/<str:tracking_id>/contact/code/", api.ContactCode.as_view(), name="api-contact-code"),
    path("api/v1/complaints/<str:tracking_id>/contact/confirmation/", api.ContactConfirmation.as_view(), name="api-contact-confirmation"),
    path("api/v1/statistics/", Statistics.as_view(), name="api-statistics"),
    path("api/v1/deadlines/", deadlines.DeadlineQuestion.as_view(), name="api-deadlines"),
    path("api/v1/institutions/", api.InstitutionList.as_view(), name="api-institutions"),
    path("api/v1/topics/", api.TopicList.as_view(), name="api-topics"),
    path("api/v1/regions/", api.RegionList.as_view(), name="api-regions"),
    path("", include("officers.urls")),
    path("", include("reports.urls")),  # as the next one
    path("", include("monitoring.urls")),  # before the desk's, whose addresses begin with a number of a report
    path("", include("complaints.urls")),
]
