import { deliveryManifestSchema, refuse, type DeliveryManifest, type Statement } from '#contracts';
import { canonicalText, decodeBase64 } from '#crypto';
import { openEntry } from './entry.js';
import { checkStatementSignature } from './statement.js';
import type { TrustRoot } from './trust-root.js';

type DeliveryType = 'delivery.decided' | 'delivery.prepared';

/**
 * Reads a delivery's manifest and compares all that its sealed entries say with what it says itself; whether those entries are signed is
 * for `checkDeliveryManifest`. Throws Refusal `bad-input` naming the field. docs/formats/delivery-manifest.md.
 */
export function openDeliveryManifest(text: string): DeliveryManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('bad-json');
  }
  const read = deliveryManifestSchema.safeParse(value);
  if (!read.success) throw bad((read.error.issues[0]?.path ?? []).join('.') || 'manifest');
  const manifest = read.data;
  const decided = entryOf(manifest, 'delivery.decided').statement;
  const prepared = entryOf(manifest, 'delivery.prepared').statement;
  const { delivery, right, dataset, grantee, format, items, scope, recipients } = manifest;
  for (const body of [decided.body, prepared.body]) {
    if (body.delivery !== delivery) throw bad('delivery');
    if (body.right !== right) throw bad('right');
    if (body.dataset !== dataset.id) throw bad('dataset.id');
  }
  const masks = items.flatMap(({ name, transformation }) => (transformation ? [{ item: name, transformation }] : []));
  const byItem = (all: typeof masks) => all.toSorted((a, b) => (a.item < b.item ? -1 : 1));
  const { transformations, ...said } = decided.body;
  const same = (a: Parameters<typeof canonicalText>[0], b: typeof a) => canonicalText(a) === canonicalText(b);
  if (decided.origin !== manifest.origin || prepared.origin !== manifest.origin) throw bad('origin');
  if (said.grantee !== grantee.code) throw bad('grantee.code');
  if (said.version !== dataset.version) throw bad('dataset.version');
  if (said.format !== format) throw bad('format');
  if (said.compression !== manifest.compression) throw bad('compression');
  if (!same(said.since ?? {}, manifest.since ?? {})) throw bad('since');
  if (
    !same(
      said.items,
      items.map(({ name }) => name),
    ) ||
    !same(byItem(transformations), byItem(masks))
  )
    throw bad('items');
  if (!same(said.rows, scope)) throw bad('scope');
  if (!same(said.recipients, recipients)) throw bad('recipients');
  for (const field of ['rows', 'sizeBytes', 'ciphertextSha256', 'plaintextHmac'] as const)
    if (prepared.body[field] !== manifest[field]) throw bad(field);
  return manifest;
}

/**
 * Checks that the exchange that a trust root names signed both sealed statements of a manifest. That the entries stand in the ledger's
 * chain is for `verifyLedger` over an export. Throws Refusal `wrong-origin`, `bad-signature`.
 */
export function checkDeliveryManifest(manifest: DeliveryManifest, { origin, exchangeKey }: TrustRoot): void {
  if (manifest.origin !== origin) throw refuse('wrong-origin', { origin: manifest.origin }, { field: 'origin' });
  for (const type of ['delivery.decided', 'delivery.prepared'] as const) {
    const { signatures, statement, statementBytes } = entryOf(manifest, type);
    const signature = signatures.find(({ issuer, keyId }) => issuer === 'exchange' && keyId === exchangeKey.keyId);
    if (!signature || statement.issuer !== 'exchange' || statement.keyId !== exchangeKey.keyId)
      throw refuse('bad-signature', { keyId: exchangeKey.keyId }, { field: 'entries' });
    checkStatementSignature(statementBytes, signature, exchangeKey.publicKey);
  }
}

function entryOf<T extends DeliveryType>(manifest: DeliveryManifest, type: T) {
  const field = type === 'delivery.decided' ? 'decided' : 'prepared';
  const { index, bytes: text } = manifest.entries[field];
  const bytes = decodeBase64(text, (text.length / 4) * 3 - (/=*$/.exec(text)?.[0].length ?? 0));
  if (!bytes) throw bad(`entries.${field}.bytes`);
  const { entry, statementBytes } = openEntry(bytes);
  if (entry.index !== index || entry.statement.type !== type) throw bad(`entries.${field}`);
  return { signatures: entry.signatures, statement: entry.statement as Statement<T>, statementBytes };
}

function bad(field: string) {
  return refuse('bad-input', { field }, { field });
}
