"""The API's lists: pages by key."""

from typing import Any

from rest_framework.pagination import CursorPagination


class PaginationParCle(CursorPagination):
    """Pages by key, never by offset: the hundredth page costs what the first one costs."""

    ordering: Any = ("-created_at", "id")
    page_size_query_param = "limite"
    cursor_query_param = "curseur"
    max_page_size = 200
