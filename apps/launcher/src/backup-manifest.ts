import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { countSchema, hex64Schema, idSchema, instantSchema, originSchema } from '#contracts';
import { decodeCanonical, encodeCanonical, sha256Hex } from '#crypto';
import { encodeTrustRoot, openTrustRoot, type TrustRoot } from '#ledger';
import { Stop } from './backup-command.js';

const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const file = { sizeBytes: countSchema, sha256: hex64Schema };

const manifestSchema = z.strictObject({
  v: z.literal(1),
  type: z.literal('quanlian-backup'),
  takenAt: instantSchema,
  /** Version of the product that made it. */
  product: z.string().max(40),
  migrations: z.array(z.string().max(200)).min(1),
  origin: originSchema.optional(),
  ledger: z.strictObject({ size: countSchema, head: hex64Schema, sealedAt: instantSchema.optional(), epoch: countSchema }),
  /** As entry 0 states it; for whoever has none from elsewhere. */
  trustRoot: z.custom<TrustRoot>(isTrustRoot).optional(),
  /** Names the vault key without which versions and keys in custody cannot be opened. */
  vaultKey: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** tables/SCHEMA.NAME.copy.gz */
  tables: z.array(
    z.strictObject({ schema: identifier, name: identifier, columns: z.array(identifier), rows: countSchema, ...file }),
  ),
  /** objects/NAME */
  objects: z.array(z.strictObject({ name: objectName(), kind: z.enum(['part', 'payload']), ...file })),
  /** Deliveries whose payloads were disposed of while the backup was made. */
  disposed: z.array(idSchema),
  /** Objects that the exchange itself had lost or that were damaged there; only with --despite-damage. */
  damaged: z.array(z.strictObject({ name: objectName(), problem: z.enum(['missing', 'differs']) })),
});

/** What a backup says of itself: docs/formats/backup.md. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestTable = Manifest['tables'][number];
export type ManifestObject = Manifest['objects'][number];

// The names that the payload store gives, and nothing that leads out of the folder.
function objectName() {
  return z.string().regex(/^(?!.*\.\.)[0-9a-z][0-9a-z.-]{7,127}$/);
}

function isTrustRoot(value: unknown): boolean {
  try {
    openTrustRoot(encodeTrustRoot(value as TrustRoot));
    return true;
  } catch {
    return false;
  }
}

export const manifestName = 'manifest.json';
/** Room for some millions of objects. */
const manifestMaxBytes = 512 * 1024 * 1024;

export function tablePath(folder: string, { schema, name }: { schema: string; name: string }): string {
  return join(folder, 'tables', `${schema}.${name}.copy.gz`);
}
export function objectPath(folder: string, name: string): string {
  return join(folder, 'objects', name);
}

/** The manifest's bytes: canonical JSON and a line feed. */
export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.concat([encodeCanonical(manifestSchema.parse(manifest)), Buffer.from('\n')]);
}

/** Reads a backup's manifest, and the SHA-256 of its bytes. Throws Stop when there is none, or none that we understand. */
export async function openManifest(folder: string): Promise<{ manifest: Manifest; sha256: string }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(folder, manifestName));
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new Stop('refused', 'not-a-backup', {
      zh: `${folder} 中没有备份清单（${manifestName}），不是完整的备份。`,
      en: `There is no ${manifestName} in ${folder}: this is no whole backup.`,
    });
  }
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  try {
    const manifest = manifestSchema.parse(decodeCanonical(bytes.subarray(0, end), manifestMaxBytes));
    return { manifest, sha256: sha256Hex(bytes) };
  } catch {
    throw new Stop('verification', 'manifest-damaged', {
      zh: `备份清单 ${join(folder, manifestName)} 已损坏，或出自更新的版本。`,
      en: `The manifest ${join(folder, manifestName)} is damaged, or of a newer version.`,
    });
  }
}
