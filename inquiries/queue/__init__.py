"""The list of the queue in the admin: what burns, what is mine, what is late, what waits for the patient."""
