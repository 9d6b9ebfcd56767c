import '../shared/tokens.css';

import { mount } from 'svelte';

import Sandbox from './Sandbox.svelte';

const target = document.getElementById('app');
if (target) mount(Sandbox, { target });
