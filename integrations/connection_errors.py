"""Why connecting or calling is not possible: each has one `sentence` that says what happened and what to
do.
"""

from __future__ import annotations


class NotUsable(Exception):
    """Nothing may be sent to Constant Contact now."""

    sentence = "Constant Contact is not connected. Connect it under Association Settings, Integrations."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotConnected(NotUsable):
    """Never connected, or disconnected by somebody."""


class ReconnectNeeded(NotUsable):
    """The grant is dead; only a person can connect again."""

    sentence = "The permission to use Constant Contact has ended. Connect again; nothing was lost meanwhile."


class ConnectionChanged(NotUsable):
    """Somebody connected another account, or disconnected, since this work began."""

    sentence = "The connection was changed while this was going on, so it was stopped."


class WrongSite(NotUsable):
    """This database is a copy or a restored backup: it is not the site that was connected."""


class TokensUnreadable(NotUsable):
    """The tokens were encrypted with a key that is not in FIELD_ENCRYPTION_KEYS."""


class ConnectingFailed(Exception):
    """The sign-in did not end in a connection; nothing was stored."""

    sentence = "Constant Contact did not accept the sign-in. Start again with Connect to Constant Contact."

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or self.sentence
        super().__init__(self.sentence)


class NotConfigured(ConnectingFailed):
    sentence = "This installation has no Constant Contact application yet: set CONSTANT_CONTACT_CLIENT_ID."


class ConsentDenied(ConnectingFailed):
    sentence = "You did not allow access in Constant Contact, so nothing was connected."


class SignInUnknown(ConnectingFailed):
    """There is no sign-in under way in this session: it was finished already, or began elsewhere."""

    sentence = (
        "This sign-in is over: it was finished already, or it began in another browser. "
        "Start again with Connect to Constant Contact."
    )


class SignInForged(ConnectingFailed):
    """The state is not the one this session was given."""

    sentence = (
        "This answer does not belong to the sign-in you started, so it was ignored. "
        "If you opened two windows, finish in the newer one."
    )


class SignInExpired(ConnectingFailed):
    sentence = "The sign-in took longer than ten minutes. Start again with Connect to Constant Contact."


class CodeRefused(ConnectingFailed):
    sentence = (
        "Constant Contact no longer accepts this sign-in: it is used up or too old. "
        "Start again with Connect to Constant Contact."
    )


class WrongApplication(ConnectingFailed):
    sentence = (
        "Constant Contact does not know this application: check CONSTANT_CONTACT_CLIENT_ID and "
        "CONSTANT_CONTACT_CLIENT_SECRET, then connect again."
    )


class ConstantContactDown(ConnectingFailed):
    sentence = (
        "Constant Contact cannot be reached at the moment, so nothing was connected. "
        "Try again in some minutes."
    )


class RightsMissing(ConnectingFailed):
    sentence = (
        "Constant Contact did not give all the rights that syncing needs. Connect as the account's owner or "
        "a manager, and allow everything that is asked."
    )
