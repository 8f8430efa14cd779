import { Refusal, type DeliveryManifest } from '#contracts';
import { ageRecipientOf, utf8Bytes } from '#crypto';
import { openDeliveryManifest, openTrustRoot, type TrustRoot } from '#ledger';

/** What a person chose, told apart by what is in it. */
export interface Chosen {
  age?: File;
  identity?: { readonly name: string; readonly secrets: readonly string[]; readonly recipients: readonly string[] };
  manifest?: { readonly name: string; readonly says: DeliveryManifest };
  trustRoot?: { readonly name: string; readonly says: TrustRoot };
  /** Manifests that cannot be used, and why. */
  refused?: { readonly name: string; readonly why: Refusal };
  unknown?: string[];
}

const ageFirst = 'age-encryption.org/v1\n';
// A manifest holds two entries of at most 64 KiB each, and up to 600 items.
const textMaxBytes = 1024 * 1024;

/** Looks into files and adds them to what is chosen; a second one of a kind replaces the first. */
export async function take(chosen: Chosen, files: Iterable<File>): Promise<Chosen> {
  const { refused: _refused, unknown: _unknown, ...kept } = chosen;
  const next: Chosen = kept;
  for (const file of files) {
    if ((await file.slice(0, ageFirst.length).text()) === ageFirst) next.age = file;
    else if (file.size > textMaxBytes || !(await takeText(next, file.name, await file.text())))
      next.unknown = [...(next.unknown ?? []), file.name];
  }
  return next;
}

async function takeText(next: Chosen, name: string, text: string): Promise<boolean> {
  const secrets = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-1'));
  if (secrets.length > 0) {
    try {
      next.identity = { name, secrets, recipients: await Promise.all(secrets.map(ageRecipientOf)) };
      return true;
    } catch {
      return false;
    }
  }
  if (text.includes('quanlian/delivery-manifest')) {
    try {
      next.manifest = { name, says: openDeliveryManifest(text) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      next.refused = { name, why: error };
      delete next.manifest;
    }
    return true;
  }
  try {
    next.trustRoot = { name, says: openTrustRoot(utf8Bytes(text.trimEnd())) };
    return true;
  } catch {
    return false;
  }
}
