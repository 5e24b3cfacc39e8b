"""The shopper: identity, profile, verification, consent.

Owns: shoppers, their sessions, challenges, avatars and the consent ledger.
Offers: registration, sign-in, the phone-code dance, the profile; events shopper.*, consent.changed.
Needs: gateways (SMS, mail, captcha), kernel.
"""
