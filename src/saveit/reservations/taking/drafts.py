"""A reservation in the making, from a request to the act that makes it."""

from datetime import timedelta
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

import msgspec

from saveit.guests import email_index, phone_index, seal_details
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Actor
from saveit.kernel.ids import ReservationId, new_id
from saveit.ledger import Act, House, Outcome, hexed, load_rows
from saveit.reservations.codes import CODE_OCTETS, code_of
from saveit.reservations.desk import Desk
from saveit.reservations.facts import LimitPassed, created_body, limits_passed
from saveit.reservations.model import (
    Booked,
    Booking,
    Hold,
    Key,
    Reservation,
    awaits_confirmation,
    policy_of,
)
from saveit.reservations.taking.placing import Placed
from saveit.seating import plan_of

# Three ids of ten random octets each, and the code.
_DRAFT_OCTETS = 36
_json = msgspec.json.Encoder()
_answers = msgspec.msgpack.Encoder()
_answer_decoder = msgspec.msgpack.Decoder(Reservation)


class _Drawn(NamedTuple):
    """What is random about a reservation; drawn once there is a table to be asked for, which of a crowd few come to."""

    id: ReservationId
    person_id: UUID
    fact_id: UUID
    code: str


class Draft:
    """A reservation in the making: the same id, code and sealed guest in every attempt."""

    def __init__(self, desk: Desk, booking: Booking, actor: Actor, key: Key | None) -> None:
        self.booking = booking
        self.actor = actor
        self._desk = desk
        self._key = key
        self._now = desk.now()
        self._drawn: _Drawn | None = None
        self._made: Reservation | None = None
        self._sealed: tuple[Sealer, bytes, bytes] | None = None

    def act(self, placed: Placed, held: Hold | None = None) -> Act:
        """Return the act that makes the reservation of this offer."""
        drawn = self._draw()
        made = self._made = self._reservation(placed, held, drawn)
        booking, house, guest = self.booking, placed.house, self.booking.guest
        sealer, guest_sealed, person_sealed = self._seal(house.sealer, drawn)
        kind, index = _identity(sealer, booking)
        mention = email_index(sealer, guest.email) if guest.phone and guest.email else None
        for_guest = booking.audience == "guest"
        key, rules = self._key, house.rules
        return Act(
            kind="book",
            tenant_id=house.tenant_id,
            restaurant_id=house.restaurant_id,
            made_at=made.created_at,
            rules_version=house.restaurant.rules_version,
            floor_version=house.restaurant.floor_version,
            service_on=made.date,
            holder_id=made.id,
            hold_id=made.hold_id,
            table_ids=made.table_ids,
            starts_at=made.starts_at,
            leaves_at=made.leaves_at,
            ends_at=made.ends_at,
            expires_at=None,
            party_size=made.party_size,
            movable=not made.pinned,
            loads=msgspec.Raw(made.loads.encode()),
            key_scope=None if key is None else key.scope,
            key=None if key is None else key.text,
            body_digest=None if key is None else hexed(key.digest),
            answer_sealed=None if key is None else hexed(sealer.seal(_answers.encode(made), key.digest)),
            person_id=None if index is None else drawn.person_id,
            address_kind=kind,
            address_index=hexed(index),
            mention_index=hexed(mention),
            person_sealed=hexed(person_sealed),
            no_shows_max=rules.cancellation_policy.blocked_reservations_after_no_show if for_guest else None,
            overlap_allowed=rules.guest_limits.overlapping_allowed or not for_guest,
            active_max=rules.guest_limits.active_reservations_max if for_guest else None,
            code=made.code,
            status=made.status,
            guest_sealed=hexed(guest_sealed),
            language=guest.language,
            service=made.service,
            overbooked=made.overbooked,
            source=made.source,
            policy=msgspec.Raw(_json.encode(made.policy)),
            confirm_by=made.confirm_by,
            fact_id=drawn.fact_id,
            fact_kind="reservation.created",
            fact_body=msgspec.Raw(created_body(made, self._limits_passed(placed))),
            actor=str(self.actor),
            channel=self.actor.channel,
            trace_id=self.actor.trace_id,
            node=self._desk.database.node,
        )

    def booked(self, house: House, outcome: Outcome) -> Booked:
        """Return the reservation as it was committed, now or the first time."""
        if outcome.answer_sealed is not None and self._key is not None:
            answer = _answer_decoder.decode(house.sealer.open(outcome.answer_sealed, self._key.digest))
            return Booked(msgspec.structs.replace(answer, person_id=outcome.person_id), replayed=True)
        assert self._made is not None
        return Booked(msgspec.structs.replace(self._made, person_id=outcome.person_id), replayed=False)

    def _limits_passed(self, placed: Placed) -> tuple[LimitPassed, ...]:
        if not self.booking.beyond_pacing:
            return ()
        return limits_passed(
            placed.house.rules,
            placed.picture.day,
            placed.offer,
            party_size=self.booking.party_size,
            by=self.actor,
        )

    def _draw(self) -> _Drawn:
        if self._drawn is None:
            # At once: each call to the system costs as much as all the rest of an id.
            octets = BytesIO(self._desk.entropy(_DRAFT_OCTETS))
            self._drawn = _Drawn(
                ReservationId(new_id(self._now, octets.read)),
                new_id(self._now, octets.read),
                new_id(self._now, octets.read),
                code_of(octets.read(CODE_OCTETS)),
            )
        return self._drawn

    def _reservation(self, placed: Placed, held: Hold | None, drawn: _Drawn) -> Reservation:
        booking, house, offer, now = self.booking, placed.house, placed.offer, self._now
        plan = plan_of(house.rules, offer.date, house.zone)
        policy = policy_of(
            house.rules,
            on=offer.date,
            starts_at=offer.starts_at,
            party_size=booking.party_size,
            currency=house.restaurant.currency,
            audience=booking.audience,
            met=booking.met,
        )
        pending = awaits_confirmation(house.rules, policy, booking.audience)
        confirm_within = timedelta(minutes=house.rules.confirmation.confirm_within_minutes)
        claims = offer.claims if offer.overbooking is None else (*offer.claims, offer.overbooking)
        return Reservation(
            id=drawn.id,
            tenant_id=house.tenant_id,
            restaurant_id=house.restaurant_id,
            code=drawn.code,
            status="pending" if pending else "confirmed",
            person_id=None,
            guest=booking.guest,
            date=offer.date,
            service=offer.service,
            starts_at=offer.starts_at,
            leaves_at=offer.leaves_at,
            ends_at=offer.ends_at,
            party_size=booking.party_size,
            table_ids=placed.table_ids if held is None else held.table_ids,
            pinned=booking.table_id is not None,
            overbooked=offer.overbooked,
            source=booking.source,
            policy=policy,
            loads=load_rows(plan, claims, booking.party_size) if held is None else held.loads,
            revision=1,
            calendar_sequence=0,
            created_at=now,
            updated_at=now,
            hold_id=None if held is None else held.id,
            confirm_by=now + confirm_within if pending else None,
            confirmed_at=None if pending else now,
        )

    def _seal(self, sealer: Sealer, drawn: _Drawn) -> tuple[Sealer, bytes, bytes]:
        if self._sealed is None or self._sealed[0] is not sealer:
            guest = self.booking.guest
            self._sealed = (
                sealer,
                seal_details(sealer, guest, drawn.id),
                seal_details(sealer, guest, drawn.person_id),
            )
        return self._sealed


def _identity(sealer: Sealer, booking: Booking) -> tuple[str | None, bytes | None]:
    """Return the address that says who the guest is: where they write from, else the phone, else the e-mail. Without any he is nobody."""
    guest = booking.guest
    if booking.written_from is not None:
        return "channel", sealer.blind_index("channel", booking.written_from)
    if guest.phone:
        return "phone", phone_index(sealer, guest.phone)
    if guest.email:
        return "email", email_index(sealer, guest.email)
    return None, None
