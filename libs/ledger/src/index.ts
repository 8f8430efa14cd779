// The door of `#ledger`: what works everywhere, and the sealer over its port.
export * from './browser.js';

export { gateOf } from './gate.js';
export { CachedStates } from './cached-states.js';
export type { LoadedState } from './cached-states.js';
export { BATCH_MAX, Sealer, signersAmong } from './sealer.js';
export type { LogSigners, SealerOptions, SealHook, SealOutcome, SealStep } from './sealer.js';
export { replayEntries } from './replay.js';
export type { ReplayParts, ReplayTransaction } from './replay.js';
export type {
  LedgerHead,
  LedgerStore,
  RejectedStatement,
  SealedStatement,
  SealTransaction,
  SignedCheckpoint,
  WaitingStatement,
} from './store.js';
