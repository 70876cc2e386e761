from apps.documents.views.wiring import DocumentViews
from tests.testkind.forms import MemoForm
from tests.testkind.models import Memo

app_name = "testkind"


class MemoViews(DocumentViews):
    model = Memo
    form_class = MemoForm
    folder = "memos"


urlpatterns = MemoViews.urls()
