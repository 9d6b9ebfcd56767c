"""The one table from code to status and title."""

from typing import NamedTuple


class Line(NamedTuple):
    """How one code is told over HTTP."""

    status: int
    es: str
    en: str


PROBLEMS: dict[str, Line] = {
    # The skin.
    "unauthenticated": Line(401, "Falta una clave o sesión válida", "A valid key or session is missing"),
    "forbidden": Line(403, "No le está permitido", "You may not do this"),
    "tenant_required": Line(422, "Falta decir para qué cliente", "It is not said for which customer"),
    "rate_limited": Line(429, "Demasiadas peticiones", "Too many requests"),
    "json_malformed": Line(400, "El cuerpo no es JSON válido", "The body is not valid JSON"),
    "request_invalid": Line(422, "La petición no es correcta", "The request is not right"),
    "body_too_large": Line(413, "El cuerpo es demasiado grande", "The body is too large"),
    "headers_too_large": Line(
        431, "Las cabeceras o la dirección son demasiado largas", "Headers or address are too long"
    ),
    "request_timeout": Line(408, "El cuerpo no llegó a tiempo", "The body did not come in time"),
    "unsupported_media_type": Line(
        415, "El cuerpo debe ser JSON sin comprimir", "The body must be JSON, and not compressed"
    ),
    "not_found": Line(404, "No existe", "There is no such thing"),
    "method_not_allowed": Line(405, "Método no permitido aquí", "This method is not allowed here"),
    "database_unreachable": Line(
        503,
        "La base de datos no responde; repita con la misma clave",
        "The database does not answer; try again with the same key",
    ),
    "busy": Line(503, "Demasiada carga; inténtelo de nuevo", "Too busy; please try again"),
    "unavailable": Line(
        503, "Ahora no es posible; inténtelo de nuevo", "Not possible just now; please try again"
    ),
    "internal_error": Line(500, "Error interno", "Internal error"),
    # Reservations.
    "slot_unavailable": Line(409, "No queda sitio a esa hora", "Nothing is left at that time"),
    "table_taken": Line(409, "Esa mesa está ocupada", "That table is taken"),
    "booking_rules_broken": Line(
        422, "Las reglas del restaurante no lo permiten", "The restaurant's rules do not allow this"
    ),
    "guest_blocked": Line(
        403,
        "El restaurante no acepta reservas de este cliente",
        "The restaurant takes no bookings from this guest",
    ),
    "guest_overlap": Line(
        409, "El cliente ya tiene una reserva a esa hora", "The guest has a reservation at that time already"
    ),
    "guest_limit": Line(
        409,
        "El cliente ya tiene todas las reservas permitidas",
        "The guest has as many reservations as allowed",
    ),
    "too_many_holds": Line(
        409,
        "Ya hay demasiadas mesas apartadas por usted; confirme o libere alguna",
        "You keep too many tables already; book or release one",
    ),
    "idempotency_key_reused": Line(
        422,
        "La clave de idempotencia se usó para otra petición",
        "The idempotency key was used for another request",
    ),
    "restaurant_not_found": Line(404, "No existe ese restaurante", "There is no such restaurant"),
    "restaurant_unknown": Line(404, "No existe ese restaurante", "There is no such restaurant"),
    "reservation_not_found": Line(404, "No existe esa reserva", "There is no such reservation"),
    "hold_not_found": Line(404, "No existe esa retención", "There is no such hold"),
    "hold_over": Line(409, "La retención ha terminado", "The hold is over"),
    "hold_mismatch": Line(422, "La retención es para otra cosa", "The hold is for something else"),
    "hold_already_renewed": Line(409, "La retención ya se renovó", "The hold was renewed already"),
    "revision_conflict": Line(409, "Otra persona lo cambió antes", "Somebody changed it before"),
    "illegal_status": Line(409, "Su estado no lo permite", "Its status does not allow this"),
    "no_table_yet": Line(409, "Aún no hay mesa libre para este grupo", "No table is free for this party yet"),
    "check_in_too_early": Line(409, "La reserva es para otro día", "The reservation is for a later day"),
    "undo_too_late": Line(409, "Ya no se puede deshacer", "It is too late to undo this"),
    "late_beyond_stay": Line(
        409, "Para entonces ya habría terminado la estancia", "By then the stay would be over"
    ),
    "stay_impossible": Line(
        422,
        "La estancia debe acabar después de empezar y antes de un día",
        "A stay must end after it begins, and within a day",
    ),
    "block_overlaps": Line(409, "Hay mesas ocupadas en ese tiempo", "Tables are taken in that time"),
    "block_not_found": Line(404, "No existe ese bloqueo", "There is no such block"),
    "user_not_found": Line(404, "No existe ese cliente", "There is no such guest"),
    "contact_refused": Line(
        422, "Los datos del cliente no son correctos", "The guest's details are not right"
    ),
    # Venues.
    "rules_invalid": Line(422, "Las reglas no son correctas", "The rules are not right"),
    "venue_invalid": Line(422, "La descripción no es correcta", "The description is not right"),
    "area_unknown": Line(404, "No existe esa zona", "There is no such area"),
    "table_unknown": Line(404, "No existe esa mesa", "There is no such table"),
    "combination_unknown": Line(404, "No existe esa combinación", "There is no such combination"),
    "slug_taken": Line(409, "Esa dirección ya está en uso", "That address is taken"),
    "area_name_taken": Line(409, "Ya hay una zona con ese nombre", "There is an area of that name"),
    "table_number_taken": Line(409, "Ya hay una mesa con ese número", "There is a table of that number"),
    "area_in_use": Line(409, "Aún hay mesas en la zona", "Tables still stand in the area"),
    "table_in_use": Line(409, "Aún hay reservas en la mesa", "The table still has bookings"),
    "table_in_combination": Line(
        409, "La mesa está en una combinación", "The table is part of a combination"
    ),
    "floor_full": Line(409, "No caben más en la sala", "The floor holds no more"),
    # Access.
    "access_invalid": Line(422, "La descripción no es correcta", "The description is not right"),
    "wrong_credentials": Line(401, "Correo o contraseña incorrectos", "Wrong email or password"),
    "sign_in_tries_used_up": Line(
        429,
        "Demasiados intentos con este correo; espere unos minutos",
        "Too many tries with this email; wait some minutes",
    ),
    "email_taken": Line(409, "Ese correo ya está en uso", "That email is in use"),
    "staff_user_unknown": Line(404, "No existe esa persona", "There is no such staff user"),
    "last_owner": Line(
        409, "El restaurante se quedaría sin dueño", "The restaurant would be left without an owner"
    ),
    "role_above_yours": Line(403, "Ese papel no está por debajo del suyo", "That role is not below your own"),
    "api_key_unknown": Line(404, "No existe esa clave", "There is no such API key"),
    # Advisors, lines, and what comes by them.
    "line_invalid": Line(
        422, "La descripción de la línea no es correcta", "The line is not rightly described"
    ),
    "advisor_invalid": Line(
        422, "La descripción del asesor no es correcta", "The advisor is not rightly described"
    ),
    "template_invalid": Line(422, "Esas palabras no se pueden usar", "These words cannot be used"),
    "notice_kind_unknown": Line(404, "No existe ese aviso", "There is no such notice"),
    "notice_channel_unknown": Line(404, "No hay avisos por ese canal", "No notices go by that channel"),
    "dead_letter_unknown": Line(404, "No existe ese mensaje pendiente", "No such message waits"),
    "outcome_known": Line(409, "Se sabe que no se envió", "It is known that this was not sent"),
    "outcome_unknown": Line(
        409, "Quizá ya llegó; confirme el reenvío", "It may have arrived; say so to send it again"
    ),
    "endpoint_invalid": Line(422, "Esa dirección no se puede llamar", "This address cannot be called"),
    "endpoint_unknown": Line(404, "No existe ese destino", "There is no such endpoint"),
    "delivery_unknown": Line(404, "No existe esa entrega", "There is no such delivery"),
    "line_taken": Line(409, "Esa dirección ya es una línea", "That address is a line already"),
    "line_unknown": Line(404, "No existe esa línea", "There is no such line"),
    "advisor_unknown": Line(404, "No existe ese asesor", "There is no such advisor"),
    "advisor_taken": Line(409, "Esa persona ya es asesora", "That person is an advisor already"),
    "too_many_unknown_lines": Line(
        429, "Demasiadas direcciones desconocidas", "Too many addresses that nobody knows"
    ),
    "channel_unknown": Line(404, "No existe ese canal", "There is no such channel"),
    "inbox_event_unknown": Line(404, "No existe ese mensaje apartado", "There is no such parked message"),
    "claim_lost": Line(409, "Otro proceso lo tiene ya", "Another process has it by now"),
    # Web chat.
    "chat_not_connected": Line(409, "El restaurante no tiene chat web", "The restaurant has no web chat"),
    "origin_not_allowed": Line(403, "Esta página no puede usar el chat", "This page may not use the chat"),
    # Conversations, and who is who.
    "media_unknown": Line(404, "No existe ese archivo", "There is no such file"),
    "media_missing": Line(
        404,
        "Ese archivo aún no está aquí, o no se pudo obtener",
        "That file is not here yet, or could not be had",
    ),
    "conversation_unknown": Line(404, "No existe esa conversación", "There is no such conversation"),
    "conversation_closed": Line(409, "La conversación está cerrada", "The conversation is closed"),
    "reply_window_closed": Line(
        409, "Solo se puede enviar una plantilla aprobada", "Only an approved template may be sent now"
    ),
    "cannot_be_said": Line(409, "Eso no se puede decir por ese canal", "That channel cannot carry this"),
    "too_many_tests": Line(429, "Demasiados mensajes de prueba", "Too many test messages"),
    "quick_answer_unknown": Line(404, "No existe esa respuesta rápida", "There is no such quick answer"),
    "shortcut_taken": Line(409, "Ese atajo ya existe", "That shortcut is taken"),
    "already_linked": Line(409, "Ya son la misma persona", "They are one person already"),
    "code_wrong": Line(422, "El código no es correcto", "The code is not right"),
    "phone_proof_over": Line(
        422, "Hace falta comprobar el teléfono otra vez", "The phone must be verified again"
    ),
    "phone_codes_unavailable": Line(
        409, "El restaurante confirmará el teléfono", "The restaurant will verify the phone itself"
    ),
    "too_many_phone_codes": Line(
        429, "Demasiados códigos; inténtelo más tarde", "Too many codes; try again later"
    ),
    "link_unknown": Line(404, "No existe ese enlace", "There is no such link"),
    # Waitlist.
    "waitlist_entry_not_found": Line(404, "No existe esa espera", "There is no such waitlist entry"),
    "waitlist_entry_over": Line(409, "La espera ha terminado", "The waitlist entry is over"),
    "waitlist_nothing_offered": Line(409, "Aún no se le ha ofrecido mesa", "No table is offered yet"),
    "waitlist_already_waiting": Line(
        409, "El cliente ya espera ese día", "The guest waits on that day already"
    ),
    "waitlist_full": Line(409, "La lista de espera está llena", "The waitlist is full"),
    "waitlist_no_such_start": Line(
        422, "A esas horas no se recibe a nadie", "No party of this size is taken within those times"
    ),
    # Passes.
    "qr_malformed": Line(422, "No es un pase nuestro", "This is no pass of ours"),
    "session_forged": Line(401, "La sesión del chat no es válida", "The chat's session is not valid"),
    "qr_forged": Line(403, "El pase es falso", "The pass is forged"),
    "qr_other_restaurant": Line(403, "El pase es de otro restaurante", "The pass is for another restaurant"),
    "qr_revoked": Line(410, "El pase ya no vale", "The pass no longer counts"),
    "qr_unconfirmed": Line(409, "La reserva no está confirmada", "The reservation is not confirmed yet"),
    "qr_used": Line(409, "El pase ya se usó", "The pass was used already"),
    "qr_expired": Line(410, "El pase ha caducado", "The pass has expired"),
    "qr_too_early": Line(409, "Aún es pronto para entrar", "It is too early to come in"),
    "qr_too_late": Line(409, "Ya es tarde para entrar", "It is too late to come in"),
}
"""By code. A status tells programs what to do; the code tells them why; the title is for people."""
