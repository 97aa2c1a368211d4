from typing import Any

from django import template

from articles.worklist import Part, count_of_tasks, reviews_and_translations

register = template.Library()


@register.simple_tag
def waiting_for(user: Any) -> int:
    """Return how many tasks of the worklist wait for somebody, for the link on every page of the staff."""
    return count_of_tasks(user)


@register.simple_tag
def articles_at_a_glance() -> list[Part]:
    """Return the reviews that are due and the translations behind, for the first page of the admin."""
    return reviews_and_translations()
