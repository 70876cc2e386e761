"""Date and number formats, one package per language, read through FORMAT_MODULE_PATH."""
