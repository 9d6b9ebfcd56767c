"""Codes to a phone: few are sent, none is guessed, and nothing is said of who has the number."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from saveit.guests.contact import phone_index, phone_key
from saveit.guests.phones import store
from saveit.kernel.crypto import Sealer
from saveit.kernel.db import Transaction
from saveit.kernel.errors import Refusal

CODE_LASTS: Final = timedelta(minutes=10)
TRIES_MAX: Final = 5
SENDS_MAX: Final = 3
"""Of one phone within a quarter of an hour, and for one kept table."""
_COUNTED_FOR: Final = timedelta(minutes=15)
_KEPT_FOR: Final = timedelta(days=1)
_CODES: Final = 1_000_000


class TooManyPhoneCodes(Refusal):
    """As many codes as may be were sent to this phone, or for this table; `retry_after_s` says when another may."""

    code: ClassVar[str] = "too_many_phone_codes"


async def make_phone_code(
    tx: Transaction,
    sealer: Sealer,
    phone: str,
    *,
    hold_id: UUID,
    now: datetime,
    entropy: Callable[[int], bytes],
) -> str:
    """Return a new code of six digits for a phone in E.164; any older one is over. Refuses: TooManyPhoneCodes."""
    await tx.run(store.LOCK_HOLD, hold_id=str(hold_id))
    await tx.run(store.DROP_OLD, tenant_id=tx.tenant_id, before=now - _KEPT_FOR)
    index = phone_index(sealer, phone)
    asked = await tx.one(store.COUNT_FOR_HOLD, tenant_id=tx.tenant_id, hold_id=hold_id)
    if asked.counted >= SENDS_MAX:
        raise TooManyPhoneCodes(retry_after_s=int(_COUNTED_FOR.total_seconds()))
    code = f"{int.from_bytes(entropy(8)) % _CODES:06}"
    kept = await tx.maybe(
        store.KEEP_CODE,
        tenant_id=tx.tenant_id,
        phone_index=index,
        code_digest=_digest(sealer, phone, code),
        tries=TRIES_MAX,
        hold_id=hold_id,
        now=now,
        expires_at=now + CODE_LASTS,
        since=now - _COUNTED_FOR,
        sends_max=SENDS_MAX,
    )
    if kept is None:
        known = await tx.maybe(store.COUNTED_FROM, tenant_id=tx.tenant_id, phone_index=index)
        wait = _COUNTED_FOR if known is None else known.counted_from + _COUNTED_FOR - now
        raise TooManyPhoneCodes(retry_after_s=max(1, int(wait.total_seconds())))
    return code


async def check_phone_code(tx: Transaction, sealer: Sealer, phone: str, code: str, *, now: datetime) -> bool:
    """Say whether it is the code that was sent to the phone. Each try counts, right or wrong, so the transaction must be committed."""
    row = await tx.maybe(
        store.TRY_CODE, tenant_id=tx.tenant_id, phone_index=phone_index(sealer, phone), now=now
    )
    return row is not None and hmac.compare_digest(row.code_digest, _digest(sealer, phone, code))


def _digest(sealer: Sealer, phone: str, code: str) -> bytes:
    return sealer.blind_index("phone_code", f"{phone_key(phone)}:{code}")
