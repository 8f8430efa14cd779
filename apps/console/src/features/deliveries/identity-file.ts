import { checkAgeIdentity } from '#crypto';

/** An identity file is a few lines; what is longer is another file. */
const longestBytes = 64 * 1024;

/** The age identities of a file as `age-keygen` writes it: one a line, `#` begins a comment. Empty: it is no identity file. */
export async function readIdentityFile(file: Blob): Promise<string[]> {
  if (file.size > longestBytes) return [];
  const lines = (await file.text()).split(/\r?\n/).map((line) => line.trim());
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'));
  try {
    for (const identity of identities) checkAgeIdentity(identity);
    return identities;
  } catch {
    return [];
  }
}
