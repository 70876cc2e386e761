"""The pages of approvals: routes, and who decides for whom."""
