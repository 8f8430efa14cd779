import { loadOrCreateVaultKey, openVault } from '#crypto';
import { openSetUpLink } from '#exchange';
import type { Settings } from '#settings';
import { connect, openExchangeContext } from '#postgres';

/** Where an empty exchange is set up. The token stands behind `#`: browsers do not send that part, so it reaches no log. */
export function setUpLink(settings: Settings, token: string): string {
  return `${settings.publicUrl}/setup#${token}`;
}

/**
 * Draws the token of a one-time link for whoever sets an empty exchange up, in place of an earlier one; undefined
 * when it is set up already.
 *
 * @param databaseUrl as the API logs in: the link is an ordinary row of its.
 */
export async function drawSetUpToken(settings: Settings, databaseUrl: string): Promise<string | undefined> {
  const database = await connect(databaseUrl, { poolSize: 2, applicationName: 'quanlian-setup' });
  try {
    const context = await openExchangeContext(database, {
      vault: openVault(loadOrCreateVaultKey(settings.vaultKeyFile)),
      clock: { now: () => new Date() },
      ...(settings.ledgerOrigin ? { origin: settings.ledgerOrigin } : {}),
    });
    return await openSetUpLink(context);
  } finally {
    await database.close();
  }
}
