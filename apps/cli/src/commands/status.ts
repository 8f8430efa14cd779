import { routes, type LedgerStatus } from '#contracts';
import type { Command } from 'commander';
import { act, examples, type Bench } from '../desk.js';
import type { Say } from '../language.js';
import { countText } from '../terminal/progress.js';

/** status: whether the ledger is sealed and witnessed, for everybody who works with it. */
export function status(program: Command, bench: Bench): void {
  const { say } = bench;
  const command = program
    .command('status')
    .helpGroup(say({ zh: '监管', en: 'Supervision' }))
    .summary(say({ zh: '账本与见证节点的状态', en: 'How the ledger and its witnesses stand' }))
    .description(
      say({
        zh: '账本是否在存证、存证到哪里、见证到哪里，各见证节点是否应答',
        en: 'Whether the ledger is sealed, up to where it is sealed and witnessed, and which witnesses answer',
      }),
    );
  examples(command, bench, 'quanlian status', 'quanlian status --json');
  act(command, bench, async (desk) => {
    const found = await desk.client.call(routes.ledgerStatus, {});
    desk.out.result(found, () => {
      desk.out.fields(fieldsOf(found, say));
      for (const line of witnessLines(found, say)) desk.out.print(line);
    });
  });
}

function fieldsOf(
  { size, signedSize, inForce, sealing, inbox, witnesses }: LedgerStatus,
  say: Say,
): [string, string | undefined][] {
  const { quorum, reached, witnessed, each, behindSince, demo } = witnesses;
  const answering = each.filter(({ ok }) => ok).length;
  const countedAs = {
    durable: say({ zh: '写入账本即生效', en: 'once durable' }),
    witnessed: say({ zh: '见证节点联署后生效', en: 'once witnessed' }),
  };
  return [
    [
      say({ zh: '存证', en: 'Sealing' }),
      sealing.problem ? say(sealing.problem.title) : say({ zh: '正常', en: 'the ledger is sealed' }),
    ],
    [
      say({ zh: '待存证', en: 'Waiting' }),
      inbox.overdue > 0
        ? say({
            zh: `${countText(inbox.waiting)} 条，其中 ${countText(inbox.overdue)} 条已超过承诺时限`,
            en: `${countText(inbox.waiting)}, of which ${countText(inbox.overdue)} are beyond the time promised for their seal`,
          })
        : countText(inbox.waiting),
    ],
    [say({ zh: '存证记录', en: 'Entries' }), countText(size)],
    [say({ zh: '已签封', en: 'Signed' }), countText(signedSize)],
    [
      say({ zh: '已见证', en: 'Witnessed' }),
      quorum
        ? witnessed
          ? `${countText(witnessed.size)}  ${witnessed.at}`
          : say({ zh: '尚无', en: 'nothing yet' })
        : say({ zh: '策略不要求', en: 'the policy asks for nobody' }),
    ],
    [say({ zh: '等待见证自', en: 'Waiting since' }), behindSince],
    [say({ zh: '授权生效', en: 'Grants count' }), inForce && countedAs[inForce]],
    [
      say({ zh: '见证节点', en: 'Witnesses' }),
      each.length === 0
        ? say({ zh: '无', en: 'none' })
        : say({ zh: `${each.length} 个中 ${answering} 个应答`, en: `${answering} of ${each.length} answer` }),
    ],
    [
      say({ zh: '法定数', en: 'Quorum' }),
      !quorum
        ? undefined
        : reached
          ? say({ zh: '已达到', en: 'reached' })
          : say({
              zh: '应答的见证节点不足：新的授权与数据提供暂不生效，终止照常生效；恢复后自动继续',
              en: 'too few witnesses answer: new grants and deliveries do not count yet, ends do; it goes on by itself once enough answer',
            }),
    ],
    [say({ zh: '注意', en: 'Note' }), demo && say(demo)],
  ];
}

function witnessLines({ witnesses: { each } }: LedgerStatus, say: Say): string[] {
  return each.map(({ name, ok, cosignedSize, problem }) => {
    const size = cosignedSize === undefined ? '–' : countText(cosignedSize);
    const silent = say({ zh: '尚未应答', en: 'not heard yet' });
    return `  ${name}  ${size}  ${ok ? say({ zh: '应答', en: 'answers' }) : problem ? say(problem.title) : silent}`;
  });
}
