"""Mail to people who asked: it says that something happened, never what (docs/mail.md)."""
