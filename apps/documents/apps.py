from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "apps.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self):
        from apps.core import registry  # app ready: the apps below are complete only now
        from apps.documents.services import handover

        registry.register_handover(handover.hand_over, describe=handover.describe)
        registry.grant_to_roles(
            {
                "auditor": {"documents.view_all_documents"},
                "executive": {"documents.view_all_documents", "documents.cancel_document"},
            }
        )
