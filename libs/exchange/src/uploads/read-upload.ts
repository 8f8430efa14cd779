import { refuse, type UploadView } from '#contracts';
import { requireRole, type Actor } from '../actor.js';
import { shownUpload } from '../catalogue/publish-version.js';
import type { ExchangeContext } from '../context.js';
import { shownKeyList } from '../key-lists/key-lists.js';
import type { Arrival, ArrivalPiece, Stores } from '../ports.js';
import { ReadProposals } from '../proposals/proposals.js';

/** How far an upload is; for the department that sends it, and what came of it in pieces for its sender alone. */
export class ReadUpload {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown. */
  async execute(actor: Actor, id: string): Promise<UploadView> {
    const { upload, arrival, pieces, list } = await this.context.transactions.run((stores) => found(stores, actor, id));
    if (!upload && !arrival) throw refuse('unknown');
    requireRole(actor, arrival?.purpose === 'key-list' ? 'requester' : 'steward');
    const proposal =
      upload?.proposal === undefined ? undefined : await new ReadProposals(this.context).get(actor, upload.proposal);
    // What a process that ended left half done is begun again.
    const isTriedAgain = arrival?.state === 'arrived' && upload?.state === 'failed';
    return {
      ...(arrival ? shownArrival(arrival, pieces) : {}),
      ...(list ? { state: 'taken', rows: list.count, keyList: shownKeyList(list) } : {}),
      ...(upload && !isTriedAgain ? shownUpload(upload) : {}),
      ...(proposal ? { proposal } : {}),
    } as UploadView;
  }
}

async function found(stores: Stores, actor: Actor, id: string) {
  const ofDepartment = <T extends { department: string }>(known: T | undefined) =>
    known?.department === actor.department ? known : undefined;
  const upload = ofDepartment(await stores.uploads.get(id));
  const arrival = ofDepartment(await stores.arrivals.get(id));
  const list = arrival?.purpose === 'key-list' ? ofDepartment(await stores.keyLists.get(id)) : undefined;
  const isSender = arrival?.state === 'arriving' && arrival.person === actor.person;
  return { upload, arrival, list, pieces: isSender ? await stores.arrivals.pieces(id) : undefined };
}

function shownArrival(arrival: Arrival, pieces: readonly ArrivalPiece[] | undefined): object {
  const { id, dataset, said, state, receivedBytes, sizeBytes, expiresAt, problem } = arrival;
  return {
    id,
    dataset,
    sizeBytes,
    fileName: said.fileName,
    bytes: receivedBytes,
    rows: 0,
    state: state === 'failed' || state === 'taken' ? state : 'receiving',
    ...(state === 'arriving' ? { expiresAt } : {}),
    ...(problem ? { problem } : {}),
    ...(pieces ? { pieces: pieces.map((piece) => ({ sizeBytes: piece.sizeBytes, sha256: piece.sha256 })) } : {}),
  };
}
