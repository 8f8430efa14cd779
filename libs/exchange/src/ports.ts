import type { DurableReceipt } from '#ledger';
import type {
  Custody,
  Detected,
  Held,
  KeyListView,
  Problem,
  Role,
  Sentence,
  StateKind,
  StatedForm,
  Statement,
  StatementSignature,
  StatementType,
  Violations,
} from '#contracts';
import type { VersionFiles, VersionReports } from './version-ports.js';

/** The time. Tests set it; nothing else asks the machine. */
export interface Clock {
  now(): Date;
}

/** One database transaction; a thrown Refusal or error rolls it back whole. */
export interface Transactions {
  run<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
}

/** All that a use case may read and write, bound to one transaction. */
export interface Stores {
  readonly states: StateReader;
  readonly inbox: Inbox;
  readonly proposals: Proposals;
  readonly people: People;
  readonly credentials: Credentials;
  readonly texts: Texts;
  readonly secrets: Secrets;
  readonly versions: VersionFiles;
  readonly reports: VersionReports;
  readonly uploads: Uploads;
  readonly arrivals: Arrivals;
  readonly keyLists: KeyLists;
  readonly tasks: Tasks;
  readonly deliveries: DeliveryWork;
  readonly downloads: Downloads;
  readonly notices: Notices;
  readonly calendars: Calendars;
  readonly trail: Trail;
  readonly inForce: InForce;
}

export type Found<K extends StateKind> = Held<K> & { readonly id: string };
export interface PageRequest {
  readonly limit: number;
  /** Opaque; what `next` of the page before said. */
  readonly cursor?: string;
  /** The first page is to say how many there are. */
  readonly counted?: boolean;
}
/** A count that stops at a bound: then there are more. */
export interface Total {
  readonly count: number;
  readonly more: boolean;
}
export interface Page<T> {
  readonly items: T[];
  readonly next?: string;
  readonly total?: Total;
}

export interface RequestFilter {
  readonly party?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: string;
  readonly dataset?: string;
  /** In the dataset's title or the name of a department on either side. */
  readonly text?: string;
}
/** Reads the projections. Newest first in lists; every list is bounded by its page. */
export interface StateReader {
  get<K extends StateKind>(kind: K, id: string): Promise<Found<K> | undefined>;
  getMany<K extends StateKind>(kind: K, ids: readonly string[]): Promise<Map<string, Found<K>>>;
  departments(): Promise<Found<'department'>[]>;
  ofDepartment<K extends 'key' | 'recipient'>(kind: K, department: string): Promise<Found<K>[]>;
  memberships(filter: { person?: string; department?: string }): Promise<Found<'membership'>[]>;
  datasets(
    filter: {
      /** In title, code, names and titles of items, abstract, or the provider's name. */
      text?: string;
      provider?: string;
      shareType?: string;
      resourceCode?: string;
      grade?: string;
      updateCycle?: string;
      hasVersion?: boolean;
    },
    page: PageRequest,
  ): Promise<Page<Found<'dataset'>>>;
  versionsOf(dataset: string): Promise<Found<'version'>[]>;
  /** `party`: on either side; `from`/`to`: on that one. No party: all (supervisors). */
  requests(filter: RequestFilter, page: PageRequest): Promise<Page<Found<'request'>>>;
  /** The clocks of requests that wait for a reply: at most 10,000, oldest first. */
  clocks(filter: Omit<RequestFilter, 'state'>): Promise<{ id: string; receivedAt: string; shareType: string }[]>;
  rights(
    filter: {
      party?: string;
      grantor?: string;
      grantee?: string;
      dataset?: string;
      /** As people see it at a time: a right whose window is over is not in force. */
      state?: { is: 'in-force' | 'suspended' | 'terminated' | 'ended' | 'not-yet'; at: string };
      text?: string;
    },
    page: PageRequest,
  ): Promise<Page<Found<'right'>>>;
  deliveries(
    filter: { party?: string; right?: string; state?: string; pulledBefore?: string; dataset?: string; text?: string },
    page: PageRequest,
  ): Promise<Page<Found<'delivery'>>>;
  /** Size of the ledger and its head; the index that a decision is computed at is size − 1. */
  head(): Promise<{ size: number; headLeafHash: string; sealedAt?: string }>;
}

/** A durable promise that a statement is sealed or denied by a time, signed with the log key. */
export interface AdmissionReceipt {
  readonly statement: string;
  readonly digest: string;
  readonly admittedAt: string;
  readonly sealBy: string;
  readonly keyId: string;
  readonly signature: string;
}
export interface InboxState {
  readonly state: 'waiting' | 'sealed' | 'rejected';
  readonly index?: number;
  readonly problem?: Problem;
  /** Missing while the exchange holds no key of the log. */
  readonly receipt?: AdmissionReceipt;
}
/** The one way into the ledger: a row in the caller's transaction. */
export interface Inbox {
  /** Same id and bytes: the first receipt again. Throws Refusal statement-conflict, inbox-full, bad-signature, key-not-in-force … */
  admit(statement: Statement, signatures: readonly StatementSignature[]): Promise<AdmissionReceipt>;
  states(ids: readonly string[]): Promise<Map<string, InboxState>>;
  /** The log's signed word that a statement stands in the ledger where this entry of it says. Only for what was read from the ledger. */
  proveSealed(statement: string, entry: Pick<SealedEntry, 'index' | 'leafHash' | 'sealedAt'>): Promise<DurableReceipt>;
}

export interface Proposal {
  /** The id of its statement. */
  readonly id: string;
  readonly type: StatementType;
  readonly issuer: string;
  readonly statement: Statement;
  readonly custody: Custody;
  readonly approvalBy?: string;
  readonly state: 'awaiting-approval' | 'awaiting-signature' | 'admitted' | 'returned';
  readonly preparedBy: string;
  readonly preparedByDepartment: string;
  readonly preparedAt: string;
  readonly sentence: Sentence;
  readonly returnReason?: string;
  /** Digest of the call that made it, when the caller had named it by an id of its own. */
  readonly intent?: string;
}
export interface ProposalFilter {
  readonly state: 'waiting' | 'awaiting-approval' | 'awaiting-signature' | 'returned' | 'all';
  /** It concerns this department as issuer, approver or preparer. */
  readonly department?: string | undefined;
  readonly preparedBy?: string | undefined;
  /** Any object that the statement creates or names. */
  readonly about?: string | undefined;
  readonly types?: readonly string[] | undefined;
}
export interface Proposals {
  add(proposal: Proposal): Promise<void>;
  /** Locks the row until the transaction ends: two approvals at once become one. */
  lock(id: string): Promise<Proposal | undefined>;
  get(id: string): Promise<Proposal | undefined>;
  update(proposal: Proposal): Promise<void>;
  /** Waiting ones oldest first; `returned` and `all`, which includes what is done, newest first. */
  list(filter: ProposalFilter, page: PageRequest): Promise<Page<Proposal>>;
  /**
   * The one of these types that a department has on its way about an object: not yet signed, or not yet sealed. Until the transaction
   * ends nobody else gets an answer about that object.
   */
  onItsWay(object: string, issuer: string, types: readonly StatementType[]): Promise<Proposal | undefined>;
}

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly failures: number;
  readonly lockedUntil?: string;
  readonly erasedAt?: string;
}
export interface People {
  add(person: { id: string; login: string; name: string; passwordHash: string }): Promise<void>;
  get(id: string): Promise<Person | undefined>;
  byLogin(login: string): Promise<Person | undefined>;
  names(ids: readonly string[]): Promise<Map<string, string>>;
  getMany(ids: readonly string[]): Promise<Map<string, Person>>;
  setPassword(id: string, passwordHash: string): Promise<void>;
  /** Counts a failed log-in; returns the failures in a row. */
  countFailure(id: string, lockedUntil?: string): Promise<number>;
  clearFailures(id: string): Promise<void>;
  /** Removes name, login and password; the random id stays in the ledger and means nobody any more. */
  erase(id: string, at: string): Promise<void>;
  count(): Promise<number>;
}

export interface Credential {
  readonly id: string;
  readonly person: string;
  readonly kind: 'session' | 'token';
  readonly label: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt?: string;
}
/** Sessions and bearer tokens. Only SHA-256 of the secret is kept. */
export interface Credentials {
  add(credential: Credential, secretHash: string): Promise<void>;
  /** In force at that time: not revoked, not expired. */
  find(secretHash: string, now: string): Promise<Credential | undefined>;
  touch(id: string, now: string): Promise<void>;
  list(person: string): Promise<Credential[]>;
  revoke(person: string, id: string): Promise<boolean>;
  revokeAll(person: string): Promise<void>;
  /** All but this one; how many they were. */
  revokeOthers(person: string, kept: string): Promise<number>;
  /** One-time set-up links: at most one is open. */
  openSetup(secretHash: string, expiresAt: string): Promise<void>;
  isSetupOpen(secretHash: string, now: string): Promise<boolean>;
  /** True once for the right secret. */
  closeSetup(secretHash: string, now: string): Promise<boolean>;
}

/** Prose behind commitments. Destroying a row's key and text erases it; the commitment in the ledger then says nothing. */
export interface Texts {
  add(text: { commitment: string; key: string; text: string }): Promise<void>;
  get(commitments: readonly string[]): Promise<Map<string, { key: string; text: string }>>;
  destroy(commitment: string): Promise<void>;
}

/** Small secrets, sealed under the vault key before they reach the database. Names such as `signing-key:<keyId>`. */
export interface Secrets {
  put(name: string, sealed: Buffer): Promise<void>;
  /** Keeps the first: false when there was one. */
  putIfAbsent(name: string, sealed: Buffer): Promise<boolean>;
  get(name: string): Promise<Buffer | undefined>;
}

/** A list of keys that a department sent to choose rows by. The keys lie encrypted in the payload store. */
export interface KeyList {
  readonly id: string;
  readonly dataset: string;
  readonly item: string;
  readonly department: string;
  readonly person: string;
  readonly fileName: string;
  readonly count: number;
  readonly duplicates: number;
  readonly malformed: KeyListView['malformed'];
  readonly commitment: string;
  readonly objectName: string;
  readonly createdAt: string;
  /** The identity that opens the keys and the key of their commitment, each sealed under the vault key; gone once destroyed. */
  readonly identity?: Buffer;
  readonly commitmentKey?: Buffer;
  readonly destroyedAt?: string;
}
export interface KeyLists {
  add(list: KeyList): Promise<void>;
  get(id: string): Promise<KeyList | undefined>;
  /** Forgets what opens the keys. False when that was done before. */
  destroy(id: string, at: string): Promise<boolean>;
  /** Lists made before this that nothing alive names: no open request, no right that may still be used, no waiting proposal or delivery. */
  unnamed(before: string, now: string): Promise<string[]>;
  /** Names of the objects of all lists that are not destroyed, for the sweep of orphans. */
  objectNames(): Promise<Set<string>>;
}

export interface Upload {
  readonly id: string;
  readonly dataset: string;
  readonly person: string;
  readonly department: string;
  readonly fileName: string;
  readonly state: 'receiving' | 'proposed' | 'failed';
  readonly bytes: number;
  readonly rows: number;
  readonly fileSha256?: string;
  readonly contentDigest?: string;
  readonly detected?: readonly Detected[];
  readonly leftOut?: Violations;
  /** The object that holds the rows that do not fit, encrypted. */
  readonly faultyObject?: string;
  readonly problem?: Problem;
  readonly proposal?: string;
  readonly updatedAt: string;
}
export interface Uploads {
  put(upload: Upload): Promise<void>;
  get(id: string): Promise<Upload | undefined>;
  /** Receiving ones not updated since: their process died. Marks them failed, returns how many. */
  failStale(before: string, problem: Problem): Promise<number>;
  /** Objects of rows that do not fit, of uploads since then, for the sweep of orphans. */
  faultyObjects(since: string): Promise<ReadonlySet<string>>;
}

/** What a file arrives for: a version of a dataset, or a list of keys to choose its rows by. */
export type ArrivalPurpose = 'version' | 'key-list';

/** A file that arrives in one request or several. docs/formats/uploads.md. */
export interface Arrival {
  readonly id: string;
  readonly purpose: ArrivalPurpose;
  readonly dataset: string;
  readonly person: string;
  readonly department: string;
  /** What its sender said of it when it began. Never changes. */
  readonly said: ArrivalSaid;
  readonly sizeBytes: number;
  readonly receivedBytes: number;
  /** `arrived`: all of it is here, and it is, or has to be, worked on. `taken` and `failed` are ends. */
  readonly state: 'arriving' | 'arrived' | 'taken' | 'failed';
  /** `age1…`: its pieces are encrypted to it. */
  readonly recipient: string;
  /** What opens the pieces, sealed under the vault key; gone once it ended. */
  readonly identity?: Buffer;
  /** How often work on the whole of it began. */
  readonly attempts: number;
  readonly problem?: Problem;
  readonly createdAt: string;
  readonly expiresAt: string;
}
export interface ArrivalSaid {
  readonly fileName: string;
  /** Of the whole file, hex. */
  readonly sha256?: string | undefined;
  /** Of a key list. */
  readonly item?: string | undefined;
  /** Of a version. */
  readonly noSecrets?: boolean | undefined;
  readonly leaveOutFaulty?: boolean | undefined;
  readonly form?: StatedForm | undefined;
}
/** A stretch of the file, in an object of its own. */
export interface ArrivalPiece {
  readonly name: string;
  /** Of the file's own bytes, as is the digest. */
  readonly sizeBytes: number;
  readonly sha256: string;
}
/** Files on their way in. One process at a time holds one: until then nobody else adds to it, or works on it. */
export interface Arrivals {
  /** Reserves its size. Answers why not: an id that was used, or the most bytes that a department, or all together, may have on their way. */
  begin(
    arrival: Omit<Arrival, 'receivedBytes' | 'state' | 'attempts'>,
    most: { readonly departmentBytes: number; readonly totalBytes: number },
  ): Promise<'begun' | 'exists' | 'department-full' | 'full'>;
  get(id: string): Promise<Arrival | undefined>;
  pieces(id: string): Promise<ArrivalPiece[]>;
  /** Takes hold of one in this state that nobody holds, or renews the hold. False when somebody else has it. Beginning work counts an attempt. */
  hold(id: string, state: 'arriving' | 'arrived', holder: string, now: string, until: string): Promise<boolean>;
  /** Gives a hold back. Without a holder it is taken away from whoever is receiving: what that one still adds is refused. */
  release(id: string, holder?: string): Promise<void>;
  /** Adds pieces after `fromBytes`, all of them or none; false when the hold was lost. The last one makes it `arrived`. */
  add(id: string, holder: string, fromBytes: number, pieces: readonly ArrivalPiece[], expiresAt: string): Promise<boolean>;
  /** Ends one that did not end: nothing opens its pieces any more. Answers the names of their objects; undefined when it had ended. */
  end(id: string, state: 'taken' | 'failed', problem?: Problem): Promise<string[] | undefined>;
  /** Those that are all here and that nobody works on. */
  left(now: string): Promise<Arrival[]>;
  /** Those still arriving whose time is over. */
  expired(now: string): Promise<string[]>;
  /** Forgets what ended, once its time is over. */
  forget(now: string): Promise<void>;
  /** Objects of all pieces, for the sweep of orphans. */
  pieceNames(): Promise<ReadonlySet<string>>;
}

export const taskKinds = ['grant', 'decide', 'deliver', 'end', 'dispose', 'serve', 'report'] as const;
export type TaskKind = (typeof taskKinds)[number];
export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  /** The delivery; for `grant` the request, for `end` the right, for `serve` the download, for `report` the version. */
  readonly subject: string;
  readonly attempts: number;
}
/**
 * What the workers owe, written in the transaction that made it due: the queue only dispatches it. A queue that is lost is filled again
 * from here, so each task is tried at least once; every task is written so that a second try changes nothing.
 */
export interface Tasks {
  /** The same kind and subject that is still open is not added twice. Wakes the dispatcher (`quanlian_task`). */
  add(kind: TaskKind, subject: string, notBefore?: string): Promise<void>;
  /** Open tasks that are due and were not dispatched since `dispatchedBefore`; marks them dispatched now. */
  takeDue(now: string, dispatchedBefore: string, limit: number): Promise<Task[]>;
  get(id: string): Promise<Task | undefined>;
  start(id: string): Promise<Task | undefined>;
  finish(id: string): Promise<void>;
  fail(id: string, error: string): Promise<void>;
  countOpen(): Promise<number>;
}

export interface Work {
  readonly delivery: string;
  readonly stage: 'waiting' | 'selecting' | 'encrypting' | 'storing' | 'recording' | 'ready' | 'ended';
  readonly done: number;
  readonly total: number;
  readonly attempts: number;
  readonly cancelRequested: boolean;
  readonly objectName?: string;
  readonly payloadRemovedAt?: string;
}
/** How far each delivery's preparation is. Operational, not evidence. */
export interface DeliveryWork {
  get(delivery: string): Promise<Work | undefined>;
  getMany(deliveries: readonly string[]): Promise<Map<string, Work>>;
  /** Creates the row when it is missing. */
  set(delivery: string, change: Partial<Omit<Work, 'delivery'>>): Promise<void>;
  requestCancel(delivery: string): Promise<void>;
  /** An attempt's object name and its secret HMAC key name, before anything is written under it. */
  addAttempt(attempt: { id: string; delivery: string; objectName: string; at: string }): Promise<void>;
  attempt(id: string): Promise<{ id: string; delivery: string; objectName: string } | undefined>;
  attempts(delivery: string): Promise<{ id: string; objectName: string }[]>;
  /** Object names that a stored payload may have: for the sweep of orphans. */
  objectNames(): Promise<Set<string>>;
}

export interface Download {
  readonly id: string;
  readonly delivery: string;
  readonly person: string;
  readonly startedAt: string;
  /** Written before bytes are handed over, so a crash never under-counts. */
  readonly bytesAtMost: number;
  readonly complete: boolean;
  readonly endedAt?: string;
  /** Its delivery.served statement is admitted. */
  readonly recorded: boolean;
}
export interface Downloads {
  start(download: { id: string; delivery: string; person: string; startedAt: string }): Promise<void>;
  get(id: string): Promise<Download | undefined>;
  raise(id: string, bytesAtMost: number): Promise<void>;
  end(id: string, at: string, bytesAtMost: number, complete: boolean): Promise<void>;
  /** Ended but not recorded, or silent since (their process died). */
  unrecorded(silentSince: string, limit: number): Promise<Download[]>;
  markRecorded(id: string): Promise<void>;
}

export interface Notice {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly sentence: Sentence;
  readonly subject?: string;
  /** Who should see it. */
  readonly department: string;
  readonly role?: Role;
}
/** Whose notices: those to these departments, to nobody in particular or to one of these roles. */
export interface NoticeReader {
  readonly departments: readonly string[];
  readonly roles: readonly Role[];
  readonly person: string;
}
export interface Notices {
  /** The same kind, subject and department once only. */
  add(notice: Notice): Promise<boolean>;
  list(reader: NoticeReader, page: PageRequest): Promise<Page<Notice & { read: boolean }>>;
  /** Unread ones, counted to 1,000. */
  unread(reader: NoticeReader): Promise<number>;
  markAllRead(reader: NoticeReader): Promise<void>;
  /** False when there is no such notice for this reader. */
  markRead(id: string, reader: NoticeReader): Promise<boolean>;
}

export interface CalendarYear {
  readonly year: number;
  readonly notice: string;
  readonly daysOff: readonly string[];
  readonly workingDays: readonly string[];
  readonly loadedAt: string;
}
export interface Calendars {
  get(year: number): Promise<CalendarYear | undefined>;
  all(): Promise<CalendarYear[]>;
  put(year: CalendarYear): Promise<void>;
}

export interface SealedEntry {
  readonly index: number;
  readonly sealedAt: string;
  readonly leafHash: string;
  /** The entry's exact bytes. */
  readonly bytes: Buffer;
  /** The object that it creates or is about, the dataset, and all whom it names. */
  readonly subject: string;
  readonly dataset?: string;
  readonly departments: readonly string[];
  readonly persons: readonly string[];
}
/** One of these at least. */
export interface TrailSearch {
  readonly index?: number;
  readonly leafHash?: string;
  /** Ids of objects, statements or persons. */
  readonly objects?: readonly string[];
  readonly datasets?: readonly string[];
  readonly departments?: readonly string[];
  readonly persons?: readonly string[];
}
export interface TrailFilter {
  /** Any object: entries that create it or name it. */
  readonly subject?: string;
  readonly dataset?: string;
  readonly right?: string;
  readonly delivery?: string;
  readonly department?: string;
  readonly person?: string;
  readonly issuer?: string;
  readonly types?: readonly string[];
  readonly any?: TrailSearch;
  readonly from?: string;
  readonly until?: string;
  /** Only entries that name one of these departments on either side. */
  readonly visibleTo?: readonly string[];
}
export interface Trail {
  query(filter: TrailFilter, page: PageRequest): Promise<Page<SealedEntry>>;
  /** How many there are, counted to `atMost`. */
  count(filter: TrailFilter, atMost: number): Promise<Total>;
  /** Counts by time and type, in steps of the smallest of these widths (seconds) that makes at most 120 of them; empty steps are left out. */
  timeline(
    filter: TrailFilter,
    steps: readonly number[],
  ): Promise<{ stepSeconds: number; counts: { from: string; type: string; count: number }[] }>;
  /** Ids of what bears a name: datasets by title or code, departments by name or code, persons by name. */
  named(text: string): Promise<{ datasets: string[]; departments: string[]; persons: string[] }>;
  /** Ids, of the objects that people work with and of their proposals, that end in these digits. */
  endingIn(digits: string): Promise<string[]>;
  entry(index: number, visibility: Pick<TrailFilter, 'visibleTo'>): Promise<SealedEntry | undefined>;
}

/**
 * From when on what is sealed counts, as entry 0 says: once durable, or once witnessed. Ends of rights, keys and recipients count at once
 * in both.
 */
export interface InForce {
  /** Entries before this index count; without a bound where entry 0 says `durable`. */
  before(): Promise<number>;
  /** The indexes of entries, by the ids of their statements. */
  indexes(statements: readonly string[]): Promise<Map<string, number>>;
  /** The indexes of the entries that decided deliveries, by the deliveries' ids. */
  decisions(deliveries: readonly string[]): Promise<Map<string, number>>;
}

/** What a chunk passes the gate under. */
export interface Passage {
  readonly right: string;
  readonly delivery: string;
  /** The department that it goes to. */
  readonly grantee: string;
}
/** Commits of ends and chunks of downloads exclude each other (promise 8). */
export interface RightGate {
  /**
   * Runs `handOver` while no end of this right, nor of a recipient of the grantee, can commit, if the right, the delivery and the
   * recipients that it is encrypted to still allow it at that moment; returns false and
   * does not run it otherwise. `handOver` must not wait for the network.
   */
  whileOpen(passage: Passage, handOver: () => void): Promise<boolean>;
}

/** Announces changes to people who watch, across processes. At most once; a reader reads the object again. */
export interface Announcements {
  announce(change: { kind: string; id: string; departments: readonly string[] }): Promise<void>;
}
