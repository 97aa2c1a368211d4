"""How the desk does: numbers, pictures of them and the page that shows both. Persons are not in them."""
