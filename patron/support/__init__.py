"""Talk between a shopper and the shop: the contact form and conversations.

Owns: subjects, contact messages and their files, conversations, messages, saved answers.
Offers: `/users/contact-us/`, `/users/conversations/`, the sellers' side under `/api/v1/remote/`, the console's inbox.
Needs: orders, accounts, channels, reference, gateways, kernel; puts conversation.*, contact.created.
"""
