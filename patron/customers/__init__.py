"""The back office's record of a buyer in each sales channel.

Owns: customers, their mappings, their history, merges, what an import of a file has reached.
Offers: `/api/v1/customers/`, `/api/v1/channel/{id}/customers/`, import and export by command.
Needs: channels, reference, kernel; hears shopper.* for the channel of type web; puts customer.*.
"""
