"""Lists of inquiries that staff take along as files, and the record of who did."""
