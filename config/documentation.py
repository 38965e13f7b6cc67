"""The API's documentation, for people: Swagger's interface in a page of ours, under the same security policy."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    return render(request, "api/documentation.html")


class SchemaView(SpectacularAPIView):
    """The API's document, in YAML or JSON: the same for every caller, so written once in the life of a process."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        answer = HttpResponse(_written(renderer.media_type), content_type=f"{renderer.media_type}; charset=utf-8")
        answer["Content-Disposition"] = f'inline; filename="cai.{renderer.format}"'
        return answer


@cache
def _written(media_type: str) -> Any:
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    renderer = next(one() for one in SchemaView.renderer_classes if one.media_type == media_type)
    return renderer.render(document, media_type, {})
