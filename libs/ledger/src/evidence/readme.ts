import type { Checkpoint } from '../log/checkpoint.js';
import type { EvidenceManifest } from './manifest.js';
import { questionWords } from './question-words.js';

/** The text beside the page: what the files are and the exact commands to check them. docs/formats/evidence-bundle.md. */
export function readmeText(manifest: EvidenceManifest, { origin, size }: Checkpoint): string {
  const { zh, en } = questionWords(manifest.question);
  const stamped = manifest.timestamp !== undefined;
  return `权链证据包  Quanlian evidence bundle
${zh}
${en}
账本 Ledger: ${origin}    账本签封 Checkpoint: ${size}

一、查验  1. Check
  信任根 root.json 须从主管部门公布的渠道取得，不得取自本包，也不得取自平台。
  The trust root, root.json, comes from what the competent department published: never from this bundle, never from the exchange.

  用本产品的命令（不需要网络，不需要平台）  With our command (no network, no exchange):
    quanlian verify BUNDLE.zip --trust root.json

  只用通用工具（sha256sum、openssl、jq、coreutils）  With common tools only (sha256sum, openssl, jq, coreutils):
    unzip BUNDLE.zip -d evidence
    cd evidence
    sh check.sh ../root.json
  check.sh 来自本包：请先阅读，或按 docs/formats/evidence-bundle.md 自行执行各步骤。
  check.sh comes with the bundle: read it first, or do its steps yourself as docs/formats/evidence-bundle.md has them.
${
  stamped
    ? `
  时间戳（RFC 3161；tsa.pem 为时间戳机构的根证书）  The timestamp (RFC 3161; tsa.pem is the authority's root certificate):
    head -n 3 timestamp/checkpoint > text
    openssl ts -verify -in timestamp/answer.tsr -data text -CAfile tsa.pem
`
    : ''
}
二、文件  2. Files
  index.html         供人阅读  for people
  manifest.json      主题与序号  the question, and the indexes of the entries
  checkpoint         账本签封：大小、树根、账本与见证节点的签名  size and root of the tree, signed by the log and its witnesses
  policy             平台所述的见证策略，仅供参考  the witness policy as the exchange states it; for information only
  entries/N.json     第 N 条存证记录的原始字节  the exact bytes of entry N
  proofs/N           其包含证明，由叶到根，每行一个摘要  its inclusion proof, from leaf to root, a hash a line
  SHA256SUMS         其余各文件的摘要  the digests of the other files
${
  stamped
    ? '  timestamp/         一份带时间戳的签封及其与 checkpoint 的一致性证明  a timestamped checkpoint, and that this one continues it\n'
    : ''
}
  合成一份 tlog-proof（C2SP），供其他程序查验第 N 条：
  A tlog-proof (C2SP) of entry N, for other programs:
    { printf 'c2sp.org/tlog-proof@v1\\nindex N\\n'; cat proofs/N; echo; cat checkpoint; } > N.tlog-proof

三、证据包不能说明的  3. What a bundle cannot tell
  - 是否有应列而未列的记录，例如某密钥或某权利其后的结束。由账本全本（quanlian verify --log … --entries）才能判定。
    Whether an entry was left out, such as a later end of a key or of a right. Only the whole ledger tells
    (quanlian verify --log … --entries).
  - 使用权规则是否得到遵守：包内只查验字节、包含、签名与密钥。
    Whether the rules of rights were kept: a bundle is checked for bytes, inclusion, signatures and keys.
  - 同处一处的见证节点不能证明任何事。
    Witnesses under one roof prove nothing.
`;
}
