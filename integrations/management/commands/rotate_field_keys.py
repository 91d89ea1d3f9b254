from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.encryption import DecryptionError, reencrypt_all


class Command(BaseCommand):
    help = (
        "Put every stored secret under the first key of FIELD_ENCRYPTION_KEYS. To change the key: "
        "add the new one in front, restart, run this, then take the old one away."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = reencrypt_all()
        except DecryptionError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} stored secrets are now under the first key.")
