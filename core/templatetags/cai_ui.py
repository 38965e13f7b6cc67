"""Tags and filters of every page: fields and their errors, the components, dates in plain French."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.defaultfilters import stringfilter
from django.template.loader import render_to_string
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from core import clock, french
from core.form_fields import format_telephone
from core.forms import BaseLignesFormSet, anchor

register = template.Library()

for _filter in (
    french.date_longue,
    french.date_sans_jour,
    french.date_courte,
    french.mois,
    french.heure,
    french.distance,
    french.duree,
    french.nombre,
    french.de,
    french.minuscule,
):
    register.filter(_filter.__name__, _filter)
register.filter("telephone", format_telephone)


@register.filter(is_safe=True)
@stringfilter
def insecable(text: str) -> str:
    """References to the law and dates as `french.insecable` writes them; also around a whole piece of template."""
    return french.insecable(text)


_BADGES = {
    "neutre": "",
    "info": "info",
    "succes": "success",
    "attention": "warning",
    "erreur": "error",
    "nouveau": "new",
}


@register.filter
def echeance(value: date | datetime | None) -> SafeString | str:
    """A deadline: « dans 12 jours, le mardi 15 mars 2011 », with the badge « En retard » once the day is over."""
    if value is None:
        return ""
    text = f"{french.distance(value)}, le {french.date_longue(value)}"
    if french.day_of(value) >= clock.today():
        return text
    return format_html("{} {}", text, badge("En retard", "erreur"))


@register.simple_tag
def badge(label: str, couleur: str = "neutre", icone: bool = False) -> SafeString:
    """A word on a colour: neutre, info, succes, attention, erreur, nouveau. The word says it all."""
    kind = _BADGES[couleur]
    return format_html(
        '<span class="fr-badge fr-badge--sm{}{}">{}</span>',
        f" fr-badge--{kind}" if kind else "",
        "" if icone else " fr-badge--no-icon",
        label,
    )


# --- fields ------------------------------------------------------------------------------------

_CLASSES = {"select": "fr-select", "input": "fr-input", "upload": "fr-upload"}


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "case"
    if isinstance(widget, forms.RadioSelect):  # a CheckboxSelectMultiple is one too
        return "cases" if isinstance(widget, forms.CheckboxSelectMultiple) else "radios"
    if isinstance(widget, forms.Select):
        return "select"
    return "upload" if isinstance(widget, forms.FileInput) else "input"


def _mention(field: forms.Field, kind: str) -> str:
    """What stands after the label: « facultatif », or the field's own ``mention`` when that would not be true."""
    if field.required or kind == "case":
        return ""
    return str(getattr(field, "mention", "facultatif"))


@register.inclusion_tag("components/_champ.html")
def champ(field: BoundField, label: str = "", hint: str = "", titre: bool = False) -> dict[str, Any]:
    """One field with its label, hint and errors; `label` and `hint` replace those of the form.

    `titre=True` writes the question of a group of choices in bold.
    """
    if hint:
        field.help_text = hint
    kind = _kind(field)
    if kind == "upload" and field.form.errors and not field.errors:
        field.help_text = f"Choisissez de nouveau le fichier\u00a0: le navigateur ne le garde pas. {field.help_text}"
    widget = field.field.widget
    control: SafeString | str = ""
    if kind not in ("radios", "cases"):
        classes = " ".join(filter(None, (_CLASSES.get(kind, ""), widget.attrs.get("class", ""))))
        control = field.as_widget(attrs={"class": classes} if classes else {})
    return {
        "field": field,
        "kind": kind,
        "control": control,
        "label": label or field.label,
        "mention": _mention(field.field, kind),
        "en_ligne": bool(widget.attrs.get("data-en-ligne")),
        "titre": titre,
    }


@register.inclusion_tag("components/_lignes.html")
def lignes(formset: BaseLignesFormSet, titre: str, ajouter: str) -> dict[str, Any]:
    """Repeated lines: `titre` heads the group, `ajouter` is the button; the formset says what one line is called."""
    return {"formset": formset, "titre": titre, "un": formset.un, "ajouter": ajouter}


@register.inclusion_tag("components/_error_summary.html")
def resume_erreurs(*parts: forms.BaseForm | BaseLignesFormSet) -> dict[str, Any]:
    """Every error of the page as a link to its field, at the top of the form. Forms and groups of lines alike."""
    return {"erreurs": [error for part in parts for error in _errors_of(part)]}


def _errors_of(part: forms.BaseForm | BaseLignesFormSet, ligne: str = "") -> Iterable[dict[str, str]]:
    if isinstance(part, BaseLignesFormSet):
        yield from ({"ancre": f"{part.prefix}-lignes", "texte": str(e)} for e in part.non_form_errors())
        for number, form in enumerate(part.forms, start=1):
            yield from _errors_of(form, ligne=f"{part.un} {number} — ")
        return
    for name, messages in part.errors.items():
        field = part[name] if name in part.fields else None
        for message in messages:
            yield {"ancre": anchor(field) if field else "contenu", "texte": _sentence(field, str(message), ligne)}


def _sentence(field: BoundField | None, message: str, ligne: str = "") -> str:
    """The message after the names of its line and of its field, unless it names the field already."""
    label = str(field.label) if field is not None and field.label else ""
    if not label or label.lower() in message.lower():
        return f"{ligne}{message}"
    if ligne:
        label = label[:1].lower() + label[1:]
    return f"{ligne}{label} {message}" if label.endswith("?") else f"{ligne}{label}{french.NBSP}: {message}"


# --- components --------------------------------------------------------------------------------


@register.inclusion_tag("components/_fil.html")
def fil(ici: str, *liens: str) -> dict[str, Any]:
    """The breadcrumb: where one is, then the pages above as label, address, label, address, from the nearest to home.

    « Accueil » comes by itself. No person's name in it: use the numéro CAI.
    """
    pairs = list(zip(liens[::2], liens[1::2], strict=True))
    return {"ici": ici, "liens": pairs[::-1]}


@register.inclusion_tag("components/_bandeau.html")
def bandeau(
    titre: str, valeur: str = "", phrase: str = "", genre: str = "info", lien: str = "", url: str = ""
) -> dict[str, Any]:
    """A line across the page, above everything (block `bandeau`): `genre` is info, warning or alert."""
    return {"titre": titre, "valeur": valeur, "phrase": phrase, "genre": genre, "lien": lien, "url": url}


@register.inclusion_tag("components/_identite.html")
def identite(
    nom: str, numero: str, faits: Sequence[str] = (), situation: str = "", couleur: str = "neutre"
) -> dict[str, Any]:
    """The bar that stays at the top of a file: name, numéro CAI, a few short facts, the situation as a badge."""
    return {"nom": nom, "numero": numero, "faits": faits, "situation": situation, "couleur": couleur}


@register.inclusion_tag("components/_etapes.html")
def etapes(liste: Sequence[Mapping[str, Any]], titre: str = "Parcours") -> dict[str, Any]:
    """The steps of a course: each has `label`, `etat` (fait, present, a_venir, sans_objet) and maybe `detail`."""
    return {"etapes": liste, "titre": titre}


@register.inclusion_tag("components/_acte_suivant.html")
def acte_suivant(
    titre: str,
    phrase: str = "",
    bouton: str = "",
    url: str = "",
    limite: date | None = None,
    lien: str = "",
    lien_url: str = "",
) -> dict[str, Any]:
    """What to do now: one primary button (`bouton`, `url`), or a sentence saying what is waited for, with a link."""
    return {
        "titre": titre,
        "phrase": phrase,
        "bouton": bouton,
        "url": url,
        "limite": limite,
        "lien": lien,
        "lien_url": lien_url,
    }


@register.inclusion_tag("components/_faits.html")
def faits(liste: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Labels and their values, two columns; None or an empty text reads « Non renseigné »."""
    return {"faits": liste}


@register.inclusion_tag("components/_chronologie.html")
def chronologie(liste: Sequence[Any]) -> dict[str, Any]:
    """Events, latest first: each has `at`, `titre`, and maybe `auteur` and `detail`."""
    return {"evenements": liste}


@register.inclusion_tag("components/_pagination.html")
def pagination(precedents: str = "", suivants: str = "") -> dict[str, Any]:
    """Previous and next pages of a list, as addresses; what does not exist is left out."""
    return {"precedents": precedents, "suivants": suivants}


@register.inclusion_tag("components/_vide.html")
def vide(titre: str, phrase: str = "", lien: str = "", url: str = "") -> dict[str, Any]:
    """Nothing to show: say so, and say what to do."""
    return {"titre": titre, "phrase": phrase, "lien": lien, "url": url}


@register.inclusion_tag("components/_jauge.html")
def jauge(utilisees: int, total: int, label: str = "Temps passé") -> dict[str, Any]:
    """Minutes used of a total, in words and as a bar; more than the total is said, not hidden."""
    return {
        "label": label,
        "utilisees": utilisees,
        "total": total,
        "reste": max(total - utilisees, 0),
        "depasse": max(utilisees - total, 0),
    }


@register.inclusion_tag("components/_tuiles.html")
def tuiles(liste: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts that are links: each has `nombre`, `label`, `url`, and maybe `urgent`."""
    return {"tuiles": liste}


@register.simple_block_tag
def panneau(content: str, titre: str, id: str = "", lien: str = "", url: str = "") -> SafeString:
    """A titled section of a page; `lien` and `url` put a link at the right of the title."""
    return _block("components/_panneau.html", content, titre=titre, id=id or None, lien=lien, url=url)


@register.simple_block_tag
def tableau(content: str, legende: str, cachee: bool = False) -> SafeString:
    """A table (thead and tbody inside), whose rows become cards when narrow; `cachee` hides the caption from sight.

    Each cell carries the heading of its column for the card, and the roles that a table laid out in cards would lose.
    """
    return _block("components/_tableau.html", _as_cards(content), legende=legende, cachee=cachee)


_HEADING = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_TABLE_TAG = re.compile(r"<(thead|tbody|tr|th|td)\b")
_ROLES = {"thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "th": "columnheader", "td": "cell"}


def _as_cards(content: str) -> SafeString:
    headings = [strip_tags(heading).strip().replace('"', "&quot;") for heading in _HEADING.findall(content)]
    column = -1

    def _marked(tag: re.Match[str]) -> str:
        nonlocal column
        name = tag[1]
        column = -1 if name == "tr" else column + 1
        label = f' data-label="{headings[column]}"' if name == "td" else ""
        return f'{tag[0]} role="{_ROLES[name]}"{label}'

    # The content is a rendered template: what people typed in it has no « < » left.
    return mark_safe(_TABLE_TAG.sub(_marked, content))  # noqa: S308


def _block(template_name: str, content: str, **context: Any) -> SafeString:
    return render_to_string(template_name, {"content": content, **context})
