"""What every form of a page carries, unseen; a built-in library, so that no form can forget it."""

import uuid

from django import template
from django.template import Context
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.soumissions import CHAMP

register = template.Library()


class JetonsNode(CsrfTokenNode):
    """Nothing where Django writes nothing: outside a request."""

    def render(self, context: Context) -> SafeString:
        csrf = super().render(context)
        if not csrf:
            return SafeString()
        return format_html('{}<input type="hidden" name="{}" value="{}">', csrf, CHAMP, uuid.uuid4())


@register.tag("csrf_token")
def csrf_token(parser: Parser, token: Token) -> JetonsNode:
    """Django's token, which proves where a form comes from, and ours, which tells two sendings of it from two forms."""
    return JetonsNode()
