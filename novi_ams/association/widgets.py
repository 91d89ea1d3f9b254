"""Form widgets that Django has not: use them in any form."""

from typing import Any

from django import forms


class Toggle(forms.CheckboxInput):
    """A switch; it takes effect when the form is saved, like every field."""

    template_name = "components/widget_toggle.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "toggle", **(attrs or {})})


class Segmented(forms.RadioSelect):
    """A choice of two to four short words, side by side."""

    template_name = "components/widget_segmented.html"


class DateInput(forms.DateInput):
    """The browser's own date picker, which takes ISO dates only."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
