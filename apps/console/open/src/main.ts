import './without-eval.js';
import { shortId, type DeliveryManifest, type Refusal } from '#contracts';
import { generateAgeIdentity, type AgeIdentity } from '#crypto';
import { describeScope, describeTransformation } from '#rights';
import { download, el, sizeText } from './dom.js';
import { take, type Chosen } from './files.js';
import { checks, open, type Outcome } from './open.js';
import { chooseTarget, memoryMaxBytes, writesFiles } from './save.js';
import { say, words, type Locale, type Word } from './words.js';

let locale: Locale = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
let key: AgeIdentity | undefined;
let copied: 'copied' | 'copyFailed' | undefined;
let chosen: Chosen = {};
let working: { readonly stop: AbortController; readonly totalBytes: number; doneBytes: number } | undefined;
let outcome: Outcome | undefined;

const t = (word: Word, blanks?: Readonly<Record<string, string>>): string => say(locale, word, blanks);
const page = document.querySelector('#page') as HTMLElement;

/** Draws the whole page from the state above; the focus stays on the control that had it. */
function draw(): void {
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
  document.title = `权链 Quanlian: ${t('title')}`;
  const focused = document.activeElement?.id;
  page.replaceChildren(header(), el('main', {}, keySection(), openSection()));
  if (focused) document.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus();
}

function button(id: string, word: Word, onclick: () => unknown, more: Partial<HTMLButtonElement> = {}): HTMLButtonElement {
  return el('button', { id, type: 'button', textContent: t(word), onclick: () => void onclick(), ...more });
}

function header(): HTMLElement {
  const change = button('language', 'other', () => {
    locale = locale === 'zh' ? 'en' : 'zh';
    draw();
  });
  change.lang = locale === 'zh' ? 'en' : 'zh-CN';
  return el('header', {}, el('h1', {}, `权链 · ${t('title')}`), change, el('p', { className: 'quiet' }, t('offline')));
}

// ── the key ─────────────────────────────────────────────────────────────────────────────────────────────────────

const identityName = ({ recipient }: AgeIdentity): string => `${recipient.slice(0, 12)}-identity.txt`;

/** The file as `age-keygen` writes it. */
function saveIdentity(made: AgeIdentity): void {
  const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const text = `# created: ${at}\n# public key: ${made.recipient}\n${made.identity}\n`;
  download(new Blob([text], { type: 'text/plain' }), identityName(made));
}

async function makeKey(): Promise<void> {
  key = await generateAgeIdentity();
  copied = undefined;
  saveIdentity(key);
  draw();
}

async function copyRecipient(recipient: string): Promise<void> {
  copied = await navigator.clipboard.writeText(recipient).then(
    () => 'copied' as const,
    () => 'copyFailed' as const,
  );
  draw();
}

function keySection(): HTMLElement {
  const made = key;
  return el(
    'section',
    {},
    el('h2', {}, t('keyTitle')),
    el('p', { className: 'quiet' }, t('keyWhat')),
    el('div', { className: 'row' }, button('make-key', 'keyMake', makeKey, { className: made ? '' : 'main' })),
    made &&
      el(
        'div',
        { role: 'status' },
        el('p', { className: 'good' }, t('keySaved', { name: identityName(made) })),
        el('p', {}, `${t('recipient')}: `, el('code', { id: 'recipient', tabIndex: 0 }, made.recipient)),
        el(
          'div',
          { className: 'row' },
          button('copy', 'copy', () => copyRecipient(made.recipient), { className: 'main' }),
          button('save-again', 'keyAgain', () => saveIdentity(made)),
        ),
        copied && el('p', { className: copied === 'copied' ? 'good' : 'bad' }, t(copied)),
        el('p', {}, t('keyNext')),
      ),
  );
}

// ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────────

async function takeFiles(files: FileList | null | undefined): Promise<void> {
  if (!files || files.length === 0 || working) return;
  chosen = await take(chosen, [...files]);
  outcome = undefined;
  draw();
}

function dropZone(): HTMLElement {
  const input = el('input', { id: 'files', type: 'file', multiple: true, onchange: () => void takeFiles(input.files) });
  const zone = el('div', { className: 'drop' }, el('label', { className: 'choose' }, input, t('choose')), el('p', {}, t('drop')));
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    void takeFiles(event.dataTransfer?.files);
  });
  return zone;
}

function line(mark: boolean | undefined, ...text: (string | undefined | false)[]): HTMLElement {
  const sign = mark === undefined ? '–' : mark ? '✓' : '✗';
  const className = mark === undefined ? 'quiet' : mark ? 'good' : 'bad';
  return el('li', {}, el('span', { className: `mark ${className}` }, sign), ...text);
}

function chosenLines(): HTMLElement {
  const { age, identity, manifest, trustRoot } = chosen;
  const one = (word: Word, name: string | undefined) =>
    line(name === undefined ? undefined : true, `${t(word)}: ${name ?? t('none')}`);
  return el(
    'ul',
    { className: 'lines', id: 'chosen' },
    one('age', age && `${age.name} (${sizeText(age.size)})`),
    one('identity', identity?.name),
    one('manifest', manifest?.name),
    one('trustRoot', trustRoot?.name),
    ...(chosen.unknown ?? []).map((name) => line(false, t('unknownFile', { name }))),
    chosen.refused && line(false, t('badManifest', { name: chosen.refused.name, why: chosen.refused.why.sentence(locale) })),
  );
}

function manifestFacts(says: DeliveryManifest): HTMLElement {
  const fact = (word: Word, text: string) => [el('dt', {}, t(word)), el('dd', {}, text)];
  const items = says.items.map(
    ({ title, name, transformation }) =>
      `${title} (${name})${transformation ? `: ${describeTransformation(transformation, locale)}` : t('unmasked')}`,
  );
  const rows = String(says.rows);
  const scope = says.scope.op === 'all' ? undefined : describeScope(says.scope, says.items, locale);
  return el(
    'dl',
    { id: 'manifest' },
    ...fact('dataset', says.dataset.title),
    ...fact('from', `${says.grantor.name} (${says.grantor.code})`),
    ...fact('to', `${says.grantee.name} (${says.grantee.code})`),
    ...fact('right', says.sentence[locale]),
    ...fact('items', items.join(locale === 'zh' ? '；' : '; ')),
    ...fact('scope', scope === undefined ? t('allRows', { rows }) : t('someRows', { scope, rows })),
    ...(says.since ? fact('since', says.since.delivery) : []),
    ...fact('format', says.compression ? `${says.format} (${says.compression})` : says.format),
    ...fact('size', sizeText(says.sizeBytes)),
    ...fact('delivery', says.delivery),
  );
}

function advice(): HTMLElement[] {
  const { age, identity, manifest, trustRoot } = chosen;
  const told: Word[] = [];
  if (age && !manifest) told.push('noManifest');
  if (manifest && !trustRoot) told.push('noTrustRoot');
  if (manifest && identity && !identity.recipients.some((one) => manifest.says.recipients.includes(one)))
    told.push('notRecipient');
  if (age && !writesFiles()) told.push(age.size > memoryMaxBytes ? 'tooLarge' : 'memory');
  return told.map((word) => el('p', { className: 'note', id: word }, t(word)));
}

const endings = { csv: 'csv', 'csv-bom': 'csv', 'csv-gb18030': 'csv', xlsx: 'xlsx', jsonl: 'jsonl', parquet: 'parquet' } as const;

function suggestedName({ age, manifest }: Chosen): string {
  if (!manifest) return (age?.name ?? '').replace(/\.age$/i, '') || 'delivery';
  const { dataset, delivery, format } = manifest.says;
  return `${dataset.title.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60)}-${shortId(delivery)}.${endings[format]}`;
}

async function start(): Promise<void> {
  const { age, identity } = chosen;
  if (!age || !identity || working) return;
  let target;
  try {
    target = await chooseTarget(suggestedName(chosen));
  } catch (error) {
    // The person closed the dialog.
    if (error instanceof DOMException && error.name === 'AbortError') return;
    outcome = { said: {}, failure: String(error) };
    draw();
    return;
  }
  const run = { stop: new AbortController(), totalBytes: age.size, doneBytes: 0 };
  working = run;
  outcome = undefined;
  draw();
  const progressed = (doneBytes: number) => {
    run.doneBytes = doneBytes;
    drawProgress();
  };
  outcome = await open({ ...chosen, age, identity }, target, progressed, run.stop.signal);
  working = undefined;
  draw();
}

function progressText(): string {
  return working ? t('working', { done: sizeText(working.doneBytes), total: sizeText(working.totalBytes) }) : '';
}

function drawProgress(): void {
  const bar = document.querySelector('progress');
  if (!bar || !working) return;
  bar.value = working.doneBytes;
  const text = document.querySelector('#progress-text');
  if (text) text.textContent = progressText();
}

/** Without a manifest nothing was compared with the ledger: then it is the file by itself that does not hold. */
function whyRefused(refusal: Refusal, said: Outcome['said']): string {
  return refusal.code === 'digest-mismatch' && said.checkManifest === undefined ? t('broken') : refusal.sentence(locale);
}

function results({ said, saved, refusal, cancelled, failure }: Outcome): HTMLElement {
  const lines = checks.map((check) => line(said[check], words[check][locale], said[check] === undefined && t('notChecked')));
  const ended = saved
    ? t(saved.compared ? 'saved' : 'savedOnly', {
        name: saved.name,
        size: sizeText(saved.plaintextBytes),
        sha: saved.ciphertextSha256,
      })
    : cancelled
      ? t('cancelled')
      : `${refusal ? whyRefused(refusal, said) : t('failed', { why: failure ?? '' })} ${t('nothingSaved')}`;
  const isGood = saved?.compared === true;
  return el(
    'div',
    { id: 'results', role: 'status' },
    el('h2', {}, t('results')),
    el('ul', { className: 'lines' }, ...lines),
    el('p', { id: 'ended', className: isGood ? 'note good' : 'note' }, ended),
  );
}

function openSection(): HTMLElement {
  const { age, identity, manifest } = chosen;
  const isReady = age !== undefined && identity !== undefined && (writesFiles() || age.size <= memoryMaxBytes);
  const stop = working?.stop;
  return el(
    'section',
    {},
    el('h2', {}, t('openTitle')),
    dropZone(),
    chosenLines(),
    manifest && manifestFacts(manifest.says),
    ...advice(),
    el(
      'div',
      { className: 'row' },
      button('start', manifest ? 'start' : 'startOnly', start, {
        className: 'main',
        disabled: !isReady || working !== undefined,
      }),
      stop && button('cancel', 'cancel', () => stop.abort()),
    ),
    working && el('progress', { max: working.totalBytes, value: working.doneBytes, ariaLabel: t('openTitle') }),
    working && el('p', { id: 'progress-text' }, progressText()),
    outcome && results(outcome),
    el('p', { className: 'quiet' }, t('byHand')),
  );
}

// A file dropped beside the zone would otherwise replace the page.
for (const name of ['dragover', 'drop'] as const) document.addEventListener(name, (event) => event.preventDefault());
draw();
