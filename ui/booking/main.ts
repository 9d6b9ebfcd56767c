import '../shared/tokens.css';
import './booking.css';

import { mount } from 'svelte';

import Booking from './Booking.svelte';

const target = document.getElementById('app');
if (target && !location.pathname.startsWith('/w/')) mount(Booking, { target });
else if (target) void import('./Waiting.svelte').then((page) => mount(page.default, { target }));
