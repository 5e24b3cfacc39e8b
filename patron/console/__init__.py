"""The web back office: every table with search, filters and read-only history; dynamic settings.

Owns: `/console/`.
Needs: every room below.
"""
