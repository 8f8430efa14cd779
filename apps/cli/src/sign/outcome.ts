import { routes, shortId, type ProposalView, word } from '#contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import type { Sentence } from '../language.js';
import { departmentNames } from '../show/names.js';
import { proposalStateWords } from '../show/words.js';
import { keepReceipt } from './receipt.js';

const sealWaitMs = 20_000;

/** Waits until the ledger has sealed or rejected an admitted statement; answers what it is then, sealed or still waiting. */
export async function untilSealed(desk: Desk, proposal: ProposalView, waitMs = sealWaitMs): Promise<ProposalView> {
  const end = Date.now() + waitMs;
  let now = proposal;
  // Before waiting: whoever stops waiting for a statement that is withheld has the promise to seal it.
  await keepReceipt(desk, now);
  for (let pauseMs = 60; now.state === 'awaiting-seal' && Date.now() < end; pauseMs = Math.min(pauseMs * 1.5, 1_000)) {
    await sleep(pauseMs, undefined, { signal: desk.signal });
    now = await desk.client.call(routes.proposal, { params: { id: proposal.id } }, { signal: desk.signal });
  }
  if (now !== proposal) await keepReceipt(desk, now);
  return now;
}

/** Throws Stop when a proposal ended without being sealed. */
export function checkNotRejected(proposal: ProposalView): void {
  if (proposal.state === 'rejected') {
    const title = proposal.problem?.title ?? { zh: '账本未收录。', en: 'The ledger did not take it.' };
    throw new Stop('refused', proposal.problem?.code ?? 'rejected', title);
  }
  if (proposal.state === 'returned')
    throw new Stop('refused', 'returned', { zh: '该事项已被退回。', en: 'The proposal was returned.' });
}

/** What became of something that this command prepared: sealed, or whose turn it is and what they type. */
export async function tellOutcome(
  desk: Desk,
  given: ProposalView,
  done: Sentence,
  asJson: (proposal: ProposalView) => unknown = (proposal) => proposal,
): Promise<ProposalView> {
  const proposal = await untilSealed(desk, given);
  checkNotRejected(proposal);
  const { say } = desk;
  const nameOf = proposal.approvalBy ? await departmentNames(desk) : () => undefined;
  desk.out.result(asJson(proposal), () => {
    desk.out.print(say(done));
    desk.out.fields([
      [say({ zh: '编号', en: 'Id' }), proposal.id],
      [
        say({ zh: '状态', en: 'State' }),
        say(word(proposalStateWords, proposal.state)) + (proposal.index === undefined ? '' : `  #${proposal.index}`),
      ],
      [say({ zh: '下一步', en: 'Next' }), nextStep(desk, proposal, nameOf)],
    ]);
  });
  return proposal;
}

function nextStep(desk: Desk, proposal: ProposalView, nameOf: (code: string) => string | undefined): string | undefined {
  const { say } = desk;
  const id = shortId(proposal.id);
  if (proposal.state === 'awaiting-approval') {
    const office = nameOf(proposal.approvalBy ?? '') ?? proposal.approvalBy ?? '';
    return say({
      zh: `${office}负责人：quanlian inbox approve ${id}`,
      en: `office head of ${office}: quanlian inbox approve ${id}`,
    });
  }
  if (proposal.state === 'awaiting-signature')
    return say({ zh: `签名：quanlian inbox sign ${id} --key 文件`, en: `sign: quanlian inbox sign ${id} --key FILE` });
  if (proposal.state === 'awaiting-seal')
    return say({ zh: `稍候查看：quanlian inbox show ${id}`, en: `look again shortly: quanlian inbox show ${id}` });
  return undefined;
}
