from apps.documents.forms import DocumentForm
from tests.testkind.models import Memo


class MemoForm(DocumentForm):
    class Meta:
        model = Memo
        fields = ["title", "purpose", "copies", "amount", "signatory"]
