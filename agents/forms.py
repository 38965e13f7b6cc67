"""The forms of the account pages: Django's own, in our words."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm, SetPasswordMixin

from agents.models import Agent
from core.form_fields import CourrielField
from core.forms import BaseForm, FormMixin


class ConnexionForm(FormMixin, AuthenticationForm):
    """One sentence for an unknown address, a wrong password and a closed account: none can be told from another."""

    error_messages = {
        "invalid_login": "Le courriel ou le mot de passe est inexact.",
        "inactive": "Le courriel ou le mot de passe est inexact.",
    }

    username = forms.CharField(
        label="Courriel professionnel",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
        error_messages={"required": "Indiquez votre courriel professionnel."},
    )
    password = forms.CharField(
        label="Mot de passe",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Indiquez votre mot de passe."},
    )


class MotDePasseOublieForm(BaseForm):
    email = CourrielField(
        label="Courriel professionnel",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


NOUVEAU, ENCORE = "Nouveau mot de passe", "Le même mot de passe, une seconde fois"


class _ReglesMixin(FormMixin):
    """What the rules refuse is said at the first field, where the password is chosen; Django says it at the second."""

    def validate_password_for_user(self, user: Agent, password_field_name: str = "") -> None:
        super().validate_password_for_user(user, "new_password1")  # type: ignore[misc]  # of Django's form


class NouveauMotDePasseForm(_ReglesMixin, SetPasswordForm):  # type: ignore[type-arg]
    new_password1, new_password2 = SetPasswordMixin.create_password_fields(NOUVEAU, ENCORE)
    error_messages = {"password_mismatch": "Les deux mots de passe diffèrent\u00a0: saisissez-les de nouveau."}


class MotDePasseChangerForm(_ReglesMixin, PasswordChangeForm):
    old_password = forms.CharField(
        label="Mot de passe actuel",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    new_password1, new_password2 = SetPasswordMixin.create_password_fields(NOUVEAU, ENCORE)
    error_messages = {
        "password_mismatch": "Les deux mots de passe diffèrent\u00a0: saisissez-les de nouveau.",
        "password_incorrect": "Ce n’est pas votre mot de passe actuel.",
    }
