from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import bulk_verbs, navigation, search_indexes  # noqa: PLC0415 - models load first

        navigation.register()
        bulk_verbs.register()
        post_migrate.connect(search_indexes.make_search_index, sender=self)
