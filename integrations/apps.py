from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import custom_field_deleting, fillings, group_deleting, receivers  # noqa: PLC0415 - models are not loaded before

        receivers.connect_receivers()
        group_deleting.connect_receivers()
        custom_field_deleting.connect_receivers()
        fillings.register()
