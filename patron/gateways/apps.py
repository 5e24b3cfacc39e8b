from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    name = "patron.gateways"
    label = "gateways"
