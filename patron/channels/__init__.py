"""Who sells where, and who of the staff works there.

Owns: staff, their tokens.
Offers: the token login of the back office, `StaffTokenAuthentication`.
Needs: kernel.
"""
