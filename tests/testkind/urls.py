from django.http import HttpResponse
from django.urls import path

app_name = "testkind"


def detail(request, pk):
    return HttpResponse(str(pk))


urlpatterns = [path("sealrequests/<int:pk>/", detail, name="sealrequest-detail")]
