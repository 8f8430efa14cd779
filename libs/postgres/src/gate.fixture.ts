// A process that stops for good while it hands a chunk over: for the test that an end still commits.
import { connect } from './database.js';
import { openGate } from './gate.js';

const [url = '', right = '', delivery = '', holdMs = ''] = process.argv.slice(2);
const database = await connect(url, { poolSize: 1 });
const gate = await openGate(database, { now: () => new Date() }, { holdMs: Number(holdMs) });
await gate.whileOpen({ right, delivery, grantee: '119901000000003268' }, () => {
  process.stdout.write('handing over\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
