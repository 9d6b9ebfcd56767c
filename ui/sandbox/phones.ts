/** The phones of the page: which channel each plays, how its guest is spelled there, and what is worth trying on it. */
import type { Words } from '../shared/language.svelte';

export type Phone = {
  channel: string;
  look: 'whatsapp' | 'instagram' | 'messenger' | 'telegram' | 'sms' | 'email' | 'webchat' | 'voice';
  name: Words;
  guest: string;
  /** How the guest's own name is told with a message. */
  person: string;
  tries: Words[];
};

const same = (word: string): Words => ({ es: word, en: word });

export const phones: Phone[] = [
  {
    channel: 'whatsapp_meta', look: 'whatsapp', name: same('WhatsApp'), guest: '573001112233', person: 'Ana Torres',
    tries: [
      { es: 'hola! mesa pa 4 mañana a las 8 y media, somos alérgicos al maní', en: 'hi! table for 4 tomorrow at half past 8, we are allergic to peanuts' },
      { es: 'mejor a las 9', en: 'make it 9 instead' },
      { es: '¿tienen parqueadero?', en: 'do you have parking?' },
    ],
  },
  {
    channel: 'instagram', look: 'instagram', name: same('Instagram'), guest: 'ana.torres', person: 'Ana Torres',
    tries: [
      { es: '¿Hay mesa para dos el sábado en la noche?', en: 'Any table for two on Saturday night?' },
      { es: '¿qué reservas tengo?', en: 'what bookings do I have?' },
    ],
  },
  {
    channel: 'messenger', look: 'messenger', name: same('Messenger'), guest: 'luis.mora', person: 'Luis Mora',
    tries: [
      { es: 'quiero reservar', en: 'I want to book' },
      { es: '¿a qué hora abren el domingo?', en: 'what time do you open on Sunday?' },
    ],
  },
  {
    channel: 'telegram', look: 'telegram', name: same('Telegram'), guest: 'sam', person: 'Sam Reed',
    tries: [
      { es: 'mesa para 6 el viernes tipo 9', en: 'table for 6 on Friday around 9' },
      { es: 'quiero hablar con una persona', en: 'I want to talk to a person' },
    ],
  },
  {
    channel: 'sms_twilio', look: 'sms', name: same('SMS'), guest: '+573001112255', person: 'Ana Torres',
    tries: [
      { es: 'reserva pasado mañana 1pm 3 personas', en: 'book day after tomorrow 1pm 3 people' },
      { es: 'BAJA', en: 'STOP' },
    ],
  },
  {
    channel: 'email_smtp', look: 'email', name: { es: 'Correo', en: 'Email' }, guest: 'ana@correo.example', person: 'Ana Torres',
    tries: [
      { es: 'Buenas tardes, quisiera reservar una mesa para dos el jueves a las 20:00. Gracias, Ana Torres', en: 'Good afternoon, I would like to book a table for two on Thursday at 8 pm. Thank you, Ana Torres' },
    ],
  },
  {
    channel: 'webchat', look: 'webchat', name: { es: 'Chat web', en: 'Web chat' }, guest: 'ana-web', person: 'Ana Torres',
    tries: [
      { es: 'cancela mi reserva', en: 'cancel my booking' },
      { es: 'mesa para 2 hoy', en: 'table for 2 today' },
    ],
  },
  {
    channel: 'voice_twilio', look: 'voice', name: { es: 'Llamada (como texto)', en: 'Phone call (as text)' }, guest: '+573001112266', person: 'Ana Torres',
    tries: [
      { es: 'quiero una mesa para cuatro mañana a las ocho', en: 'I want a table for four tomorrow at eight' },
      { es: 'sí', en: 'yes' },
    ],
  },
];
