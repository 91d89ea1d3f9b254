from django.apps import AppConfig


class AssociationConfig(AppConfig):
    name = "novi_ams.association"
    label = "association"
    verbose_name = "Association"

    def ready(self) -> None:
        from novi_ams.association import navigation, signing_in  # noqa: F401, PLC0415 - models load first

        navigation.register()
