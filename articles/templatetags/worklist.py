from typing import Any

from django import template

from articles.worklist import count_of_tasks

register = template.Library()


@register.simple_tag
def waiting_for(user: Any) -> int:
    """Return how many tasks of the worklist wait for somebody, for the link on every page of the staff."""
    return count_of_tasks(user)
