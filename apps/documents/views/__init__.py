"""The pages of documents: generic ones, wired for each kind by `DocumentViews`."""
