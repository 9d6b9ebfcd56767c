/** What the page needs once a time is chosen: it comes while the guest is choosing, so that the times need not wait for it. */
export { default as Contact } from './Contact.svelte';
export { default as Countdown } from './Countdown.svelte';
export { default as Phone } from './Phone.svelte';
export { default as Terms } from './Terms.svelte';
export { default as Ticket } from './Ticket.svelte';
