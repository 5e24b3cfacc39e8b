"""Words every room speaks.

Owns: the error tree, transactions, the clock, languages, limits, dynamic settings, idempotency, events, logs, metrics.
Offers: those as plain functions and small values.
Needs: Django and the database; knows no room.
"""
