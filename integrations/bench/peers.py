"""What other connectors would ask for the same work, by formulas read out of their code.

RS: a Python sync with V3 that one association runs every two hours. CV: a CRM's extension with the older V2.
PM: a membership plugin with V3. GR: a group-email product's destination. Each writes contact by contact.
"""

from __future__ import annotations

from dataclasses import dataclass

from integrations.bench.scenarios import Change


@dataclass(frozen=True)
class Peer:
    """`formula` as people write it, and the same as a fixed part and what each person costs, at least and at most."""

    name: str
    formula: str
    fixed: int
    least: int
    most: int

    def of(self, people: int) -> str:
        least, most = (self.fixed + each * people for each in (self.least, self.most))
        return f"{least:,}" if least == most else f"{least:,}–{most:,}"


PEERS = (
    Peer("RS", "1 + 2N", fixed=1, least=2, most=2),
    Peer("CV", "2N", fixed=0, least=2, most=2),
    Peer("PM", "2N…4N", fixed=0, least=2, most=4),
    Peer("GR", "3N", fixed=0, least=3, most=3),
)


def requests_of(peer: Peer, change: Change, *, members: int, touched: int) -> str:
    """What the peer would spend where `members` are synced and `touched` changed; a dash where it has no answer."""
    if change in (Change.FIRST_SYNC, Change.ADD_FIELD):
        return peer.of(members)
    if peer.name == "RS":
        return "–" if change is Change.REMOVE else peer.of(members)
    if change in (Change.NOTHING, Change.PLAN_NOTHING):
        return "0"
    if change is Change.REMOVE:
        return {"CV": f"{2 * touched:,}, none removed", "PM": "0, none removed", "GR": f"{touched:,}"}[
            peer.name
        ]
    if change is Change.ONE_FIELD:
        return {"CV": "2", "PM": "2", "GR": "9"}[peer.name]
    return peer.of(touched)
