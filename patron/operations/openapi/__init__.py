"""What the API can do, written down once: the OpenAPI document, the page that shows it, the front door.

Owns: `openapi.yaml`, `/docs/`, `/openapi.yaml`, `/openapi.json`, `/`.
Needs: the words each room says about its operations (`extend_schema` beside its views).
"""
