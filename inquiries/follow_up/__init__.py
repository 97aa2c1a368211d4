"""Coming back: what a person sees and does with the receipt of their question (docs/sealed-intake.md).

No session and nothing personal in an address: the receipt travels in the body of each POST, and opens the
inquiry for that one answer.
"""
