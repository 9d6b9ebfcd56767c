"""From the rooms' own words to the wire's."""

from datetime import datetime, timedelta

from saveit.kernel.ids import TableId
from saveit.ledger import House
from saveit.reservations import Hold, Reservation
from saveit.seating import Audience, Closed, Offer, explain, local_clock, local_date
from saveit.web.problems import Language
from saveit.web.wire.answers import (
    Alternative,
    GuestAnswer,
    HoldAnswer,
    PolicyAnswer,
    ReservationAnswer,
    Slot,
    TableAnswer,
)
from saveit.web.wire.public import HouseCard


def shown_table(house: House, table_ids: tuple[TableId, ...]) -> TableAnswer | None:
    """Return the tables with their numbers, or None when there are none yet."""
    if not table_ids:
        return None
    numbers = house.table_numbers(table_ids)
    return TableAnswer(table_ids[0], "+".join(numbers), table_ids, numbers)


def shown_reservation(
    house: House, reservation: Reservation, links: tuple[str, str] | None
) -> ReservationAnswer:
    """Return a reservation with its instants on the restaurant's clock. Without `links`, to pass and calendar, its guest is masked."""
    zone, policy = house.zone, reservation.policy
    guest = reservation.guest.masked() if links is None else reservation.guest
    qr_url, calendar_url = links or (None, None)
    starts_at = reservation.starts_at.astimezone(zone)
    return ReservationAnswer(
        id=reservation.id,
        code=reservation.code,
        status=reservation.status,
        restaurant_id=reservation.restaurant_id,
        date=reservation.date,
        time=f"{starts_at.hour:02}:{starts_at.minute:02}",
        service=reservation.service,
        starts_at=starts_at,
        leaves_at=reservation.leaves_at.astimezone(zone),
        timezone=house.restaurant.timezone,
        party_size=reservation.party_size,
        table=shown_table(house, reservation.table_ids),
        pinned=reservation.pinned,
        overbooked=reservation.overbooked,
        guest=GuestAnswer(guest.name, guest.phone, guest.email, guest.language),
        user_id=reservation.person_id,
        special_requests=guest.special_requests,
        source=reservation.source,
        qr_url=qr_url,
        calendar_url=calendar_url,
        policy=PolicyAnswer(
            policy.currency,
            policy.free_until.astimezone(zone),
            policy.late_fee_minor,
            policy.no_show_fee_minor,
            policy.deposit_minor,
            policy.requirements,
            policy.tolerance_minutes,
            policy.no_show_after_minutes,
        ),
        fee_minor=reservation.fee_minor,
        revision=reservation.revision,
        created_at=reservation.created_at,
        updated_at=reservation.updated_at,
        hold_id=reservation.hold_id,
        confirm_by=reservation.confirm_by,
        confirmed_at=reservation.confirmed_at,
        checked_in_at=reservation.checked_in_at,
        completed_at=reservation.completed_at,
        cancelled_at=reservation.cancelled_at,
        no_show_at=reservation.no_show_at,
        cancel_reason=reservation.cancel_reason,
        expected_at=None if reservation.expected_at is None else reservation.expected_at.astimezone(zone),
    )


def shown_hold(house: House, hold: Hold) -> HoldAnswer:
    """Return a hold with its instants on the restaurant's clock."""
    zone = house.zone
    return HoldAnswer(
        id=hold.id,
        restaurant_id=hold.restaurant_id,
        date=hold.date,
        time=local_clock(hold.starts_at, zone),
        starts_at=hold.starts_at.astimezone(zone),
        leaves_at=hold.leaves_at.astimezone(zone),
        party_size=hold.party_size,
        table=shown_table(house, hold.table_ids),
        expires_at=hold.expires_at,
        renewed_at=hold.renewed_at,
        released_at=hold.released_at,
        reservation_id=hold.reservation_id,
    )


def shown_house(house: House, now: datetime) -> HouseCard:
    """Return a restaurant as its guests see it."""
    restaurant, rules = house.restaurant, house.rules
    today = local_date(now, house.zone)
    asked = rules.requirements
    wanted = (
        ("deposit", asked.requires_deposit),
        ("phone_verification", asked.requires_phone_verification),
        ("credit_card", asked.requires_credit_card),
        ("identification", asked.requires_identification),
    )
    return HouseCard(
        slug=restaurant.slug,
        name=restaurant.name,
        timezone=restaurant.timezone,
        language=restaurant.language,
        currency=restaurant.currency,
        address=restaurant.address,
        phone=restaurant.phone,
        party_size_min=rules.party.size_min,
        party_size_max=rules.party.size_max,
        first_on=today,
        last_on=today + timedelta(days=rules.reservation_window.max_days_advance),
        confirmation=rules.confirmation.mode,
        requirements=tuple(name for name, is_asked in wanted if is_asked),
        now=now.astimezone(house.zone),
    )


def shown_slot(house: House, answer: Offer | Closed, language: Language, audience: Audience) -> Slot:
    """Return a start as it is listed. The figures of the house (38 of 40) are for those who work there."""
    if isinstance(answer, Offer):
        return Slot(
            time=answer.time,
            available=True,
            starts_at=answer.starts_at.astimezone(house.zone),
            leaves_at=answer.leaves_at.astimezone(house.zone),
            service=answer.service,
            overbooked=answer.overbooked,
        )
    return Slot(
        time=answer.time or "",
        available=False,
        starts_at=None if answer.starts_at is None else answer.starts_at.astimezone(house.zone),
        reason=str(answer.reason),
        message=explain(answer, language, audience),
        facts=dict(answer.facts) if audience == "staff" else None,
    )


def shown_alternative(house: House, offer: Offer) -> Alternative:
    """Return an offer as what could be booked instead."""
    return Alternative(
        date=offer.date,
        time=offer.time,
        starts_at=offer.starts_at.astimezone(house.zone),
        leaves_at=offer.leaves_at.astimezone(house.zone),
        service=offer.service,
    )
