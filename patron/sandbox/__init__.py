"""The captured outside world: inboxes, clock, faults, reset. Only when PATRON_SANDBOX is on.

Owns: `/sandbox/`, the clock's offset, demo data.
Offers: `demo.load`, `demo.seed`.
Needs: every room below.
"""
