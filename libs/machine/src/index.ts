// The door of `#machine`: what programs need of the machine under them.
export { lives, lockFolder, processBegan } from './folder-lock.js';
export { goOnUnheard } from './unheard.js';
export type { FolderLock, LockHolder, ProcessIdentity } from './folder-lock.js';
