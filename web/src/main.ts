// SPDX-License-Identifier: MIT
import './app/base.css';

import { mount } from 'svelte';

import App from './app/App.svelte';
import { router } from './app/router.svelte';
import { theme } from './app/theme.svelte';
import { language } from './language/language.svelte';

theme.start();
router.start();
await language.start();
mount(App, { target: document.getElementById('app')! });
