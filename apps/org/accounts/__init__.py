"""Signing in and out, passwords, sessions, own data and preferences."""
