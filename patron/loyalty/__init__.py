"""A shopper's loyalty card, its points and their store credit.

Owns: cards and what is known of their points, the journal of enrolments, the ledger of store credit.
Offers: `/loyalty-card/`, `/users/profile-with-loyalty/`, `/users/register-with-loyalty/`, `/account/`, the staff's API.
Needs: accounts, channels, gateways, kernel; puts loyalty.changed.
"""
