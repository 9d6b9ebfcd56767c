"""What is said in Spanish. Two texts where tú and usted differ: the first is tú.

A good host is warm and short, says the date whole, and never says that something is booked before it is.
"""

from typing import Final

WEEKDAYS: Final = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
PEOPLE: Final = ("persona", "personas")
TODAY: Final = "hoy"
TOMORROW: Final = "mañana"
ON: Final = "el"
AND: Final = "y"
OR: Final = "o"
EVERY_DAY: Final = "todos los días"
FROM_TO: Final = "de {first} a {last}"
SMALL_HOURS: Final = "ya de madrugada"
SMALL_HOURS_END: Final = 5


def at(time: str) -> str:
    """Return "a la" for one o'clock and "a las" for the others."""
    return "a la" if time[:2] in {"01", "1:"} else "a las"


SENTENCES: Final[dict[str, str | tuple[str, str]]] = {
    # Meeting and parting.
    "greet": (
        "¡Hola! Soy el asistente de reservas de {venue}. ¿En qué te ayudo?",
        "Hola, bienvenido. Soy el asistente de reservas de {venue}. ¿En qué le puedo ayudar?",
    ),
    "greet_named": (
        "¡Hola, {name}! Qué gusto leerte. ¿En qué te ayudo?",
        "Hola, {name}. Es un gusto saludarle. ¿En qué le puedo ayudar?",
    ),
    "greet_many": (
        "¡Hola! Soy el asistente de reservas. ¿En qué te ayudo?",
        "Hola, bienvenido. Soy el asistente de reservas. ¿En qué le puedo ayudar?",
    ),
    "hello": "¡Hola!",
    "thanks": (
        "¡A ti! Si necesitas algo más, aquí estoy.",
        "Con mucho gusto. Si necesita algo más, aquí estoy.",
    ),
    "thanks_booked": (
        "¡A ti! Te esperamos {on} {at}.",
        "Con mucho gusto. Le esperamos {on} {at}.",
    ),
    "goodbye": ("¡Hasta pronto!", "Hasta pronto, que tenga un buen día."),
    "all_right": (
        "De acuerdo. Si necesitas algo más, aquí estoy.",
        "De acuerdo. Si necesita algo más, aquí estoy.",
    ),
    "closed": "cerrado",
    # Asking.
    "ask_restaurant": ("¿En cuál de nuestros restaurantes?", "¿En cuál de nuestros restaurantes?"),
    "ask_date": ("¿Para qué día la quieres?", "¿Para qué día la desea?"),
    "ask_time": ("¿A qué hora te va bien?", "¿A qué hora le viene bien?"),
    "ask_party_size": ("¿Para cuántas personas?", "¿Para cuántas personas?"),
    "ask_name": ("¿A nombre de quién la pongo?", "¿A nombre de quién la pongo, por favor?"),
    "free_for_whom": (
        "Tengo mesa para {people}, {when}. ¿A nombre de quién la pongo?",
        "Tengo mesa para {people}, {when}. ¿A nombre de quién la pongo, por favor?",
    ),
    "ask_phone": (
        "¿Me dejas un teléfono de contacto? El restaurante lo pide para esta reserva.",
        "¿Me facilita un teléfono de contacto? El restaurante lo pide para esta reserva.",
    ),
    "ask_phone_again": (
        "Ese número no me cuadra. ¿Me lo escribes completo, con su prefijo?",
        "Ese número no me cuadra. ¿Me lo escribe completo, con su prefijo?",
    ),
    "free_times": (
        "Para {people}, {on}, tengo mesa {times}. ¿Cuál te va mejor?",
        "Para {people}, {on}, tengo mesa {times}. ¿Cuál le viene mejor?",
    ),
    "and_more": "entre las {first} y las {last}",
    "times_button": "Ver horas",
    "choices_button": "Ver opciones",
    # Doubts.
    "doubt.range": ("¿Cuántos serán al final, {choices}?", "¿Cuántas personas serán al final, {choices}?"),
    "doubt.party_size": ("¿Cuántos serán al final?", "¿Cuántas personas serán al final?"),
    "doubt.date": ("¿Qué día prefieres, {choices}?", "¿Qué día prefiere, {choices}?"),
    "doubt.time": ("¿A qué hora prefieres, {choices}?", "¿A qué hora prefiere, {choices}?"),
    "doubt.not_one_day": ("¿Qué día exactamente?", "¿Qué día exactamente?"),
    "doubt.no_such_date": (
        "Esa fecha no existe en el calendario. ¿Qué día quieres venir?",
        "Esa fecha no existe en el calendario. ¿Qué día desea venir?",
    ),
    "doubt.weekday_contradicts_date": (
        "El día de la semana y la fecha no coinciden. ¿Cuál es, {choices}?",
        "El día de la semana y la fecha no coinciden. ¿Cuál es, {choices}?",
    ),
    "doubt.contradiction": (
        "El día de la semana y la fecha no coinciden. ¿Qué día es?",
        "El día de la semana y la fecha no coinciden. ¿Qué día es?",
    ),
    "doubt.which_day": ("¿Cuál de los dos días, {choices}?", "¿Cuál de los dos días, {choices}?"),
    # Before it is booked.
    "summary": "Mesa para {people}, {when}, a nombre de {name}",
    "summary_place": "{venue}: mesa para {people}, {when}, a nombre de {name}",
    "summary_area": "{area}",
    "summary_requests": "Nota para el equipo: {requests}",
    "confirm_booking": ("{summary}.{notes}¿La reservo?", "{summary}.{notes}¿Se la reservo?"),
    "yes_book": "Sí, reservar",
    "change_it": "Cambiar algo",
    "no_thanks": "No, gracias",
    "yes": "Sí",
    "no": "No",
    "what_to_change": (
        "Claro. ¿Qué cambio: el día, la hora, las personas o el nombre?",
        "Por supuesto. ¿Qué cambio: el día, la hora, las personas o el nombre?",
    ),
    "no_hurry": (
        "Sin prisa: no hago nada hasta que me digas.",
        "Sin prisa: no hago nada hasta que me diga.",
    ),
    "dropped": (
        "De acuerdo, no reservo nada. Aquí estoy si cambias de idea.",
        "De acuerdo, no reservo nada. Aquí estoy si cambia de idea.",
    ),
    "dropped_still": (
        "De acuerdo, no reservo nada más. Tu mesa del {when} sigue en pie.",
        "De acuerdo, no reservo nada más. Su mesa del {when} sigue en pie.",
    ),
    "deposit_ahead": (
        "El restaurante pide un depósito de {amount}: la mesa queda pendiente hasta que lo pagues, y el equipo te dirá cómo hacerlo.",
        "El restaurante pide un depósito de {amount}: la mesa queda pendiente hasta que lo pague, y el equipo le dirá cómo hacerlo.",
    ),
    "card_ahead": (
        "El restaurante pide una tarjeta como garantía; el equipo te dirá cómo darla.",
        "El restaurante pide una tarjeta como garantía; el equipo le dirá cómo darla.",
    ),
    "phone_ahead": (
        "El restaurante confirma el teléfono con un código antes de dar la mesa por segura.",
        "El restaurante confirma el teléfono con un código antes de dar la mesa por segura.",
    ),
    "identification_ahead": (
        "Trae un documento de identidad.",
        "Traiga por favor un documento de identidad.",
    ),
    "manual_ahead": (
        "El restaurante revisa cada solicitud y te responde antes de darla por segura.",
        "El restaurante revisa cada solicitud y le responde antes de darla por segura.",
    ),
    # Booked.
    "booked": (
        "¡Listo, {name}! Tu reserva está confirmada ✅\n{place}\n📅 {when}\n👥 {people}\nCódigo: {code}",
        "Listo, {name}. Su reserva está confirmada ✅\n{place}\n📅 {when}\n👥 {people}\nCódigo: {code}",
    ),
    "booked_pending": (
        (
            "¡Gracias, {name}! Tengo tu solicitud: queda pendiente, con la mesa apartada "
            "mientras tanto ⏳\n{place}\n📅 {when}\n👥 {people}\nCódigo: {code}"
        ),
        (
            "Gracias, {name}. Tengo su solicitud: queda pendiente, con la mesa apartada "
            "mientras tanto ⏳\n{place}\n📅 {when}\n👥 {people}\nCódigo: {code}"
        ),
    ),
    "pending_until": ("Se guarda hasta las {time}.", "Se guarda hasta las {time}."),
    "pending_manual": ("El restaurante te responde por aquí.", "El restaurante le responde por aquí."),
    "pending_deposit": (
        "Falta el depósito de {amount}; el equipo te escribe para decirte cómo pagarlo.",
        "Falta el depósito de {amount}; el equipo le escribe para decirle cómo pagarlo.",
    ),
    "pending_card": (
        "Falta la tarjeta de garantía; el equipo te escribe.",
        "Falta la tarjeta de garantía; el equipo le escribe.",
    ),
    "pending_phone": (
        "Falta comprobar tu teléfono; el equipo te escribe.",
        "Falta comprobar su teléfono; el equipo le escribe.",
    ),
    "requests_noted": "📝 {requests}",
    "free_until": (
        "Puedes cambiarla o cancelarla sin costo hasta el {when}.",
        "Puede cambiarla o cancelarla sin costo hasta el {when}.",
    ),
    "change_booking": "Cambiarla",
    "cancel_booking": "Cancelarla",
    # Not free.
    "why.closed": "{On} estamos cerrados.",
    "why.no_service": "A esa hora no hay servicio; ese día abrimos {hours}.",
    "why.no_service_then": "A esa hora no recibimos mesas.",
    "why.horizon": (
        "Para el {day} aún no se puede reservar; las reservas de ese día se abren el {opens_on}.",
        "Para el {day} aún no se puede reservar; las reservas de ese día se abren el {opens_on}.",
    ),
    "why.same_day": "Para el mismo día no tomamos reservas por mensaje.",
    "why.past": "Esa hora ya pasó.",
    "why.notice": "Las reservas se hacen con al menos {hours} h de antelación.",
    "why.skipped_time": "Esa hora no existe ese día: cambia el reloj.",
    "why.not_a_slot": "A las {time} no empezamos mesas; la hora más cercana es {nearest}.",
    "why.after_last_seating": "A esa hora la cocina ya no recibe mesas.",
    "why.ends_after_close": "A esa hora ya no daría tiempo: la mesa es por {minutes} minutos y cerramos a las {closes}.",
    "why.party_too_large": (
        "Para {party_size} personas te atiende mejor alguien del equipo; por aquí reservo hasta {limit}.",
        "Para {party_size} personas le atiende mejor alguien del equipo; por aquí reservo hasta {limit}.",
    ),
    "why.party_too_small": "Aquí recibimos grupos de al menos {limit} personas.",
    "why.area_unknown": "No tenemos esa zona.",
    "why.table_unknown": "No tenemos esa mesa.",
    "why.unit_too_small": "Esa mesa es para {limit} personas como máximo.",
    "why.unit_too_large": "Esa mesa es para {limit} personas como mínimo.",
    "why.full": "{At} ya no me queda mesa para {party_size}.",
    "why.pacing_parties": "{At} ya llegan muchos grupos a la vez.",
    "why.pacing_covers": "{At} ya llega mucha gente a la vez.",
    "why.online_held_back": "Por aquí ya no me queda sitio; se abre más el {released_on}.",
    "why.guest_blocked": (
        "Esta reserva necesito que la hables con el restaurante.",
        "Esta reserva necesito que la hable con el restaurante.",
    ),
    "why.guest_overlap": (
        "Ya tienes una reserva que coincide con esa hora.",
        "Ya tiene una reserva que coincide con esa hora.",
    ),
    "why.guest_limit": (
        "Ya tienes {reservations} reservas, y el máximo es {limit}.",
        "Ya tiene {reservations} reservas, y el máximo es {limit}.",
    ),
    "why.guest_limit_plain": (
        "Ya tienes todas las reservas que el restaurante permite a la vez.",
        "Ya tiene todas las reservas que el restaurante permite a la vez.",
    ),
    "full_day": "{On} ya no me queda mesa para {people}.",
    "near_are": (
        "Lo más cercano que tengo: {times}. ¿Te sirve alguna?",
        "Lo más cercano que tengo: {times}. ¿Le sirve alguna?",
    ),
    "near_is": (
        "Lo más cercano que tengo: {times}. ¿Te sirve?",
        "Lo más cercano que tengo: {times}. ¿Le sirve?",
    ),
    "nothing_near": (
        "En los días cercanos tampoco tengo nada. ¿Probamos otro día?",
        "En los días cercanos tampoco tengo nada. ¿Probamos otro día?",
    ),
    "other_time": ("¿Qué otra hora u otro día te serviría?", "¿Qué otra hora u otro día le serviría?"),
    "just_gone": "Uy, se acaba de ocupar.",
    "area_full": "{Area} no me queda mesa para eso, pero en otra zona sí.",
    "waitlist_button": "Lista de espera",
    "waitlist_hint": (
        "También puedo apuntarte en la lista de espera.",
        "También puedo apuntarle en la lista de espera.",
    ),
    "waiting": (
        (
            "Hecho, {name}: quedas en la lista de espera, {on}, entre las {earliest} y las {latest} "
            "(puesto {position}). Si se libera una mesa te aviso por aquí. Por ahora no hay reserva."
        ),
        (
            "Hecho, {name}: queda en la lista de espera, {on}, entre las {earliest} y las {latest} (puesto "
            "{position}). Si se libera una mesa le aviso por aquí. Por ahora no hay reserva."
        ),
    ),
    "waitlist_not_needed": (
        "¡Buenas noticias! A esa hora sí hay mesa.",
        "Buenas noticias: a esa hora sí hay mesa.",
    ),
    "refused.waitlist_already_waiting": (
        "Ya estás en la lista de espera de ese día. Te aviso si se libera algo.",
        "Ya está en la lista de espera de ese día. Le aviso si se libera algo.",
    ),
    "refused.waitlist_full": "La lista de espera de ese día también está llena.",
    "refused.waitlist_no_such_start": "A esa hora no se podría ni esperando: no hay servicio para ese grupo.",
    "refused.waitlist_entry_over": "Esa mesa ya no está guardada.",
    "refused.waitlist_nothing_offered": "Todavía no se ha liberado ninguna mesa.",
    "refused.waitlist_entry_not_found": "No encuentro esa espera.",
    "left_waitlist": ("Listo, te quité de la lista de espera.", "Listo, le quité de la lista de espera."),
    # Bookings there are.
    "one_booking": ("Tienes esta reserva:", "Tiene esta reserva:"),
    "bookings": ("Tienes estas reservas:", "Tiene estas reservas:"),
    "booking_line": "• {when}, {people}, a nombre de {name}{place} (código {code}){pending}",
    "pending_mark": ", pendiente",
    "at_place": " en {venue}",
    "no_bookings": (
        "No veo reservas a tu nombre desde este chat.",
        "No veo reservas a su nombre desde este chat.",
    ),
    "no_bookings_hint": (
        "Si la hiciste por otro canal, dime el código de la reserva, o el teléfono o correo con que la hiciste.",
        "Si la hizo por otro canal, dígame el código de la reserva, o el teléfono o correo con que la hizo.",
    ),
    "which_booking": ("¿Cuál de ellas?", "¿Cuál de ellas?"),
    "none_like_that": (
        "No veo una reserva así. Estas son las que tienes:",
        "No veo una reserva así. Estas son las que tiene:",
    ),
    "ask_cancel": (
        "¿Cancelo tu mesa para {people} del {when}?",
        "¿Cancelo su mesa para {people} del {when}?",
    ),
    "cancel_fee": (
        "Por cancelar a estas alturas el restaurante cobra {amount}.",
        "Por cancelar a estas alturas el restaurante cobra {amount}.",
    ),
    "cancel_free": "No tiene costo.",
    "yes_cancel": "Sí, cancelar",
    "keep_it": "No, mantenerla",
    "cancelled": (
        "Listo, cancelé tu mesa del {when}. ¡Ojalá nos veamos otro día!",
        "Listo, cancelé su mesa del {when}. Esperamos verle otro día.",
    ),
    "cancelled_fee": ("El cargo por cancelación es de {amount}.", "El cargo por cancelación es de {amount}."),
    "kept": ("Perfecto, tu mesa del {when} sigue en pie.", "Perfecto, su mesa del {when} sigue en pie."),
    "ask_change": (
        "Tu mesa es para {people}, {when}. ¿Qué cambio: el día, la hora o las personas?",
        "Su mesa es para {people}, {when}. ¿Qué cambio: el día, la hora o las personas?",
    ),
    "confirm_change": (
        "La paso al {when}, {people}. ¿Hago el cambio?",
        "La paso al {when}, {people}. ¿Hago el cambio?",
    ),
    "yes_change": "Sí, cambiarla",
    "changed": (
        "Hecho ✅ Tu mesa queda para {people}, {when}. El código sigue siendo {code}.",
        "Hecho ✅ Su mesa queda para {people}, {when}. El código sigue siendo {code}.",
    ),
    "change_nothing": ("Así está ya: {people}, {when}.", "Así está ya: {people}, {when}."),
    "change_full": ("Tu mesa del {when} sigue como estaba.", "Su mesa del {when} sigue como estaba."),
    "noted": (
        "Anotado en tu reserva del {when}: {requests}.",
        "Anotado en su reserva del {when}: {requests}.",
    ),
    "renamed": ("Hecho: la mesa queda a nombre de {name}.", "Hecho: la mesa queda a nombre de {name}."),
    "late_noted": (
        (
            "¡Gracias por avisar! Ya lo saben en la puerta. La mesa se guarda {minutes} "
            "minutos desde las {time}; si crees que tardarás más, dímelo y lo vemos."
        ),
        (
            "Gracias por avisar. Ya lo saben en la puerta. La mesa se guarda {minutes} "
            "minutos desde las {time}; si cree que tardará más, dígamelo y lo vemos."
        ),
    ),
    "late_note": "Avisa que llega tarde: {text}",
    "late_no_booking": (
        "Gracias por avisar, pero no veo una reserva tuya para hoy.",
        "Gracias por avisar, pero no veo una reserva suya para hoy.",
    ),
    "refused.illegal_status": (
        "Esa reserva ya no se puede tocar por aquí.",
        "Esa reserva ya no se puede tocar por aquí.",
    ),
    "refused.revision_conflict": (
        "Tu reserva acaba de cambiar. Así está ahora:",
        "Su reserva acaba de cambiar. Así está ahora:",
    ),
    "refused.reservation_not_found": "No encuentro esa reserva.",
    "refused.guest_blocked": (
        "Esta reserva necesito que la hables con el restaurante.",
        "Esta reserva necesito que la hable con el restaurante.",
    ),
    "refused.guest_overlap": (
        "Ya tienes una reserva que coincide con esa hora.",
        "Ya tiene una reserva que coincide con esa hora.",
    ),
    "refused.guest_limit": (
        "Ya tienes todas las reservas que el restaurante permite a la vez.",
        "Ya tiene todas las reservas que el restaurante permite a la vez.",
    ),
    "refused.other": "No he podido hacerlo.",
    # Other addresses.
    "code_sent": (
        "Si conozco ese contacto, le acabo de mandar un código. Escríbemelo aquí y verás tus reservas.",
        "Si conozco ese contacto, le acabo de mandar un código. Escríbamelo aquí y verá sus reservas.",
    ),
    "code_message": (
        "Tu código es {code}. Alguien, espero que tú, quiere ver tus reservas desde otro canal. Si no fuiste tú, no lo compartas.",
        "Su código es {code}. Alguien, espero que usted, quiere ver sus reservas desde otro canal. Si no fue usted, no lo comparta.",
    ),
    "linked": ("¡Perfecto! Ya sé quién eres.", "Perfecto, ya sé quién es."),
    "wrong_code": ("Ese código no es correcto o ya caducó.", "Ese código no es correcto o ya caducó."),
    "too_many_codes": (
        "Han sido demasiados intentos. Te paso con una persona del equipo.",
        "Han sido demasiados intentos. Le paso con una persona del equipo.",
    ),
    # Questions about the house.
    "info.hours": "Nuestro horario en {venue}:\n{week}",
    "info.hours_on": "{On} abrimos {hours}.",
    "info.closed_on": "{On} estamos cerrados.",
    "info.closed_soon": "Ojo: {days} cerramos.",
    "info.address": ("Estamos en {address}.", "Estamos en {address}."),
    "info.phone": ("Nuestro teléfono es {phone}.", "Nuestro teléfono es {phone}."),
    "info.menu": ("Aquí tienes la carta: {url}", "Aquí tiene la carta: {url}"),
    "info.cancellation": (
        "Puedes cancelar sin costo hasta {hours} h antes.",
        "Puede cancelar sin costo hasta {hours} h antes.",
    ),
    "info.cancellation_any": (
        "Puedes cancelar sin costo en cualquier momento.",
        "Puede cancelar sin costo en cualquier momento.",
    ),
    "info.cancellation_fee": "Más tarde, o si nadie viene, el cargo es de {amount}.",
    "info.no_show_free": (
        "Si al final no puedes venir no hay cargo; avísame y la mesa queda para otra persona.",
        "Si al final no puede venir no hay cargo; avíseme y la mesa queda para otra persona.",
    ),
    "info.late": (
        "Guardamos la mesa {minutes} minutos. Si llegas tarde, avísame.",
        "Guardamos la mesa {minutes} minutos. Si llega tarde, avíseme.",
    ),
    "info.deposit": "Sí, se pide un depósito de {amount} por reserva.",
    "info.deposit_each": "Sí, se pide un depósito de {amount} por persona.",
    "info.no_deposit": "No, no hace falta dejar depósito.",
    "info.groups": "Por aquí reservo hasta {limit} personas; para más te atiende alguien del equipo.",
    "info.areas": "Tenemos {areas}.",
    "info.allergies": (
        "Dime qué alergias hay y lo anoto en la reserva para que la cocina lo sepa.",
        "Dígame qué alergias hay y lo anoto en la reserva para que la cocina lo sepa.",
    ),
    "one_by_one_cancel": (
        "Vamos una por una: dime cuál cancelo, y enseguida cambiamos la otra.",
        "Vamos una por una: dígame cuál cancelo, y enseguida cambiamos la otra.",
    ),
    "one_by_one": (
        "Vamos una por una: primero esta, y enseguida me dices la otra.",
        "Vamos una por una: primero esta, y enseguida me dice la otra.",
    ),
    "info.unknown": (
        "Eso no lo sé con certeza. ¿Quieres que le pregunte a una persona del equipo?",
        "Eso no lo sé con certeza. ¿Desea que le pregunte a una persona del equipo?",
    ),
    "info.unknown_phone": (
        "Eso no lo sé con certeza. Puedes llamar al {phone}, o le pregunto a una persona del equipo. ¿Qué prefieres?",
        "Eso no lo sé con certeza. Puede llamar al {phone}, o le pregunto a una persona del equipo. ¿Qué prefiere?",
    ),
    "carry_on": "Seguimos con la reserva.",
    # When words fail.
    "not_understood": (
        "Perdona, no te entendí bien.",
        "Disculpe, no le entendí bien.",
    ),
    "not_understood_help": (
        "Puedo reservar mesa, cambiar o cancelar una reserva, o decirte horario y dirección. ¿Qué necesitas?",
        "Puedo reservar mesa, cambiar o cancelar una reserva, o decirle horario y dirección. ¿Qué necesita?",
    ),
    "out_of_scope": (
        "De eso no sé mucho: lo mío son las reservas. ¿Te busco mesa?",
        "De eso no sé mucho: lo mío son las reservas. ¿Le busco mesa?",
    ),
    "handed_over": (
        "Le aviso a una persona del equipo. Te responde por aquí en cuanto pueda.",
        "Le aviso a una persona del equipo. Le responde por aquí en cuanto pueda.",
    ),
    "handed_over_phone": (
        "Le aviso a una persona del equipo y te responde por aquí en cuanto pueda. Si es urgente, llama al {phone}.",
        "Le aviso a una persona del equipo y le responde por aquí en cuanto pueda. Si es urgente, llame al {phone}.",
    ),
    "handed_over_lost": (
        "No quiero hacerte perder tiempo: le aviso a una persona del equipo y te responde por aquí.",
        "No quiero hacerle perder tiempo: le aviso a una persona del equipo y le responde por aquí.",
    ),
    "complaint": (
        "Lamento mucho lo que pasó. Se lo paso ahora mismo a una persona del equipo, que te responde por aquí.",
        "Lamento mucho lo ocurrido. Se lo paso ahora mismo a una persona del equipo, que le responde por aquí.",
    ),
    "am_assistant": (
        "Soy el asistente del restaurante: reservo, cambio y cancelo mesas al momento. Si prefieres hablar con una persona, dímelo.",
        "Soy el asistente del restaurante: reservo, cambio y cancelo mesas al momento. Si prefiere hablar con una persona, dígamelo.",
    ),
    "one_after_the_other": (
        "Tienes {n} reservas; vamos de una en una.",
        "Tiene {n} reservas; vamos de una en una.",
    ),
    "human_button": "Hablar con alguien",
    "book_button": "Reservar mesa",
    "mine_button": "Mis reservas",
    "hours_button": "Horario y dirección",
    "opted_out": (
        "Entendido: no te escribiré más por aquí. Tus reservas siguen en pie. Si quieres volver a hablar conmigo, escribe ALTA.",
        "Entendido: no le escribiré más por aquí. Sus reservas siguen en pie. Si quiere volver a hablar conmigo, escriba ALTA.",
    ),
    "opted_in": (
        "Hecho: ya puedo escribirte otra vez, y volverás a recibir los avisos de tus reservas.",
        "Hecho: ya puedo escribirle otra vez, y volverá a recibir los avisos de sus reservas.",
    ),
    "languages": (
        "Atiendo en español y en inglés. · I can help you in Spanish or in English. ¿Para qué "
        "día, a qué hora y cuántas personas? · Which day, what time and how many people?"
    ),
    "unread.audio": (
        "No puedo oír audios por aquí 🙈 ¿Me lo escribes? Por ejemplo: «mesa para 4 mañana a las 20:30».",
        "No puedo oír audios por aquí. ¿Me lo escribe, por favor? Por ejemplo: «mesa para 4 mañana a las 20:30».",
    ),
    "unread.image": (
        "No puedo ver imágenes por aquí. ¿Me lo cuentas por escrito?",
        "No puedo ver imágenes por aquí. ¿Me lo cuenta por escrito?",
    ),
    "unread.video": (
        "No puedo ver vídeos por aquí. ¿Me lo cuentas por escrito?",
        "No puedo ver vídeos por aquí. ¿Me lo cuenta por escrito?",
    ),
    "unread.document": (
        "No puedo abrir archivos por aquí. ¿Me lo cuentas por escrito?",
        "No puedo abrir archivos por aquí. ¿Me lo cuenta por escrito?",
    ),
    "unread.sticker": "😊",
    "unread.place": (
        "¡Gracias por la ubicación! Nosotros estamos en {address}.",
        "Gracias por la ubicación. Nosotros estamos en {address}.",
    ),
    "unread.place_plain": (
        "Gracias por la ubicación. ¿En qué te ayudo?",
        "Gracias por la ubicación. ¿En qué le ayudo?",
    ),
    "unread.contact": (
        "Gracias, pero no guardo contactos de otras personas. ¿En qué te ayudo?",
        "Gracias, pero no guardo contactos de otras personas. ¿En qué le ayudo?",
    ),
    "unread.silence": ("Perdona, no te he oído.", "Perdone, no le he oído."),
    "silent": (
        "No te oigo. Llama de nuevo cuando quieras, por favor. ¡Hasta luego!",
        "No le oigo. Llame de nuevo cuando quiera, por favor. ¡Hasta luego!",
    ),
    "unread.other": (
        "Eso no lo puedo leer por aquí. ¿Me lo escribes?",
        "Eso no lo puedo leer por aquí. ¿Me lo escribe?",
    ),
}
AREAS: Final = {
    "terrace": "en la terraza",
    "indoors": "en el salón",
    "bar": "en la barra",
    "window": "junto a la ventana",
    "private": "en el reservado",
}
