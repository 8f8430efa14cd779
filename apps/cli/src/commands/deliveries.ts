import { routes, shortId, type DeliveryView, word } from '#contracts';
import type { Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { findDelivery, findRight } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { timeText } from '../show/times.js';
import { deliveryStateWords, stageWords } from '../show/words.js';
import { countText, sizeText } from '../terminal/progress.js';
import { countOf } from './inbox.js';

/** deliveries: list, show, cancel. */
export function deliveries(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('deliveries')
    .helpGroup(say({ zh: '提取数据', en: 'Data received' }))
    .description(say({ zh: '数据提供记录', en: 'Deliveries' }));
  const idText = () => say({ zh: '编号或其开头', en: 'id, or its beginning' });

  const list = group
    .command('list')
    .description(say({ zh: '列出数据提供记录', en: 'List deliveries' }))
    .option('--right <right>', say({ zh: '某项使用权之下的', en: 'under this right' }))
    .option('--limit <n>', say({ zh: '最多列出几次', en: 'list at most so many' }), '100');
  examples(list, bench, 'quanlian deliveries list', 'quanlian deliveries list --right 3fa94c21');
  act<{ right?: string; limit: string }>(list, bench, async (desk, _, options) => {
    const filter = options.right === undefined ? {} : { right: (await findRight(desk, options.right)).id };
    const pages = allPages((page) => desk.client.call(routes.deliveries, { query: { ...filter, ...page } }));
    const { items, more } = await firstOf(pages, countOf(options.limit));
    desk.out.result({ items, more }, () => {
      if (items.length === 0) return desk.out.print(say({ zh: '没有数据提供记录。', en: 'There are no deliveries.' }));
      desk.out.table(
        [
          { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
          { title: say({ zh: '状态', en: 'State' }), of: (one) => say(word(deliveryStateWords, one.state)) },
          { title: say({ zh: '数据资源', en: 'Dataset' }), of: (one) => one.datasetTitle, flexible: true },
          { title: say({ zh: '需求部门', en: 'To' }), of: (one) => one.granteeName, flexible: true },
          { title: say({ zh: '格式', en: 'Format' }), of: (one) => one.format },
          {
            title: say({ zh: '行数', en: 'Rows' }),
            of: (one) => (one.rows === undefined ? '' : countText(one.rows)),
            align: 'right',
          },
          { title: say({ zh: '提出', en: 'Pulled' }), of: (one) => timeText(one.pulledAt) },
          { title: say({ zh: '签收', en: 'Received' }), of: (one) => one.receivedAt && timeText(one.receivedAt) },
          { title: say({ zh: '原因', en: 'Because' }), of: (one) => one.problem?.code },
        ],
        items,
      );
      if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
    });
  });

  const show = group
    .command('show')
    .description(say({ zh: '显示一次数据提供', en: 'Show a delivery' }))
    .argument('<delivery>', idText());
  examples(show, bench, 'quanlian deliveries show 3fa94c21');
  act(show, bench, async (desk, [text]) => {
    const delivery = await findDelivery(desk, text ?? '');
    desk.out.result(delivery, () => showFields(desk, delivery));
  });

  const cancel = group
    .command('cancel')
    .description(say({ zh: '取消尚未备妥的数据提供；配额退回', en: 'Cancel a delivery that is not ready; its quota returns' }))
    .argument('<delivery>', idText());
  examples(cancel, bench, 'quanlian deliveries cancel 3fa94c21');
  act(cancel, bench, async (desk, [text]) => {
    const { id } = await findDelivery(desk, text ?? '');
    const delivery = await desk.client.call(routes.cancelDelivery, { params: { id } });
    desk.out.result(delivery, () => desk.out.print(say({ zh: '已要求取消。', en: 'Cancellation is asked for.' })));
  });
}

function showFields(desk: Desk, one: DeliveryView): void {
  const { say } = desk;
  desk.out.fields([
    [say({ zh: '编号', en: 'Id' }), one.id],
    [say({ zh: '状态', en: 'State' }), `${say(word(deliveryStateWords, one.state))}  (${say(word(stageWords, one.stage))})`],
    [say({ zh: '原因', en: 'Because' }), one.problem && `${say(one.problem.title)}  [${one.problem.code}]`],
    [say({ zh: '数据资源', en: 'Dataset' }), `${one.datasetTitle}  ${one.dataset}`],
    [say({ zh: '使用权', en: 'Right' }), one.right],
    [say({ zh: '需求部门', en: 'To' }), `${one.granteeName}  ${one.grantee}`],
    [say({ zh: '数据项', en: 'Items' }), one.items.join(', ')],
    [say({ zh: '格式', en: 'Format' }), one.format],
    [say({ zh: '行数', en: 'Rows' }), one.rows === undefined ? undefined : countText(one.rows)],
    [say({ zh: '密文大小', en: 'Ciphertext' }), one.sizeBytes === undefined ? undefined : sizeText(one.sizeBytes)],
    [say({ zh: '密文摘要', en: 'Ciphertext SHA-256' }), one.ciphertextSha256],
    [say({ zh: '明文校验值', en: 'Plaintext HMAC' }), one.plaintextHmac],
    [say({ zh: '接收公钥', en: 'Recipients' }), one.recipients.join('\n')],
    [say({ zh: '已取走', en: 'Served' }), sizeText(one.servedBytes)],
    [say({ zh: '密文仍在', en: 'Payload kept' }), one.payload ? say({ zh: '是', en: 'yes' }) : say({ zh: '否', en: 'no' })],
    [say({ zh: '提出', en: 'Pulled' }), timeText(one.pulledAt)],
    [say({ zh: '签收', en: 'Received' }), one.receivedAt && timeText(one.receivedAt)],
  ]);
}
