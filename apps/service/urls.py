"""Addresses of client service."""

from django.urls import path

from apps.service.clients.views import catalogue, choices, documents, duplicates, files, lists, rows

app_name = "service"

urlpatterns = [
    path("clients/", lists.ClientList.as_view(), name="client-list"),
    path("clients/new/", files.ClientCreate.as_view(), name="client-create"),
    path("clients/suggestions/", duplicates.Suggestions.as_view(), name="client-suggestions"),
    path("clients/choices/", choices.ClientChoices.as_view(), name="client-choices"),
    path("clients/import/", catalogue.Import.as_view(), name="client-import"),
    path("clients/import/confirm/", catalogue.ConfirmClientImport.as_view(), name="client-import-confirm"),
    path("clients/import/template/", catalogue.template, name="client-import-template"),
    path("clients/<int:pk>/", files.ClientDetail.as_view(), name="client-detail"),
    path("clients/<int:pk>/parts/<slug:part>/", files.ClientPart.as_view(), name="client-part"),
    path("clients/<int:pk>/change/", files.ClientUpdate.as_view(), name="client-update"),
    path("clients/<int:pk>/history/", files.ClientHistory.as_view(), name="client-history"),
    path("clients/<int:pk>/take/", files.Take.as_view(), name="client-take"),
    path("clients/<int:pk>/release/", files.Release.as_view(), name="client-release"),
    path("clients/<int:pk>/review/", files.Review.as_view(), name="client-review"),
    path("clients/<int:pk>/merge/", files.Merge.as_view(), name="client-merge"),
    path("clients/<int:pk>/contact-persons/new/", rows.ContactCreate.as_view(), name="contact-create"),
    path("clients/<int:pk>/preferences/new/", rows.PreferenceCreate.as_view(), name="clientpreference-create"),
    path("clients/<int:pk>/contacts/new/", rows.LogCreate.as_view(), name="contactlog-create"),
    path("clients/<int:pk>/documents/new/", documents.DocumentCreate.as_view(), name="clientdocument-create"),
    path("documents/<int:pk>/", documents.DocumentUpdate.as_view(), name="clientdocument-update"),
    path("documents/<int:pk>/file/", documents.DocumentFile.as_view(), name="clientdocument-show"),
    path("documents/<int:pk>/history/", documents.DocumentHistory.as_view(), name="clientdocument-history"),
    path("documents/<int:pk>/remove/", documents.DocumentRemove.as_view(), name="clientdocument-remove"),
    path("contact-persons/<int:pk>/", rows.ContactUpdate.as_view(), name="contact-update"),
    path("contact-persons/<int:pk>/history/", rows.ContactHistory.as_view(), name="contact-history"),
    path("preferences/<int:pk>/", rows.PreferenceUpdate.as_view(), name="clientpreference-update"),
    path("preferences/<int:pk>/remove/", rows.PreferenceRemove.as_view(), name="clientpreference-remove"),
    path("contacts/", lists.ContactLogList.as_view(), name="contactlog-list"),
    path("contacts/<int:pk>/", rows.LogUpdate.as_view(), name="contactlog-update"),
    path("contacts/<int:pk>/history/", rows.LogHistory.as_view(), name="contactlog-history"),
    path("clients-to-contact/", lists.ClientsToContact.as_view(), name="clients-to-contact"),
    path("reviews-due/", lists.ReviewsDue.as_view(), name="reviews-due"),
    path("duplicates/", duplicates.Duplicates.as_view(), name="duplicates"),
    path("duplicates/different/", duplicates.MarkDistinct.as_view(), name="duplicates-mark"),
    path("duplicates/<int:pk>/undo/", duplicates.UndoDistinct.as_view(), name="duplicates-undo"),
    path("settings/", catalogue.ClientSettingsUpdate.as_view(), name="clientsettings"),
    path("settings/history/", catalogue.ClientSettingsHistory.as_view(), name="clientsettings-history"),
    *(pattern for record in catalogue.RECORDS for pattern in record.urls()),
]
