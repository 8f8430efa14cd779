import { routes, shortId, type ProposalView, statementWords, custodyWords, word } from '#contracts';
import { canonicalText } from '#crypto';
import type { Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { findProposal } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { openKey, showStatement, signProposal } from '../sign/sign-proposal.js';
import { tellOutcome } from '../sign/outcome.js';
import { keepReceipt } from '../sign/receipt.js';
import { timeText } from '../show/times.js';
import { proposalStateWords } from '../show/words.js';

/** inbox: what waits for approval or signature. */
export function inbox(program: Command, bench: Bench): void {
  const { say } = bench;
  const list = program
    .command('inbox')
    .helpGroup(say({ zh: '审批与签名', en: 'Approve and sign' }))
    .description(say({ zh: '列出等待审批或签名的事项', en: 'List what waits for approval or signature' }))
    .option('--all', say({ zh: '连同已办结的', en: 'with those that are done' }))
    .option('--limit <n>', say({ zh: '最多列出几件', en: 'list at most so many' }), '100');
  examples(
    list,
    bench,
    'quanlian inbox',
    'quanlian inbox show 3fa94c21',
    'quanlian inbox approve 3fa94c21',
    'quanlian inbox sign 3fa94c21 --key minzheng.pem',
  );
  act<{ all?: boolean; limit: string }>(list, bench, async (desk, _, options) => {
    const state = options.all ? 'all' : 'waiting';
    const pages = allPages((page) => desk.client.call(routes.proposals, { query: { state, ...page } }));
    const { items, more } = await firstOf(pages, countOf(options.limit));
    desk.out.result({ items, more }, () => showList(desk, items, more));
  });

  const show = list
    .command('show')
    .description(say({ zh: '以文字和规范 JSON 显示一件签署记录', en: 'Show a statement in words and as canonical JSON' }))
    .argument('<id>', say({ zh: '编号或其开头', en: 'id, or its beginning' }));
  examples(show, bench, 'quanlian inbox show 3fa94c21');
  act(show, bench, async (desk, [id]) => {
    const proposal = await findProposal(desk, id ?? '');
    await keepReceipt(desk, proposal);
    if (desk.out.json) return desk.out.result(proposal, () => undefined);
    await showStatement(desk, proposal);
    desk.out.fields([
      [
        say({ zh: '状态', en: 'State' }),
        say(word(proposalStateWords, proposal.state)) + (proposal.index === undefined ? '' : `  #${proposal.index}`),
      ],
      [say({ zh: '保管', en: 'Custody' }), say(word(custodyWords, proposal.custody))],
      [say({ zh: '经办', en: 'Prepared by' }), `${proposal.preparedBy.name}  ${timeText(proposal.preparedAt)}`],
      [say({ zh: '承诺存证不晚于', en: 'To be sealed by' }), proposal.receipt && timeText(proposal.receipt.sealBy)],
      [say({ zh: '未收录原因', en: 'Rejected because' }), proposal.problem && say(proposal.problem.title)],
    ]);
    desk.out.heading(say({ zh: '规范 JSON（签名所覆盖的字节）', en: 'Canonical JSON (the bytes that a signature covers)' }));
    desk.out.print(canonicalText(proposal.statement));
  });

  const approve = list
    .command('approve')
    .description(say({ zh: '审批（须再次输入密码）', en: 'Approve; the password is asked again' }))
    .argument('<id>', say({ zh: '编号或其开头', en: 'id, or its beginning' }))
    .option(
      '--password-file <file>',
      say({ zh: '密码取自文件首行，- 为标准输入', en: 'take the password from a file’s first line; - is stdin' }),
    )
    .option('-y, --yes', say({ zh: '不再显示内容', en: 'do not show the statement first' }));
  examples(
    approve,
    bench,
    'quanlian inbox approve 3fa94c21',
    'quanlian --as wang.head inbox approve 3fa94c21 --yes --password-file -',
  );
  act<{ passwordFile?: string; yes?: boolean }>(approve, bench, async (desk, [id], options) => {
    const proposal = await findProposal(desk, id ?? '');
    if (!options.yes && !desk.out.json) await showStatement(desk, proposal);
    const who = desk.session.login;
    const password = await desk.ask.password(
      { zh: `审批须输入${who}的密码`, en: `To approve, the password of ${who}` },
      { file: options.passwordFile },
    );
    const approved = await desk.client.call(routes.approve, { params: { id: proposal.id }, body: { password } });
    await tellOutcome(desk, approved, { zh: '已审批。', en: 'Approved.' });
  });

  const back = list
    .command('return')
    .description(say({ zh: '退回，或撤下自己经办的', en: 'Return it, or take back your own' }))
    .argument('<id>', say({ zh: '编号或其开头', en: 'id, or its beginning' }))
    .requiredOption('--reason <text>', say({ zh: '理由', en: 'why' }));
  examples(back, bench, 'quanlian inbox return 3fa94c21 --reason 使用依据未写条款');
  act<{ reason: string }>(back, bench, async (desk, [id], options) => {
    const { id: found } = await findProposal(desk, id ?? '');
    const proposal = await desk.client.call(routes.returnProposal, { params: { id: found }, body: { reason: options.reason } });
    desk.out.result(proposal, () => desk.out.print(say({ zh: '已退回。', en: 'Returned.' })));
  });

  const sign = list
    .command('sign')
    .description(say({ zh: '用部门自持的密钥签名', en: 'Sign with the key that your department holds' }))
    .argument('<id>', say({ zh: '编号或其开头', en: 'id, or its beginning' }))
    .option('--key <file>', say({ zh: '密钥文件（QUANLIAN_KEY）', en: 'key file (QUANLIAN_KEY)' }))
    .option('--trust <file>', say({ zh: '信任根文件，代替已记住的', en: 'trust root file, instead of the pinned one' }))
    .option('-y, --yes', say({ zh: '不再询问', en: 'do not ask' }));
  examples(sign, bench, [
    'quanlian inbox sign 3fa94c21 --key minzheng.pem',
    {
      zh: '先解码、显示、核对，再由本机生成规范字节并签名',
      en: 'it is decoded, shown and checked; the bytes signed are made here',
    },
  ]);
  act<{ key?: string; trust?: string; yes?: boolean }>(sign, bench, async (desk, [id], options) => {
    const proposal = await findProposal(desk, id ?? '');
    const key = await openKey(desk, keyFileFor(desk, proposal, options.key));
    const signed = await signProposal(desk, proposal, key, {
      ...(options.yes ? { yes: true } : {}),
      ...(options.trust ? { trust: options.trust } : {}),
    });
    await tellOutcome(desk, signed, { zh: '已签名并提交。', en: 'Signed and handed in.' });
  });
}

/** The key file named, or the one that this person made for the key the statement names. */
export function keyFileFor(desk: Desk, proposal: ProposalView, named: string | undefined): string {
  const path = named ?? desk.env['QUANLIAN_KEY'] ?? desk.places.keyFile(proposal.statement.keyId);
  if (path) return path;
  throw new Stop(
    'usage',
    'no-key-file',
    { zh: `需要密钥 ${proposal.statement.keyId} 的文件。`, en: `The file of the key ${proposal.statement.keyId} is needed.` },
    { zh: '用 --key 文件 指明。', en: 'Name it with --key FILE.' },
  );
}

export function countOf(text: string, option = '--limit'): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw usage(`${option} 须为正整数。`, `${option} is a positive whole number.`);
}

function showList(desk: Desk, items: readonly ProposalView[], more: boolean): void {
  const { say } = desk;
  if (items.length === 0) return desk.out.print(say({ zh: '没有等待的事项。', en: 'Nothing waits.' }));
  desk.out.table(
    [
      { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
      { title: say({ zh: '状态', en: 'State' }), of: (one) => say(word(proposalStateWords, one.state)) },
      { title: say({ zh: '事项', en: 'Statement' }), of: (one) => say(statementWords[one.type]) },
      { title: say({ zh: '说明', en: 'About' }), of: (one) => say(one.sentence), flexible: true },
      { title: say({ zh: '保管', en: 'Custody' }), of: (one) => say(word(custodyWords, one.custody)) },
      { title: say({ zh: '经办', en: 'Prepared by' }), of: (one) => one.preparedBy.name },
      { title: say({ zh: '时间', en: 'At' }), of: (one) => timeText(one.preparedAt) },
    ],
    items,
  );
  if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
}
