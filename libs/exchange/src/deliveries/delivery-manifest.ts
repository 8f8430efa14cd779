import { refuse, type DeliveryManifest } from '#contracts';
import { toBase64 } from '#crypto';
import { openEntry } from '#ledger';
import type { Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Stores } from '../ports.js';
import { rightViews } from '../rights/read-rights.js';
import { ownDelivery } from './download.js';
import { openPlaintextHmacKey } from './prepare-payload.js';

/** Makes what goes with a payload: all that its recipient needs to open and check it without the exchange. */
export class ReadManifest {
  constructor(private readonly context: ExchangeContext) {}

  /** For requesters of the grantee alone, since it holds a key. Throws Refusal unknown, payload-not-ready, payload-gone. */
  async execute(actor: Actor, id: string): Promise<DeliveryManifest> {
    return this.context.transactions.run(async (stores) => {
      const { state } = await ownDelivery(stores, actor, id);
      const { decided, prepared } = state;
      if (!decided || !prepared) throw refuse('payload-not-ready');
      const held = await stores.states.get('right', state.right);
      const dataset = await stores.states.get('dataset', state.dataset);
      if (!held || !dataset) throw new Error('The right or the dataset of a delivery is gone');
      const [right] = await rightViews(stores, [held], instantNow(this.context));
      if (!right) throw new Error('A right has no view');
      const { ciphertextSha256, sizeBytes, plaintextHmac, rows } = prepared;
      // As they were when the version was published: the entry may have changed since.
      const published = ((await stores.versions.get(decided.version))?.entry ?? dataset.state.entry).items;
      const key = await openPlaintextHmacKey(this.context, stores, prepared.attempt);
      return {
        v: 1,
        type: 'quanlian/delivery-manifest',
        origin: this.context.origin,
        delivery: id,
        right: state.right,
        sentence: right.sentence,
        howToCheck,
        dataset: { id: state.dataset, title: right.datasetTitle, version: decided.version },
        grantor: { code: state.grantor, name: right.grantorName },
        grantee: { code: state.grantee, name: right.granteeName },
        format: decided.format,
        ...(decided.compression ? { compression: decided.compression } : {}),
        ...(decided.since ? { since: decided.since } : {}),
        items: decided.items.map((name) => {
          const {
            mask: _mask,
            key: _key,
            rules: _rules,
            ...item
          } = published.find((one) => one.name === name) ?? unknownItem(name);
          const masked = decided.transformations.find((one) => one.item === name);
          return masked ? { ...item, transformation: masked.transformation } : item;
        }),
        scope: decided.rows,
        rows,
        sizeBytes,
        ciphertextSha256,
        plaintextHmac,
        plaintextHmacKey: key.toString('base64url'),
        recipients: decided.recipients,
        entries: {
          decided: await sealedEntry(stores, id, 'delivery.decided'),
          prepared: await sealedEntry(stores, id, 'delivery.prepared'),
        },
      };
    });
  }
}

const howToCheck = {
  zh: '离线：在 open.html 中打开本清单、密文文件（.age）和本部门的 age 身份文件；或照 docs/formats/delivery-manifest.md 用 sha256sum、age、openssl 逐步核对。密文的 SHA-256 须等于 ciphertextSha256，解密所得内容以 plaintextHmacKey 计算的 HMAC-SHA-256 须等于 plaintextHmac，两者均载于 entries 中平台签名的存证记录。',
  en: 'Offline: open this manifest, the encrypted file (.age) and your department’s age identity in open.html; or go through docs/formats/delivery-manifest.md with sha256sum, age and openssl. The SHA-256 of the encrypted file must be ciphertextSha256, and the HMAC-SHA-256 of what is decrypted, under plaintextHmacKey, must be plaintextHmac; both stand in the entries, which the exchange signed.',
};

/** An item that an entry of the catalogue no longer has: its name is all that is known. */
function unknownItem(name: string) {
  return {
    name,
    title: name,
    type: 'C',
    required: false,
    personal: false,
    mask: undefined,
    key: undefined,
    rules: undefined,
  } as const;
}

async function sealedEntry(stores: Stores, delivery: string, type: 'delivery.decided' | 'delivery.prepared') {
  const { items } = await stores.trail.query({ delivery, types: [type] }, { limit: 10 });
  const found = items.find(({ bytes }) => {
    const { statement } = openEntry(bytes).entry;
    return statement.type === type && (statement.body as { delivery?: string }).delivery === delivery;
  });
  if (!found) throw new Error(`Nothing is sealed as ${type} of a prepared delivery`);
  return { index: found.index, bytes: toBase64(found.bytes) };
}
