"""Running Patron: the embedded database, health, metrics, commands.

Owns: the embedded PostgreSQL's life, `/healthz`, `/readyz`, `/metrics`, start-up checks.
Needs: kernel, gateways, channels, accounts.
"""
