"""The storefront's addresses about the shopper: sign-in, registration, profile."""
