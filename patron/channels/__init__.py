"""Who sells where, and who of the staff works there.

Owns: channels, staff, their tokens and second step, what staff may do and where.
Offers: the token login of the back office, `backoffice.ScopedView` and the `Scope` of a caller.
Needs: reference, kernel.
"""
