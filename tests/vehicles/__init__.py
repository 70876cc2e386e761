"""The example of docs/how-to/add-a-document-kind.md: requests for a company car."""
