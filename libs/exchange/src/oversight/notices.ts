import { newStatementId, refuse, type Role, type Sentence, type Statement } from '#contracts';
import type { Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Notice, NoticeReader, Page, PageRequest, Stores } from '../ports.js';

/** Notices for a person: those to their department, narrowed to their roles. */
export class ReadNotices {
  constructor(private readonly context: ExchangeContext) {}

  list(actor: Actor, page: PageRequest): Promise<Page<Notice & { read: boolean }> & { unread: number }> {
    const reader = readerOf(actor);
    return this.context.transactions.run(async (stores) => ({
      ...(await stores.notices.list(reader, page)),
      unread: await stores.notices.unread(reader),
    }));
  }

  async markAllRead(actor: Actor): Promise<void> {
    await this.context.transactions.run((stores) => stores.notices.markAllRead(readerOf(actor)));
  }

  async markRead(actor: Actor, id: string): Promise<void> {
    const reader = readerOf(actor);
    if (!(await this.context.transactions.run((stores) => stores.notices.markRead(id, reader)))) throw refuse('unknown');
  }
}

function readerOf({ department, roles, person }: Actor): NoticeReader {
  return { departments: [department], roles, person };
}

/** Adds a notice once: the same kind, subject and department are not told twice. */
export async function notify(
  context: ExchangeContext,
  stores: Pick<Stores, 'notices'>,
  notice: { kind: string; subject: string; department: string; role?: Role; sentence: Sentence },
): Promise<boolean> {
  return stores.notices.add({ id: newStatementId(), at: instantNow(context), ...notice });
}

interface ToldOf {
  readonly kind: string;
  readonly subject: string;
  readonly department: string;
  readonly role?: Role;
  readonly sentence: Sentence;
}

/** A notice's sentence under the dataset's name, which the catalogue tells everybody: a list of notices is read without opening each. */
export const underTitle = (title: string, { zh, en }: Sentence): Sentence => ({
  zh: `「${title}」：${zh}`,
  en: `${title}: ${en}`,
});

/** Whom an entry concerns enough to be told of it. */
export function noticesOf(
  statement: Statement,
  parties: { grantor?: string; grantee?: string; readonly title?: string },
): ToldOf[] {
  const { grantor, grantee, title } = parties;
  const named = (sentence: Sentence) => (title === undefined ? sentence : underTitle(title, sentence));
  const tell = (department: string | undefined, subject: string, role: Role, zh: string, en: string): ToldOf[] =>
    department === undefined ? [] : [{ kind: statement.type, subject, department, role, sentence: named({ zh, en }) }];
  switch (statement.type) {
    case 'request.submitted':
      return tell(statement.body.provider, statement.id, 'steward', '收到新的共享申请。', 'A new request has come in.');
    case 'request.supplemented':
      return tell(grantor, statement.body.request, 'steward', '申请材料已补充。', 'A request has been supplemented.');
    case 'request.supplement-asked':
      return tell(grantee, statement.body.request, 'requester', '请一次性补充申请材料。', 'Please supplement your request.');
    case 'request.refused':
      return tell(
        grantee,
        statement.body.request,
        'requester',
        '申请未获同意，请查看理由。',
        'Your request was refused; see the reason.',
      );
    case 'right.granted':
      return tell(
        statement.body.terms.grantee,
        statement.id,
        'requester',
        '使用权已授予，在使用时限内可以提取数据。',
        'A right was granted; data can be pulled within its term.',
      );
    case 'right.suspended':
      return tell(grantee, statement.body.right, 'requester', '共享权限已暂停。', 'A right was suspended.');
    case 'right.resumed':
      return tell(grantee, statement.body.right, 'requester', '共享权限已恢复。', 'A right was resumed.');
    case 'right.terminated':
      return tell(
        grantee,
        statement.body.right,
        'requester',
        '共享已终止，请按要求处置数据。',
        'A right was terminated; dispose of the data as asked.',
      );
    case 'pull.refused':
      return tell(grantee, statement.body.delivery, 'requester', '提取请求被拒绝。', 'A pull was refused.');
    case 'delivery.prepared':
      return tell(grantee, statement.body.delivery, 'requester', '数据已备妥，请下载。', 'A delivery is ready to be fetched.');
    case 'delivery.failed':
      return [
        ...tell(
          grantee,
          statement.body.delivery,
          'requester',
          '数据提供失败，配额已退回。',
          'A delivery failed; its quota was returned.',
        ),
        ...tell(grantor, statement.body.delivery, 'steward', '向对方提供数据失败。', 'A delivery to another department failed.'),
      ];
    default:
      return [];
  }
}
