"""The outside world: SMS, mail, captcha.

Owns: outgoing messages and their state, the captured ones of the sandbox, one folder per outside service.
Offers: `sms.queue`, `mail.queue`, `captcha.verify`.
Needs: kernel. Only the worker calls out; a request puts a job in its transaction.
"""
