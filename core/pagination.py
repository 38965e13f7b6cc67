"""The API's lists: pages by key."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination


class PaginationParCle(CursorPagination):
    """Pages by key, never by offset: the hundredth page costs what the first one costs."""

    ordering: Any = ("-created_at", "id")
    page_size_query_param = "limite"
    cursor_query_param = "curseur"
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """The page; a key whose position is no date is refused (NotFound), as any other forged key."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValidationError as error:
            raise NotFound(self.invalid_cursor_message) from error
