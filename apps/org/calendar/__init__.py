"""The company's calendar: when people work, official holidays and make-up working days, and reckoning with them."""
