"""What requests about the shopper may carry."""
