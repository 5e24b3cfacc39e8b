"""The outside world: SMS, mail, captcha, the loyalty provider.

Owns: outgoing messages and their state, the captured ones of the sandbox, one folder per outside service.
Offers: `outbox.queue_sms`, `outbox.queue_mail`, `outbox.retry`, `captcha.verify`, `captcha.site_key`,
`loyalty_provider.active`.
Needs: kernel. Messages leave by the worker; a request only puts a job in its transaction, and asks the captcha.
"""
