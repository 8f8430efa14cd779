import { refuse, type Held, type States } from '#contracts';
import { civilDate } from '../civil-date.js';
import { checkInForce, replayDecision } from '../decide-pull.js';
import { isRefusalCode } from '../may-download.js';
import { checkIssuer, checkSameId, held, type Folding } from './folding.js';
import { recount, reserve, settle } from './quota.js';

type Delivery = States['delivery'];

/** How far the clocks of the machines that decide and seal may be apart. */
const clockSkewMs = 5 * 60_000;
/** How long a decision may wait for its seal before it is made again. */
const decisionLifeMs = 60 * 60_000;

export function foldPullSigned({ view, sealedAt, statement }: Folding<'pull.signed'>): void {
  const { right: id, dataset, purpose, items, rows, format, compression, version, since } = statement.body;
  const { terms } = held(view, 'right', id).state;
  checkSameId('dataset', dataset, terms.dataset);
  checkIssuer(statement, terms.grantee);
  view.put('delivery', statement.id, {
    right: id,
    dataset,
    grantor: terms.grantor,
    grantee: terms.grantee,
    state: 'pulled',
    pulledAt: sealedAt,
    asked: {
      purpose,
      items,
      rows,
      format,
      ...(compression ? { compression } : {}),
      version,
      ...(since === undefined ? {} : { since }),
    },
    servedBytes: 0,
    servedTimes: 0,
    last: statement.id,
  });
}

type DeliveryStep =
  | 'pull.refused'
  | 'delivery.decided'
  | 'delivery.prepared'
  | 'delivery.failed'
  | 'delivery.cancelled'
  | 'delivery.served'
  | 'receipt.signed';

/** The delivery that a statement is about, when it is in a state that takes this statement. */
function deliveryOf({ view, statement }: Folding<DeliveryStep>, from: readonly Delivery['state'][]): Delivery {
  const { delivery: id, right, dataset } = statement.body;
  const { state } = held(view, 'delivery', id);
  checkSameId('right', right, state.right);
  checkSameId('dataset', dataset, state.dataset);
  if (!from.includes(state.state)) throw notAccepted(state, statement.type);
  return state;
}

function notAccepted(delivery: Delivery, type: string) {
  return refuse('transition-not-allowed', { state: delivery.state, type });
}

export function foldPullRefused(folding: Folding<'pull.refused'>): void {
  const { view, statement } = folding;
  checkIssuer(statement, 'exchange');
  const delivery = deliveryOf(folding, ['pulled']);
  const { code } = statement.body;
  if (!isRefusalCode(code)) throw refuse('statement-malformed', { reason: 'body.code' }, { field: 'body.code' });
  view.put('delivery', statement.body.delivery, { ...delivery, state: 'refused', refusalCode: code, last: statement.id });
}

/**
 * The decision to deliver is checked whole where it takes effect: it must be newer than every change of what it rests on, and a fresh
 * decision from the same inputs must read the same. Only then the quota is reserved, in the transaction that seals it.
 */
export function foldDeliveryDecided(folding: Folding<'delivery.decided'>): void {
  const { view, sealedAt, statement } = folding;
  const { body } = statement;
  checkIssuer(statement, 'exchange');
  const delivery = deliveryOf(folding, ['pulled']);
  checkSameId('grantee', body.grantee, delivery.grantee);
  const right = held(view, 'right', body.right);
  const dataset = held(view, 'dataset', body.dataset);
  checkFresh(folding, right, dataset);

  const version = view.get('version', body.version);
  const basis = body.since && {
    delivery: view.get('delivery', body.since.delivery),
    version: view.get('version', body.since.version),
  };
  const recipients = view.ofDepartment('recipient', body.grantee).filter(({ state }) => state.endedAt === undefined);
  const fault = replayDecision({
    pull: { ...delivery.asked, right: body.right, dataset: body.dataset },
    grantee: body.grantee,
    right,
    dataset,
    version,
    basis: basis?.delivery && basis.version ? { delivery: basis.delivery, version: basis.version } : undefined,
    recipients: recipients.map(({ id }) => id),
    body,
  });
  if (fault) throw fault;
  // The window may have closed while the decision waited for its seal; decided again, it is refused with that reason.
  if (checkInForce(right.state, sealedAt)) throw refuse('stale-decision', { reason: 'window' });

  const day = civilDate(body.decidedAt);
  view.put('right', body.right, reserve(right.state, day, body.rowsAtMost));
  view.put('delivery', body.delivery, {
    ...delivery,
    state: 'decided',
    decided: {
      version: body.version,
      items: body.items,
      rows: body.rows,
      transformations: body.transformations,
      format: body.format,
      ...(body.compression ? { compression: body.compression } : {}),
      ...(body.since ? { since: body.since } : {}),
      recipients: body.recipients,
      rowsAtMost: body.rowsAtMost,
      day,
    },
    last: statement.id,
  });
}

function checkFresh(
  { view, index, sealedAt, statement }: Folding<'delivery.decided'>,
  right: Held<'right'>,
  dataset: Held<'dataset'>,
) {
  const { computedAt, decidedAt, grantee } = statement.body;
  const keysAt = held(view, 'department', grantee).state.keysAt;
  if (computedAt < right.changedAt) throw refuse('stale-decision', { reason: 'right' });
  if (computedAt < dataset.changedAt) throw refuse('stale-decision', { reason: 'dataset' });
  if (computedAt < keysAt) throw refuse('stale-decision', { reason: 'keys' });
  if (computedAt >= index) throw refuse('stale-decision', { reason: 'index' });
  const ageMs = Date.parse(sealedAt) - Date.parse(decidedAt);
  // Negated, so that an instant that cannot be read is refused too.
  if (!(ageMs >= -clockSkewMs && ageMs <= decisionLifeMs)) throw refuse('stale-decision', { reason: 'time' });
  // A clock that fell behind midnight would open yesterday's count again.
  if (civilDate(decidedAt) < right.state.day) throw refuse('stale-decision', { reason: 'day' });
}

export function foldDeliveryPrepared(folding: Folding<'delivery.prepared'>): void {
  const { view, statement } = folding;
  const { delivery: id, right: rightId, attempt, ciphertextSha256, sizeBytes, plaintextHmac, rows } = statement.body;
  checkIssuer(statement, 'exchange');
  // Only "decided" takes it, so of two attempts the first that is sealed wins and the other's payload is nobody's.
  const delivery = deliveryOf(folding, ['decided']);
  const right = held(view, 'right', rightId).state;
  if (right.state === 'terminated') throw refuse('right-terminated');
  const rowsAtMost = delivery.decided?.rowsAtMost ?? 0;
  if (rows > rowsAtMost) throw refuse('rows-above-decision', { rows, rowsAtMost }, { field: 'body.rows' });
  if (rows < rowsAtMost) view.put('right', rightId, settle(right, rowsAtMost, rows));
  view.put('delivery', id, {
    ...delivery,
    state: 'prepared',
    prepared: { attempt, ciphertextSha256, sizeBytes, plaintextHmac, rows },
    last: statement.id,
  });
}

export function foldDeliveryEnded(folding: Folding<'delivery.failed' | 'delivery.cancelled'>): void {
  const { statement } = folding;
  checkIssuer(statement, 'exchange');
  if (statement.type === 'delivery.failed') {
    const delivery = deliveryOf(folding, ['decided', 'prepared']);
    put(folding, delivery, { ...delivery, state: 'failed', failureCode: statement.body.code, last: statement.id });
  } else {
    const delivery = deliveryOf(folding, ['pulled', 'decided', 'prepared']);
    put(folding, delivery, { ...delivery, state: 'cancelled', cancelledBy: statement.body.by, last: statement.id });
  }
}

/**
 * Bytes handed over. They are recorded whatever has become of the delivery since: what left, left. If its quota was already returned,
 * it counts again; an exchange that records what was served before it cancels never comes to that.
 */
export function foldDeliveryServed(folding: Folding<'delivery.served'>): void {
  const { statement } = folding;
  checkIssuer(statement, 'exchange');
  const delivery = deliveryOf(folding, ['prepared', 'received', 'failed', 'cancelled']);
  if (!delivery.prepared) throw notAccepted(delivery, statement.type);
  put(folding, delivery, {
    ...delivery,
    servedBytes: delivery.servedBytes + statement.body.bytesAtMost,
    servedTimes: delivery.servedTimes + 1,
  });
}

function put({ view, statement }: Folding<DeliveryStep>, before: Delivery, after: Delivery): void {
  const { right: id, delivery } = statement.body;
  const right = held(view, 'right', id).state;
  const recounted = recount(right, before, after);
  // The right is written only when it changes: a write makes every decision under way stale.
  if (recounted !== right) view.put('right', id, recounted);
  view.put('delivery', delivery, after);
}

/** The recipient's word that it opened and checked the delivery. It says exactly what was sealed, or it is refused. */
export function foldReceiptSigned(folding: Folding<'receipt.signed'>): void {
  const { view, sealedAt, statement } = folding;
  const { body } = statement;
  const delivery = deliveryOf(folding, ['prepared', 'failed', 'cancelled']);
  checkIssuer(statement, delivery.grantee);
  const { prepared } = delivery;
  // After an end a receipt stands only for what had been served before it.
  if (!prepared || (delivery.state !== 'prepared' && delivery.servedBytes === 0)) throw notAccepted(delivery, statement.type);
  for (const field of ['ciphertextSha256', 'plaintextHmac', 'rows'] as const) {
    if (body[field] !== prepared[field]) throw refuse('receipt-differs', { field }, { field: `body.${field}` });
  }
  view.put('delivery', body.delivery, { ...delivery, state: 'received', receivedAt: sealedAt, last: statement.id });
}
