import type { CompromisedKey, ExchangeCustody } from '#ledger';
import type { Desk } from '../desk.js';
import { countText } from '../terminal/progress.js';

/** What whoever relies on a report should know of the keys in it: who else could sign with them, and which were declared compromised. */
export function showKeys(
  { out, say }: Pick<Desk, 'out' | 'say'>,
  of: { readonly exchangeCustody: readonly ExchangeCustody[]; readonly compromised: readonly CompromisedKey[] },
): void {
  if (of.compromised.length > 0) {
    out.heading(
      say({
        zh: '其后已声明泄露的签名密钥（此前的签名仍按当时有效的密钥查验）',
        en: 'Keys declared compromised since (what they had signed is judged by the keys in force then)',
      }),
    );
    out.table(
      [
        { title: say({ zh: '密钥', en: 'Key' }), of: (one) => one.keyId },
        { title: say({ zh: '部门', en: 'Department' }), of: (one) => `${one.name}  ${one.department}` },
        { title: say({ zh: '声明', en: 'Declared' }), of: (one) => `#${one.declaredAt}` },
        { title: say({ zh: '所签记录', en: 'Entries signed' }), of: (one) => countText(one.entries), align: 'right' },
        { title: say({ zh: '其中最后一条', en: 'The last' }), of: (one) => `#${one.last}` },
      ],
      of.compromised,
    );
  }
  if (of.exchangeCustody.length > 0) {
    out.heading(
      say({
        zh: '平台托管签名密钥的部门（平台运维在技术上可以代签）',
        en: 'Departments whose keys the exchange keeps (its operator could sign for them)',
      }),
    );
    out.print(...of.exchangeCustody.map((one) => `  ${one.name}  ${one.department}  ${one.keyIds.join(' ')}`));
  }
}
