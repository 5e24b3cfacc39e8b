"""A loyalty provider of our own, which keeps the published protocol and misbehaves when it is told to.

Reached as `simulator` by every process over the database (`transport`), and over HTTP at `/sandbox/loyalty/`. What it
did is committed before it answers, so whoever is killed, its accounts stay.
"""
