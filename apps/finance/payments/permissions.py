"""Who sees the register of payments."""

VIEW = "finance.view_payment"
