// The peer of what the product does with DuckDB: a process that runs one statement in one of its own and ends. Arguments: the statement,
// threads, memory, and NAME=HEX for each parameter; one whose name begins with "pseudonym" is bytes, any other text.
import { blobValue, DuckDBInstance } from '@duckdb/node-api';

const [sql = '', threads = '2', memory = '256MiB', ...parameters] = process.argv.slice(2);
const bound = Object.fromEntries(
  parameters.map((each) => {
    const [name = '', hex = ''] = each.split('=');
    const bytes = Buffer.from(hex, 'hex');
    return [name, name.startsWith('pseudonym') ? blobValue(bytes) : bytes.toString()];
  }),
);
const instance = await DuckDBInstance.create(':memory:', { threads, memory_limit: memory, preserve_insertion_order: 'true' });
const connection = await instance.connect();
await connection.run(sql, parameters.length === 0 ? undefined : bound);
connection.closeSync();
instance.closeSync();
