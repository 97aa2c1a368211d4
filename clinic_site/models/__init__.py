from .clinic import ClinicProfile, ClosedDay, HelpLine, OpeningHours

__all__ = ["ClinicProfile", "ClosedDay", "HelpLine", "OpeningHours"]
