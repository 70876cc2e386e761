"""Pages of receivables and of the invoices for them."""
