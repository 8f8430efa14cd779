import './door.css';
import type { Answer, Problem, routes, Sentence } from '#contracts';
import { firstLocale, keepLocale, showLocale } from '../lib/locale';
import { keepLook } from '../lib/look';
import { chooseDepartment, noteLoggedIn } from '../lib/who';
import { whereTo } from './where-to';
import { doorWords } from './words';

/**
 * The door: a name, a password, the language. It is a page of its own without the console's libraries, so that one can type at once
 * on a slow machine; while one types, the browser fetches the console (see door.html).
 */
type Fault = { readonly sentence: Sentence; readonly code?: string };

let locale = firstLocale();
let fault: Fault | undefined;

const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const login = find<HTMLInputElement>('login');
const password = find<HTMLInputElement>('password');
const submit = find<HTMLButtonElement>('submit');
const refusal = find('refusal');

function show(): void {
  showLocale(locale);
  document.title = doorWords.title[locale];
  for (const place of document.querySelectorAll<HTMLElement>('[data-word]'))
    place.textContent = doorWords[place.dataset['word'] as keyof typeof doorWords][locale];
  refusal.hidden = fault === undefined;
  refusal.replaceChildren(fault?.sentence[locale] ?? '');
  if (fault?.code === undefined) return;
  const code = document.createElement('code');
  code.textContent = `${doorWords.code[locale]} ${fault.code}`;
  refusal.append(code);
}

/** Who is in now, or what went wrong. */
async function logIn(): Promise<string | Fault> {
  const response = await fetch('/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-quanlian-request': '1' },
    body: JSON.stringify({ login: login.value, password: password.value }),
  }).catch(() => undefined);
  if (response === undefined) return { sentence: doorWords.unreachable };
  if (response.ok) return ((await response.json()) as Answer<typeof routes.logIn>).person.id;
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  return problem ? { sentence: problem.title, code: problem.code } : { sentence: doorWords.bug };
}

find<HTMLFormElement>('door').addEventListener('submit', (event) => {
  event.preventDefault();
  if (submit.disabled) return;
  submit.disabled = true;
  void logIn().then((found) => {
    submit.disabled = false;
    fault = typeof found === 'string' ? undefined : found;
    show();
    if (typeof found !== 'string') return password.select();
    noteLoggedIn(found);
    chooseDepartment(undefined);
    keepLook();
    location.replace(whereTo(location));
  });
});
find('language').addEventListener('click', () => {
  locale = locale === 'zh' ? 'en' : 'zh';
  keepLocale(locale);
  show();
});

/** Fills the browser's cache with what the console begins with, since that is where one goes from here. */
async function fetchConsole(): Promise<void> {
  const page = await (await fetch('/', { headers: { accept: 'text/html' } })).text();
  for (const [, path = ''] of page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) await fetch(path, { priority: 'low' });
}

show();
login.focus();
// What does not come now comes when it is needed.
requestIdleCallback(() => void fetchConsole().catch(() => undefined));
