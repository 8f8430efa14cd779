import { folderPayloadStore } from './folder-payload-store.js';
import type { PayloadStore } from './payload-store.js';

/** Says which store it is, so that a child process opens the same one. */
export type PayloadPlace = { readonly kind: 'folder'; readonly folder: string };

/** Opens the store that a place names. */
export function openPayloadStore(place: PayloadPlace): PayloadStore {
  return folderPayloadStore(place.folder);
}
