from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "patron.accounts"
    label = "accounts"

    def ready(self) -> None:
        from patron.accounts import holdings

        holdings.declare()
