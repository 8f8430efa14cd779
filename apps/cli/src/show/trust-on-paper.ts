import { encodeVerifierKey, logKeysOf, policyOf, type TrustRoot } from '#ledger';
import { fingerprintOf } from '../store/roots.js';

/** A key id in groups that an eye can follow. */
const grouped = (digits: string): string => (digits.match(/.{4}/g) ?? []).join(' ');

/**
 * The trust root as a page in both languages, for people to compare with what the competent department published. The fingerprint is
 * SHA-256 of the file and stands for all of it; the rest says what it covers.
 */
export function paperLines(root: TrustRoot): string[] {
  const { witnesses, groups, quorum } = policyOf(root);
  const isDemo = witnesses.some(({ name }) => name.startsWith('demo-'));
  return [
    '权链信任根核对单  Quanlian: trust root, for comparison on paper',
    '',
    '文件的 SHA-256（逐组核对）  SHA-256 of the file, compare group by group:',
    `  ${fingerprintOf(root)}`,
    '',
    `账本  Ledger                        ${root.origin}`,
    `主管部门  Competent department      ${root.competent.department}`,
    `主管部门密钥  Its key               ${grouped(root.competent.keyId)}`,
    `平台密钥  Exchange key              ${grouped(root.exchangeKey.keyId)}`,
    `账本密钥  Log key                   ${grouped(root.logKey.keyId)}`,
    ...logKeysOf(root).map((key) => `账本验证公钥  Log verifier key      ${encodeVerifierKey(key)}`),
    `生效方式  In force once             ${root.inForce === 'witnessed' ? '经见证 witnessed' : '已存证 durable'}`,
    ...(witnesses.length === 0
      ? ['见证节点  Witnesses                 未指明 none are named']
      : [
          `见证法定数  Quorum                  ${quorum}`,
          ...groups.map(({ name, threshold, members }) => `  ${name}: ${threshold}/${members.length}  ${members.join(' ')}`),
          '见证节点  Witnesses',
          ...witnesses.map(({ name, key }) => `  ${name}  ${encodeVerifierKey(key)}`),
        ]),
    ...(isDemo ? ['演示用见证节点同处一处，不能证明任何事。  Demo witnesses under one roof prove nothing.'] : []),
    '',
    '核对人  Compared by ____________________    日期  Date ____________________',
  ];
}
