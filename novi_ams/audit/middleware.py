"""Everything a request changes is the signed-in person's doing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from novi_ams.audit.actor import acting_as, actor_for


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting_as(actor_for(request.user if request.user.is_authenticated else None)):
            return self.get_response(request)
