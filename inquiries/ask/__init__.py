"""Asking the clinic a question: the form, what receives it, and the confirmation."""
