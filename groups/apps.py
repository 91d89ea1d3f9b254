from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        from groups import bulk_actions, navigation, receivers  # noqa: PLC0415 - models are not loaded before

        receivers.connect_receivers()
        navigation.register()
        bulk_actions.register()
