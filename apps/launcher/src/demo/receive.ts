import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes, type DeliveryView } from '#contracts';
import { openDelivery } from '#delivery';
import { carryOut, type Loading } from './carry-out.js';
import { loginOf, type DepartmentKey } from './departments.js';

const prepareTimeoutMs = 120_000;

/** Waits until a delivery stands in one of these states. Throws when it ends in another. */
export async function waitForDelivery(
  { desks }: Loading,
  by: string,
  id: string,
  states: readonly DeliveryView['state'][],
): Promise<DeliveryView> {
  const deadline = Date.now() + prepareTimeoutMs;
  for (let waitMs = 30; ; waitMs = Math.min(waitMs * 2, 500)) {
    const delivery = await desks.call(by, routes.delivery, { params: { id } });
    if (states.includes(delivery.state) && !delivery.waits) return delivery;
    const isOver = !['pulled', 'decided', 'prepared'].includes(delivery.state) || delivery.stage === 'ended';
    if (isOver || Date.now() > deadline) {
      throw new Error(`Delivery ${id} is ${delivery.state}: ${delivery.problem?.title.en ?? delivery.stage}`);
    }
    await sleep(waitMs);
  }
}

/**
 * As the department would: downloads the ciphertext, matches it to what is sealed, opens it with the department's own identity, checks
 * rows and HMAC, signs the receipt. The rows are removed afterwards; a demo has no use for them.
 */
export async function receive(loading: Loading, key: string, department: DepartmentKey, id: string): Promise<void> {
  const { desks, folder, journal } = loading;
  const by = loginOf(department, 'requester');
  if (journal.has(key)) return;
  const delivery = await waitForDelivery(loading, by, id, ['prepared', 'received']);
  const { ciphertextSha256, plaintextHmac, rows, sizeBytes, format, compression } = delivery;
  if (ciphertextSha256 === undefined || plaintextHmac === undefined || rows === undefined || sizeBytes === undefined)
    throw new Error(`Delivery ${id} says nothing to check it by`);
  if (delivery.state === 'prepared') {
    const place = join(folder.path, 'receiving', id);
    await mkdir(place, { recursive: true, mode: 0o700 });
    try {
      const params = { id };
      const payload = await desks.open(by, routes.payload, { params });
      if (!payload.body) throw new Error(`Delivery ${id} has no payload`);
      const ciphertextPath = join(place, 'payload.age');
      await pipeline(Readable.fromWeb(payload.body), createWriteStream(ciphertextPath));
      const { identity } = await folder.identity(department);
      await openDelivery({
        ciphertextPath,
        identities: [identity],
        expected: { ciphertextSha256, sizeBytes, plaintextHmac, rows, format, ...(compression ? { compression } : {}) },
        plaintextHmacKey: Buffer.from((await desks.call(by, routes.deliveryKey, { params })).key, 'base64url'),
        output: join(place, 'rows'),
      });
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }
  await carryOut(loading, {
    key,
    by,
    type: 'receipt.signed',
    matches: ({ body }) => body.delivery === id,
    prepare: () => desks.call(by, routes.signReceipt, { params: { id }, body: { ciphertextSha256, plaintextHmac, rows } }),
  });
}
