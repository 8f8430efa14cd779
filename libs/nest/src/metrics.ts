import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the process counts, in Prometheus text at /metrics. Labels are routes and codes, never ids. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: 'quanlian_http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  readonly refusals = new Counter({
    name: 'quanlian_refusals_total',
    help: 'Refusals by code',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly servedBytes = new Counter({
    name: 'quanlian_served_bytes_total',
    help: 'Ciphertext bytes handed to sockets',
    registers: [this.registry],
  });
  readonly ledgerSize = new Gauge({ name: 'quanlian_ledger_entries', help: 'Entries sealed', registers: [this.registry] });
  readonly sealing = new Gauge({
    name: 'quanlian_sealing',
    help: '1 while the ledger is sealed, 0 while it is not and says why',
    registers: [this.registry],
  });
  readonly witnessedSize = new Gauge({
    name: 'quanlian_witnessed_entries',
    help: 'Entries under the last checkpoint that reached the quorum',
    registers: [this.registry],
  });
  readonly witnessesAnswering = new Gauge({
    name: 'quanlian_witnesses_answering',
    help: 'Witnesses of the policy that answer',
    registers: [this.registry],
  });
  readonly belowQuorum = new Gauge({
    name: 'quanlian_below_quorum',
    help: '1 while fewer witnesses answer than the policy needs',
    registers: [this.registry],
  });
  readonly inboxWaiting = new Gauge({
    name: 'quanlian_inbox_waiting',
    help: 'Statements that wait to be sealed',
    registers: [this.registry],
  });
  readonly sealerLag = new Gauge({
    name: 'quanlian_sealer_lag_seconds',
    help: 'Age of the oldest waiting statement',
    registers: [this.registry],
  });
  readonly openTasks = new Gauge({ name: 'quanlian_tasks_open', help: 'Tasks that workers owe', registers: [this.registry] });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
