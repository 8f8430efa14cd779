// One audit in a process of its own, so that its memory is its own: prints what it took as JSON.
import { lawOf } from '#exchange';
import { auditProjections, withClient } from '#postgres';

const { url, origin, signatures } = JSON.parse(process.argv[2] ?? '') as {
  url: string;
  origin: string;
  signatures: 'signatures' | 'keys-only';
};
const findings: unknown[] = [];
const since = performance.now();
const { size } = await withClient(url, (client) =>
  auditProjections(client, { ...lawOf(origin), signatures }, (finding) => findings.push(finding)),
);
const seconds = (performance.now() - since) / 1000;
console.log(JSON.stringify({ size, seconds, findings: findings.length, peakMiB: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
