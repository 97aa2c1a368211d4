"""What happens to an inquiry: the verbs of staff and of the person, over the one door under them all."""

from .ending import Ending
from .ownership import Ownership
from .person import FromThePerson
from .pins import Pins
from .sorting import Sorting
from .stepping import Stepping


class Handled(Ownership, Sorting, Pins, Ending, FromThePerson, Stepping):
    """The verbs of an inquiry, each in a file with those that belong together."""

    class Meta:
        abstract = True
