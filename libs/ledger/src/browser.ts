// The door of `#ledger` where Node is not, and the part of it that is one code everywhere: statements, entries, the register's law,
// verification without the server.
export { encodeStatement, openStatement, signStatement, statementDigest, checkStatementSignature } from './statement.js';
export {
  checkKeyPossession,
  checkRecipientDeclaration,
  keyPossessionBytes,
  proveKeyPossession,
  proveRecipientDeclaration,
  recipientDeclarationBytes,
} from './possession.js';
export { bytesToSign, SigningFault, wrongTexts } from './before-signing.js';
export type { OwnSide, ShownTexts, SigningFaultCode, ToSign } from './before-signing.js';
export {
  ENTRY_MAX_BYTES,
  encodeEntry,
  leafHash,
  NO_ENTRY,
  openEntry,
  openEntryAgain,
  readSignatures,
  SIGNATURES_MAX,
} from './entry.js';
export type { Entry } from './entry.js';
export { checkAfter, membershipId, subjectOf } from './subject.js';
export type { Subject } from './subject.js';
export { goesFirst, registerTouches } from './touches.js';
export type { Touch, Touches } from './touches.js';
export { verifierKeysOfLog } from './log-keys.js';
export { foldRegister, keysInForce, LOG } from './register.js';
export type { Fold, FoldedEntry } from './register.js';
export { GoodSignatures } from './good-signatures.js';
export type { SignedBytes } from './good-signatures.js';
export { checkSigners } from './signers.js';
export type { FoundGood, SignatureCheck } from './signers.js';
export { mentionsOf } from './mentions.js';
export type { Mentions } from './mentions.js';
export { checkAdmission, checkSealed, proveAdmission, proveAdmissionLater, proveSealed } from './receipts.js';
export type { AdmissionReceipt, DurableReceipt, LogKey } from './receipts.js';

export { StatesInMemory } from './states.js';
export type { StateChange } from './states.js';
export { applyEntry } from './law.js';
export type { Law } from './law.js';

export { encodeTrustRoot, isSameLedger, logKeysOf, openTrustRoot, policyOf, trustRootOf, withWitnesses } from './trust-root.js';
export type { TrustRoot } from './trust-root.js';
export { faultTexts, LedgerFault } from './faults.js';
export type { FaultCode } from './faults.js';
export { exportLine, readExport } from './export.js';
export { LedgerWalk, readForWalk } from './walk.js';
export type { ReadEntry, WalkedEntry } from './walk.js';
export { verifyLedger } from './verify.js';
export type { CompromisedKey, ExchangeCustody, LogKeyState, Seen, VerifyOptions, VerifyReport, Warning } from './verify.js';
export { openSealedDelivery } from './sealed-delivery.js';
export type { SealedDelivery, TrailEntry } from './sealed-delivery.js';
export { checkDeliveryManifest, openDeliveryManifest } from './delivery-manifest.js';

// The log as others see it: C2SP tree, tiles, checkpoints, witnesses, proofs.
export { LogFault, logFaultTexts } from './log/faults.js';
export type { LogFaultCode } from './log/faults.js';
export { EMPTY_ROOT, HASH_BYTES, nodeHash } from './log/hashes.js';
export type { HashReader, TreeHead, TreeNode } from './log/hashes.js';
export { Frontier } from './log/frontier.js';
export { HashesInMemory } from './log/hashes-in-memory.js';
export { proveConsistency, proveInclusion, readRoot } from './log/prove.js';
export { checkConsistency, checkInclusion } from './log/check.js';
export { compareHeads } from './log/compare-heads.js';
export type { ComparedHeads, HeadStanding } from './log/compare-heads.js';
export {
  decodeTilePath,
  encodeTilePath,
  hasTile,
  nodesOfTile,
  readTile,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilesBetween,
  tileWidthAt,
} from './log/tile.js';
export type { HashTile, Tile } from './log/tile.js';
export { rootOfFullTile, TileHashes } from './log/tile-hashes.js';
export { edgeWidths, TreeEdge } from './log/tree-edge.js';
export type { FullTile } from './log/tree-edge.js';
export { TileReader } from './log/tile-reader.js';
export type { FetchTile } from './log/tile-reader.js';
export { checkEntries, decodeEntryBundle, encodeEntryBundle } from './log/entry-bundle.js';
export { decodeVerifierKey, encodeVerifierKey, verifierKeyOf } from './log/verifier-key.js';
export type { NoteKeyType, VerifierKey } from './log/verifier-key.js';
export {
  decodeNote,
  decodeSignatures,
  encodeNote,
  encodeSignature,
  openNote,
  verifySignatures,
  withSignaturesOf,
} from './log/note.js';
export type { Note, NoteSignature, OpenedNote, VerifiedSignature } from './log/note.js';
export { cosignText, noteSignerOf, signNoteText } from './log/sign-note.js';
export type { NoteSigner } from './log/sign-note.js';
export { decodeCheckpoint, encodeCheckpoint, openCheckpoint, signCheckpoint } from './log/checkpoint.js';
export type { Checkpoint, OpenedCheckpoint } from './log/checkpoint.js';
export { asksForQuorum, decodePolicy, encodePolicy, meetsEveryQuorum, reachesQuorum } from './log/policy.js';
export type { LogPolicy, PolicyGroup, PolicyLog, PolicyWitness } from './log/policy.js';
export { decodeLogProof, encodeLogProof, openLogProof, openWitnessed } from './log/log-proof.js';
export type { LogProof, OpenedLogProof } from './log/log-proof.js';
export {
  decideAddCheckpoint,
  decodeAddCheckpoint,
  encodeAddCheckpoint,
  openAddCheckpointReply,
  refuseMalformed,
} from './log/add-checkpoint.js';
export type {
  AddCheckpoint,
  AddCheckpointReply,
  WitnessAnswer,
  WitnessDecision,
  WitnessedCheckpoint,
  WitnessVerdict,
} from './log/add-checkpoint.js';

// Evidence that people carry away: bundles and receipts.
export { EvidenceFault, evidenceFaultTexts } from './evidence/faults.js';
export type { EvidenceFaultCode } from './evidence/faults.js';
export { EVIDENCE_ENTRIES_MAX, evidenceQuestionSchema } from './evidence/manifest.js';
export type { EvidenceQuestion } from './evidence/manifest.js';
export { questionWords } from './evidence/question-words.js';
export { makeEvidence } from './evidence/make.js';
export type { EvidenceEntry, EvidenceParts, EvidenceTimestamp } from './evidence/make.js';
export { readZip } from './evidence/zip.js';
export { checkEvidence } from './evidence/check.js';
export type { EvidenceReport } from './evidence/check.js';
export { KeysOfEntries, openLogKeys } from './evidence/keys-of-entries.js';
export { checkReceipt, decodeReceipt, encodeReceipt, openProofBy } from './evidence/receipt.js';
export type { ReceiptFile, ReceiptReport, ReceiptStage } from './evidence/receipt.js';
export { readTimestamp } from './evidence/timestamp.js';
export { encodeTimestampRequest, openTimestampAnswer, TIMESTAMP_NONCE_BYTES } from './evidence/timestamp-request.js';
export { cosignedBy } from './evidence/cosigned-by.js';
export type { Cosigned } from './evidence/cosigned-by.js';
export { demoWords, isDemo } from './evidence/demo-witnesses.js';
