"""The site: settings, addresses and server entry points of AgencyOps."""
