import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log's key becomes a state like every other key, so that it can be ended and another admitted: entry 0 says which it is. */
export class LogKeys1795000000008 implements MigrationInterface {
  readonly name = 'LogKeys1795000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO projection.key (id, state, changed_at)
      SELECT statement #>> '{body,logKey,keyId}',
        jsonb_build_object('department', 'log', 'publicKey', statement #>> '{body,logKey,publicKey}', 'custody', 'exchange',
          'admittedAt', 0, 'last', statement ->> 'id'),
        0
      FROM (SELECT convert_from(bytes, 'UTF8')::jsonb -> 'statement' AS statement FROM ledger.ledger_entry WHERE index = 0) opening
      ON CONFLICT (id) DO NOTHING`);
  }

  async down(): Promise<void> {
    throw new Error('What the ledger says is not taken back: restore a backup instead.');
  }
}
