import type { Stores } from './ports.js';

/** What people call a dataset; empty for one that is not there. */
export async function datasetTitle(stores: Stores, dataset: string): Promise<string> {
  return (await stores.states.get('dataset', dataset))?.state.entry.title ?? '';
}
