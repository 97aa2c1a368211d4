"""What is told from a text before anybody reads it: danger, spam, numbers that the clinic must not hold."""
