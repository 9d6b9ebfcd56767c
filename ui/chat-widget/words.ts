/** What the widget says of itself; what is said in the conversation comes from the house. */
export type Language = 'es' | 'en';

export const WORDS = {
  es: {
    open: 'Abrir el chat',
    close: 'Cerrar el chat',
    chat: 'Chat',
    unread: '{n} sin leer',
    hint: 'Reservas y preguntas',
    write: 'Escribe un mensaje',
    send: 'Enviar',
    log: 'Conversación',
    choices: 'Respuestas rápidas',
    away: 'Sin conexión. Lo que escribas se enviará en cuanto vuelva.',
    connecting: 'Conectando…',
    refused: 'El chat no está disponible en esta página.',
    typing: 'Está escribiendo',
    staff: 'Del restaurante',
    sending: 'Enviando',
    file: 'Archivo',
    picture: 'Imagen',
    pass: 'Código QR para la entrada',
    switch: 'EN',
    switchTo: 'EN: English',
  },
  en: {
    open: 'Open the chat',
    close: 'Close the chat',
    chat: 'Chat',
    unread: '{n} unread',
    hint: 'Bookings and questions',
    write: 'Write a message',
    send: 'Send',
    log: 'Conversation',
    choices: 'Quick replies',
    away: 'You are offline. What you write is sent as soon as it is back.',
    connecting: 'Connecting…',
    refused: 'The chat is not available on this page.',
    typing: 'Is writing',
    staff: 'From the restaurant',
    sending: 'Sending',
    file: 'File',
    picture: 'Picture',
    pass: 'QR code for the door',
    switch: 'ES',
    switchTo: 'ES: Español',
  },
} as const;

/** The language of whoever looks: what the page says, else the browser's own, Spanish before English. */
export function languageOf(said: string | undefined, languages: readonly string[]): Language {
  const first = said && /^(es|en)\b/i.test(said) ? said : languages.find((each) => /^(es|en)\b/i.test(each));
  return first?.toLowerCase().startsWith('en') ? 'en' : 'es';
}

const SHOWN_MAX = 40;

/** The text as pieces, its addresses apart, so that they can be links and nothing else can. */
export function pieces(text: string): { text: string; link: boolean }[] {
  return text
    .split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)])/)
    .map((piece, place) => ({ text: piece, link: place % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** An address as it is shown: a long one would fill the bubble and tell nobody more. */
export function brief(address: string): string {
  const bare = address.replace(/^https?:\/\//, '');
  return bare.length > SHOWN_MAX ? `${bare.slice(0, SHOWN_MAX - 1)}…` : bare;
}
