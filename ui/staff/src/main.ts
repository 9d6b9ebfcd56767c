import { mount } from 'svelte';
import App from './App.svelte';
import { language } from './lib/i18n.svelte';
import './lib/theme.svelte';
import './staff.css';

document.documentElement.lang = language();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  addEventListener('load', () => {
    void navigator.serviceWorker.register('/staff/sw.js', { scope: '/staff' });
  });
}
