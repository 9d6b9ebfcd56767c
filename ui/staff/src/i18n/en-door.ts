import type { esDoor } from './es-door';

export const enDoor: Record<keyof typeof esDoor, string> = {
  scan_title: 'At the door',
  scan_camera: 'Camera',
  scan_start: 'Open the camera',
  scan_stop: 'Close the camera',
  scan_refused: 'The camera could not be opened. Use a picture or the code.',
  scan_picture: 'Read from a picture',
  scan_none: 'No QR is seen in that picture.',
  scan_code: 'Booking code',
  scan_out: 'Cannot be let in',
  scan_offline_in: 'Checked without the network; it will be noted once it is back.',
  scan_ready: "Ready to work offline: {count} of today's passes, read at {time}.",
  scan_not_ready: "Preparing today's list for working offline…",
  scan_queue: 'Arrivals to be noted',
  verdict_malformed: 'This is no pass of SaveIt.',
  verdict_other_restaurant: 'It is for another restaurant.',
  verdict_expired: 'The pass has expired.',
  verdict_unknown: "It is not on today's list.",
  verdict_unlisted:
    'That code is not on today’s list. Without a connection nobody can tell whether it was booked later: ask for the confirmation, or try again when the network is back.',
  verdict_used: 'Already inside.',
  verdict_not_standing: 'The booking does not stand any more.',
  verdict_too_early: 'It is too early.',
  scan_seat_anyway: 'To seat them now, open them on the board.',
  verdict_too_late: 'It is too late for this booking.',
};
