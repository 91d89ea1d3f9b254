"""Where an item's own page is; the rooms that own the pages say so in `AppConfig.ready()`."""

from django.urls import NoReverseMatch, reverse

_pages: dict[str, str] = {}


def register_page(component: str, url_name: str) -> None:
    """Items of `component` have a page at `url_name`, which takes the item's id as its only argument."""
    _pages[component] = url_name


def page_of(component: str, item_id: str) -> str:
    """The page of an item, or blank where its kind has none. The item may be gone by now."""
    url_name = _pages.get(component)
    if not url_name or not item_id:
        return ""
    try:
        return reverse(url_name, args=[item_id])
    except NoReverseMatch:
        # Some events are about all items at once, and their id is a word.
        return ""
