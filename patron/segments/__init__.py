"""Who gets which price list: groups of shoppers by rule.

Owns: segments and their rules, what is known of a shopper from other rooms (facts), who stands in which segment.
Offers: `/users/segments/`, the staff's API, the recomputation for everybody.
Needs: accounts, channels, reference, kernel; hears events shopper.*, consent.changed, loyalty.changed, order.imported
(their payloads: `facts`).
"""
