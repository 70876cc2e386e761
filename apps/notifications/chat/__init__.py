"""Telling group chats: `formats` knows what each chat program wants, `outbox` sends and tries again."""
