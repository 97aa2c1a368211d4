"""The record of what was done and looked at, for whoever reads it: no word of anybody stands there."""
