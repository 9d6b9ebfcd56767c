import '../shared/tokens.css';
import './booking.css';

import { mount } from 'svelte';

import Booking from './Booking.svelte';

const target = document.getElementById('app');
if (target) mount(Booking, { target });
